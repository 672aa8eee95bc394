"""The bodies that Elasticsearch is sent, built without a client.

One search has up to four legs, sent together: `exact` (whole title, identifiers), `words` (BM25 over our own tokens,
with the facets), `meaning` (neighbours of the text vector) and `picture` (neighbours of the image vector). The
filters hold in every leg. A second round fetches the page that the fused order asks for.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from query.parse import Filters, Query

Body = dict[str, Any]
Vector = list[float]

WINDOW = 100  # documents that each leg may bring
CANDIDATES = 200  # nodes of the vector graph looked at per shard: twice the window keeps recall above 0.95
ENOUGH = "2<67% 6<40%"  # up to two tokens: all; up to six: two thirds; sentences: two in five
FACETS = {"platforms": "platforms", "type": "type", "language": "language", "brand": "brand"}
IDENTIFIERS = (
    "ids.gtin",
    "ids.isbn",
    "ids.doi",
    "ids.asin",
    "ids.sku",
    "ids.model",
    "record_ids",
    "work_id",
    "former_ids",
)
# Inside a longer query: "X-200", "6901234567892", but not the 15 of "iPhone 15", which may be anybody's number.
CODE = re.compile(r"(?=.*\d)(?=.*[^\W\d]).{4,}|\d{8,}")
SHOWN = (
    "work_id", "type", "title", "body", "url", "author", "created_at", "language", "price", "brand", "category_path",
    "tags", "engagement", "popularity", "platforms", "record_ids", "why_merged", "sentiment", "duplicate_of",
    "duplicate_similarity", "duplicate_by", "is_stale", "stale_days", "media",
)  # fmt: skip


@dataclass(frozen=True)
class Terms:
    """A query after language analysis: tokens with the typed words that hold them, phrases and exclusions as typed
    beside their tokens."""

    text: str
    tokens: Mapping[str, Sequence[str]]
    title_key: str
    phrases: tuple[tuple[str, str], ...] = ()
    excluded: tuple[tuple[str, str], ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The text's runs between white space, as typed."""
        return tuple(dict.fromkeys(self.text.split()))


def analyse(query: Query) -> Terms:
    """The query in the tokens that documents were indexed with."""
    from models import text  # loads a dictionary on first use

    def joined(words: str) -> tuple[str, str]:
        return words, " ".join(text.tokens(words))

    typed: dict[str, list[str]] = {}
    for word in dict.fromkeys(query.text.split()):
        for token in dict.fromkeys(text.tokens(word)):
            typed.setdefault(token, []).append(word)
    return Terms(
        text=query.text,
        tokens=typed,
        title_key=text.title_key(query.text),
        phrases=tuple(joined(words) for words in query.phrases),
        excluded=tuple(joined(words) for words in query.excluded),
    )


def filtered(asked: Filters, terms: Terms, *, duplicates: bool, tenant: str | None = None) -> Body:
    """Clauses of a `bool` that every leg carries; what is private is there for its own tenant alone."""
    lists = {"platforms": asked.platforms, "type": asked.types, "language": asked.langs}
    must = [{"terms": {name: list(values)}} for name, values in lists.items() if values]
    must += [_any([_same("brand", brand) for brand in asked.brands])] if asked.brands else []
    must += _price(asked) + [_phrase(words, tokens) for words, tokens in terms.phrases]
    must_not = [_any(_holds(words, tokens)) for words, tokens in terms.excluded]
    must_not += [] if duplicates else [{"exists": {"field": "duplicate_of"}}]
    own = {"must_not": [{"term": {"tenant": tenant}}]} if tenant else {}
    must_not.append({"bool": {"filter": [{"exists": {"field": "tenant"}}], **own}})
    return {"filter": must, "must_not": must_not}


def words_leg(terms: Terms, among: Body) -> Body:
    """BM25 over tokens, or what is popular where nothing is searched for; carries the facets."""
    body: Body = {"size": WINDOW, "_source": False, "query": {"bool": {"must": _wanted(terms), **among}}}
    if not terms.text:
        body["sort"] = [{"popularity": {"order": "desc", "missing": "_last"}}, {"work_id": "asc"}]
    return body | {"aggs": facets()}


def exact_leg(terms: Terms, among: Body) -> Body:
    """Documents whose whole title or one of whose identifiers is the query."""
    title = {"term": {"title_key": {"value": terms.title_key, "boost": 2.0, "_name": "exact title"}}}
    named = dict.fromkeys([terms.text, *filter(CODE.fullmatch, terms.words)])
    same = [_same(name, value, label=f"exact {name.split('.')[-1]}") for name in IDENTIFIERS for value in named]
    return {"size": WINDOW, "_source": False, "query": {"bool": {**_any([title, *same])["bool"], **among}}}


def nearest_leg(field: str, vector: Vector, among: Body) -> Body:
    """Neighbours of a vector among the documents that pass the filters."""
    return _neighbours(field, vector, {"bool": among}, k=WINDOW, candidates=CANDIDATES)


def facets() -> Body:
    """Counts by platform, type, language and brand."""
    return {name: {"terms": {"field": field, "size": 10}} for name, field in FACETS.items()}


def page(work_ids: Sequence[str], terms: Terms) -> Body:
    """The documents of one page, in any order, with the words of the query marked by `<em>` in HTML-escaped text."""
    whole, part = {"number_of_fragments": 0}, {"number_of_fragments": 1, "fragment_size": 120, "no_match_size": 120}
    body: Body = {"size": len(work_ids), "query": {"ids": {"values": list(work_ids)}}, "_source": list(SHOWN)}
    if marked := _marked(terms):
        fields = {"title": whole, "body": part}
        body["highlight"] = {"encoder": "html", "highlight_query": _any(marked), "fields": fields}
    return body


def profile(user: str) -> Body:
    """One user's profile; vectors are left out of `_source` by default since 9.2, so it is asked for."""
    source = {"exclude_vectors": False, "includes": ["user_id", "tastes", "taste_vector", "event_count"]}
    return {"size": 1, "query": {"term": {"user_id": user}}, "_source": source}


def taste(vector: Vector, work_ids: Sequence[str]) -> Body:
    """Similarity of these documents with a taste vector; score = (1 + cosine) / 2."""
    among = {"ids": {"values": list(work_ids)}}
    return _neighbours("text_vector", vector, among, k=len(work_ids), candidates=len(work_ids))


def send(client: Any, bodies: Sequence[tuple[str, Body]]) -> tuple[int, list[Mapping[str, Any]]]:
    """Milliseconds and answers of one `_msearch`, in order; a leg that failed answers with `error`."""
    if not bodies:
        return 0, []
    searches = [part for index, body in bodies for part in ({"index": index}, body)]
    answered = client.msearch(searches=searches)
    return answered["took"], answered["responses"]


def ranked(answer: Mapping[str, Any]) -> list[str]:
    """work_ids of an answer, best first, equal scores by work_id; empty for a leg that failed."""
    hits = answer.get("hits", {}).get("hits", [])
    if any(hit["_score"] is None for hit in hits):  # sorted by a field
        return [hit["_id"] for hit in hits]
    return [hit["_id"] for hit in sorted(hits, key=lambda hit: (-hit["_score"], hit["_id"]))]


def _wanted(terms: Terms) -> list[Body]:
    if not terms.text:
        return [{"match_all": {}}]
    if not terms.tokens:  # signs or emoji only: the raw fields know some of them
        return [{"multi_match": {"query": terms.text, "fields": ["title^3", "body"]}}]
    each = [_token(token, typed) for token, typed in terms.tokens.items()]
    return [{"bool": {"should": each, "minimum_should_match": ENOUGH}}]


def _token(token: str, typed: Sequence[str]) -> Body:
    """One token wherever it may stand; tags, brand and category are not tokenised, so the typed word is tried too."""
    fields = [{"term": {"title_tokens": {"value": token, "boost": 3.0}}}, {"term": {"body_tokens": {"value": token}}}]
    values = dict.fromkeys([token, *(word.casefold() for word in typed)])
    fields += [_same(name, value) for name in ("tags", "brand", "category_path") for value in values]
    return {"dis_max": {"queries": fields, "tie_breaker": 0.3}}


def _same(name: str, value: str, *, label: str | None = None) -> Body:
    clause = {"value": value, "case_insensitive": True} | ({"_name": label} if label else {})
    return {"term": {name: clause}}


def _any(clauses: Sequence[Body]) -> Body:
    return {"bool": {"should": list(clauses), "minimum_should_match": 1}}


def _price(asked: Filters) -> list[Body]:
    bounds = {sign: price for sign, price in (("gte", asked.price_min), ("lte", asked.price_max)) if price is not None}
    if not bounds:
        return []
    unknown = {"bool": {"must_not": [{"exists": {"field": "price.currency"}}]}}
    currency = [_any([{"term": {"price.currency": asked.currency}}, unknown])] if asked.currency else []
    return [{"range": {"price.amount": bounds}}, *currency]


def _phrase(words: str, tokens: str) -> Body:
    """The words side by side: as typed (which splits Chinese into characters) or as our tokens."""
    raw = {"multi_match": {"query": words, "type": "phrase", "fields": ["title", "body"]}}
    ours = {"multi_match": {"query": tokens, "type": "phrase", "fields": ["title_tokens", "body_tokens"]}}
    return _any([raw, ours] if tokens else [raw])


def _holds(words: str, tokens: str) -> list[Body]:
    tags = [_same(name, words) for name in ("tags", "brand", "category_path")]
    return [_phrase(words, tokens), *tags]


def _neighbours(field: str, vector: Vector, among: Body, *, k: int, candidates: int) -> Body:
    knn = {"field": field, "query_vector": vector, "k": k, "num_candidates": candidates, "filter": among}
    return {"size": k, "_source": False, "knn": knn}


def _marked(terms: Terms) -> list[Body]:
    """What to mark in the raw text: Chinese tokens as phrases, since `standard` splits them; stems by prefix."""
    fields = ["title", "body"]
    typed = [word for word in terms.words if re.fullmatch(r"[\w-]+", word)]
    phrases = dict.fromkeys((*typed, *terms.tokens))
    clauses: list[Body] = [{"multi_match": {"query": text, "type": "phrase", "fields": fields}} for text in phrases]
    stems = [token for token in terms.tokens if token.isascii() and token.isalpha() and len(token) > 3]
    return clauses + [{"prefix": {name: {"value": stem}}} for stem in stems for name in fields]

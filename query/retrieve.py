"""The bodies that Elasticsearch is sent, built without a client.

One search has up to four legs, sent together: `exact` (whole title, identifiers), `words` (BM25 over our own tokens,
with the facets), `meaning` (neighbours of the text vector) and `picture` (neighbours of the image vector). The
filters hold in every leg. A second round fetches the page that the fused order asks for.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from query import clauses
from query.clauses import Body
from query.terms import Terms

Vector = list[float]

WINDOW = 100  # documents that each leg may bring
CANDIDATES = 200  # nodes of the vector graph looked at per shard: twice the window keeps recall above 0.95
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


def words_leg(terms: Terms, among: Body) -> Body:
    """BM25 over tokens, or what is popular where nothing is searched for; carries the facets."""
    body: Body = {"size": WINDOW, "_source": False, "query": {"bool": {"must": clauses.wanted(terms), **among}}}
    if not terms.text:
        body["sort"] = [{"popularity": {"order": "desc", "missing": "_last"}}, {"work_id": "asc"}]
    return body | {"aggs": facets()}


def exact_leg(terms: Terms, among: Body) -> Body:
    """Documents whose whole title or one of whose identifiers is the query."""
    title = {"term": {"title_key": {"value": terms.title_key, "boost": 2.0, "_name": "exact title"}}}
    named = dict.fromkeys([terms.text, *filter(CODE.fullmatch, terms.words)])
    same = [clauses.same(name, value, label=f"exact {name.split('.')[-1]}") for name in IDENTIFIERS for value in named]
    return {"size": WINDOW, "_source": False, "query": {"bool": {**clauses.any_of([title, *same])["bool"], **among}}}


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
    if marked := clauses.marked(terms):
        fields = {"title": whole, "body": part}
        body["highlight"] = {"encoder": "html", "highlight_query": clauses.any_of(marked), "fields": fields}
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


def _neighbours(field: str, vector: Vector, among: Body, *, k: int, candidates: int) -> Body:
    knn = {"field": field, "query_vector": vector, "k": k, "num_candidates": candidates, "filter": among}
    return {"size": k, "_source": False, "knn": knn}

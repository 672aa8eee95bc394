"""Clauses of the bodies in `query.retrieve`: what must hold, what may stand where, what is marked."""

import re
from collections.abc import Sequence
from typing import Any

from query.parse import Filters
from query.terms import Terms

Body = dict[str, Any]

ENOUGH = "2<67% 6<40%"  # up to two tokens: all; up to six: two thirds; sentences: two in five


def filtered(asked: Filters, terms: Terms, *, duplicates: bool, tenant: str | None = None) -> Body:
    """Clauses of a `bool` that every leg carries; what is private is there for its own tenant alone."""
    lists = {"platforms": asked.platforms, "type": asked.types, "language": asked.langs}
    must = [{"terms": {name: list(values)}} for name, values in lists.items() if values]
    must += [any_of([same("brand", brand) for brand in asked.brands])] if asked.brands else []
    must += _price(asked) + [_phrase(words, tokens) for words, tokens in terms.phrases]
    must_not = [any_of(_holds(words, tokens)) for words, tokens in terms.excluded]
    must_not += [] if duplicates else [{"exists": {"field": "duplicate_of"}}]
    own = {"must_not": [{"term": {"tenant": tenant}}]} if tenant else {}
    must_not.append({"bool": {"filter": [{"exists": {"field": "tenant"}}], **own}})
    return {"filter": must, "must_not": must_not}


def wanted(terms: Terms) -> list[Body]:
    """What a document must have of the query's words to be found at all."""
    if not terms.text:
        return [{"match_all": {}}]
    if not terms.tokens:  # signs or emoji only: the raw fields know some of them
        return [{"multi_match": {"query": terms.text, "fields": ["title^3", "body"]}}]
    each = [_token(token, typed) for token, typed in terms.tokens.items()]
    return [{"bool": {"should": each, "minimum_should_match": ENOUGH}}]


def same(name: str, value: str, *, label: str | None = None) -> Body:
    """The whole value of a field, in any case."""
    clause = {"value": value, "case_insensitive": True} | ({"_name": label} if label else {})
    return {"term": {name: clause}}


def any_of(choices: Sequence[Body]) -> Body:
    """At least one of these."""
    return {"bool": {"should": list(choices), "minimum_should_match": 1}}


def marked(terms: Terms) -> list[Body]:
    """What to mark in the raw text: Chinese tokens as phrases, since `standard` splits them; stems by prefix."""
    fields = ["title", "body"]
    typed = [word for word in terms.words if re.fullmatch(r"[\w-]+", word)]
    phrases = dict.fromkeys((*typed, *terms.tokens))
    found: list[Body] = [{"multi_match": {"query": text, "type": "phrase", "fields": fields}} for text in phrases]
    stems = [token for token in terms.tokens if token.isascii() and token.isalpha() and len(token) > 3]
    return found + [{"prefix": {name: {"value": stem}}} for stem in stems for name in fields]


def _token(token: str, typed: Sequence[str]) -> Body:
    """One token wherever it may stand; tags, brand and category are not tokenised, so the typed word is tried too."""
    fields = [{"term": {"title_tokens": {"value": token, "boost": 3.0}}}, {"term": {"body_tokens": {"value": token}}}]
    values = dict.fromkeys([token, *(word.casefold() for word in typed)])
    fields += [same(name, value) for name in ("tags", "brand", "category_path") for value in values]
    return {"dis_max": {"queries": fields, "tie_breaker": 0.3}}


def _price(asked: Filters) -> list[Body]:
    bounds = {sign: price for sign, price in (("gte", asked.price_min), ("lte", asked.price_max)) if price is not None}
    if not bounds:
        return []
    unknown = {"bool": {"must_not": [{"exists": {"field": "price.currency"}}]}}
    currency = [any_of([{"term": {"price.currency": asked.currency}}, unknown])] if asked.currency else []
    return [{"range": {"price.amount": bounds}}, *currency]


def _phrase(words: str, tokens: str) -> Body:
    """The words side by side: as typed (which splits Chinese into characters) or as our tokens."""
    raw = {"multi_match": {"query": words, "type": "phrase", "fields": ["title", "body"]}}
    ours = {"multi_match": {"query": tokens, "type": "phrase", "fields": ["title_tokens", "body_tokens"]}}
    return any_of([raw, ours] if tokens else [raw])


def _holds(words: str, tokens: str) -> list[Body]:
    tags = [same(name, words) for name in ("tags", "brand", "category_path")]
    return [_phrase(words, tokens), *tags]

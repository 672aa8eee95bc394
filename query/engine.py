"""Searches from beginning to end: read, encode, one `_msearch` of all legs, fuse, one more for the pages.

Many queries share the two requests, and their texts are encoded in one batch.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from query import clauses, meaning, personalise, retrieve
from query.clauses import Body
from query.fuse import Fused, fuse
from query.live import SearchFailed, connect, live, reason
from query.parse import Filters, Query, parse
from query.result import Hit, Result
from query.terms import Terms, analyse
from store import settings

WEIGHTS = {"exact": 3.0, "words": 1.0, "meaning": 1.0, "picture": 1.0}  # exact outweighs a first place in all others
GROUP = 32  # searches in one request: some hundred bodies, a few MB with their vectors


@dataclass(frozen=True)
class Ask:
    """One search: what is typed or shown, by whom, among what; private documents only with their `tenant`."""

    text: str | None = None
    image: bytes | None = None
    user: str | None = None
    filters: Filters = Filters()
    duplicates: bool = False
    tenant: str | None = None


@dataclass
class _Plan:
    """One search on its way, filled round by round."""

    ask: Ask
    query: Query
    terms: Terms
    bodies: dict[str, Body]
    weights: dict[str, float]
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    sent: dict[str, Body] = field(default_factory=dict)
    answers: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    fused: list[Fused] = field(default_factory=list)
    profile: Mapping[str, Any] | None = None


def search_many(asks: Sequence[Ask], *, size: int = 10, index: str | None = None, client: Any = None) -> list[Result]:
    """One result per search, in order; the models are loaded once and used in one batch."""
    from store import elastic, failures

    started = time.perf_counter()
    name = index or settings.alias()
    client = client or connect()
    generation, meta = live(client, name)
    plans, served_ms = _plans(asks, meta), 0
    with failures.plainly():
        for start in range(0, len(plans), GROUP):
            group = plans[start : start + GROUP]
            served_ms += _legs(client, group, generation, profiles=elastic.profiles(name))
            served_ms += _pages(client, group, generation, size)
    taken_ms = (time.perf_counter() - started) * 1000
    shares = [round(ms / max(1, len(plans)), 1) for ms in (taken_ms, served_ms)]
    return [_result(plan, generation, size, *shares) for plan in plans]


def _plans(asks: Sequence[Ask], meta: Mapping[str, Any]) -> list[_Plan]:
    queries = [parse(ask.text or "") for ask in asks]
    meanings = meaning.of_texts([query.text for query in queries], indexed=meta.get("text_model"))
    pictures = [meaning.of_picture(ask.image, indexed=meta.get("image_model")) if ask.image else None for ask in asks]
    return [_plan(*parts) for parts in zip(asks, queries, meanings, pictures)]


def _plan(ask: Ask, query: Query, text: meaning.Meaning, picture: meaning.Meaning | None) -> _Plan:
    terms, asked = analyse(query), query.filters.narrowed(ask.filters)
    among = clauses.filtered(asked, terms, duplicates=ask.duplicates, tenant=ask.tenant)
    bodies: dict[str, Body] = {}
    if terms.text or not (picture and picture.vector):
        bodies["words"] = retrieve.words_leg(terms, among)
    if terms.text:
        bodies["exact"] = retrieve.exact_leg(terms, among)
    if text.vector:
        bodies["meaning"] = retrieve.nearest_leg("text_vector", text.vector, among)
    if picture and picture.vector:
        bodies["picture"] = retrieve.nearest_leg("image_vector", picture.vector, among)
        bodies["picture"] |= {} if "words" in bodies else {"aggs": retrieve.facets()}
    said = [part for part in (text, picture) if part]
    notes, warnings = ([part.note for part in said if part.note], [part.warning for part in said if part.warning])
    weights = WEIGHTS | {"meaning": WEIGHTS["meaning"] * text.weight}
    return _Plan(ask, query, terms, bodies, weights, notes, warnings)


def _legs(client: Any, plans: Sequence[_Plan], generation: str, *, profiles: str) -> int:
    """First round: every leg of every search, and the profiles of their users; milliseconds."""
    asked = [(plan, leg, generation, body) for plan in plans for leg, body in plan.bodies.items()]
    for plan in plans:
        if plan.ask.user:
            asked.append((plan, "profile", profiles, retrieve.profile(plan.ask.user)))
    served_ms = _ask(client, asked)
    for plan in plans:
        if all("error" in plan.answers[leg] for leg in plan.bodies):
            raise SearchFailed(plan.warnings[-1])
        plan.fused = fuse({leg: retrieve.ranked(plan.answers[leg]) for leg in plan.bodies}, plan.weights)
        if plan.ask.user:
            _read_profile(plan)
    return served_ms


def _pages(client: Any, plans: Sequence[_Plan], generation: str, size: int) -> int:
    """Second round: the documents of every page, and how near they are to the user's taste; milliseconds."""
    asked = []
    for plan in plans:
        reach = size + (personalise.CAP if plan.profile else 0)
        plan.fused, ids = plan.fused[:reach], [hit.work_id for hit in plan.fused[:reach]]
        if ids:
            asked.append((plan, "page", generation, retrieve.page(ids, plan.terms)))
        if ids and plan.profile:
            asked.append((plan, "taste", generation, retrieve.taste(plan.profile["taste_vector"], ids)))
    return _ask(client, asked)


def _ask(client: Any, asked: Sequence[tuple[_Plan, str, str, Body]]) -> int:
    served_ms, answers = retrieve.send(client, [(index, body) for _, _, index, body in asked])
    for (plan, name, index, body), answer in zip(asked, answers):
        plan.sent[name], plan.answers[name] = body, answer
        if "error" in answer and name != "profile":
            plan.warnings.append(f"the {name} part of the search failed on {index}: {reason(answer)}")
    return served_ms


def _read_profile(plan: _Plan) -> None:
    answer = plan.answers["profile"]
    found = [hit["_source"] for hit in answer.get("hits", {}).get("hits", [])]
    if found and found[0].get("taste_vector"):
        plan.profile = found[0]
        plan.notes.append(f"the taste of {plan.ask.user} moves a hit by at most {personalise.CAP} places")
    elif "error" in answer:
        plan.warnings.append("no profiles are live yet: run a build; the order is not personal")
    else:
        plan.warnings.append(f"user {plan.ask.user} has no profile: the order is not personal")


def _result(plan: _Plan, generation: str, size: int, took_ms: float, elasticsearch_ms: float) -> Result:
    first = plan.answers.get("words") or plan.answers["picture"]
    counted = first.get("hits", {}).get("total", {}).get("value", 0)
    return Result(
        query=plan.ask.text or "",
        index=generation,
        hits=_hits(plan)[:size],
        facets={name: _counts(facet) for name, facet in first.get("aggregations", {}).items()},
        total=max(counted, len(plan.fused)),
        took_ms=took_ms,
        elasticsearch_ms=elasticsearch_ms,
        legs={leg: len(retrieve.ranked(plan.answers[leg])) for leg in plan.bodies},
        understood=plan.query.understood,
        notes=tuple(plan.notes),
        warnings=tuple(plan.warnings),
        body=plan.sent,
    )


def _counts(facet: Mapping[str, Any]) -> dict[str, int]:
    return {str(bucket["key"]): bucket["doc_count"] for bucket in facet["buckets"]}


def _hits(plan: _Plan) -> list[Hit]:
    pages = {hit["_id"]: hit for hit in plan.answers.get("page", {}).get("hits", {}).get("hits", [])}
    near = plan.answers.get("taste", {}).get("hits", {}).get("hits", [])
    fused = {hit.work_id: hit for hit in plan.fused if hit.work_id in pages}
    moves = personalise.personalise(list(fused), {hit["_id"]: 2 * hit["_score"] - 1 for hit in near})
    return [_hit(plan, rank, move, fused[move.work_id], pages[move.work_id]) for rank, move in enumerate(moves, 1)]


def _hit(plan: _Plan, rank: int, move: personalise.Moved, fused: Fused, found: Mapping[str, Any]) -> Hit:
    exact = plan.answers.get("exact", {}).get("hits", {}).get("hits", [])
    matched = [name for hit in exact if hit["_id"] == fused.work_id for name in hit.get("matched_queries", [])]
    moved = personalise.reason(move, found["_source"], (plan.profile or {}).get("tastes") or [])
    return Hit(
        rank=rank,
        work_id=fused.work_id,
        score=fused.score,
        document=found["_source"],
        legs=fused.ranks,
        highlight={name: parts[0] for name, parts in found.get("highlight", {}).items()},
        moved=move.places,
        reasons=(*matched, *([moved] if moved else [])),
    )

"""Which generation is live, which may be, and which was before: what promote and rollback share."""

from collections.abc import Mapping
from typing import Any

from elasticsearch import Elasticsearch

from jobs import verdict
from jobs.verdict import Signed
from schemas.derive import es_mapping
from schemas.move import MOVE
from store import elastic, failures, settings
from store.cli import TrawlError


class NotPromoted(TrawlError):
    """The aliases stay as they are."""


class AliasTaken(TrawlError):
    """The alias leads to something that is no generation of ours."""


def live(es: Elasticsearch) -> str | None:
    """The generation that people search; AliasTaken where the alias leads to several indices, or to a foreign one."""
    alias = settings.alias()
    found = elastic.live(es, alias)
    if len(found) > 1:
        raise AliasTaken(f"{alias} leads to {', '.join(found)}: take the alias from all but one, then run again")
    for name in found:
        if not is_ours(elastic.mapping(es, name) or {}):
            raise AliasTaken(
                f"{alias} leads to {name}, which is no generation: take the alias from it, or set TRAWL_ALIAS"
            )
    return found[0] if found else None


def meta(es: Elasticsearch, generation: str) -> dict[str, Any]:
    """What a generation says of itself; NotPromoted where it is not complete."""
    found: dict[str, Any] | None = (elastic.mapping(es, generation) or {}).get("_meta")
    if found is None:
        raise NotPromoted(f"{generation} is live and not complete (no _meta): take the alias from it, run jobs.index")
    return found


def is_ours(mapping: Mapping[str, Any]) -> bool:
    """Whether an index was made by jobs.index, finished or not: whatever else has such a name is left alone."""
    return mapping.get("dynamic") == "strict" and "work_id" in mapping.get("properties", {})


def objection(es: Elasticsearch, generation: str) -> str | None:
    """Why a generation may not go live; None when it may."""
    mapping, profiles = elastic.mapping(es, generation), elastic.mapping(es, elastic.profiles(generation))
    if mapping is not None and not is_ours(mapping):
        return "it is an index that jobs.index did not make: rename it, or set TRAWL_ALIAS"
    if mapping is None or profiles is None or "_meta" not in mapping:
        return "it is not complete (no _meta): run jobs.index, then jobs.gate"
    found = verdict.get(generation)
    if found is None:
        return "it has no verdict: run jobs.gate"
    if found.uuid != elastic.uuid(es, generation):
        return "it was built anew after its verdict: run jobs.gate again"
    if found.withdrawn:
        return f"{found.withdrawn.by} went back from it ({found.withdrawn.why}): mend it, then run jobs.gate again"
    if not found.may_go_live:
        failed = ", ".join(check.name for check in found.failed)
        return f"its verdict is negative ({failed}): see {verdict.address(generation)} in the lake"
    return None


def move(es: Elasticsearch, generation: str, *, action: str, key: str, signed: Signed) -> None:
    """Note who moves what, then point both aliases at a generation in one atomic call."""
    alias, before = settings.alias(), live(es)
    row = {"key": key, "moved_at": verdict.now(), "action": action, "generation": generation, "before": before}
    if before != generation:
        elastic.note(es, moves(), key, {**row, "by": signed.by, "why": signed.why}, mapping=es_mapping(MOVE))
    elastic.promote(es, {alias: generation, elastic.profiles(alias): elastic.profiles(generation)})


def moves() -> str:
    """The audit index of what was live."""
    return f"{settings.alias()}-moves"


def moved(es: Elasticsearch, query: Mapping[str, Any]) -> dict[str, Any] | None:
    """The newest move that matches."""
    with failures.plainly():
        order = [{"moved_at": "desc"}, {"key": "desc"}]
        hits = es.search(index=moves(), ignore_unavailable=True, size=1, query=query, sort=order)["hits"]["hits"]
    return dict(hits[0]["_source"]) if hits else None


def before(es: Elasticsearch, generation: str) -> str | None:
    """What was live until this generation was."""
    found = moved(es, {"term": {"generation": generation}})
    return found["before"] if found else None


def previous(es: Elasticsearch, generation: str) -> str:
    """What to go back to: what was live before, else the newest earlier one that may go live; NotPromoted without."""
    earlier = [name for name in elastic.generations(es, settings.alias()) if name < generation]
    for name in filter(None, [before(es, generation), *reversed(earlier)]):
        if objection(es, name) is None:
            return name
    raise NotPromoted("there is no earlier generation that may go live: nothing to go back to")

"""Documents in all, per platform and per type, and per field, against the lake and against the live generation.

There is no upper bound against the live generation: a platform that tells only what is new grows every night.
"""

from collections.abc import Mapping
from typing import Any

from elasticsearch import Elasticsearch

from jobs.checks.night import MODALITIES, Night
from jobs.verdict import Check
from schemas.document import DOCUMENT
from schemas.fields import meta
from schemas.generation import COLUMNS
from store import elastic, failures

DROP = 0.20  # of a platform's or a type's documents from one night to the next; more is an outage, not a clean-up
FEWEST = 20  # of a handful one is already a large share: below this only their end counts
TAIL = 5  # and below this not even that
SHORT = 0.01  # of a field: what a mapping cuts off (`ignore_above`) is not there for `exists`
HALVED = 0.50  # of the share of documents that have a field: more is a reader that no longer finds it
VECTOR_SHARES = {"text": 0.99, "image": 0.90}  # of the documents that have something to embed; pictures may be broken


def check(es: Elasticsearch, generation: str, night: Night, *, refused: int, live: str | None) -> list[Check]:
    """Every count that can be wrong."""
    found, low = elastic.count(es, generation), max(1, night.documents - refused)
    checks = [Check("documents", low <= found <= night.documents, f"{found:,}", f"{low:,} to {night.documents:,}")]
    for label, name, expected in (("platform", "platforms", night.platforms), ("type", "type", night.types)):
        now, before = elastic.tally(es, generation, name), elastic.tally(es, live, name) if live else {}
        for value in sorted({*now, *before, *expected}):
            checks.append(
                group(f"{label} {value}", now.get(value, 0), expected[value], before.get(value), refused=refused)
            )
    have = given(es, generation)
    checks += [fields(have, night, refused=refused), *vectors(have, night)]
    return checks + ([against_live(have, found, given(es, live), elastic.count(es, live))] if live else [])


def group(name: str, seen: int, expected: int, before: int | None, *, refused: int) -> Check:
    """Whether a platform or a type has the lake's documents, and not many fewer than the live generation."""
    least = max(expected - refused, still(before or 0))
    was = "" if before is None else f" (live: {before:,})"
    return Check(name, least <= seen <= expected, f"{seen:,}{was}", f"{least:,} to {max(least, expected):,}")


def still(before: int) -> int:
    """How many of these documents must be there the night after."""
    if before >= FEWEST:
        return round(before * (1 - DROP))
    return 1 if before >= TAIL else 0


def given(es: Elasticsearch, index: str) -> dict[str, int]:
    """By field (properties of objects by dotted name) how many documents have it."""
    exists = {name: exists_query(name) for name in names()}
    with failures.plainly():
        answer = es.search(index=index, size=0, aggs={"fields": {"filters": {"filters": exists}}})
    return {name: bucket["doc_count"] for name, bucket in answer["aggregations"]["fields"]["buckets"].items()}


def exists_query(name: str) -> dict[str, Any]:
    """Documents that have a field, a nested one too."""
    column = DOCUMENT.field(name) if name in DOCUMENT.names else None
    if column is not None and '"nested"' in meta(column, "es"):
        return {"nested": {"path": name, "query": {"match_all": {}}}}
    return {"exists": {"field": name}}


def names() -> list[str]:
    """Every indexed field; of a list of objects the list as a whole."""
    found = []
    for column in (column for column in COLUMNS if meta(column, "es")):
        parts = [f"{column.name}.{part.name}" for part in column.type] if str(column.type).startswith("struct") else []
        found += parts or [column.name]
    return found


def fields(have: Mapping[str, int], night: Night, *, refused: int) -> Check:
    """Whether every field is in as many documents as in the lake."""
    least = {name: count - refused - int(count * SHORT) for name, count in night.fields.items()}
    short = {name: have.get(name, 0) for name, count in least.items() if have.get(name, 0) < count}
    seen = ", ".join(f"{name} {count:,} of {night.fields[name]:,}" for name, count in sorted(short.items())[:5])
    return Check("fields", not short, seen or f"all {len(night.fields)}", "each in as many documents as in the lake")


def vectors(have: Mapping[str, int], night: Night) -> list[Check]:
    """Whether what can be embedded has a vector."""
    checks = []
    for name in MODALITIES:
        seen, can = have[f"{name}_vector"], night.fields[f"{name}_hash"]
        least = int(can * VECTOR_SHARES[name])
        wanted = f"at least {least:,} of {can:,} that can have one"
        checks.append(Check(f"{name} vectors", seen >= least, f"{seen:,}", wanted))
    return checks


def against_live(have: Mapping[str, int], total: int, had: Mapping[str, int], before: int) -> Check:
    """Whether no field has been lost on the way from one night to the next."""
    lost = [
        f"{name} {have[name]:,} of {total:,} (live: {count:,} of {before:,})"
        for name, count in had.items()
        if count >= FEWEST and have[name] / max(1, total) < HALVED * count / before
    ]
    return Check("fields against live", not lost, ", ".join(lost[:5]) or "none lost", "no share of documents halved")

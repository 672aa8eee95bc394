"""The verdict on a generation: what was checked, what was seen and what was wanted, and who let it through all the same."""

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from elasticsearch import Elasticsearch

from schemas.derive import es_mapping
from schemas.verdict import VERDICT
from store import elastic, failures, objects, settings

SHOWN = {True: "ok", False: "FAILED", None: "-"}


@dataclass(frozen=True)
class Check:
    """One thing looked at; `passed` is None where there was nothing to check with."""

    name: str
    passed: bool | None
    seen: str
    wanted: str


@dataclass(frozen=True)
class Signed:
    """Who overruled the gate, and why."""

    by: str
    why: str


def now() -> str:
    """This moment as verdicts and moves tell it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True)
class Verdict:
    """All checks of one generation; `uuid` is the index they were made on.

    `forced` lets it through in spite of them, `withdrawn` (by a roll-back) keeps it out in spite of them.
    """

    generation: str
    uuid: str
    date: str
    live: str | None
    checks: list[Check]
    losers: list[dict[str, Any]]
    forced: Signed | None = None
    withdrawn: Signed | None = None
    judged_at: str = field(default_factory=now)

    @property
    def passed(self) -> bool:
        """No check failed."""
        return not self.failed

    @property
    def failed(self) -> list[Check]:
        """The checks that say no."""
        return [check for check in self.checks if check.passed is False]

    @property
    def may_go_live(self) -> bool:
        """Passed, or forced by somebody who gave a reason; and not withdrawn since."""
        return (self.passed or self.forced is not None) and self.withdrawn is None


def address(generation: str) -> str:
    """Where the lake keeps the verdict."""
    return f"verdicts/{generation}.json"


def put(es: Elasticsearch, verdict: Verdict) -> str:
    """Keep the verdict in the lake and, one row per judgement, in the index `<alias>-verdicts`; its path in the lake."""
    row = {**asdict(verdict), "passed": verdict.passed}
    objects.put_bytes(address(verdict.generation), json.dumps(row, indent=1, ensure_ascii=False).encode())
    key = f"{verdict.generation}@{verdict.judged_at}"
    elastic.note(es, f"{settings.alias()}-verdicts", key, row, mapping=es_mapping(VERDICT))
    return address(verdict.generation)


def get(generation: str) -> Verdict | None:
    """The newest verdict on a generation, or None where the gate has not run."""
    raw = objects.get_bytes(address(generation))
    if raw is None:
        return None
    row = json.loads(raw)
    del row["passed"]
    signatures = {name: Signed(**row[name]) if row[name] else None for name in ("forced", "withdrawn")}
    return Verdict(**{**row, **signatures, "checks": [Check(**check) for check in row["checks"]]})


def newest(es: Elasticsearch, date: str) -> Verdict | None:
    """The newest verdict on any generation of a night, or None where the gate has judged none."""
    with failures.plainly():
        hits = es.search(
            index=f"{settings.alias()}-verdicts",
            ignore_unavailable=True,
            size=1,
            query={"term": {"date": date}},
            sort=[{"judged_at": {"order": "desc", "unmapped_type": "date"}}],
            source={"includes": ["generation"]},
        )["hits"]["hits"]
    return get(hits[0]["_source"]["generation"]) if hits else None


def withdraw(es: Elasticsearch, generation: str, signed: Signed) -> None:
    """Keep a generation from going live again; nothing where it has no verdict."""
    found = get(generation)
    if found is not None and found.withdrawn is None:
        put(es, replace(found, withdrawn=signed, judged_at=now()))


def table(verdict: Verdict) -> str:
    """The verdict for a person."""
    width = max(len(check.name) for check in verdict.checks)
    lines = [f"{'check':<{width}}  result  seen  (wanted)"]
    lines += [f"{c.name:<{width}}  {SHOWN[c.passed]:<6}  {c.seen}  ({c.wanted})" for c in verdict.checks]
    for row in verdict.losers:
        was = "" if row["live_ndcg10"] is None else f", live {row['live_ndcg10']:.3f}"
        lines.append(f"  {row['source']}: nDCG@10 {row['ndcg10']:.3f}{was}: {row['query']}")
    forced = f", forced by {verdict.forced.by}: {verdict.forced.why}" if verdict.forced else ""
    return "\n".join([*lines, f"{verdict.generation}: {'passed' if verdict.passed else 'not passed'}{forced}"])

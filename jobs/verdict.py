"""The verdict on a generation: what was checked, what was seen and what was wanted."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from elasticsearch import Elasticsearch

from store import elastic, lake, settings

SHOWN = {True: "ok", False: "FAILED", None: "-"}


@dataclass(frozen=True)
class Check:
    """One thing looked at; `passed` is None where there was nothing to check with."""

    name: str
    passed: bool | None
    seen: str
    wanted: str


@dataclass(frozen=True)
class Verdict:
    """All checks of one generation; `uuid` is the index they were made on, `forced` the reason given by --force."""

    generation: str
    uuid: str
    date: str
    live: str | None
    checks: list[Check]
    losers: list[dict[str, Any]]
    forced: str | None

    @property
    def passed(self) -> bool:
        """No check failed."""
        return all(check.passed is not False for check in self.checks)

    @property
    def may_go_live(self) -> bool:
        """Passed, or forced by somebody who gave a reason."""
        return self.passed or self.forced is not None


def address(generation: str) -> str:
    """Where the lake keeps the verdict."""
    return f"verdicts/{generation}.json"


def put(es: Elasticsearch, verdict: Verdict) -> str:
    """Keep the verdict in the lake and, for analysts, in the index `<alias>-verdicts`; its path in the lake."""
    row = {**asdict(verdict), "passed": verdict.passed}
    lake.put_bytes(address(verdict.generation), json.dumps(row, indent=1, ensure_ascii=False).encode())
    elastic.note(es, f"{settings.alias()}-verdicts", verdict.generation, row)
    return address(verdict.generation)


def get(generation: str) -> Verdict | None:
    """The verdict on a generation, or None where the gate has not run."""
    raw = lake.get_bytes(address(generation))
    if raw is None:
        return None
    row = json.loads(raw)
    del row["passed"]
    return Verdict(**{**row, "checks": [Check(**check) for check in row["checks"]]})


def table(verdict: Verdict) -> str:
    """The verdict for a person."""
    width = max(len(check.name) for check in verdict.checks)
    lines = [f"{'check':<{width}}  result  seen  (wanted)"]
    lines += [f"{c.name:<{width}}  {SHOWN[c.passed]:<6}  {c.seen}  ({c.wanted})" for c in verdict.checks]
    for row in verdict.losers:
        was = "" if row["live_ndcg10"] is None else f", live {row['live_ndcg10']:.3f}"
        lines.append(f"  nDCG@10 {row['ndcg10']:.3f}{was}: {row['query']}")
    forced = f", forced: {verdict.forced}" if verdict.forced else ""
    return "\n".join([*lines, f"{verdict.generation}: {'passed' if verdict.passed else 'not passed'}{forced}"])

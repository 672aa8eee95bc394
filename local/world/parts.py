"""Some hundred neighbouring works as lines of files: what one process makes at a time."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import orjson

from local.world import truth
from local.world.edits import published
from local.world.plan import Plan
from local.world.works import Work, work

PART = 500  # works
TRUTHS = ("works", "duplicates", "labels")


@dataclass
class Part:
    """What is said by and of the works of one part; nothing that comes after it lies before `settled_s`."""

    settled_s: float
    lines: list[tuple[str, int, int, bytes]] = field(default_factory=list)  # platform, second, work, JSON line
    rows: dict[str, list[bytes]] = field(default_factory=lambda: {name: [] for name in TRUTHS})
    counts: Counter[str] = field(default_factory=Counter)
    answers: list[truth.Answer] = field(default_factory=list)


def part_of(plan: Plan, first: int) -> Part:
    """The part that begins with work `first`."""
    last = min(first + PART, plan.total)
    part = Part(plan.earliest_s(last) if last < plan.total else float("inf"))
    for number in range(first, last):
        _add(part, plan, work(plan, number))
    part.counts["works"] = last - first
    return part


def _add(part: Part, plan: Plan, made: Work) -> None:
    records = []
    for appearance, time_s in zip(published(plan, made), made.times_s):
        part.lines.append((appearance["platform"], time_s, made.number, _line(appearance)))
        part.counts[appearance["platform"]] += 1
        part.counts["pictures"] += len(appearance["pictures"])
        records.append(truth.record_id(appearance))
    labels = list(truth.label_rows(plan, made, records))
    part.rows["works"].append(_line(truth.work_row(made, records)))
    part.rows["labels"] += map(_line, labels)
    part.counts["labels"] += len(labels)
    if made.original is not None:
        part.rows["duplicates"].append(_line(truth.duplicate_row(plan, made)))
        part.counts["duplicates"] += 1
    if truth.is_asked_about(plan, made):
        part.answers.append((made, records))


def _line(row: dict[str, Any]) -> bytes:
    return orjson.dumps(row) + b"\n"

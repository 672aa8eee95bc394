"""Golden queries: how well a generation answers them, asked through the users' own door.

A golden file holds one JSON object per line: `query`, and `grades` from record_id to 0..3. A hit counts with the best
grade among its records; near-duplicates (documents of one family) count once, in the ideal and in the answer.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from models.metrics import ndcg
from store.cli import TrawlError

SIZE = 10
TIMEOUT_S = 900


class GoldenFailed(TrawlError):
    """The golden queries could not be asked."""


@dataclass(frozen=True)
class Golden:
    """One query and the grades of the records that answer it."""

    query: str
    grades: Mapping[str, int]


def read(path: Path) -> list[Golden]:
    """The queries of a golden file; GoldenFailed names the line that is not one."""
    found = list[Golden]()
    for number, line in enumerate(path.read_text().splitlines(), 1):
        try:
            row = json.loads(line)
            found.append(Golden(row["query"], row["grades"]))
        except (ValueError, KeyError, TypeError) as error:
            raise GoldenFailed(f"{path}, line {number} is not a golden query ({error!r}): correct it") from error
    return found


def ask(path: Path, *generations: str) -> list[list[list[dict[str, Any]]]]:
    """Per generation the hits of every query of a file, best first, from one `python -m query`."""
    named = [word for generation in generations for word in ("--index", generation)]
    command = [sys.executable, "-m", "query", "--batch", str(path), *named, "--json", "--size", str(SIZE)]
    told = f"golden queries on {' and '.join(generations)}"
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise GoldenFailed(f"{told} took longer than {TIMEOUT_S} s") from error
    if done.returncode:
        raise GoldenFailed(f"{told} failed: {' '.join(done.stderr.strip().splitlines()[-1:])}")
    hits = [json.loads(line)["hits"] for line in done.stdout.splitlines() if line.strip()]
    size = len(hits) // len(generations)
    return [hits[place * size : (place + 1) * size] for place in range(len(generations))]


def scores(
    queries: Sequence[Golden], answers: Sequence[Sequence[Mapping[str, Any]]], families: Mapping[str, str]
) -> dict[str, float]:
    """nDCG@10 by query; a query none of whose graded records is in `families` (record_id to family) is left out."""
    if len(queries) != len(answers):
        raise GoldenFailed(f"{len(queries)} golden queries got {len(answers)} answers")
    rated = zip(queries, answers, strict=True)
    return {q.query: score(q.grades, hits, families) for q, hits in rated if families.keys() & q.grades.keys()}


def score(grades: Mapping[str, int], hits: Sequence[Mapping[str, Any]], families: Mapping[str, str]) -> float:
    """nDCG@10 of one answer."""
    best: dict[str, int] = {}
    for record in families.keys() & grades.keys():
        family = families[record]
        best[family] = max(best.get(family, 0), grades[record])
    seen, gains = set[str](), list[int]()
    for hit in hits:
        graded = [(families.get(record, record), grades[record]) for record in hit["record_ids"] if record in grades]
        gains.append(max((grade for family, grade in graded if family not in seen), default=0))
        seen |= {family for family, _ in graded}
    return ndcg(gains, list(best.values()), SIZE)


def mean(found: Mapping[str, float]) -> float:
    """Mean over the queries; 0 where none could be rated."""
    return fmean(found.values()) if found else 0.0


def losers(found: Mapping[str, float], before: Mapping[str, float], count: int = 3) -> list[dict[str, Any]]:
    """The queries that lost most against the live generation, then those that score least."""
    worst = sorted(found, key=lambda query: (found[query] - before.get(query, found[query]), found[query], query))
    return [{"query": query, "ndcg10": found[query], "live_ndcg10": before.get(query)} for query in worst[:count]]

"""Golden queries: how well a generation answers them, asked through the users' own door.

A golden file holds one JSON object per line: `query`, and `grades` from record_id to 0..3. A hit counts with the best
grade among its records; near-duplicates (documents of one family) count once, in the ideal and in the answer.
"""

import json
import subprocess
import sys
import tempfile
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


@dataclass(frozen=True, eq=False)
class Golden:
    """One query and the grades of the records that answer it; `source` is file or clicks."""

    query: str
    grades: Mapping[str, int]
    source: str = "file"


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


def ask(queries: Sequence[Golden], *generations: str) -> list[list[list[dict[str, Any]]]]:
    """Per generation the hits of every query, best first, from one `python -m query`."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        file.writelines(json.dumps({"query": query.query}, ensure_ascii=False) + "\n" for query in queries)
        file.flush()
        hits = _hits(file.name, generations)
    size = len(queries)
    if len(hits) != size * len(generations):
        raise GoldenFailed(f"{size * len(generations)} golden queries got {len(hits)} answers")
    return [hits[place * size : (place + 1) * size] for place in range(len(generations))]


def _hits(path: str, generations: Sequence[str]) -> list[list[dict[str, Any]]]:
    named = [word for generation in generations for word in ("--index", generation)]
    command = [sys.executable, "-m", "query", "--batch", path, *named, "--json", "--size", str(SIZE)]
    told = f"golden queries on {' and '.join(generations)}"
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise GoldenFailed(f"{told} took longer than {TIMEOUT_S} s") from error
    if done.returncode:
        raise GoldenFailed(f"{told} failed: {' '.join(done.stderr.strip().splitlines()[-1:])}")
    return [json.loads(line)["hits"] for line in done.stdout.splitlines() if line.strip()]


def scores(
    queries: Sequence[Golden], answers: Sequence[Sequence[Mapping[str, Any]]], families: Mapping[str, str]
) -> dict[Golden, float]:
    """nDCG@10 by query; a query none of whose graded records is in `families` (record_id to family) is left out."""
    rated = zip(queries, answers, strict=True)
    return {
        query: score(query.grades, hits, families) for query, hits in rated if families.keys() & query.grades.keys()
    }


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


def mean(found: Mapping[Golden, float]) -> float:
    """Mean over the queries; 0 where none could be rated."""
    return fmean(found.values()) if found else 0.0


def losers(found: Mapping[Golden, float], before: Mapping[Golden, float], count: int = 10) -> list[dict[str, Any]]:
    """The queries that lost most against the live generation, then those that score least."""
    worst = sorted(found, key=lambda query: (found[query] - before.get(query, found[query]), found[query], query.query))
    return [
        {"source": one.source, "query": one.query, "ndcg10": found[one], "live_ndcg10": before.get(one)}
        for one in worst[:count]
    ]

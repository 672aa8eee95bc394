"""How fast and how well near-duplicates are found: the functions of jobs.dedup, whole, in Spark on local[2].

Made-up articles with planted copies (bench/articles.py) are put into a lake of their own and deduplicated as a night's are, from
reading the records to who is whose duplicate; writing the documents out again is left out. Rates are of a warm session;
the first run's time is printed too. FOLDER holds files NAME.train (a text per line, its id first) and NAME.truth (two ids
per line): then precision, recall and f1 are those of its files together. The last line is one JSON object.
"""

import argparse
import json
import math
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from bench import articles, dedup_peers, tree
from bench.articles import DATE
from jobs import dedup, media_linking
from models import minhash
from store import cli, lake, spark

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SIZES, SEED = (100_000, 1_000_000), 7
KERNEL_DOCS = 20_000
BIG = {"TRAWL_SPARK_MASTER": "local[2]", "TRAWL_SPARK_MEMORY": "4g"}  # the default heap is for thousands, not a million


@dataclass(frozen=True)
class Run:
    """Wall seconds, and seconds of CPU of all processes: on a machine shared with others these tell more."""

    seconds: float
    cpu_s: float


@dataclass(frozen=True)
class Quality:
    """Pairs that are right, pairs found, pairs there are."""

    right: int
    found: int
    true: int

    def figures(self) -> dict[str, float]:
        precision, recall = self.right / max(self.found, 1), self.right / max(self.true, 1)
        f1 = 2 * self.right / max(self.found + self.true, 1)
        return {"f1": round(f1, 4), "precision": round(precision, 4), "recall": round(recall, 4)}


def main() -> None:
    style = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("bench.dedup", description=__doc__, formatter_class=style)
    parser.add_argument("folder", type=Path, nargs="?", help="files *.train and *.truth")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="made-up articles, ascending")
    args = parser.parse_args()
    os.environ.update(BIG)
    with tempfile.TemporaryDirectory(prefix="trawl-bench-") as scratch, tree.peak_memory() as peak:
        kernel = kernel_rate()
        started = time.monotonic()
        session = spark.session("bench")
        print(f"session: {time.monotonic() - started:.1f} s", flush=True)
        runs = [made(session, size, Path(scratch, str(size))) for size in args.sizes]
        given = folder(session, args.folder, Path(scratch)) if args.folder else runs[-1][1]
        used = peak()
        peers = compared(session, min(args.sizes))
    few, many = runs[0][0], runs[-1][0]
    figures = {
        "docs_per_s": round(args.sizes[-1] / many.seconds, 1),
        "docs_per_cpu_s": round(args.sizes[-1] / many.cpu_s, 1),
        "kernel_docs_per_s": round(kernel, 1),
        **given.figures(),
        "planted_f1": runs[-1][1].figures()["f1"],
        "growth": round(many.seconds / few.seconds, 2),
        "n_log_n": round(_n_log_n(args.sizes[-1]) / _n_log_n(args.sizes[0]), 2),
        "peers": {name: measured["docs_per_s"] for name, measured in peers.items()},
        "peak_mb": round(used),
    }
    print(json.dumps(figures))


def _n_log_n(size: int) -> float:
    return size * math.log(size)


def kernel_rate() -> float:
    """Sketches per second on one core, the best of three."""
    texts = pa.array([articles.article(SEED, family, 0) for family in range(KERNEL_DOCS)])
    none, seeds = pa.nulls(len(texts), pa.string()), np.zeros(len(texts), np.uint64)
    minhash.sketches(none[:1], texts[:1], seeds[:1])
    best = min(_timed(lambda: minhash.sketches(none, texts, seeds)) for _ in range(3))
    print(f"kernel: {len(texts) / best:,.0f} docs/s, {texts.nbytes / best / 1e6:,.0f} MB/s on one core", flush=True)
    return len(texts) / best


def _timed(work: Callable[[], object]) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started


def made(session: "SparkSession", size: int, home: Path) -> tuple[Run, Quality]:
    """A warm run over so many made-up articles, and what it found."""
    os.environ["TRAWL_HOME"] = str(home)
    count = articles.write(size, SEED)
    print(f"{count:,} articles made", flush=True)
    cold, _ = run(session)
    taken, found = run(session)
    quality = planted(found, size)
    print(
        f"{count:,}: first {cold.seconds:.1f} s, then {taken.seconds:.1f} s of {taken.cpu_s:.1f} s of CPU, "
        f"{count / taken.seconds:,.0f} docs/s, {quality.figures()}",
        flush=True,
    )
    return taken, quality


def run(session: "SparkSession") -> tuple[Run, pa.Table]:
    """What jobs.dedup finds in the lake, and what it took."""
    records = lake.partition("records", platform="made", date=DATE)
    merged = lake.partition("documents", step="merge", date=DATE)
    started, used = time.monotonic(), tree.cpu_seconds()
    found = dedup.duplicates(session, [records], merged, media_linking.fingerprints([records]))
    return Run(time.monotonic() - started, tree.cpu_seconds() - used), found


def planted(found: pa.Table, size: int) -> Quality:
    """Pairs of one found family against pairs of one planted family (made:FAMILY-COPY)."""
    families, copies = articles.plan(size, SEED)
    survivor = dict(zip(found["work_id"].to_pylist(), found["duplicate_of"].to_pylist(), strict=True))
    names = [f"made:{family}-{copy}" for family, copy in zip(families.tolist(), copies.tolist(), strict=True)]
    roots = [survivor.get(name, name) for name in names]
    both = Counter(zip(roots, families.tolist(), strict=True))
    return Quality(*(_pairs(counts) for counts in (both, Counter(roots), Counter(families.tolist()))))


def _pairs(counts: Mapping[Any, int]) -> int:
    return sum(count * (count - 1) // 2 for count in counts.values())


def folder(session: "SparkSession", path: Path, home: Path) -> Quality:
    """What is found of the pairs that the folder names, all its files together."""
    files = sorted(path.glob("*.train"))
    if not files:
        raise cli.TrawlError(f"{path} holds no *.train: a text per line, its id first, with a *.truth beside it")
    each = [one_file(session, file, Path(home, file.stem)) for file in files]
    return Quality(*(sum(numbers) for numbers in zip(*((q.right, q.found, q.true) for q in each), strict=True)))


def one_file(session: "SparkSession", file: Path, home: Path) -> Quality:
    os.environ["TRAWL_HOME"] = str(home)
    rows = [line.split(maxsplit=1) for line in file.read_text(errors="replace").splitlines() if line.strip()]
    articles.put(iter([([row[0] for row in rows], [row[1] if len(row) > 1 else "" for row in rows])]), len(rows))
    truth = {
        tuple(sorted(line.split())) for line in file.with_suffix(".truth").read_text().splitlines() if line.strip()
    }
    members: dict[str, list[str]] = {}
    for row in run(session)[1].to_pylist():
        members.setdefault(row["duplicate_of"], [row["duplicate_of"]]).append(row["work_id"])
    found = {tuple(sorted((a, b))) for own in members.values() for a in own for b in own if a < b}
    quality = Quality(len(found & truth), len(found), len(truth))
    print(f"{file.name}: {len(rows):,} texts, {quality.figures()}", flush=True)
    return quality


def compared(session: "SparkSession", size: int) -> dict[str, dict[str, float]]:
    """The peers on the first made-up articles."""
    families, copies = (column[: dedup_peers.DATASKETCH_MOST] for column in articles.plan(size, SEED))
    texts = [articles.article(SEED, *both) for both in zip(families.tolist(), copies.tolist(), strict=True)]
    apart = [(n, n + gap) for gap in range(1, articles.MOST_COPIES + 1) for n in range(len(texts) - gap)]
    pairs = np.array([(a, b) for a, b in apart if families[a] == families[b]], np.int64).reshape(-1, 2)
    peers = dedup_peers.rates(session, texts, lambda most: dedup_peers.cut(pairs, most))
    for name, measured in peers.items():
        print(f"{name:<20}{measured}", flush=True)
    return peers


if __name__ == "__main__":
    cli.run(main)

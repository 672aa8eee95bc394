"""Records of all platforms to deduplicated documents: align, match, merge and dedup of one night, step by step.

A made-up world of about --records records is crawled from the stand-in platforms first, which is not counted. Every
step is the public command in a process of its own. The last line is one JSON object: records per second and CPU seconds
of each step, seconds of all four, the peak of all processes of a step in MB, pairwise F1 of the works against the world's
truth, and of the edges by text alone how sure they were and how many were true (`ece` is the expected calibration error in ten
bins, `brier` the mean square of chance less truth). With --learn jobs.train_matcher runs first, uncounted.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pyarrow as pa

from bench import stand_in, tree
from jobs import platforms
from local.stand_in import TENANT, platform_environment, show
from local.world import World
from schemas.work import WORK
from store import cli, lake, settings

STEPS = ("align", "match", "merge", "dedup")
RECORDS_PER_WORK = 1.77
MEMORY = "6g"
CRAWLED = "crawled"  # a file that says so


def main() -> None:
    parser = argparse.ArgumentParser(
        "bench.integrate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=50_000, help="about so many (50000)")
    parser.add_argument("--seed", type=int, default=29, help="another world (29)")
    parser.add_argument("--folder", type=Path, help="where a world is made and crawled, or was before (a new one)")
    parser.add_argument("--learn", action="store_true", help="let match use what jobs.train_matcher learns")
    args = parser.parse_args()
    os.environ.setdefault("TRAWL_SPARK_MEMORY", MEMORY)
    with tempfile.TemporaryDirectory(prefix="trawl-bench-") as scratch:
        folder = args.folder or Path(scratch)
        if not (folder / CRAWLED).exists():
            crawl(folder, args.records, args.seed)
        print(json.dumps(measured(folder, learn=args.learn)))


def crawl(folder: Path, records: int, seed: int) -> None:
    """Make a world and crawl its first night."""
    home, path = folder / "home", folder / "world"
    works = max(120, round(records / RECORDS_PER_WORK))
    run("local.world", str(path), "--works", str(works), "--seed", str(seed), "--days", "3")
    world, date = World(path), World(path).day0.isoformat()
    os.environ["TRAWL_HOME"] = str(home)
    with stand_in.platforms(home, path) as url:
        show(url, world, 0, home)
        os.environ.update(platform_environment(url, home))
        for name in cli.progress(platforms.names(), total=len(platforms.names()), unit="platforms crawled"):
            run("jobs.crawl", "--date", date, "--platform", name)
    (folder / CRAWLED).touch()


def measured(folder: Path, *, learn: bool = False) -> dict[str, object]:
    """The figures of one night of a world that was crawled."""
    world = World(folder / "world")
    date = world.day0.isoformat()
    os.environ |= {"TRAWL_HOME": str(folder / "home"), "TRAWL_TENANT": settings.tenant() or TENANT}
    taken = {"align": tree.job("align", "--date", date)}
    if learn:
        tree.job("train_matcher", "--date", date)
    taken |= {name: tree.job(name, "--date", date) for name in STEPS[1:]}
    matched = lake.read(lake.partition("works", date=date), WORK, columns=["record_id", "work_id", "evidence"])
    work_of = dict(zip(*(matched[name].to_pylist() for name in ("record_id", "work_id")), strict=True))
    rate = {name: round(len(matched) / figures.seconds, 1) for name, figures in taken.items()}
    total, peak = sum(figures.seconds for figures in taken.values()), max(figures.peak_mb for figures in taken.values())
    return {
        **{"records": len(matched), "records_per_s": rate, "total_s": round(total, 1), "peak_mb": round(peak, 1)},
        "cpu_s": {name: round(figures.cpu_s, 1) for name, figures in taken.items()},
        "works_f1": round(f1(work_of, world), 4),
        "text": reliability(text_edges(matched, world)),
    }


def run(module: str, *words: str) -> None:
    """A command that is not measured; its own messages are for failures alone."""
    done = subprocess.run([sys.executable, "-m", module, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if done.returncode:
        raise cli.TrawlError(f"python -m {module} {' '.join(words)} failed: {done.stderr.decode()[-500:]}")


def f1(work_of: dict[str, str], world: World) -> float:
    """Pairwise F1 of the works against the truth, over the records that were crawled."""
    found, truth = defaultdict[str, list[str]](list), list[list[str]]()
    for record_id, work_id in work_of.items():
        found[work_id].append(record_id)
    for row in world.truth("works"):
        truth.append([record_id for record_id in row["records"] if record_id in work_of])
    pairs = [{pair for one in works for pair in combinations(sorted(one), 2)} for works in (found.values(), truth)]
    return 2 * len(pairs[0] & pairs[1]) / max(1, len(pairs[0]) + len(pairs[1]))


def text_edges(works: pa.Table, world: World) -> list[tuple[float, bool]]:
    """Chance and truth of each pair that text alone joined."""
    true_work = {record_id: row["work"] for row in world.truth("works") for record_id in row["records"]}
    return [
        (why["score"], true_work[row["record_id"]] == true_work[why["other_id"]])
        for row in works.to_pylist()
        for why in row["evidence"]
        if why["kind"] == "text" and row["record_id"] < why["other_id"]
    ]


def reliability(edges: Sequence[tuple[float, bool]], bins: int = 10) -> dict[str, float]:
    """How many pairs, how many of them true, their mean chance, ece and brier.

    Source  Guo et al., On calibration of modern neural networks (2017); Brier (1950).
    """
    chance, truth = (np.array(side, np.float64) for side in zip(*edges, strict=True)) if edges else (np.zeros(0),) * 2
    place = np.minimum((chance * bins).astype(int), bins - 1)
    apart = np.abs(np.bincount(place, chance - truth, minlength=bins)).sum() / max(1, len(chance))
    means = {"chance": chance.mean(), "brier": ((chance - truth) ** 2).mean()} if edges else {}
    found = {"true": int(truth.sum()), "ece": apart, **means}
    return {"edges": len(edges), **{name: round(float(value), 5) for name, value in found.items()}}


if __name__ == "__main__":
    cli.run(main)

"""How fast a platform is crawled into the archive and into Parquet, beside Scrapy, and how fast Spark aligns it.

FOLDER holds a made-up world (`python -m local.world FOLDER --works 150000`); without one it is made. The stand-in server
shares the machine, its limits are off. `records_per_s` counts the whole of `jobs.crawl` (every page on disk before it is
counted) and of reading its pages into Parquet, one reader per core; Scrapy, in its one process, does the same through the same
adapter. Align then folds this platform's night and those of ALIGNED: cold, in a JVM of its own whose start counts, and warm,
as in a night of many steps; `align_repeats` is the share of its records that are repeats. The last line is one JSON object.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from bench import stand_in
from local import spark
from local.stand_in import platform_environment
from local.world import World
from store import cli, lake, ledger, settings

WORKS, SEED = 150_000, 7
PLATFORM = "jd"  # an API with pages of 50
ALIGNED = ("weibo", "taobao", "youtube")
TIMES = 8  # walks over the same items in one crawl, so that starting a process weighs little


@dataclass(frozen=True)
class Run:
    """Wall seconds and peak memory of one command."""

    seconds: float
    peak_mb: float


def main() -> None:
    style = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("bench.crawl", description=__doc__, formatter_class=style)
    parser.add_argument("folder", type=Path, nargs="?", help="a world made by `python -m local.world`")
    parser.add_argument("--platform", default=PLATFORM, help=f"what is crawled ({PLATFORM})")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="trawl-bench-") as scratch:
        os.environ["TRAWL_HOME"] = scratch
        folder = args.folder or _made(Path(scratch, "world"))
        with stand_in.platforms(Path(scratch), folder) as url:
            aim(url)
            figures = measured(args.platform, World(folder).day0.isoformat(), Path(scratch))
    for name, value in figures.items():
        print(f"{name:<24}{value:>12,.2f}")
    print(json.dumps(figures))


def _made(folder: Path) -> Path:
    timed("local.world", str(folder), "--works", str(WORKS), "--seed", str(SEED))
    return folder


def aim(url: str) -> None:
    """Send every crawl there, as fast as it can."""
    os.environ.update(platform_environment(url))
    rates = (name for name in os.environ if name.startswith("TRAWL_") and name.endswith("_RATE"))
    os.environ.update(dict.fromkeys(rates, "1000000"))


def measured(platform: str, night: str, home: Path) -> dict[str, float]:
    """The figures of one platform and night."""
    words = ("--platform", platform, "--date", night)
    os.environ[f"TRAWL_{platform.upper()}_TARGETS"] = ",".join(map(str, range(1, TIMES + 1)))
    peer = timed("bench.scrapy_peer", *words, "--out", str(home / "scrapy"))
    crawled = timed("jobs.crawl", *words)
    read = timed("bench.rows", *words, "--out", str(home / "rows"))
    records, peers = (
        sum(pq.read_metadata(f).num_rows for f in (home / n).glob("*.parquet")) for n in ("rows", "scrapy")
    )
    if records != peers:
        raise cli.TrawlError(f"Scrapy read {peers:,} records and we {records:,}: they did not do the same work")
    for other in ALIGNED:
        timed("jobs.crawl", "--platform", other, "--date", night)
    cold, warm = timed("jobs.align", "--date", night), warm_align(night)
    own, *others = (
        lake.must(lake.partition("records", platform=name, date=night)).rows for name in (platform, *ALIGNED)
    )
    read_again = records + sum(others)  # of this platform every item was read several times
    pages = next(row["counts"]["pages"] for row in ledger.summary(night) if row["step"] == "crawl")
    figures = {
        "records": records,
        "pages": pages,
        "records_per_s": records / (crawled.seconds + read.seconds),
        "peer_records_per_s": peers / peer.seconds,
        "ratio": peer.seconds / (crawled.seconds + read.seconds),
        "crawl_s": crawled.seconds,
        "rows_s": read.seconds,
        "peer_s": peer.seconds,
        "peak_mb": max(crawled.peak_mb, read.peak_mb),
        "peer_peak_mb": peer.peak_mb,
        "aligned": read_again,
        "align_repeats": (records - own) / read_again,
        "align_s": warm.seconds,
        "align_records_per_s": read_again / warm.seconds,
        "align_cold_s": cold.seconds,
        "align_cold_records_per_s": read_again / cold.seconds,
    }
    return {name: round(value, 2) for name, value in figures.items()}


def warm_align(night: str) -> Run:
    """Align in the server that the steps of a night share, which has aligned once before (docs/decisions/0006)."""
    os.environ["TRAWL_SPARK_MASTER"] = spark.start()
    try:
        timed("jobs.align", "--date", night)
        return timed("jobs.align", "--date", night)
    finally:
        spark.stop()
        del os.environ["TRAWL_SPARK_MASTER"]


def timed(module: str, *words: str) -> Run:
    """One command, from its start to its end."""
    started = time.monotonic()
    process = subprocess.Popen([sys.executable, "-m", module, *words], stderr=subprocess.DEVNULL if _quiet() else None)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise cli.TrawlError(f"python -m {module} {' '.join(words)} failed: its reason stands above")
    taken = time.monotonic() - started
    print(f"{module}: {taken:.1f} s", file=sys.stderr, flush=True)
    return Run(taken, usage.ru_maxrss / 1024)


def _quiet() -> bool:
    return not settings.debug()


if __name__ == "__main__":
    cli.run(main)

"""Two nights of the whole rebuild over a made-up world, step by step, without Airflow.

FOLDER holds a world (`python -m local.world FOLDER --works 1000`). Every step is the public command in a process of its
own, measured from outside: wall seconds, CPU seconds, peak memory, documents per second. The last line is one JSON
object; `second_night_s` is the night after, which embeds and annotates only what changed.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from bench import stand_in, tree
from jobs import platforms
from local import elasticsearch
from local.stand_in import platform_environment, show
from local.world import World
from store import cli, lake

LOGS = {"ubi", "weblog", "clickstream"}  # of behaviour: they point to no pictures
BUILD = ("align", "match", "merge", "dedup", "annotate", "embed", "profile", "index", "gate", "promote")


@dataclass(frozen=True)
class Measured:
    """One step of one night; `docs_per_s` counts the night's documents, `bytes` what the lake grew by."""

    seconds: float
    cpu_s: float
    peak_mb: float
    docs_per_s: float
    bytes: int


def main() -> None:
    parser = argparse.ArgumentParser(
        "bench.nightly", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="a world made by `python -m local.world`")
    folder = parser.parse_args().folder
    with tempfile.TemporaryDirectory(prefix="trawl-bench-") as home, running(Path(home), folder) as url:
        nights = [night(folder, Path(home), url, number) for number in (0, 1)]
    for number, steps in enumerate(nights):
        print(f"night {number}", table(steps), sep="\n")
    totals = [round(sum(step.seconds for step in steps.values()), 1) for steps in nights]
    figures = {"works": World(folder).plan.works, "total_s": totals[0], "second_night_s": totals[1]}
    print(json.dumps({**figures, "steps": {name: asdict(step) for name, step in nights[0].items()}}))


@contextmanager
def running(home: Path, folder: Path) -> Iterator[str]:
    """The stand-in platforms' address, with an Elasticsearch node beside them; both stopped at the end."""
    os.environ["TRAWL_HOME"] = str(home)
    elasticsearch.start(home)
    try:
        with stand_in.platforms(home, folder) as url:
            yield url
    finally:
        elasticsearch.stop(home)


def night(folder: Path, home: Path, url: str, number: int) -> dict[str, Measured]:
    """Every step of one night, in order."""
    show(url, World(folder), number)
    os.environ.update(platform_environment(url))
    date = (World(folder).day0 + timedelta(days=number)).isoformat()
    generation = ["--generation", f"trawl-{date.replace('-', '')}-000000"]
    words = [("crawl", p, ["--platform", p]) for p in platforms.names()]
    words += [("media", p, ["--platform", p]) for p in platforms.names() if p not in LOGS]
    words += [(name, "", generation if name in ("index", "gate", "promote") else []) for name in BUILD]
    taken = {f"{name} {p}".strip(): timed(home, name, ["--date", date, *more]) for name, p, more in words}
    documents = lake.must(lake.partition("documents", step="dedup", date=date)).rows
    return {
        name: Measured(*figures[:3], round(documents / figures[0], 1), figures[3]) for name, figures in taken.items()
    }


def timed(home: Path, name: str, words: list[str]) -> tuple[float, float, float, int]:
    """Wall seconds, CPU seconds and peak MB of all processes, and growth in bytes of one step."""
    before, taken = size(home), tree.job(name, *words)
    return round(taken.seconds, 2), round(taken.cpu_s, 2), round(taken.peak_mb, 1), size(home) - before


def size(home: Path) -> int:
    """Bytes of the lake on this disk."""
    return sum(file.stat().st_size for file in (home / "lake").rglob("*") if file.is_file())


def table(steps: dict[str, Measured]) -> str:
    """For people."""
    rows = [
        f"  {name:<16}{m.seconds:>8.1f} s{m.cpu_s:>8.1f} s CPU{m.peak_mb:>9.0f} MB{m.docs_per_s:>10.0f} documents/s"
        for name, m in steps.items()
    ]
    return "\n".join(rows)


if __name__ == "__main__":
    cli.run(main)

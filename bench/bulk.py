"""How fast documents get into Elasticsearch, beside the client's own helpers.

FOLDER holds a made-up world (`python -m local.world FOLDER`), whose texts are used; without one it is made. A node of its own
is started, and stopped at the end. First the writer alone, sending to nobody: documents per second of one core. Then ours,
`streaming_bulk` and `parallel_bulk`, each in a process of its own, put the same documents into an index with the same
settings, in turns, until they are searchable and merged into one segment; the median round counts. The table tells how many of the machine's cores the node used in
each phase: where all are busy, no client can be faster. The last line is one JSON object.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench import bulk_documents
from local import elasticsearch
from local.world import World
from schemas.derive import es_mapping
from schemas.document import DOCUMENT
from schemas.embedding import VECTORS
from store import cli, elastic, loading

COUNT, ROUNDS = 20_000, 3
WORKS, SEED = 2_000, 7
INDEX = "bench"
MAPPING = es_mapping(DOCUMENT, VECTORS)
HELPERS = ("streaming_bulk", "parallel_bulk")


@dataclass(frozen=True)
class Loaded:
    """One way of loading: wall seconds and cores of the node of both phases, and what the writer said of itself."""

    load_s: float
    load_cores: float
    settle_s: float
    settle_cores: float
    disk_mb: float
    writer: dict[str, Any]

    def cpu_s(self) -> float:
        """Of node and writer together: what is left of a ratio where other work shares the machine."""
        return self.load_s * self.load_cores + self.settle_s * self.settle_cores + float(self.writer["cpu_s"])

    def rate(self) -> float:
        """Documents per second until searchable and merged."""
        return float(self.writer["documents"]) / (self.load_s + self.settle_s)


def main() -> None:
    style = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("bench.bulk", description=__doc__, formatter_class=style)
    parser.add_argument("folder", type=Path, nargs="?", help="a world made by `python -m local.world`")
    parser.add_argument("--documents", type=int, default=COUNT, help=f"how many ({COUNT:,})")
    parser.add_argument(
        "--ours", action="store_true", help="leave the helpers out: for sizes at which they take too long"
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"of which the median counts ({ROUNDS})")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="trawl-bench-") as scratch:
        file = Path(scratch, "documents.arrow")
        bulk_documents.write(file, World(args.folder or made_world(Path(scratch, "world"))), args.documents)
        alone = {how: writer(how, file) for how in ("null", "null_json")}
        with node(Path(scratch)) as process:
            loaded(process, "ours", file)  # the server's compiler warms up
            ways = ("ours", *(() if args.ours else HELPERS))
            rounds = [{how: loaded(process, how, file) for how in ways} for _ in range(args.rounds)]
    runs = {how: sorted((one[how] for one in rounds), key=Loaded.rate)[args.rounds // 2] for how in ways}
    show(alone, runs)
    print(json.dumps(figures(alone, runs)))


def made_world(folder: Path) -> Path:
    """A world of one's own."""
    command = [sys.executable, "-m", "local.world", str(folder), "--works", str(WORKS), "--seed", str(SEED)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder


@contextmanager
def node(home: Path) -> Iterator[psutil.Process]:
    """The process of an Elasticsearch node, whose address is in the environment."""
    os.environ["TRAWL_ELASTICSEARCH_URL"] = elasticsearch.start(home)
    found = elasticsearch.running(home)
    if found is None:
        raise cli.TrawlError(f"the node of {home} has died: see elasticsearch/logs/node.log there")
    try:
        yield psutil.Process(found.pid)
    finally:
        elasticsearch.stop(home)


def writer(how: str, file: Path) -> dict[str, Any]:
    """What a writer says of itself."""
    command = [sys.executable, "-m", "bench.bulk_writer", how, str(file), "--index", INDEX]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise cli.TrawlError(f"{' '.join(command[1:])} failed: its reason stands above")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def loaded(process: psutil.Process, how: str, file: Path) -> Loaded:
    """A new index filled this way and made ready; the writer's start is not counted."""
    es = elastic.client()
    loading.create(es, INDEX, MAPPING)
    before = cpu_s(process)
    said = writer(how, file)
    between, began = cpu_s(process), time.monotonic()
    found, settle_s = loading.settle(es, INDEX, MAPPING), time.monotonic() - began
    if found != said["documents"]:
        raise cli.TrawlError(f"{how}: {found:,} documents of {said['documents']:,} are in the index")
    # of the live segments: the figure for the whole store is up to 10 s old
    load_s, held = said["seconds"], es.indices.stats(index=INDEX, metric="docs")["_all"]["primaries"]["docs"]
    cores = (between - before) / load_s, (cpu_s(process) - between) / settle_s
    return Loaded(load_s, cores[0], settle_s, cores[1], held["total_size_in_bytes"] / (1 << 20), said)


def cpu_s(process: psutil.Process) -> float:
    """CPU seconds of the node so far."""
    times = process.cpu_times()
    return float(times.user + times.system)


def show(alone: dict[str, dict[str, Any]], runs: dict[str, Loaded]) -> None:
    """For people."""
    for how, said in alone.items():
        print(f"{how:<16}{said['documents'] / said['cpu_s']:>10,.0f} documents/s/core{said['peak_mb']:>8.0f} MB")
    print(
        f"{'':<16}{'documents/s':>12}{'load s':>8}{'cores':>7}{'writer CPU s':>14}{'settle s':>10}{'cores':>7}{'disk MB':>9}"
    )
    for how, run in runs.items():
        phases = f"{run.load_s:>8.1f}{run.load_cores:>7.2f}{run.writer['cpu_s']:>14.1f}{run.settle_s:>10.1f}"
        print(f"{how:<16}{run.rate():>12,.0f}{phases}{run.settle_cores:>7.2f}{run.disk_mb:>9.0f}")


def figures(alone: dict[str, dict[str, Any]], runs: dict[str, Loaded]) -> dict[str, float]:
    """Names of docs/benchmarks.md; `_load` leaves out the merge, the same work for everybody; `_cpu` compares CPU seconds."""
    ours, core = runs["ours"], {how: said["documents"] / said["cpu_s"] for how, said in alone.items()}
    peak_mb = max(run["peak_mb"] for run in (*alone.values(), ours.writer))
    found = {"documents": ours.writer["documents"], "client_docs_per_s": core["null"]}
    found |= {"client_json_docs_per_s": core["null_json"], "node_docs_per_s": ours.rate(), "peak_mb": peak_mb}
    for how, run in runs.items():
        if how != "ours":
            found[f"{how}_ratio"] = ours.rate() / run.rate()
            found[f"{how}_load_ratio"] = run.load_s / ours.load_s
            found[f"{how}_cpu_ratio"] = run.cpu_s() / ours.cpu_s()
    phases = {"load_s": ours.load_s, "settle_s": ours.settle_s, "disk_mb": ours.disk_mb}
    return {name: round(value, 2) for name, value in {**found, **phases}.items()}


if __name__ == "__main__":
    cli.run(main)

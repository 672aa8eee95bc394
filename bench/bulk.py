"""How fast documents get into Elasticsearch, beside the client's own helpers.

FOLDER holds a made-up world (`python -m local.world FOLDER`), whose texts are used; without one it is made. A node of its own
is started, and stopped at the end. First the writer alone, sending to nobody: documents per second of one core, of the wide
documents of a night and of plain ones of five fields, and streaming_bulk at its fastest beside it. Then ours,
`streaming_bulk` and `parallel_bulk`, each in a process of its own, put the same documents into an index with the same
settings, in turns, until they are searchable and merged into one segment; the median round counts. Of each phase it is said which threads of the node worked and
whether the machine was saturated: where it is, no client can be faster. The last line is one JSON object.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench import bulk_documents, bulk_growth
from bench.bulk_run import Loaded, loaded, node, writer
from local.world import World
from store import cli

COUNT, ROUNDS = 50_000, 5
WORKS, SEED = 2_000, 7
HELPERS = ("streaming_bulk", "parallel_bulk")


def main() -> None:
    style = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("bench.bulk", description=__doc__, formatter_class=style)
    parser.add_argument("folder", type=Path, nargs="?", help="a world made by `python -m local.world`")
    parser.add_argument("--documents", type=int, default=COUNT, help=f"how many ({COUNT:,})")
    parser.add_argument(
        "--ours", action="store_true", help="leave the helpers out: for sizes at which they take too long"
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"of which the median counts ({ROUNDS})")
    parser.add_argument(
        "--growth", type=int, nargs="+", metavar="N", help="instead: ours alone with each number of these"
    )
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="trawl-bench-") as scratch:
        world = World(args.folder or made_world(Path(scratch, "world")))
        if args.growth:
            return bulk_growth.main(world, args.growth)
        file, plain = Path(scratch, "documents.arrow"), Path(scratch, "plain.arrow")
        bulk_documents.write(file, world, args.documents)
        bulk_documents.write(plain, world, args.documents, bulk_documents.PLAIN)
        alone = {how: fastest(how, file) for how in ("null", "null_json", "null_streaming")}
        alone |= {f"plain_{how}": fastest(how, plain) for how in ("null", "null_streaming")}
        with node(Path(scratch)) as process:
            ways = ("ours", *(() if args.ours else HELPERS))
            # the first round is not counted: the node's compiler costs whoever comes first half a load again
            rounds = [{how: loaded(process, how, file) for how in ways} for _ in range(args.rounds + 1)][1:]
    runs = {how: sorted((one[how] for one in rounds), key=Loaded.rate)[args.rounds // 2] for how in ways}
    show(alone, runs)
    print(json.dumps(figures(alone, runs)))


def made_world(folder: Path) -> Path:
    command = [sys.executable, "-m", "local.world", str(folder), "--works", str(WORKS), "--seed", str(SEED)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder


def fastest(how: str, file: Path) -> dict[str, Any]:
    """A writer alone, thrice: what else runs on the machine takes its caches."""
    return min((writer(how, file) for _ in range(ROUNDS)), key=lambda said: float(said["cpu_s"]))


def show(alone: dict[str, dict[str, Any]], runs: dict[str, Loaded]) -> None:
    """For people."""
    for how, said in alone.items():
        print(f"{how:<20}{said['documents'] / said['cpu_s']:>10,.0f} documents/s/core{said['peak_mb']:>8.0f} MB")
    print(f"{'':<16}{'documents/s':>12}{'load s':>8}{'writer CPU s':>14}{'settle s':>10}{'disk MB':>9}")
    for how, run in runs.items():
        phases = f"{run.load.seconds:>8.1f}{run.writer['cpu_s']:>14.1f}{run.settle.seconds:>10.1f}"
        print(f"{how:<16}{run.rate():>12,.0f}{phases}{run.disk_mb:>9.0f}")
    for how, run in runs.items():
        print(f"{how} loads: {run.load.said(run.writer['cpu_s'])}\n{how} settles: {run.settle.said()}")


def figures(alone: dict[str, dict[str, Any]], runs: dict[str, Loaded]) -> dict[str, float]:
    """Names of docs/benchmarks.md; `_load` leaves out the merge, the same work for everybody; `_cpu` compares CPU seconds."""
    ours, core = runs["ours"], {how: said["documents"] / said["cpu_s"] for how, said in alone.items()}
    peak_mb = max(run["peak_mb"] for run in (alone["null"], alone["null_json"], ours.writer))
    found = {"documents": ours.writer["documents"], "client_docs_per_s": core["null"]}
    found |= {"client_json_docs_per_s": core["null_json"], "node_docs_per_s": ours.rate(), "peak_mb": peak_mb}
    found |= {"client_plain_docs_per_s": core["plain_null"]}
    found |= {f"{name}streaming_client_docs_per_s": core[f"{name}null_streaming"] for name in ("", "plain_")}
    for how, run in runs.items():
        if how != "ours":
            found[f"{how}_ratio"] = ours.rate() / run.rate()
            found[f"{how}_load_ratio"] = run.load.seconds / ours.load.seconds
            found[f"{how}_cpu_ratio"] = run.cpu_s() / ours.cpu_s()
    phases = {"load_s": ours.load.seconds, "settle_s": ours.settle.seconds, "disk_mb": ours.disk_mb}
    phases |= {f"{name}_full": phase.full() for name, phase in (("load", ours.load), ("settle", ours.settle))}
    return {name: round(value, 2) for name, value in {**found, **phases}.items()}


if __name__ == "__main__":
    cli.run(main)

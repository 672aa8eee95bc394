"""How loading grows with the number of documents: the same settings and the same writer, one size after another.

Of each size the time to load and to settle (graph and one segment), the CPU of the node in both, and the index on disk;
then how each grew between the smallest and the largest size, as a power of the documents: 1 is linear.
"""

import json
import math
import tempfile
from collections.abc import Sequence
from pathlib import Path

import psutil

from bench import bulk_documents
from bench.bulk_run import loaded, node
from local.world import World

COLUMNS = ("load_s", "load_cpu_s", "settle_s", "settle_cpu_s", "disk_mb")
Row = dict[str, float]


def main(world: World, sizes: Sequence[int]) -> None:
    """The table for people, a row as soon as it is known, and the line of JSON."""
    rows = dict[int, Row]()
    print("".join(f"{name:>14}" for name in ("documents", *COLUMNS)), flush=True)
    with tempfile.TemporaryDirectory(prefix="trawl-bench-") as scratch, node(Path(scratch)) as process:
        measured(process, Path(scratch), world, min(sizes))  # the server's compiler warms up
        for size in sorted(sizes):
            rows[size] = measured(process, Path(scratch), world, size)
            print(f"{size:>14,}" + "".join(f"{rows[size][name]:>14.1f}" for name in COLUMNS), flush=True)
    print(json.dumps({"growth": {str(size): row for size, row in rows.items()}, **powers(rows)}))


def measured(process: psutil.Process, scratch: Path, world: World, size: int) -> Row:
    """One load of `size` documents into an empty index."""
    file = scratch / "documents.arrow"
    bulk_documents.write(file, world, size)
    run = loaded(process, "ours", file)
    cpu = {"load_cpu_s": run.load.cpu_s(), "settle_cpu_s": run.settle.cpu_s()}
    found = {"load_s": run.load.seconds, "settle_s": run.settle.seconds, "disk_mb": run.disk_mb, **cpu}
    return {name: round(value, 1) for name, value in found.items()}


def powers(rows: dict[int, Row]) -> Row:
    """`NAME_growth` is k where the column grew as documents ** k; none of a single size."""
    (small, first), (large, last) = min(rows.items()), max(rows.items())
    if small == large:
        return {}
    return {f"{name}_growth": round(math.log(last[name] / first[name], large / small), 2) for name in COLUMNS}

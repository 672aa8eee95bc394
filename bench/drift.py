"""How fast what is live is compared with the lake, and topped up: jobs.sanity --all and jobs.topup over made-up documents.

FOLDER holds a made-up world (`python -m local.world FOLDER`), whose texts are used; without one it is made. A lake and a node of its
own are filled by jobs.index; then everything is compared twice (the second time in a warm session), one document in a hundred is
changed in the lake, and what is live is topped up. CPU is of Spark with its workers, and of the node. The last line is one JSON object.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.compute as pc

from bench import bulk, bulk_documents, bulk_profile, bulk_run, tree
from jobs import index, sanity, topup, wide
from local.world import World
from schemas.annotation import ANNOTATION
from schemas.document import DOCUMENT
from schemas.embedding import EMBEDDING
from store import cli, elastic, lake, settings

COUNT, CHANGED = 100_000, 100  # one in so many
DATE, STAMP = "2026-01-04", "20260104-000000"
BIG = {
    "TRAWL_SPARK_MASTER": "local[2]",
    "TRAWL_SPARK_JAVA": " ",
}  # all compilers of the JVM: this is no night of a few thousand


@dataclass(frozen=True)
class Taken:
    """Seconds: of the clock, of CPU of this process and all below it, of CPU of the node."""

    seconds: float
    cpu_s: float
    node_cpu_s: float


def main() -> None:
    style = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("bench.drift", description=__doc__, formatter_class=style)
    parser.add_argument("folder", type=Path, nargs="?", help="a world made by `python -m local.world`")
    parser.add_argument("--documents", type=int, default=COUNT, help=f"how many ({COUNT:,})")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="trawl-bench-") as scratch, tree.peak_memory() as peak:
        world = World(args.folder or bulk.made_world(Path(scratch, "world")))
        os.environ |= {"TRAWL_HOME": scratch, **BIG}
        with bulk_run.node(Path(scratch)) as node:
            fill(world, args.documents)
            go_live()
            everything = ["--date", DATE, "--all"]
            cold, warm = (taken("sanity", node, lambda: sanity.main(everything)) for _ in range(2))
            change()
            topped = taken("topup", node, lambda: topup.main(everything[:2]))
        print(json.dumps(figures(args.documents, cold, warm, topped) | {"peak_mb": round(peak())}))


def fill(world: World, count: int) -> None:
    """The three partitions that a generation is made from."""
    file = Path(settings.home(), "documents.arrow")
    bulk_documents.write(file, world, count)
    for name, schema in wide.TABLES.items():
        with pa.memory_map(str(file)) as source:
            tables = (_table(name, batch, number) for number, batch in enumerate(pa.ipc.open_stream(source)))
            lake.write(wide.paths(DATE)[name], gathered(tables), schema)


def _table(name: str, batch: pa.RecordBatch, number: int) -> pa.Table:
    """Rows of a table out of rows of the stream; every text counts as one of its own."""
    rows = {column: batch[column] for column in batch.schema.names}
    hashes = pa.array([f"t{number * bulk_documents.ROWS + place}" for place in range(len(batch))])
    if name == "documents":
        return _fitted(rows | {"text_hash": hashes}, DOCUMENT)
    if name == "annotations":
        said = {
            "language": pc.fill_null(rows["lang"], "und"),
            "title_tokens": rows["title"],
            "body_tokens": rows["body"],
        }
        return _fitted({"work_id": rows["work_id"], **said}, ANNOTATION)
    made = {column: pa.array([value] * len(batch)) for column, value in (("model_id", "made"), ("modality", "text"))}
    return _fitted({"content_hash": hashes, "vector": rows["text_vector"], **made}, EMBEDDING)


def _fitted(columns: dict[str, pa.Array], schema: pa.Schema) -> pa.Table:
    size = len(next(iter(columns.values())))
    return pa.table([columns.get(c.name, pa.nulls(size, c.type)) for c in schema], names=schema.names)


def gathered(tables: Iterator[pa.Table], most: int = 50_000) -> Iterator[pa.Table]:
    """Fewer and larger tables of the same rows."""
    held: list[pa.Table] = []
    for table in tables:
        held.append(table)
        if sum(map(len, held)) >= most:
            yield pa.concat_tables(held)
            held = []
    if held:
        yield pa.concat_tables(held)


def go_live() -> None:
    """A generation of this lake that the aliases lead to; the gate has its own measurement."""
    name = f"{settings.alias()}-{STAMP}"
    index.main(["--date", DATE, "--generation", name])
    profiles = {elastic.profiles(settings.alias()): elastic.profiles(name)}
    elastic.promote(elastic.client(), {settings.alias(): name, **profiles})


def change() -> None:
    """Another title for one document in CHANGED."""
    path = wide.paths(DATE)["documents"]
    rows = lake.read(path, DOCUMENT)
    is_chosen = pa.array([number % CHANGED == 0 for number in range(len(rows))])
    titles = pc.if_else(is_chosen, pc.binary_join_element_wise(rows["title"], "again", " "), rows["title"])
    lake.write(path, [rows.set_column(rows.column_names.index("title"), "title", titles)], DOCUMENT)


def taken(name: str, node: psutil.Process, work: Callable[[], None]) -> Taken:
    """What a command costs."""
    began, used, served = time.monotonic(), tree.cpu_seconds(), bulk_profile.cpu_s(node)
    work()
    found = Taken(time.monotonic() - began, tree.cpu_seconds() - used, bulk_profile.cpu_s(node) - served)
    print(
        f"{name:<8}{found.seconds:>8.1f} s{found.cpu_s:>8.1f} s of CPU{found.node_cpu_s:>8.1f} s of the node's",
        flush=True,
    )
    return found


def figures(count: int, cold: Taken, warm: Taken, topped: Taken) -> dict[str, float]:
    """Rates count documents of the whole index, however few of them changed."""
    cpu_s = warm.cpu_s + warm.node_cpu_s
    found = {"documents": count, "sanity_docs_per_s": count / warm.seconds, "sanity_docs_per_cpu_s": count / cpu_s}
    found |= {"sanity_cold_s": cold.seconds, "sanity_warm_s": warm.seconds, "topup_s": topped.seconds}
    return {name: round(value, 1) for name, value in found.items()}


if __name__ == "__main__":
    cli.run(main)

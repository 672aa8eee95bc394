"""The pieces of all records in one order: Spark's tasks put them aside as files, the driver lays them side by side.

Only the names of files pass through Spark, of the records as of the pieces: both are two kilobytes a record, and the JVM
takes longer to hand them on than it takes to make the one from the other.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from models import bags, likeness, pieces
from models.bags import Bags
from schemas.record import RECORD
from store import lake, objects, rows, spark

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SCRATCH = "scratch/match"
ROWS = 10_000  # records whose pieces are one file
TASKS = 64


def staged(session: "SparkSession", partitions: Sequence[str]) -> list[str]:
    """Files of models/pieces.PIECES of all records of these partitions, named by their ids."""
    paths = [(file.path,) for path in partitions for file in lake.must_fit(path, RECORD).files]
    listed = session.createDataFrame(paths, "file string").coalesce(1).repartition(max(1, min(len(paths), TASKS)))
    return sorted(row["file"] for row in spark.map_arrow(listed, _staged, "file string").collect())


def _staged(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for path in (path for batch in batches for path in batch["file"].to_pylist()):
        for records in rows.read(path, list(pieces.COLUMNS)).to_batches(max_chunksize=ROWS):
            named = hashlib.sha256("\n".join(records["record_id"].to_pylist()).encode()).hexdigest()
            rows.stage(file := f"{SCRATCH}/{named}.arrow", pieces.pieces(records))
            yield pa.RecordBatch.from_pydict({"file": [file]})


def removed(files: Sequence[str]) -> None:
    for file in files:
        objects.remove(file)


def table(files: Sequence[str]) -> pa.Table:
    """The plain columns of all records in the order of their ids, an id once, with the `file` and `row` of the others."""
    found = [pieces.PLAIN.empty_table()]
    found[0] = found[0].append_column("file", pa.array([], pa.int64())).append_column("row", pa.array([], pa.int64()))
    for number, file in enumerate(files):
        held = rows.read(file, pieces.PLAIN.names)
        held = held.append_column("file", pa.array(np.full(len(held), number)))
        found.append(held.append_column("row", pa.array(np.arange(len(held)))))
    return pieces.once(pa.concat_tables(found))


def corpus(files: Sequence[str], table: pa.Table) -> likeness.Corpus:
    """The comparable records of the table."""
    return likeness.corpus(table, **{name: _bags(files, table, name) for name in pieces.BAGS.names})


def _bags(files: Sequence[str], table: pa.Table, name: str) -> Bags:
    sizes, owners, places = (np.asarray(table[column], np.int64) for column in (f"{name}_size", "file", "row"))
    starts = np.concatenate([[0], np.cumsum(sizes)])
    made = Bags(starts, np.empty(starts[-1], np.uint32))
    for number, file in enumerate(files):
        own = np.flatnonzero(owners == number)
        bags.place(made, own, rows.read(file, [name])[name].combine_chunks(), places[own])
    return made

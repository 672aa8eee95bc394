"""Spark's door to the lake: partitions in as DataFrames, DataFrames out as partitions."""

import functools
import gc
import os
import pickle
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate, groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from schemas import derive
from store import lake, objects, settings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

FILE_ROW = "path string, rows long, bytes long, sha256 string"
ROOT = str(Path(__file__).parent.parent)
ROWS_PER_TASK = 15_000  # of one part, where many are written at once: small, that no core waits for the last
FILES = 1000  # at most of one task: the number of a file tells its task, or its piece
ALIGNED = 64  # bytes: where an array begins in a shared file
LOGGING = Path(__file__).with_name("log4j2.properties")


@dataclass(frozen=True)
class Part:
    """A partition to be written, of at most so many rows."""

    path: str
    schema: pa.Schema
    inputs: Sequence[str]
    rows: int


def session(name: str) -> "SparkSession":
    """The process's session: on the master of the settings, or in the warm server that `sc://` names."""
    from pyspark.sql import SparkSession

    master = settings.spark_master()
    if master.startswith("sc://"):
        return SparkSession.builder.remote(master).getOrCreate()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # Spark would start the system's python
    if master.startswith("local"):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys([ROOT, *filter(None, [os.environ.get("PYTHONPATH")])]))
    builder = SparkSession.builder.appName(name).master(master)
    for key, value in options().items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def options() -> dict[str, str]:
    """Configuration of every session, and of a server that holds sessions."""
    return {
        "spark.driver.memory": settings.spark_memory(),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": str(settings.spark_parts()),
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "true" if sys.stderr.isatty() else "false",
        "spark.executorEnv.PYTHONPATH": ROOT,
        "spark.python.daemon.module": "store.daemon",
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={LOGGING} {settings.spark_java()}",
    }


def read(spark: "SparkSession", paths: Sequence[str], schema: pa.Schema) -> "DataFrame":
    """The rows of these partitions; SchemaMismatch where one was written under another schema."""
    kind = derive.spark_schema(schema)
    files = [_address(file.path) for file in lake.files(paths, schema)]
    return spark.read.schema(kind).parquet(*files) if files else spark.createDataFrame([], kind)


def _address(path: str) -> str:
    return f"{settings.lake_root()}/{path}".replace("s3://", "s3a://", 1)


def write(
    frames: "DataFrame",
    path: str,
    schema: pa.Schema,
    *,
    key: Sequence[str],
    inputs: Sequence[str] = (),
    extra: dict[str, Any] | None = None,
) -> lake.Manifest:
    """Replace a partition by these rows, spread by hash of `key` and sorted by it: same rows, same bytes."""

    def put(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for number, table in enumerate(_tables(batches), _task() * FILES):
            yield _put(path, number, table, schema)

    spread = frames.select(*schema.names).repartition(settings.spark_parts(), *key).sortWithinPartitions(*key)
    files = _files(map_arrow(spread, put, FILE_ROW))
    return lake.put_manifest(path, files, schema, inputs=inputs, extra=extra)


def spread(frames: "DataFrame", parts: dict[str, Part], *, key: Sequence[str]) -> "DataFrame":
    """`frames` with the `piece` (part and number) and the number of the `task`: of each `part` as many pieces as its size
    asks for, and tasks of about as many rows."""
    from pyspark.sql import functions as F

    width = max(settings.spark_parts(), sum(part.rows for part in parts.values()) // ROWS_PER_TASK)
    places = {"": [0], **_places({name: part.rows for name, part in parts.items()}, width)}
    homes = F.create_map(*(one for name, own in places.items() for one in (F.lit(name), F.array(*map(F.lit, own)))))
    own = homes[F.col("part")]
    number = F.pmod(F.xxhash64(*key), F.size(own)).cast("int")
    numbered = frames.withColumns({"task": own[number], "piece": F.concat_ws(" ", "part", number)})
    return numbered.repartitionById(width, "task")


def _places(rows: dict[str, int], width: int) -> dict[str, list[int]]:
    """Tasks of each part, the largest pieces dealt out first, each to the task that has least.

    Source  Graham, "Bounds on multiprocessing timing anomalies" (1969).
    """
    pieces = [(count / (1 + count // ROWS_PER_TASK), name) for name, count in rows.items()]
    loads, places = [0.0] * width, {name: list[int]() for name in rows}
    for size, name in sorted(pieces, reverse=True):
        for _ in range(1 + rows[name] // ROWS_PER_TASK):
            least = loads.index(min(loads))
            loads[least] += size
            places[name].append(least)
    return places


def write_each(
    frames: "DataFrame", parts: dict[str, Part], fill: Callable[[str, pa.Table], pa.Table], *, key: Sequence[str]
) -> dict[str, lake.Manifest]:
    """Replace several partitions in one job: same rows, same bytes, whatever else is written beside them.

    `frames` is spread, and says where the rows of each `piece` lie (see store/rows.py); `fill` makes them of a part and its
    rows of `frames`: Spark sorts without carrying them. A piece is one file.
    """

    def put(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for piece, own in groupby(_slices(batches), key=lambda slice: slice[0]):
            name, _, number = piece.rpartition(" ")
            for place, table in enumerate(_tables(batch for _, batch in own), int(number) * FILES):
                yield _put(parts[name].path, place, fill(name, table), parts[name].schema)

    files = _files(map_arrow(frames.sortWithinPartitions("piece", *key), put, FILE_ROW))
    own = {name: [file for file in files if file.path.startswith(f"{part.path}/")] for name, part in parts.items()}
    return {
        name: lake.put_manifest(part.path, own[name], part.schema, inputs=part.inputs) for name, part in parts.items()
    }


def _slices(batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Each run of rows of one piece, without the column that names it."""
    for batch in batches:
        runs, rows = pc.run_end_encode(batch["piece"]), batch.drop_columns(["piece"])
        ends = runs.run_ends.to_pylist()
        for start, end, piece in zip([0, *ends], ends, runs.values.to_pylist(), strict=False):
            yield piece, rows.slice(start, end - start)


def _task() -> int:
    from pyspark import TaskContext

    context = TaskContext.get()
    return context.partitionId() if context else 0


def _put(path: str, number: int, table: pa.Table, schema: pa.Schema) -> pa.RecordBatch:
    """One file, and its row for the manifest."""
    return pa.RecordBatch.from_pylist([vars(lake.put_table(path, number, lake.checked(path, table, schema)))])


def _files(rows: "DataFrame") -> list[lake.DataFile]:
    return [lake.DataFile(**row.asDict()) for row in rows.collect()]


def map_arrow(
    frames: "DataFrame", function: Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]], shape: str
) -> "DataFrame":
    """`mapInArrow` whose function sees the driver's settings, on this machine and on a cluster."""
    given = settings.given()

    def mapped(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        _froze(len(sys.modules))
        settings.adopt(given)
        yield from function(batches)

    return frames.mapInArrow(mapped, shape)


@functools.lru_cache(maxsize=1)
def _froze(_: int) -> None:
    """What a worker has imported leaves the sight of the collector of cycles, which Spark runs after every task: .04 s of
    numba's objects alone."""
    gc.freeze()


@contextmanager
def shared(value: Any, name: str) -> Iterator[Callable[[], Any]]:
    """A function that gives every worker this value: it lies in the lake meanwhile, under a name that no other has then.

    Its arrays are mapped, not copied: the workers of a machine hold them once, read-only. Not a broadcast, which copies and
    which a session in a server cannot make.
    """
    path, buffers = f"scratch/{name}", list[pickle.PickleBuffer]()
    head = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    sizes = [buffer.raw().nbytes for buffer in buffers]
    objects.put_parts(
        path, (part for buffer in buffers for part in (buffer.raw(), bytes(-buffer.raw().nbytes % ALIGNED)))
    )
    try:
        yield functools.partial(_held, path, head, tuple(sizes), os.urandom(8))
    finally:
        objects.remove(path)


@functools.lru_cache(maxsize=1)
def _held(path: str, head: bytes, sizes: tuple[int, ...], _: bytes) -> Any:
    """The last argument tells values apart that were shared under one name, one after the other."""
    places = accumulate((size + -size % ALIGNED for size in sizes), initial=0)
    data = objects.mapped(path)
    return pickle.loads(head, buffers=[data[at : at + size] for at, size in zip(places, sizes, strict=False)])


def _tables(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Batches gathered into files of at most ROWS_PER_FILE rows; none for no rows."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(b.num_rows for b in held) >= lake.ROWS_PER_FILE:
            yield pa.Table.from_batches(held)
            held = []
    if sum(b.num_rows for b in held):
        yield pa.Table.from_batches(held)

"""Spark's door to the lake: partitions in as DataFrames, DataFrames out as partitions."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from schemas import derive
from store import lake, settings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

FILE_ROW = "path string, rows long, bytes long, sha256 string"
ROOT = str(Path(__file__).parent.parent)
LOGGING = Path(__file__).with_name("log4j2.properties")


def session(name: str) -> "SparkSession":
    """The process's session, on the master of the settings."""
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # Spark would start the system's python
    if settings.spark_master().startswith("local"):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys([ROOT, *filter(None, [os.environ.get("PYTHONPATH")])]))
    builder = SparkSession.builder.appName(name).master(settings.spark_master())
    for key, value in _options().items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def _options() -> dict[str, str]:
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
    files = [_address(file.path) for path in paths for file in lake.must_fit(path, schema).files]
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
        from pyspark import TaskContext

        context = TaskContext.get()
        first = (context.partitionId() if context else 0) * 1000
        for number, table in enumerate(_tables(batches)):
            file = lake.put_table(path, first + number, lake.checked(path, table, schema))
            yield pa.RecordBatch.from_pylist([vars(file)])

    spread = frames.select(*schema.names).repartition(settings.spark_parts(), *key).sortWithinPartitions(*key)
    rows = map_arrow(spread, put, FILE_ROW).collect()
    files = [lake.DataFile(**row.asDict()) for row in rows]
    return lake.put_manifest(path, files, schema, inputs=inputs, extra=extra)


def map_arrow(
    frames: "DataFrame", function: Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]], shape: str
) -> "DataFrame":
    """`mapInArrow` whose function sees the driver's settings, on this machine and on a cluster."""
    given = settings.given()

    def mapped(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        settings.adopt(given)
        yield from function(batches)

    return frames.mapInArrow(mapped, shape)


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

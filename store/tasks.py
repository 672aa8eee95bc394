"""Spark tasks that read the lake themselves: what passes through the JVM is the number of a task, not what files say."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa

from store import spark
from store.lake import DataFile

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Item = TypeVar("Item")

SHARE_BYTES = 16 << 20  # of compressed files that one task reads


def shares(files: Sequence[DataFile], least: int) -> list[list[str]]:
    """Paths of the files in groups of about equal bytes: `least` groups, more where there is much, none empty."""
    size = max(least, sum(file.bytes for file in files) // SHARE_BYTES)
    groups: list[tuple[int, list[str]]] = [(0, []) for _ in range(min(len(files), size))]
    for file in sorted(files, key=lambda file: (-file.bytes, file.path)):
        smallest = min(range(len(groups)), key=lambda group: groups[group][0])
        taken, paths = groups[smallest]
        groups[smallest] = (taken + file.bytes, [*paths, file.path])
    return [paths for _, paths in groups]


def each(
    session: "SparkSession",
    items: Sequence[Item],
    work: Callable[[int, Item], Iterator[pa.RecordBatch]],
    shape: str,
) -> "DataFrame":
    """The rows that `work` makes of every item and its number, a task each."""

    def worked(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for number in batch["id"].to_pylist():
                yield from work(number, items[number])

    return spark.map_arrow(session.range(0, len(items), 1, numPartitions=max(1, len(items))), worked, shape)

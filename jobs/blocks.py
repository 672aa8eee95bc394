"""Arrays that travel between Spark's tasks as whole blocks: the JVM moves where they lie in the lake, and no bytes.

A block is the part (task) that it is for, the kind of its rows, and the bytes of a numpy array. A task puts all its blocks
into one file of the run's folder; a row of REFERENCES is one block.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from schemas.derive import spark_schema
from store import objects, spark

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

REFERENCES = pa.schema(
    [
        *(("part", pa.int32()), ("kind", pa.string()), ("file", pa.string())),
        *((name, pa.int64()) for name in ("start", "size")),
    ]
)

Rows = NDArray[np.void]
Held = dict[str, Rows]  # rows by kind
Sent = tuple[str, Rows, NDArray[np.uint64]]  # kind, rows, and per row the number that says where it goes
Batches = Iterator[pa.RecordBatch]


class Block(NamedTuple):
    part: int
    kind: str
    data: Any  # whatever has bytes


Blocks = Iterable[Block]


def packed(sent: Iterable[Sent], parts: int) -> Iterator[Block]:
    """Blocks of these rows, each at the part that the upper half of its number names (names of texts are all odd)."""
    for kind, rows, numbers in sent:
        owners = ((numbers >> np.uint64(32)) % np.uint64(parts)).astype(np.int16)  # of 16 bits: sorted by radix
        order = np.argsort(owners, kind="stable")
        ends, spread = np.searchsorted(owners[order], np.arange(parts + 1)), rows[order]
        for part in np.flatnonzero(np.diff(ends)).tolist():
            yield Block(part, kind, spread[ends[part] : ends[part + 1]].view(np.uint8).data)


def packed_table(table: pa.Table) -> bytes:
    """The bytes of a table, where rows are no numbers alone."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as out:
        out.write_table(table)
    return bytes(sink.getvalue())


def unpacked_table(data: pa.Buffer) -> pa.Table:
    return pa.ipc.open_stream(data).read_all()


def held(blocks: Blocks, kinds: dict[str, np.dtype[np.void]]) -> Held:
    """The rows of blocks of these kinds; kinds without blocks are empty."""
    found: dict[str, list[Rows]] = {kind: [np.empty(0, dtype)] for kind, dtype in kinds.items()}
    for _, kind, data in blocks:
        if kind in found:
            found[kind].append(np.frombuffer(data, kinds[kind]))
    return {kind: np.concatenate(rows) for kind, rows in found.items()}


def put(blocks: Blocks, file: str) -> pa.RecordBatch:
    """References to these blocks, which now lie in the file; who puts them again puts the same bytes."""
    rows, end = list[tuple[int, str, str, int, int]](), 0

    def parts() -> Iterator[memoryview | bytes]:
        nonlocal end
        for part, kind, data in blocks:
            rows.append((part, kind, file, end, size := len(data)))
            end += size
            yield data

    objects.put_parts(file, parts())
    columns = zip(*rows, strict=True) if rows else [()] * len(REFERENCES)
    return pa.record_batch(
        [pa.array(column, kind) for column, kind in zip(columns, REFERENCES.types, strict=True)], REFERENCES
    )


def got(references: pa.Table) -> Iterator[Block]:
    for row in references.to_pylist():
        yield Block(row["part"], row["kind"], objects.piece(row["file"], row["start"], row["size"]))


def exchanged(
    blocks: "DataFrame",
    parts: int,
    step: Callable[[Blocks], Blocks],
    folder: str,
    *,
    reads: Sequence[str],
    passes: Sequence[str],
) -> "DataFrame":
    """What `step` makes of the blocks of each part, all of a part in one task; blocks of the kinds `passes` go on as they are."""

    def stepped(batches: Batches) -> Batches:
        from pyspark import TaskContext

        context, own = TaskContext.get(), _table(batches)
        yield put(step(got(_of(own, reads))), f"{folder}/{context.partitionId() if context else 0}")
        yield from _of(own, passes).to_batches()

    return spark.map_arrow(blocks.repartitionById(parts, "part"), stepped, spark_schema(REFERENCES).simpleString())


def ended(blocks: "DataFrame", parts: int, step: Callable[[Blocks], Batches], shape: str) -> pa.Table:
    """The rows that `step` makes of the blocks of each part."""

    def stepped(batches: Batches) -> Batches:
        yield from step(got(_table(batches)))

    return spark.map_arrow(blocks.repartitionById(parts, "part"), stepped, shape).toArrow()


def _of(references: pa.Table, kinds: Sequence[str]) -> pa.Table:
    return references.filter(pc.is_in(references["kind"], pa.array(kinds)))


def _table(batches: Batches) -> pa.Table:
    """References in the order of their files: which task came first changes nothing."""
    return pa.Table.from_batches(batches, REFERENCES).sort_by([("file", "ascending"), ("start", "ascending")])

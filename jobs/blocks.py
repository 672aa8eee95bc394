"""Arrays that travel between Spark's tasks as whole blocks: the JVM moves bytes and knows no rows.

A row of BLOCKS is the part (task) that it is for, the kind of its rows, and the bytes of a numpy array.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

BLOCKS = "part int, kind string, block binary"
SCHEMA = pa.schema([("part", pa.int32()), ("kind", pa.string()), ("block", pa.binary())])

MOST = 1 << 16  # rows of a block: some megabytes

Rows = NDArray[np.void]
Step = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]
Held = dict[str, Rows]  # rows by kind
Sent = tuple[str, Rows, NDArray[np.uint64]]  # kind, rows, and per row the number that says where it goes


def packed(sent: Iterable[Sent], parts: int) -> Iterator[pa.RecordBatch]:
    """BLOCKS of these rows, each at the part that its number modulo `parts` names."""
    for kind, rows, numbers in sent:
        owners = (numbers % np.uint64(parts)).astype(np.int16)  # of 16 bits: numpy then sorts by radix
        order = np.argsort(owners, kind="stable")
        ends = np.searchsorted(owners[order], np.arange(parts + 1))
        for part in range(parts):
            for start in range(ends[part], ends[part + 1], MOST):
                block = rows[order[start : min(start + MOST, ends[part + 1])]].tobytes()
                yield pa.RecordBatch.from_pylist([{"part": part, "kind": kind, "block": block}], SCHEMA)


def held(batches: Iterable[pa.RecordBatch], kinds: dict[str, np.dtype[np.void]]) -> Held:
    """The rows of these blocks by kind, kinds without rows included."""
    found: dict[str, list[Rows]] = defaultdict(list)
    for batch in batches:
        for kind, block in zip(batch["kind"].to_pylist(), batch["block"], strict=True):
            found[kind].append(np.frombuffer(block.as_buffer(), kinds[kind]))
    return {kind: np.concatenate([np.empty(0, dtype), *found[kind]]) for kind, dtype in kinds.items()}


def exchanged(blocks: "DataFrame", parts: int, step: Step, shape: str = BLOCKS) -> "DataFrame":
    """What `step` makes of the blocks of each part, all of a part in one task."""
    return blocks.repartitionById(parts, "part").mapInArrow(step, shape)

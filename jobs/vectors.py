"""Vectors on their way into the embeddings partition: finished shards as Parquet objects, and their merge."""

from collections.abc import Collection, Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from schemas.embedding import EMBEDDING
from store import lake, objects

ROWS_AT_ONCE = 200_000  # vectors sorted in memory at a time: 300 MB of 384 numbers
PLAIN = pa.schema([column.remove_metadata() for column in EMBEDDING])
PART = PLAIN.append(pa.field("reason", pa.string()))


def put(
    path: str, hashes: Sequence[str], *, model_id: str, modality: str, rows: np.ndarray, reasons: list[str | None]
) -> None:
    """Store one shard: (n, d) float32 rows of these content hashes, and why a row could not be made."""
    offsets = pa.array(range(0, rows.size + 1, rows.shape[1]), pa.int32())
    lists = pa.ListArray.from_arrays(offsets, pa.array(rows.ravel()))
    names = [pa.array([value] * len(hashes), pa.string()) for value in (model_id, modality)]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table([pa.array(hashes), *names, lists, pa.array(reasons, pa.string())], schema=PART), sink)
    objects.put_bytes(path, sink.getvalue().to_pybytes())


def get(path: str) -> pa.Table:
    """The rows of one shard, PART columns."""
    data = objects.must_bytes(path)
    return pq.read_table(pa.BufferReader(data))


def merged(parts: Sequence[str], before: Sequence[str], reused: Collection[tuple[str, str]]) -> Iterator[pa.Table]:
    """EMBEDDING rows of the shards, and of the earlier partitions those whose key (hash, model) is in `reused`.

    In order of key, in portions by the first digits of the hash, so that any number fits in memory.
    """
    rows = len(reused) + sum(get(path).num_rows for path in parts)
    digits = next(n for n in range(9) if rows <= ROWS_AT_ONCE * 16**n)
    for number in range(16**digits):
        prefix = f"{number:0{digits}x}" if digits else ""
        kept = sorted(key for key in reused if key[0].startswith(prefix))
        found = pa.concat_tables([*_tonights(parts, prefix), *_earlier(before, kept)])
        if found.num_rows:
            yield found.sort_by([("content_hash", "ascending"), ("model_id", "ascending")]).combine_chunks()


def _tonights(parts: Sequence[str], prefix: str) -> Iterator[pa.Table]:
    yield PLAIN.empty_table()
    for path in parts:
        table = get(path)
        good = pc.and_(pc.is_null(table["reason"]), pc.starts_with(table["content_hash"], prefix))
        yield table.filter(good).select(EMBEDDING.names)


def _earlier(before: Sequence[str], kept: Sequence[tuple[str, str]]) -> Iterator[pa.Table]:
    wanted = pa.array([f"{content} {model}" for content, model in kept], pa.string())
    for path in before if kept else ():
        for batch in lake.batches(path, EMBEDDING):
            keys = pc.binary_join_element_wise(batch["content_hash"], batch["model_id"], " ")
            yield pa.Table.from_batches([batch]).filter(pc.is_in(keys, value_set=wanted)).cast(PLAIN)

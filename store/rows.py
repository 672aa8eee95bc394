"""Rows by reference: the file that a row lies in and its number there, so that Spark sorts and joins without carrying it.

A wide nested row costs Spark ten times what Arrow takes to write it, on each of its ways between the JVM and Python.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from store import objects

REFERENCE = "file string, row long"


def stage(path: str, rows: pa.RecordBatch) -> None:
    """Put rows into the lake until they are gathered; a task that runs again puts the same rows into the same file."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, rows.schema) as out:  # not compressed: that costs more than writing them
        out.write(rows)
    objects.put_bytes(path, sink.getvalue(), is_durable=False)


def gathered(files: pa.ChunkedArray, rows: pa.ChunkedArray, schema: pa.Schema) -> pa.Table:
    """The rows that (file, row) name, in this order; staged ones and those of partitions alike."""
    codes = files.combine_chunks().dictionary_encode()
    kinds, numbers = np.asarray(codes.indices), np.asarray(rows)
    places = [np.flatnonzero(kinds == kind) for kind in range(len(codes.dictionary))]
    tables = [
        read(file, schema.names).take(pa.array(numbers[place]))
        for file, place in zip(codes.dictionary.to_pylist(), places, strict=True)
    ]
    order = np.argsort(np.concatenate([np.empty(0, np.int64), *places]), kind="stable")
    plain = pa.schema([column.remove_metadata() for column in schema])
    return pa.concat_tables([plain.empty_table(), *(table.cast(plain) for table in tables)]).take(pa.array(order))


def read(path: str, columns: list[str]) -> pa.Table:
    """Columns of a whole staged file, or of a file of a partition."""
    data = objects.must_bytes(path)
    if path.endswith(".arrow"):
        return pa.ipc.open_file(pa.BufferReader(data)).read_all().select(columns)
    return pq.read_table(pa.BufferReader(data), columns=columns)


def numbered(path: str, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """Columns of a file with where each row lies."""
    table = read(path, columns)
    where = {"file": pa.array([path] * len(table), pa.string()), "row": pa.array(np.arange(len(table)), pa.int64())}
    for name, column in where.items():
        table = table.append_column(name, column)
    yield from table.combine_chunks().to_batches()

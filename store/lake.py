"""The lake: partitions of Parquet files, each exactly what its manifest lists.

Data files are named by their content, the manifest is put last in one atomic write: a run that was
killed leaves nothing visible, a repeated run replaces, and readers never list folders.
"""

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from schemas import derive
from store import objects
from store.cli import TrawlError
from store.objects import ObjectMissing

MANIFEST = "manifest.json"
ROWS_PER_FILE = 1_000_000


class PartitionMissing(ObjectMissing):
    """A partition has no manifest: the step that makes it has not finished."""


class SchemaMismatch(TrawlError):
    """Data differs from its declared schema; every difference is named."""

    def __init__(self, path: str, differences: Sequence[str]) -> None:
        super().__init__(f"{path} does not fit its schema: {'; '.join(differences)}")


@dataclasses.dataclass(frozen=True)
class DataFile:
    """One file of a partition; `path` is relative to the lake."""

    path: str
    rows: int
    bytes: int
    sha256: str


@dataclasses.dataclass(frozen=True)
class Manifest:
    """What a partition holds and what it was made from."""

    rows: int
    files: tuple[DataFile, ...]
    schema_version: str
    inputs: tuple[str, ...]
    extra: dict[str, Any]


def partition(table: str, **keys: str) -> str:
    """Relative path of a partition, keys in the order given."""
    return "/".join([table, *(f"{key}={value}" for key, value in keys.items())])


def delete(path: str) -> None:
    """Remove a partition: its manifest first, so that nobody sees a part of it."""
    found = manifest(path)
    for name in [f"{path}/{MANIFEST}", *(file.path for file in found.files)] if found else []:
        objects.remove(name)


def manifest(path: str) -> Manifest | None:
    """The manifest of a partition, or None where it was never finished."""
    raw = objects.get_bytes(f"{path}/{MANIFEST}")
    if raw is None:
        return None
    found = json.loads(raw)
    found["files"] = tuple(DataFile(**file) for file in found["files"])
    return Manifest(**{**found, "inputs": tuple(found["inputs"])})


def must(path: str) -> Manifest:
    """The manifest of a partition; PartitionMissing where there is none."""
    found = manifest(path)
    if found is None:
        raise PartitionMissing(path)
    return found


def must_fit(path: str, schema: pa.Schema) -> Manifest:
    """The manifest of a partition written under this schema; SchemaMismatch names what differs."""
    found = must(path)
    if found.schema_version != derive.version(schema):
        system, root = objects.filesystem()
        stored = pq.read_schema(system.open_input_file(f"{root}/{found.files[0].path}")) if found.files else schema
        raise SchemaMismatch(path, differences(stored, schema) or ["written under another version: run its step again"])
    return found


def files(paths: Iterable[str], schema: pa.Schema) -> list[DataFile]:
    """The files of these partitions; SchemaMismatch where one was written under another schema."""
    return [file for path in paths for file in must_fit(path, schema).files]


def differences(stored: pa.Schema, wanted: pa.Schema) -> list[str]:
    """What a reader of `wanted` would miss in `stored`, a line each."""
    lines = [f"{name} is missing" for name in wanted.names if name not in stored.names]
    lines += [f"{name} is not declared" for name in stored.names if name not in wanted.names]
    both = [c for c in wanted if c.name in stored.names]
    return lines + [
        f"{c.name} is {stored.field(c.name).type}, not {c.type}" for c in both if stored.field(c.name).type != c.type
    ]


def put_manifest(
    path: str,
    files: Sequence[DataFile],
    schema: pa.Schema,
    *,
    inputs: Sequence[str] = (),
    extra: dict[str, Any] | None = None,
) -> Manifest:
    """Make a partition visible: the last write of every step."""
    ordered = tuple(sorted(files, key=lambda file: file.path))
    rows = sum(file.rows for file in ordered)
    made = Manifest(rows, ordered, derive.version(schema), tuple(inputs), extra or {})
    objects.put_bytes(f"{path}/{MANIFEST}", json.dumps(dataclasses.asdict(made), indent=1).encode())
    return made


def put_table(path: str, number: int, table: pa.Table) -> DataFile:
    """One Parquet file of a partition, invisible until the manifest lists it."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    data = sink.getvalue().to_pybytes()
    digest = hashlib.sha256(data).hexdigest()
    name = f"{path}/part-{number:05d}-{digest[:12]}.parquet"
    objects.put_bytes(name, data)
    return DataFile(name, table.num_rows, len(data), digest)


def write(
    path: str,
    tables: Iterable[pa.Table],
    schema: pa.Schema,
    *,
    inputs: Sequence[str] = (),
    extra: dict[str, Any] | None = None,
) -> Manifest:
    """Replace a partition by these tables, one file each."""
    files = [put_table(path, number, checked(path, table, schema)) for number, table in enumerate(tables)]
    return put_manifest(path, files, schema, inputs=inputs, extra=extra)


def checked(path: str, table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table in the schema's column order and types; SchemaMismatch names every difference."""
    wrong = [f"{name} is missing" for name in schema.names if name not in table.column_names]
    wrong += [f"{name} is not declared" for name in table.column_names if name not in schema.names]
    wrong += [
        f"{c.name} has nulls"
        for c in schema
        if c.name in table.column_names and not c.nullable and table[c.name].null_count
    ]
    if wrong:
        raise SchemaMismatch(path, wrong)
    try:
        return table.select(schema.names).cast(pa.schema([c.remove_metadata() for c in schema]))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        raise SchemaMismatch(path, [str(error)]) from error


def batches(path: str, schema: pa.Schema, *, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """The rows of a partition, file by file, in stored order."""
    for file in must(path).files:
        yield from file_batches(file.path, columns or schema.names)


def file_batches(path: str, columns: Sequence[str], rows: int = 1 << 16) -> Iterator[pa.RecordBatch]:
    """The rows of the file at this path in stored order, at most so many at once."""
    system, root = objects.filesystem()
    with system.open_input_file(f"{root}/{path}") as source:
        yield from pq.ParquetFile(source).iter_batches(rows, columns=list(columns))


def read(path: str, schema: pa.Schema, *, columns: Sequence[str] | None = None) -> pa.Table:
    """A whole partition in memory."""
    names = list(columns or schema.names)
    wanted = pa.schema([schema.field(name).remove_metadata() for name in names])
    found = list(batches(path, schema, columns=names))  # none where every file is without rows
    table = pa.Table.from_batches(found) if found else wanted.empty_table()
    return table.select(names).cast(wanted)

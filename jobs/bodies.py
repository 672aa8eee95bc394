"""Rows of a table as what Elasticsearch takes: an id and JSON bytes; a vector that it would choke on is named instead."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from schemas.fields import meta
from store.bulk import Document, Refused


def indexed(*schemas: pa.Schema) -> list[str]:
    """Names of the columns that have a place in the mapping, each once."""
    return list(dict.fromkeys(column.name for schema in schemas for column in schema if meta(column, "es")))


def vector_sizes(*schemas: pa.Schema) -> dict[str, int]:
    """Vector columns and their dimensions."""
    return {
        column.name: column.type.list_size
        for schema in schemas
        for column in schema
        if pa.types.is_fixed_size_list(column.type)
    }


def bodies(batch: pa.RecordBatch, key: str, *, sizes: dict[str, int]) -> Iterator[Document | Refused]:
    """One document per row under the id in column `key`, nulls left out; Refused where a vector is unusable."""
    vectors = {name: _vectors(batch.column(name)) for name in sizes}
    plain = [name for name in batch.schema.names if name not in sizes]
    for number, row in enumerate(batch.select(plain).to_pylist()):
        found = {name: vector for name, rows in vectors.items() if (vector := rows[number]) is not None}
        wrong = next(filter(None, (_wrong(name, found[name], sizes[name]) for name in found)), None)
        yield Refused(row[key], *wrong) if wrong else (row[key], _json(row | found))


def _vectors(column: pa.Array) -> list[np.ndarray | None]:
    """float32 rows; null numbers become NaN."""
    rows = (item.values if item.is_valid else None for item in column)
    return [None if row is None else row.to_numpy(zero_copy_only=False).astype(np.float32, copy=False) for row in rows]


def _wrong(name: str, vector: np.ndarray, size: int) -> tuple[str, str] | None:
    """Reason and detail, or None for a usable vector."""
    if len(vector) != size:
        return f"{name} has the wrong length", f"{len(vector)} numbers, the mapping has {size}"
    if not np.isfinite(vector).all():
        return f"{name} is not finite", f"{int((~np.isfinite(vector)).sum())} of {size} numbers"
    return None


def _json(row: dict[str, Any]) -> bytes:
    kept = {name: value for name, value in row.items() if value is not None}
    return orjson.dumps(kept, default=_plain, option=orjson.OPT_SERIALIZE_NUMPY)


def _plain(value: object) -> float:
    """Money as the double that its mapping holds; the lake keeps the exact decimal."""
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(type(value).__name__)

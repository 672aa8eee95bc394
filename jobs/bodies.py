"""Rows of a table as what Elasticsearch takes: an id and JSON bytes. What it would choke on is refused here, with the reason.

Columns are turned into Python a batch at a time, vectors without ever being Python numbers: as base64 where the server
takes that, which is what 9.3 and later do, else as the shortest JSON numbers that are the same float32.
"""

import base64
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from jobs.suggestions import suggestion
from schemas.fields import UTC, meta
from store.outcomes import Document, Refused

ROWS = 1_000  # turned into Python at once: a few MB
UNIT = 1e-3  # how far from 1 the server lets the square of a length be, for similarity dot_product
FIRST, LAST = np.datetime64("0001-01-01T00:00:00", "us"), np.datetime64("9999-12-31T23:59:59.999999", "us")
Rows = npt.NDArray[np.intp]
Wrong = dict[int, tuple[str, str]]  # row: reason and detail


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


def bodies(
    batch: pa.RecordBatch, key: str, *, sizes: dict[str, int], packed: bool = False
) -> Iterator[Document | Refused]:
    """One document per row under the id in column `key`, nulls left out; Refused for a row that no index can take.

    What search boxes complete to it is added (jobs/suggestions.py). `packed` writes vectors as base64. Broken characters are replaced by U+FFFD.
    """
    for start in range(0, batch.num_rows, ROWS):
        rows = batch.slice(start, ROWS)
        try:
            yield from _bodies(rows, key, sizes=sizes, packed=packed)
        except UnicodeDecodeError:  # raised before the first row is out
            columns = [_repaired(column) for column in rows.columns]
            whole = pa.RecordBatch.from_arrays(columns, names=rows.schema.names)
            yield from _bodies(whole, key, sizes=sizes, packed=packed)


def _bodies(batch: pa.RecordBatch, key: str, *, sizes: dict[str, int], packed: bool) -> Iterator[Document | Refused]:
    wrong: Wrong = {}
    names = [name for name in batch.schema.names if name not in sizes and batch[name].null_count < batch.num_rows]
    rows = np.arange(batch.num_rows)
    columns = [_values(name, batch[name], rows, wrong) for name in names]
    vectors = [_vectors(name, batch[name], size, wrong, packed=packed) for name, size in sizes.items()]
    keys = batch[key].to_pylist()
    for number, values in enumerate(zip(*columns, strict=True)):
        row = {name: value for name, value in zip(names, values) if value is not None}
        row |= suggestion(row)
        body = b"".join([orjson.dumps(row, default=_plain)[:-1], *(pieces[number] for pieces in vectors), b"}"])
        yield Refused(keys[number], *wrong[number], body) if number in wrong else (keys[number], body)


def _repaired(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_string(kind):
        raw = column.cast(pa.binary()).to_pylist()
        return pa.array([None if value is None else value.decode(errors="replace") for value in raw], kind)
    if pa.types.is_list(kind):
        return pa.ListArray.from_arrays(column.offsets, _repaired(column.values), mask=column.is_null())
    if pa.types.is_struct(kind):
        parts = [_repaired(part) for part in column.flatten()]
        return pa.StructArray.from_arrays(parts, fields=list(kind), mask=column.is_null())
    return column


def _values(name: str, column: pa.Array, rows: Rows, wrong: Wrong) -> list[Any]:
    """Python values of a column, times as ISO 8601; `rows` says which row each belongs to.

    Three times as fast as pyarrow on lists of objects, and a year beyond Python's fails its own row alone.
    """
    kind = column.type
    if pa.types.is_timestamp(kind):
        return _times(name, column, rows, wrong)
    if pa.types.is_struct(kind):
        names = [part.name for part in kind]
        parts = zip(names, column.flatten(), strict=True)
        found = [_values(f"{name}.{part}", values, rows, wrong) for part, values in parts]
        made: list[Any] = [dict(zip(names, values)) for values in zip(*found)]
    elif pa.types.is_list(kind):
        lengths = _lengths(column)
        flat = _values(name, column.flatten(), np.repeat(rows, lengths), wrong)
        ends = np.cumsum(lengths).tolist()
        made = [flat[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    else:
        return list(column.to_pylist())
    return _with_nulls(made, column)


def _with_nulls(values: list[Any], column: pa.Array) -> list[Any]:
    if not column.null_count:
        return values
    return [value if there else None for value, there in zip(values, _given(column).tolist(), strict=True)]


def _times(name: str, column: pa.Array, rows: Rows, wrong: Wrong) -> list[Any]:
    moments = _raw(column.cast(UTC).cast(pa.int64()), np.int64).view("datetime64[us]")
    texts = np.datetime_as_string(moments, timezone="UTC").tolist()
    for place in np.flatnonzero(_given(column) & ((moments < FIRST) | (moments > LAST))).tolist():
        wrong[int(rows[place])] = f"{name} is out of range", texts[place]
    return _with_nulls(texts, column)


def _lengths(column: pa.Array) -> npt.NDArray[np.int32]:
    """Of each row's list, 0 for null."""
    return np.where(_given(column), _raw(pc.list_value_length(column).cast(pa.int32()), np.int32), 0)


def _raw(column: pa.Array, kind: type[np.generic]) -> npt.NDArray[Any]:
    """A buffer as numpy, slots of nulls included; pyarrow's own way imports pandas, 0.8 s and 40 MB in every worker."""
    return np.frombuffer(column.buffers()[1], kind)[column.offset : column.offset + len(column)]


def _given(column: pa.Array) -> npt.NDArray[np.bool_]:
    return _raw(column.is_valid().cast(pa.uint8()), np.uint8).astype(bool)


def _vectors(name: str, column: pa.Array, size: int, wrong: Wrong, *, packed: bool) -> list[bytes]:
    """`,"name":[...]` of each row, nothing for null; unusable ones are named in `wrong`."""
    given, lengths = _given(column), _lengths(column)
    right = given & (lengths == size)
    for number in np.flatnonzero(given & ~right).tolist():
        wrong[number] = f"{name} has the wrong length", f"{lengths[number]} numbers, the mapping has {size}"
    kept = column if (right == given).all() else column.take(pa.array(np.flatnonzero(right)))
    flat = kept.flatten().cast(pa.float32())  # nulls are gone
    rows = _raw(pc.fill_null(flat, np.nan) if flat.null_count else flat, np.float32).reshape(-1, size)
    places = np.flatnonzero(right)
    _check(name, rows, places, wrong)
    found = [b""] * len(column)
    for place, piece in zip(places.tolist(), _packed(rows) if packed else map(_numbers, rows), strict=True):
        found[place] = b',"%b":%b' % (name.encode(), piece)
    return found


def _check(name: str, rows: npt.NDArray[np.float32], places: npt.NDArray[np.intp], wrong: Wrong) -> None:
    squares = np.einsum("ij,ij->i", rows, rows)
    for number in np.flatnonzero(~(np.abs(squares - 1) <= UNIT)).tolist():
        bad = int((~np.isfinite(rows[number])).sum())
        reason = f"{name} is not finite" if bad else f"{name} is not of length 1"
        detail = f"{bad} of {rows.shape[1]} numbers" if bad else f"its length is {squares[number] ** 0.5:.3g}"
        wrong[int(places[number])] = reason, detail


def _packed(rows: npt.NDArray[np.float32]) -> Iterator[bytes]:
    """Big-endian float32 in base64, quoted."""
    for row in rows.astype(">f4"):
        yield b'"%b"' % base64.b64encode(row)


def _numbers(row: npt.NDArray[np.float32]) -> bytes:
    return orjson.dumps(row, option=orjson.OPT_SERIALIZE_NUMPY)


def _plain(value: object) -> float:
    """Money as the double that its mapping holds; the lake keeps the exact decimal."""
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(type(value).__name__)

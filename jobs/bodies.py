"""Rows of a table as what Elasticsearch takes: an id and JSON bytes. What it would choke on is refused here, with the reason.

A batch is written as JSON at once, by arrow-rs, so that no value becomes a Python object; nulls are left out, inside objects
too. Vectors are put in afterwards: as base64 where the server takes that, which is what 9.3 and later do, else as the shortest
JSON numbers that are the same float32.
"""

import io
from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from arro3.io import write_ndjson
from pybase64 import b64encode

from jobs.suggestions import suggestions
from schemas.fields import UTC as INSTANT
from schemas.fields import meta
from store.outcomes import Document, Refused

ROWS = 500  # written at once: a few MB, so that a worker stays below 200
UNIT = 1e-3  # how far from 1 the server lets the square of a length be, for similarity dot_product
FIRST, LAST = (pa.scalar(moment.replace(tzinfo=UTC), INSTANT) for moment in (datetime.min, datetime.max))
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
        yield from _bodies(batch.slice(start, ROWS), key, sizes=sizes, packed=packed)


def _bodies(batch: pa.RecordBatch, key: str, *, sizes: dict[str, int], packed: bool) -> Iterator[Document | Refused]:
    names = [name for name in batch.schema.names if name not in sizes and batch[name].null_count < batch.num_rows]
    plain = _sound(batch.select(names))
    wrong = _late(plain)
    vectors = [_vectors(name, batch[name], size, wrong, packed=packed) for name, size in sizes.items()]
    lines = _lines(plain.append_column("suggest", suggestions(plain)))
    for number, (ident, line, *pieces) in enumerate(zip(plain[key].to_pylist(), lines, *vectors, strict=True)):
        body = b"".join((line, *pieces, b"}"))
        yield Refused(ident, *wrong[number], body) if number in wrong else (ident, body)


def _lines(batch: pa.RecordBatch) -> list[memoryview]:
    """Of each row the JSON object without its last brace; a line break inside a text is escaped."""
    out = io.BytesIO()
    write_ndjson(batch, out)
    written = out.getbuffer()
    ends = np.flatnonzero(np.frombuffer(written, np.uint8) == ord("\n"))
    starts = np.append(0, ends[:-1] + 1)
    return [written[start : end - 1] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]


def _sound(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The same rows with characters that are UTF-8 in truth; arrow-rs takes that for granted."""
    try:
        batch.validate(full=True)
    except pa.ArrowInvalid:
        whole = batch.take(pa.array(range(len(batch))))  # offsets from 0, which those of a slice are not
        return pa.RecordBatch.from_arrays([_repaired(column) for column in whole.columns], names=batch.schema.names)
    return batch


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


def _late(batch: pa.RecordBatch) -> Wrong:
    """Rows with a time that is none for Elasticsearch; they are looked for one by one only where there are some."""
    wrong = Wrong()
    for name in batch.schema.names:
        rows = range(len(batch)) if _beyond(name, batch[name]) else ()
        wrong |= {row: found for row in rows if (found := _beyond(name, batch[name].slice(row, 1)))}
    return wrong


def _beyond(name: str, column: pa.Array) -> tuple[str, str] | None:
    """Reason and detail for the first time in a column, or in the objects and lists in it, that is out of range."""
    if pa.types.is_struct(column.type):
        parts = zip(column.type, column.flatten(), strict=True)
        return next(filter(None, (_beyond(f"{name}.{part.name}", values) for part, values in parts)), None)
    if pa.types.is_list(column.type):
        return _beyond(name, column.flatten())
    if not pa.types.is_timestamp(column.type):
        return None
    moments = column.cast(INSTANT)
    far = moments.filter(pc.or_(pc.less(moments, FIRST), pc.greater(moments, LAST)))
    return (f"{name} is out of range", f"{np.datetime64(far[0].value, 'us')}Z") if len(far) else None


def _vectors(name: str, column: pa.Array, size: int, wrong: Wrong, *, packed: bool) -> list[bytes]:
    """`,"name":[...]` of each row, nothing for null; unusable ones are named in `wrong`."""
    given = column.is_valid().to_numpy(zero_copy_only=False)
    lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy()
    right = given & (lengths == size)
    for number in np.flatnonzero(given & ~right).tolist():
        wrong[number] = f"{name} has the wrong length", f"{lengths[number]} numbers, the mapping has {size}"
    kept = column if (right == given).all() else column.filter(pa.array(right))
    flat = pc.fill_null(kept.flatten().cast(pa.float32()), np.nan)  # rows of null are gone
    rows, places = flat.to_numpy().reshape(-1, size), np.flatnonzero(right)
    _check(name, rows, places, wrong)
    found, head = [b""] * len(column), b',"%b":' % name.encode()
    pieces = _packed(head, rows) if packed else _numbers(head, rows)
    for place, piece in zip(places.tolist(), pieces, strict=True):
        found[place] = piece
    return found


def _check(name: str, rows: npt.NDArray[np.float32], places: npt.NDArray[np.intp], wrong: Wrong) -> None:
    squares = np.einsum("ij,ij->i", rows, rows)
    for number in np.flatnonzero(~(np.abs(squares - 1) <= UNIT)).tolist():
        bad = int((~np.isfinite(rows[number])).sum())
        reason = f"{name} is not finite" if bad else f"{name} is not of length 1"
        detail = f"{bad} of {rows.shape[1]} numbers" if bad else f"its length is {squares[number] ** 0.5:.3g}"
        wrong[int(places[number])] = reason, detail


def _packed(head: bytes, rows: npt.NDArray[np.float32]) -> Iterator[bytes]:
    """Big-endian float32 in base64, quoted."""
    return (b'%b"%b"' % (head, b64encode(row)) for row in rows.astype(">f4"))


def _numbers(head: bytes, rows: npt.NDArray[np.float32]) -> Iterator[bytes]:
    return (head + orjson.dumps(row, option=orjson.OPT_SERIALIZE_NUMPY) for row in rows)

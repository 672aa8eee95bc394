"""What a search box completes to a document: its title, brand and author in the one spelling that queries are brought into."""

import functools

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from models import text
from schemas.suggestion import AUDIENCE, PRIVATE, PUBLIC, STEPS

WORD = r"[^\pZ\x00\t-\r\x1c-\x1f\x{85}]"  # a title without any is its own key
AUTHOR = pa.struct([("name", pa.string())])
_normalised = functools.lru_cache(1 << 14)(text.normalise)  # brands and authors come again and again


def suggestions(documents: pa.RecordBatch) -> pa.StructArray:
    """The field `suggest` of each row, null for a near-duplicate and for one without words; `title_key` is normalised already.

    A private document is suggested to its tenant alone: Elasticsearch refuses to complete for nobody in particular.
    """
    author = pc.struct_field(_column(documents, "author", AUTHOR), "name")
    title, brand, duplicate_of, tenant = (
        _column(documents, name, pa.string()) for name in ("title_key", "brand", "duplicate_of", "tenant")
    )
    inputs = _lists(_readable(title), _normal(brand), _normal(author))
    popularity = _column(documents, "popularity", pa.float64()).to_pylist()
    weight = pa.array([round(STEPS * one) if one and 0 < one <= 1 else 0 for one in popularity], pa.int64())
    audience = pa.array([PUBLIC if one is None else f"{PRIVATE}{one}" for one in tenant.to_pylist()], pa.string())
    contexts = pa.StructArray.from_arrays([pa.ListArray.from_arrays(range(len(tenant) + 1), audience)], [AUDIENCE])
    none = pc.or_(pc.equal(pc.list_value_length(inputs), 0), duplicate_of.is_valid())
    return pa.StructArray.from_arrays([inputs, weight, contexts], ["input", "weight", "contexts"], mask=none)


def _lists(*columns: pa.Array) -> pa.ListArray:
    """Of each row the words of the columns, nulls and repetitions left out."""
    kept = [_unlike(column, columns[:number]) for number, column in enumerate(columns)]
    places = np.arange(len(kept) * len(kept[0])).reshape(len(kept), -1).T
    flat = pa.concat_arrays(kept).take(pa.array(places.ravel()))
    counts = flat.is_valid().to_numpy(zero_copy_only=False).reshape(places.shape).sum(axis=1)
    return pa.ListArray.from_arrays(np.append(0, np.cumsum(counts)), flat.drop_null())


def _unlike(words: pa.Array, others: tuple[pa.Array, ...]) -> pa.Array:
    for other in others:
        words = pc.if_else(pc.fill_null(pc.equal(words, other), False), None, words)
    return words


def _normal(words: pa.Array) -> pa.Array:
    return pa.array([(one and _normalised(one)) or None for one in words.to_pylist()], pa.string())


def _readable(words: pa.Array) -> pa.Array:
    return pc.if_else(pc.match_substring_regex(words, WORD), words, None)


def _column(documents: pa.RecordBatch, name: str, kind: pa.DataType) -> pa.Array:
    return documents[name] if name in documents.schema.names else pa.nulls(len(documents), kind)

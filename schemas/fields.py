"""A column in one call: name, Arrow type, Elasticsearch mapping, merge rule, documentation.

The Arrow field is the object; `es`, `merge` and `doc` ride in its metadata.
"""

import json
from typing import Any

import pyarrow as pa

Mapping = dict[str, Any]

UTC = pa.timestamp("us", tz="UTC")
MONEY = pa.decimal128(18, 4)


def field(
    name: str, kind: pa.DataType, *, es: Mapping | None, doc: str, merge: str = "", required: bool = False
) -> pa.Field:
    """A column; `es=None` keeps it in the lake and out of the index."""
    metadata = {"doc": doc, "merge": merge, "es": json.dumps(es) if es is not None else ""}
    return pa.field(name, kind, nullable=not required, metadata=metadata)


def keyword(name: str, *, doc: str, merge: str = "newest", required: bool = False, index: bool = True) -> pa.Field:
    """Exact string, at most 8,191 characters searchable (Lucene's limit is 32,766 bytes)."""
    es: Mapping | None = {"type": "keyword", "ignore_above": 8191} if index else None
    return field(name, pa.string(), es=es, doc=doc, merge=merge, required=required)


def keywords(name: str, *, doc: str, merge: str = "union") -> pa.Field:
    """List of exact strings."""
    return field(name, pa.list_(pa.string()), es={"type": "keyword", "ignore_above": 8191}, doc=doc, merge=merge)


def text(name: str, *, doc: str, merge: str = "newest", index: bool = True) -> pa.Field:
    """Text as the platform gave it, for analysts (`standard` analyzer)."""
    return field(name, pa.string(), es={"type": "text"} if index else None, doc=doc, merge=merge)


def tokens(name: str, *, doc: str) -> pa.Field:
    """Our own analysis, joined by spaces (`whitespace` analyzer)."""
    return field(name, pa.string(), es={"type": "text", "analyzer": "whitespace"}, doc=doc)


def count(name: str, *, doc: str, merge: str = "max", required: bool = False) -> pa.Field:
    """Whole number; null is not given, 0 is zero."""
    return field(name, pa.int64(), es={"type": "long"}, doc=doc, merge=merge, required=required)


def number(name: str, *, doc: str, merge: str = "newest") -> pa.Field:
    """Double."""
    return field(name, pa.float64(), es={"type": "double"}, doc=doc, merge=merge)


def flag(name: str, *, doc: str, merge: str = "newest") -> pa.Field:
    """Boolean."""
    return field(name, pa.bool_(), es={"type": "boolean"}, doc=doc, merge=merge)


def instant(name: str, *, doc: str, merge: str = "newest", required: bool = False) -> pa.Field:
    """UTC, microseconds."""
    return field(name, UTC, es={"type": "date"}, doc=doc, merge=merge, required=required)


def vector(name: str, dims: int, *, options: Mapping, doc: str) -> pa.Field:
    """Unit-length float32 row, searched by cosine; `options` are Elasticsearch's `index_options`, whose defaults change."""
    es = {"type": "dense_vector", "dims": dims, "index": True, "similarity": "dot_product", "index_options": options}
    return field(name, pa.list_(pa.float32(), dims), es=es, doc=doc)


def completion(name: str, *, context: str, longest: int, doc: str) -> pa.Field:
    """What is completed from its beginning on, most weighty first, among what is for a `context`; it is known by its first `longest` characters."""
    contexts = [{"name": context, "type": "category"}]
    es = {"type": "completion", "analyzer": "standard", "max_input_length": longest, "contexts": contexts}
    return field(name, pa.list_(pa.string()), es=es, doc=doc)


def struct(name: str, fields: list[pa.Field], *, doc: str, merge: str = "newest") -> pa.Field:
    """One object; its properties map by their own metadata."""
    return field(name, pa.struct(fields), es={"type": "object"}, doc=doc, merge=merge)


def structs(name: str, fields: list[pa.Field], *, doc: str, merge: str = "union", nested: bool = False) -> pa.Field:
    """List of objects; `nested` keeps the properties of one object together when searched."""
    es = {"type": "nested" if nested else "object"}
    return field(name, pa.list_(pa.struct(fields)), es=es, doc=doc, merge=merge)


def meta(column: pa.Field, key: str) -> str:
    """Value of one metadata key (`doc`, `merge`, `es`), empty when unset."""
    return str((column.metadata or {}).get(key.encode(), b"").decode())

"""What follows from an Arrow schema: Spark type, Elasticsearch mapping, version."""

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from schemas.fields import meta

if TYPE_CHECKING:
    from pyspark.sql.types import StructType


def spark_schema(schema: pa.Schema) -> "StructType":
    """The schema as a StructType; names, types, nesting and nullability survive, metadata does not."""
    from pyspark.sql.pandas.types import from_arrow_schema  # semi-private: pinned by a golden file

    return from_arrow_schema(schema)


def es_property(column: pa.Field) -> dict[str, Any]:
    """The mapping of one column, objects included."""
    mapping: dict[str, Any] = json.loads(meta(column, "es"))
    kind = column.type
    inner = kind.value_type if pa.types.is_list(kind) else kind
    if pa.types.is_struct(inner):
        mapping["properties"] = es_properties(pa.schema(list(inner)))
    return mapping


def es_properties(schema: pa.Schema) -> dict[str, Any]:
    """Mapping properties of the columns that are indexed."""
    return {column.name: es_property(column) for column in schema if meta(column, "es")}


def es_mapping(*schemas: pa.Schema) -> dict[str, Any]:
    """One strict mapping over the columns of several tables that share a document."""
    properties: dict[str, Any] = {}
    for schema in schemas:
        properties |= es_properties(schema)
    return {"dynamic": "strict", "properties": properties}


def version(schema: pa.Schema) -> str:
    """First 12 hex digits of a hash over names and types: changes when the files do."""
    return hashlib.sha256(schema.to_string(show_field_metadata=False).encode()).hexdigest()[:12]

"""A changed column is a reviewable diff: every table's Spark type and mapping against a golden file."""

import importlib
import json
import os
from pathlib import Path

import pyarrow as pa
import pytest

from schemas import derive
from schemas.fields import meta

GOLDEN = Path(__file__).parent.parent / "golden" / "schemas"
MODULES = [
    f.stem
    for f in sorted((Path(__file__).parents[2] / "schemas").glob("*.py"))
    if f.stem not in ("__init__", "fields", "derive", "examples", "contract", "generation")
]
TABLES = [
    (name, schema)
    for module in MODULES
    for name, schema in sorted(vars(importlib.import_module(f"schemas.{module}")).items())
    if isinstance(schema, pa.Schema)
]
IDS = [name for name, _ in TABLES]


@pytest.mark.parametrize(("name", "schema"), TABLES, ids=IDS)
def test_derived_types_are_the_golden_ones(name: str, schema: pa.Schema) -> None:
    found = {"spark": json.loads(derive.spark_schema(schema).json()), "elasticsearch": derive.es_mapping(schema)}
    golden = GOLDEN / f"{name.lower()}.json"
    if os.environ.get("TRAWL_GOLDEN") == "write":
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    assert found == json.loads(golden.read_text()), "a column changed: run `make golden` and review the diff"


@pytest.mark.parametrize(("name", "schema"), TABLES, ids=IDS)
def test_every_column_is_documented(name: str, schema: pa.Schema) -> None:
    assert not [column.name for column in schema if not meta(column, "doc")]


def test_the_tables_that_share_a_document_agree_on_shared_columns() -> None:
    from schemas.annotation import ANNOTATION
    from schemas.document import DOCUMENT
    from schemas.embedding import VECTORS

    shared = set(DOCUMENT.names) & set(ANNOTATION.names) | set(DOCUMENT.names) & set(VECTORS.names)
    assert shared == {"work_id"}

"""What a search box completes to one row of documents, which need not be whole."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from jobs.suggestions import suggestions
from schemas.document import DOCUMENT

READ = ("title_key", "brand", "author", "popularity", "tenant", "duplicate_of")


def suggestion(row: Mapping[str, Any]) -> dict[str, Any]:
    """The field `suggest`, or nothing."""
    schema = pa.schema([DOCUMENT.field(name) for name in READ if name in row])
    rows = (
        pa.RecordBatch.from_pylist([dict(row)], schema=schema)
        if len(schema)
        else pa.RecordBatch.from_pylist([{"x": 1}])
    )
    [made] = suggestions(rows).to_pylist()
    return {"suggest": made} if made else {}

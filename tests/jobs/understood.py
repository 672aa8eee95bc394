"""Rows of any table with only the columns a test cares about, and documents for the steps that understand them."""

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from models import content
from schemas.document import DOCUMENT
from store import lake, ledger

AT = datetime(2026, 1, 2, tzinfo=UTC)


def put(path: str, schema: pa.Schema, rows: list[dict[str, Any]]) -> str:
    """Write rows as one partition; columns not given are null."""
    full = [{name: row.get(name) for name in schema.names} for row in rows]
    plain = pa.schema([column.remove_metadata() for column in schema])
    lake.write(path, [pa.Table.from_pylist(full, schema=plain)] if rows else [], schema)
    return path


def document(work_id: str, title: str | None, body: str | None = None, **given: Any) -> dict[str, Any]:
    """A live document with its text_hash."""
    fixed = {"type": "product", "status": "live", "record_count": 1, "crawled_at": AT, "platforms": ["taobao"]}
    return {
        **fixed,
        "work_id": work_id,
        "title": title,
        "body": body,
        "text_hash": content.text_hash(title, body),
        **given,
    }


def put_documents(date: str, *rows: dict[str, Any]) -> str:
    """The deduplicated documents of a night."""
    return put(lake.partition("documents", step="dedup", date=date), DOCUMENT, list(rows))


def done(step: str, date: str, platform: str = "") -> None:
    """A finished step in the ledger."""
    with ledger.step(step, date, platform):
        pass

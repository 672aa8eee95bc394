"""A page around a payload, for tests of readers."""

from datetime import UTC, datetime
from typing import Any

import orjson

from jobs.platforms import Page, Request

FETCHED_AT = datetime(2026, 1, 2, 3, 0, tzinfo=UTC)


def page(payload: Any, url: str = "http://127.0.0.1/x", content_type: str = "", at: datetime = FETCHED_AT) -> Page:
    """Bytes as they are, everything else as JSON."""
    body = payload if isinstance(payload, bytes) else orjson.dumps(payload)
    return Page(Request(url), 200, content_type, at, body, "pages/platform=x/date=2026-01-02#0")

"""The pages of one platform and night as Arrow batches of records, events and rejects (the inner half of align)."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from jobs import platforms
from jobs.platforms import Page, Policy, Reject, Request
from models import records
from schemas.event import EVENT
from schemas.media import MEDIA_FILE
from schemas.record import RECORD
from schemas.reject import REJECT
from store import archive, lake, settings

Row = dict[str, Any]
ROWS_PER_BATCH = 2000
PARSED = pa.schema(
    [
        pa.field("platform", pa.string()),
        pa.field("night", pa.string()),
        pa.field("page", pa.int64()),
        pa.field("place", pa.int64()),
        *(pa.field(kind, pa.struct(list(s))) for kind, s in (("record", RECORD), ("event", EVENT), ("reject", REJECT))),
    ]
)


def night(platform: str, date: str) -> Iterator[pa.RecordBatch]:
    """Batches of PARSED, one row per item, in the order of the pages."""
    path, adapter = lake.partition("pages", platform=platform, date=date), platforms.load(platform)
    hashes, held = _hashes(platform, date), list[Row]()
    for stored in archive.pages(path):
        page = _page(stored, f"{path}#{stored['sequence']}")
        rows = (outcome(platform, adapter.POLICY, item, page, hashes) for item in adapter.items(page))
        where = {"platform": platform, "night": date, "page": stored["sequence"]}
        held += [{**where, "place": place, **row} for place, row in enumerate(rows)]
        if len(held) >= ROWS_PER_BATCH:
            yield pa.RecordBatch.from_pylist(held, schema=PARSED)
            held = []
    yield pa.RecordBatch.from_pylist(held, schema=PARSED)


def _hashes(platform: str, date: str) -> dict[str, str]:
    path = lake.partition("media", platform=platform, date=date)
    if lake.manifest(path) is None:  # a platform without pictures
        return {}
    table = lake.read(path, MEDIA_FILE, columns=["url", "sha256"])
    return dict(zip(table["url"].to_pylist(), table["sha256"].to_pylist(), strict=True))


def _page(stored: Row, ref: str) -> Page:
    request = Request(stored["url"])
    return Page(request, stored["status"], stored["content_type"], stored["fetched_at"], stored["body"], ref)


def outcome(
    platform: str,
    policy: Policy,
    item: Row | Reject,
    page: Page,
    hashes: dict[str, str],
    *,
    tenant: str | None = None,
) -> Row:
    """One of record, event, reject: whatever is wrong with an item costs that item alone."""
    if isinstance(item, Reject):
        return {"reject": _reject(platform, page, item.reason, item.detail)}
    try:
        if "event" in item:
            return {"event": _checked(_event(platform, item["event"]), EVENT)}
        row = records.record(
            item,
            platform=platform,
            crawled_at=page.fetched_at,
            raw_ref=page.ref,
            hashes=hashes,
            license=policy.license,
            max_age_days=policy.max_age_days,
            tenant=tenant or settings.tenant(),
            is_private=policy.is_private,
        )
        return {"record": _checked(row, RECORD)}
    except records.Unreadable as error:
        return {"reject": _reject(platform, page, error.reason, error.detail)}
    except (pa.ArrowException, TypeError, ValueError, OverflowError, KeyError) as error:
        return {"reject": _reject(platform, page, "wrong type", f"{item.get('native_id')}: {error}")}


def _event(platform: str, event: Row) -> Row:
    return {**dict.fromkeys(EVENT.names), **event}


def _checked(row: Row, schema: pa.Schema) -> Row:
    """The row, known to fit: an error here names this row, an error in the batch would lose two thousand."""
    for column in schema:
        if row[column.name] is None and not column.nullable:
            raise records.Unreadable("missing field", column.name)
        pa.scalar(row[column.name], column.type)
    return row


def _reject(platform: str, page: Page, reason: str, detail: str) -> Row:
    return {"step": "align", "platform": platform, "ref": page.ref, "reason": reason, "detail": detail[:500]}

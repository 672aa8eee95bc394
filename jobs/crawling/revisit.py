"""Which of the items that we hold are asked for again tonight: young ones often, old ones rarely.

Counts and deletions of an item that no list shows any more are only seen by asking for it (the re-ingestion of
Openverse). What the crawl has seen tonight need not be asked for; the rest is limited by the platform's quota.
"""

import heapq
import itertools
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

import numpy as np

from jobs.platforms import Page, Platform, Reject, Request
from schemas.record import RECORD
from store import lake, ledger

BUCKETS = ((2, 1), (14, 3), (90, 7))  # younger than so many days: asked for every so many days
RARELY_DAYS = 30
MOST_ITEMS = 10_000  # a night, where no quota limits them
COLUMNS = ("native_id", "url", "canonical_url", "created_at", "raw_ref", "status")


def interval_days(age_days: int | None, max_age_days: int | None = None) -> int:
    """Days between two looks at an item of this age; in time before its content must be refreshed or deleted."""
    found = next((days for limit, days in BUCKETS if age_days is not None and age_days < limit), RARELY_DAYS)
    return max(1, min(found, max_age_days - 2)) if max_age_days else found


def seen(
    platform: Platform, rows: Iterable[dict[str, Any]], urls: Iterable[str]
) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Hashes of the ids that tonight's pages show, and of addresses, sorted: eight bytes each, however many there are."""
    found = itertools.chain(urls, () if platform.POLICY.for_people else _ids(platform, rows))
    return np.unique(np.fromiter(map(_hash, found), dtype=np.int64))


def _hash(native_id: str) -> int:
    return hash(native_id)  # compared within one process only


def _ids(platform: Platform, rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        page = Page(Request(row["url"]), row["status"], row["content_type"], row["fetched_at"], row["body"], "")
        for item in platform.items(page):
            if not isinstance(item, Reject) and item.get("native_id"):
                yield str(item["native_id"])


def due(name: str, night: str, max_age_days: int | None, known: np.ndarray[Any, Any], most: int) -> list[str]:
    """At most `most` ids of standing records to ask for again, those that have waited longest for their age first."""
    earlier = [day for day in ledger.dates("align", name, night) if day < night]
    if not earlier or most <= 0:
        return []
    path, today = lake.partition("records", platform=name, date=earlier[-1]), date.fromisoformat(night)
    waiting = (
        (-overdue, row["native_id"])
        for batch in lake.batches(path, RECORD, columns=COLUMNS)
        for row in batch.to_pylist()
        if row["status"] in ("live", "hidden") and (overdue := _overdue(row, today, max_age_days)) >= 1
        if not any(_is_in(known, _hash(row[name])) for name in ("native_id", "url", "canonical_url") if row[name])
    )
    return [native_id for _, native_id in heapq.nsmallest(most, waiting)]


def _overdue(row: dict[str, Any], today: date, max_age_days: int | None) -> float:
    """Days waited in intervals of the item's age: due from 1 on."""
    created_at: datetime | None = row["created_at"]
    age_days = (today - created_at.date()).days if created_at else None
    night = date.fromisoformat(row["raw_ref"].partition("date=")[2][:10])  # not crawled_at: a night may be crawled late
    return (today - night).days / interval_days(age_days, max_age_days)


def _is_in(known: np.ndarray[Any, Any], value: int) -> bool:
    place = int(np.searchsorted(known, value))
    return place < len(known) and int(known[place]) == value

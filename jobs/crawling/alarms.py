"""What an operator should look at although nothing failed: a platform that falls silent."""

from datetime import UTC, date, datetime
from typing import Any

import pyarrow.compute as pc

from jobs.platforms import Page, Platform, Reject, Request
from schemas.record import RECORD
from store import archive, lake, ledger, settings


def raised(name: str, platform: Platform, night: str, counts: dict[str, Any]) -> list[str]:
    """One line per alarm about the published window of this night."""
    before = _standing(name, night)
    if before is None or counts.get("unchanged"):
        return []
    rows, newest = before
    if rows and not _holds(name, platform, night, None):
        return [f"no item tonight, {rows:,} known"]
    days = (date.fromisoformat(night) - newest.date()).days if newest else 0
    if newest and days > settings.stale_days() and not _holds(name, platform, night, newest):
        return [f"nothing new for {days} days"]
    return []


def _standing(name: str, night: str) -> tuple[int, datetime | None] | None:
    """How many records stood before this night, and when the newest was published."""
    earlier = [day for day in ledger.dates("align", name, night) if day < night]
    if not earlier:
        return None
    rows, newest = 0, None
    for batch in lake.batches(
        lake.partition("records", platform=name, date=earlier[-1]), RECORD, columns=["created_at"]
    ):
        rows += batch.num_rows
        found = pc.max(batch.column(0)).as_py()
        newest = max((moment for moment in (newest, found) if moment), default=None)
    return rows, newest


def _holds(name: str, platform: Platform, night: str, newest: datetime | None) -> bool:
    """True where a page shows an item, or one that is younger than the newest known."""
    for row in archive.pages(lake.partition("pages", platform=name, date=night)):
        page = Page(Request(row["url"]), row["status"], row["content_type"], row["fetched_at"], row["body"], "")
        for item in platform.items(page):
            if not isinstance(item, Reject) and (newest is None or _is_younger(item, newest)):
                return True
    return False


def _is_younger(item: dict[str, Any], newest: datetime) -> bool:
    told = item.get("created_at")
    return isinstance(told, datetime) and told.astimezone(UTC) > newest

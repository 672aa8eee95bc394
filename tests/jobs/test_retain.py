"""Retention: what was not refreshed in time is gone, from the records and from the archive."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from jobs import retain
from jobs.platforms import Page, Policy, Request
from models import records
from schemas.record import RECORD
from store import archive, lake, ledger, objects

PLATFORM, LIMIT = "youtube", 30
TODAY = "2026-03-01"


def day(age: int) -> str:
    return (date.fromisoformat(TODAY) - timedelta(days=age)).isoformat()


def record(native_id: str, age: int, **more: Any) -> dict[str, Any]:
    at = datetime.fromisoformat(day(age)).replace(tzinfo=UTC)
    item = {"native_id": native_id, "type": "video", "title": f"video {native_id}", "tags": ["t"], **more}
    item |= {"media": [{"kind": "image", "url": "http://x/p.png"}], "engagement": {"views": 1}}
    policy = Policy(tier="B", license="own", max_age_days=LIMIT)
    page = Page(Request("http://x/"), 200, "", at, b"", f"pages/platform={PLATFORM}/date={day(age)}#0")
    return records.record(
        item,
        platform=PLATFORM,
        crawled_at=at,
        raw_ref=page.ref,
        hashes={},
        license=policy.license,
        max_age_days=policy.max_age_days,
    )


def night(age: int, *rows: dict[str, Any]) -> None:
    keys = {"platform": PLATFORM, "date": day(age)}
    with ledger.step("crawl", day(age), PLATFORM):
        with archive.Spool(archive.spool(PLATFORM, day(age))) as spool:
            moment = datetime(2026, 1, 1, tzinfo=UTC)
            page = {"platform": PLATFORM, "sequence": 0, "url": "http://x/", "status": 200, "content_type": ""}
            spool.append({**page, "fetched_at": moment, "body": b"{}"}, offset=0)
            archive.finish(PLATFORM, day(age), rows=1, extra={})
            spool.forget()
    with ledger.step("align", day(age), PLATFORM):
        lake.write(lake.partition("records", **keys), [pa.Table.from_pylist(list(rows), schema=RECORD)], RECORD)


def standing(age: int = 0) -> dict[str, dict[str, Any]]:
    rows = lake.read(lake.partition("records", platform=PLATFORM, date=day(age)), RECORD).to_pylist()
    return {row["native_id"]: row for row in rows}


def test_a_record_of_31_days_is_a_tombstone_and_a_refreshed_one_stays(lake: Path) -> None:
    night(0, record("old", 31), record("fresh", 29), record("today", 0), record("lost", 40, status="deleted"))
    assert retain.retain(PLATFORM, TODAY, LIMIT)["expired"] == 2
    rows = standing()
    assert rows["fresh"]["title"] == "video fresh" and rows["today"]["status"] == "live"
    assert rows["old"]["status"] == "gone" and rows["lost"]["status"] == "deleted"
    held = {name for name, value in rows["old"].items() if value is not None}
    assert held == set(retain.IDENTITY) - {"tenant"} | {"status"}
    assert retain.retain(PLATFORM, TODAY, LIMIT)["expired"] == 0


def test_partitions_past_their_time_are_deleted_manifest_first(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from store import lake as door

    for age in (45, 31, 30, 2, 1, 0):
        night(age, record("a", age))
    removed: list[str] = []
    before = objects.remove
    monkeypatch.setattr(objects, "remove", lambda path: (removed.append(path), before(path)))
    counts = retain.retain(PLATFORM, TODAY, LIMIT)
    assert (counts["pages_deleted"], counts["records_deleted"]) == (2, 4)
    first = [path for path in removed if path.startswith(f"pages/platform={PLATFORM}/date={day(45)}")]
    assert first[0].endswith("manifest.json") and len(first) == 2
    assert ledger.dates("crawl", PLATFORM) == [day(30), day(2), day(1), day(0)]  # what a full parse reads
    assert ledger.dates("align", PLATFORM) == [day(1), day(0)]
    assert door.manifest(door.partition("pages", platform=PLATFORM, date=day(45))) is None
    assert len(list(archive.pages(door.partition("pages", platform=PLATFORM, date=day(30))))) == 1
    assert not [file for file in lake.rglob(f"*date={day(45)}/*") if "pages" in str(file)]


def test_a_spool_that_was_never_finished_is_removed_too(lake: Path) -> None:
    for age in (45, 3):
        with archive.Spool(archive.spool(PLATFORM, day(age))):
            pass
    retain.retain(PLATFORM, TODAY, LIMIT)
    assert not archive.spool(PLATFORM, day(45)).exists() and archive.spool(PLATFORM, day(3)).exists()


def test_the_step_counts_what_it_removed(lake: Path) -> None:
    night(40, record("old", 40))
    retain.main(["--date", TODAY])
    [row] = ledger.summary(TODAY)
    assert row["counts"] == {"expired": 1, "pages_deleted": 1, "records_deleted": 0}

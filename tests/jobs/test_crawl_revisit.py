"""Items asked for again by their age, within the quota; alarms where a platform falls silent."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from a_platform import Asked, Reply, paged, pages, run, serving, told

from jobs.crawling import alarms, phases, revisit
from jobs.platforms import Request, Window
from models import records
from schemas.record import RECORD
from store import cli, crawls
from store import lake as door
from store import ledger

TODAY = "2026-03-01"


def day(age: int) -> str:
    return (date.fromisoformat(TODAY) - timedelta(days=age)).isoformat()


def standing(*rows: tuple[str, int | None, int], night: str = "", status: str = "live") -> None:
    """Records by id, age of the item and nights since it was seen, as align left them the night before."""
    made = []
    for native_id, age, seen in rows:
        created_at = None if age is None else datetime.fromisoformat(day(age)).replace(tzinfo=UTC)
        item = {"native_id": native_id, "type": "post", "body": "x", "created_at": created_at, "status": status}
        ref, now = f"pages/platform=fake/date={day(seen)}#0", datetime(2026, 3, 1, tzinfo=UTC)
        made.append(records.record(item, platform="fake", crawled_at=now, raw_ref=ref, hashes={}, license="own"))
    path = door.partition("records", platform="fake", date=night or day(1))
    with ledger.step("align", night or day(1), "fake"):
        door.write(path, [pa.Table.from_pylist(made, schema=RECORD)], RECORD)


@pytest.mark.parametrize(
    ("age", "max_age", "days"),
    [(0, None, 1), (1, None, 1), (2, None, 3), (13, None, 3), (14, None, 7), (89, None, 7), (90, None, 30)]
    + [(None, None, 30), (400, 10, 8), (1, 10, 1), (400, 2, 1)],
)
def test_young_items_are_looked_at_often(age: int | None, max_age: int | None, days: int) -> None:
    assert revisit.interval_days(age, max_age) == days


def one(ask: Asked) -> Reply:
    if ask.path == "/item":
        wanted = ask.params["ids"].split(",")
        return told({"asked": wanted})
    return told({"ids": ["seen"], "next": None})


def revisiting(**more: Any) -> Any:
    def ask(window: Window, native_ids: list[str]) -> Request:
        return Request(f"{window.base_url}/item", (("ids", ",".join(native_ids)),))

    made = paged(revisit=ask, **more)
    made.REVISIT_SIZE = 2
    return made


def asked_again(night: str = TODAY) -> list[str]:
    return [i for page in pages(night) for i in json.loads(page["body"]).get("asked", [])]


ROWS = (
    ("young", 1, 1),
    ("week-due", 10, 3),
    ("week-not-due", 10, 2),
    ("month-due", 60, 8),
    ("old-due", 400, 31),
    ("old-not-due", 400, 20),
    ("seen", 1, 1),
)


def test_what_is_due_and_was_not_seen_is_asked_for_again(lake: Path) -> None:
    standing(*ROWS)
    with serving(one) as site:
        counts = run(revisiting(), site, TODAY)
    assert sorted(asked_again()) == ["month-due", "old-due", "week-due", "young"] and counts["revisited"] == 4


def test_what_is_gone_is_not_asked_for(lake: Path) -> None:
    standing(*ROWS, status="gone")
    with serving(one) as site:
        run(revisiting(), site, TODAY)
    assert asked_again() == []


def test_the_rest_of_the_quota_is_the_budget_and_the_longest_waiting_go_first(lake: Path) -> None:
    standing(("a", 1, 2), ("b", 1, 5), ("c", 1, 9), ("d", 1, 1))
    with serving(one) as site:
        run(revisiting(daily_units=2), site, TODAY)
    assert asked_again() == ["c", "b"]


def test_a_refusal_while_revisiting_ends_it_and_the_night_is_whole(lake: Path) -> None:
    standing(*ROWS)
    with serving(
        lambda ask: told({}, 500 if ask.path == "/never" else 403) if ask.path == "/item" else one(ask)
    ) as site:
        run(revisiting(), site, TODAY)
    state = crawls.get("fake", TODAY)
    assert state is not None and state.phase == "done" and state.is_walked and len(pages(TODAY)) == 1


def test_an_item_that_is_not_found_is_archived_with_its_status(lake: Path) -> None:
    standing(("a", 1, 2))
    with serving(lambda ask: told({}, 404) if ask.path == "/item" else one(ask)) as site:
        run(revisiting(), site, TODAY)
    assert [page["status"] for page in pages(TODAY)] == [200, 404]


def test_a_stop_while_revisiting_asks_for_no_item_twice(lake: Path) -> None:
    from jobs.crawling.stopping import Stop

    standing(*((f"i{n}", 1, 2) for n in range(6)))
    stop = Stop()

    def answer(ask: Asked) -> Reply:
        if ask.path == "/item" and "i2" in ask.params["ids"]:
            stop.ask()
        return one(ask)

    with serving(answer) as site:
        asked = Window(date.fromisoformat(TODAY), (), site.url)
        with pytest.raises(cli.SoftStop):
            phases.crawl("fake", revisiting(), asked, stop=stop)
        phases.crawl("fake", revisiting(), asked)
    assert asked_again() == [f"i{n}" for n in range(6)]


def test_a_night_without_any_item_is_an_alarm_where_there_were_some(lake: Path) -> None:
    empty = paged()
    with serving(lambda ask: told({"ids": [], "next": None})) as site:
        run(empty, site, day(2))
        assert alarms.raised("fake", empty, day(2), {}) == []  # it never had any
        standing(("a", 1, 1))
        run(empty, site, TODAY)
        assert alarms.raised("fake", empty, TODAY, {}) == ["no item tonight, 1 known"]
        assert alarms.raised("fake", empty, TODAY, {"unchanged": 3}) == []


def test_a_source_without_anything_new_is_an_alarm(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    standing(("a", 30, 1))
    fresh: dict[str, Any] = {"native_id": "b", "created_at": datetime(2026, 2, 28, tzinfo=UTC)}
    for items, expected in (([], ["nothing new for 30 days"]), ([fresh], [])):
        platform = paged(items=lambda page, more=items: iter([{"native_id": "a"}, *more]))
        with serving(lambda ask: told({"next": None})) as site:
            run(platform, site, TODAY, again=True)
        assert alarms.raised("fake", platform, TODAY, {}) == expected
    monkeypatch.setenv("TRAWL_STALE_DAYS", "60")
    assert alarms.raised("fake", paged(items=lambda page: iter([{"native_id": "a"}])), TODAY, {}) == []

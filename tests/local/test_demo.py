"""What the demo says at its end, which night it takes, and when a record counts as found. (`make demo` runs the rest.)"""

from types import SimpleNamespace
from typing import Any

import pytest

from local import demo, findable, stand_in, table
from store import ledger

ROWS: list[dict[str, Any]] = [
    {"step": "crawl", "platform": "weibo", "state": "done", "seconds": 1.5, "counts": {"pages": 5, "bytes": 10}},
    {"step": "crawl", "platform": "rss", "state": "done", "seconds": 2.5, "counts": {"pages": 2, "bytes": 10}},
    {"step": "align", "platform": "rss", "state": "done", "seconds": 9.0, "counts": {"out": 40, "rejected": 3}},
    {"step": "index", "platform": "", "state": "failed", "seconds": None, "counts": {"out": 1200, "rejected": 1}},
]


def test_figures_are_summed_over_platforms_and_steps() -> None:
    found = table.figures(ROWS)
    assert (found["pages"], found["records"], found["indexed"], found["rejected"]) == (7, 40, 1200, 4)
    said = table.text(ROWS)
    assert "1,200" in said and "FAILED" in said and "crawl weibo" in said


@pytest.mark.parametrize(
    ("promoted", "night"), [([], 0), (["2026-01-01"], 1), (["2026-01-02"], 2), (["2026-01-03"], 2)]
)
def test_each_demo_takes_the_next_night_up_to_the_last(
    lake: Any, monkeypatch: pytest.MonkeyPatch, promoted: list[str], night: int
) -> None:
    from datetime import date

    world = SimpleNamespace(day0=date(2026, 1, 1), days=3)
    monkeypatch.setattr(stand_in, "World", lambda _: world)
    for day in promoted:
        with ledger.step("promote", day):
            pass
    assert demo.next_night(world) == night  # type: ignore[arg-type]


def test_a_record_is_found_by_its_work_or_its_survivor() -> None:
    record = findable.Wanted("weibo:1", "标题", frozenset({"w1", "w0"}))
    hits = [SimpleNamespace(work_id="w9"), SimpleNamespace(work_id="w0")]
    assert findable.is_found(record, SimpleNamespace(hits=hits))  # type: ignore[arg-type]
    assert not findable.is_found(record, SimpleNamespace(hits=hits[:1]))  # type: ignore[arg-type]


def test_a_live_record_that_no_document_holds_is_asked_for_and_lost() -> None:
    rows = [
        {"record_id": "weibo:1", "title": None, "body": " 正文 " * 40, "status": "live"},
        {"record_id": "weibo:2", "title": "gone", "body": None, "status": "deleted"},
        {"record_id": "weibo:3", "title": None, "body": " ", "status": "live"},
    ]
    [record] = findable.wanted(rows, {})
    assert record.record_id == "weibo:1" and len(record.text) == 60 and record.text.startswith("正文")
    hits = [SimpleNamespace(work_id="w0")]
    assert not findable.is_found(record, SimpleNamespace(hits=hits))  # type: ignore[arg-type]


def test_the_stand_in_serves_all_platforms_but_those_that_have_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAWL_WEIBO_URL", "https://api.weibo.com")
    given = stand_in.platform_environment("http://127.0.0.1:1")
    assert given["TRAWL_RSS_URL"] == "http://127.0.0.1:1/rss" and given["TRAWL_YOUTUBE_KEY"] == "stand-in"
    assert given["TRAWL_TENANT"] == "household"
    assert "TRAWL_WEIBO_URL" not in given and "TRAWL_WEIBO_TOKEN" not in given

"""The ledger says of every step and date: running, done, failed."""

from pathlib import Path

import pytest

from store import ledger


def test_a_step_is_done_with_its_counts(lake: Path) -> None:
    with ledger.step("match", "2026-01-02") as counts:
        assert ledger.summary("2026-01-02")[0]["state"] == "running"
        counts["out"] = 3
    [row] = ledger.summary("2026-01-02")
    assert (row["state"], row["counts"]) == ("done", {"out": 3})


def test_a_step_that_raises_is_failed_with_the_reason(lake: Path) -> None:
    with pytest.raises(RuntimeError), ledger.step("match", "2026-01-02"):
        raise RuntimeError("no disk")
    [row] = ledger.summary("2026-01-02")
    assert (row["state"], row["error"]) == ("failed", "no disk")


def test_the_newest_good_night_of_each_platform(lake: Path) -> None:
    for platform, date in (("weibo", "2026-01-01"), ("weibo", "2026-01-03"), ("rss", "2026-01-02")):
        with ledger.step("align", date, platform):
            pass
    with pytest.raises(RuntimeError), ledger.step("align", "2026-01-03", "rss"):
        raise RuntimeError
    assert ledger.platforms("align") == {"rss": "2026-01-02", "weibo": "2026-01-03"}
    assert ledger.platforms("align", until="2026-01-02") == {"rss": "2026-01-02", "weibo": "2026-01-01"}
    assert ledger.dates("align", "weibo") == ["2026-01-01", "2026-01-03"]


def test_a_crawl_is_remembered_page_by_page(lake: Path) -> None:
    assert ledger.crawl("weibo", "2026-01-01") is None
    for sequence in (1, 2):
        ledger.save_crawl(
            "weibo", "2026-01-01", next_request="[]", sequence=sequence, offset=9, counts={"pages": sequence}
        )
    state = ledger.crawl("weibo", "2026-01-01")
    assert state is not None and (state["sequence"], state["counts"]) == (2, {"pages": 2})

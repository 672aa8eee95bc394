"""The ledger says of every step and date: running, done, failed."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from store import cli, crawls, ledger, visits


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


def test_a_step_that_stops_softly_is_stopped_not_failed(lake: Path) -> None:
    with pytest.raises(cli.SoftStop), ledger.step("crawl", "2026-01-02", "rss"):
        raise cli.SoftStop("come back later")
    [row] = ledger.summary("2026-01-02")
    assert (row["state"], row["error"]) == ("stopped", "come back later")


def test_every_window_is_printed_with_its_state(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with ledger.step("crawl", "2026-01-01", "weibo") as counts:
        counts["pages"] = 5
    with pytest.raises(RuntimeError), ledger.step("crawl", "2026-01-03", "weibo"):
        raise RuntimeError("no disk")
    ledger.main(["--from", "2026-01-01", "--to", "2026-01-04"])
    lines = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    assert [(line[1], line[2]) for line in lines] == [
        ("2026-01-01", "done"),
        ("2026-01-02", "planned"),
        ("2026-01-03", "failed"),
        ("2026-01-04", "planned"),
    ]
    assert lines[0][-2:] == ["pages", "5"] and lines[2][-2:] == ["no", "disk"]


def test_an_older_ledger_gets_the_columns_that_it_lacks(lake: Path) -> None:
    lake.parent.mkdir(parents=True)
    with sqlite3.connect(lake.parent / "ledger.sqlite") as old:
        old.execute(
            "CREATE TABLE crawls (platform, date, next_request, sequence, offset, counts, PRIMARY KEY (platform, date))"
        )
        old.execute("INSERT INTO crawls VALUES ('weibo', '2026-01-01', NULL, 5, 9, '{}')")
    assert crawls.get("weibo", "2026-01-01") is None  # of a version that kept less: begun anew
    crawls.commit(crawls.Crawl("weibo", "2026-01-01", BEGAN, sequence=1))
    found = crawls.get("weibo", "2026-01-01")
    assert found is not None and found.sequence == 1


BEGAN = "2026-01-01T00:30:00+00:00"


def done(date: str, *, began: str = BEGAN, targets: tuple[str, ...] = ("a",), **more: bool) -> None:
    crawls.done(crawls.Crawl("weibo", date, began, targets, **{"is_walked": True, **more}))


def test_the_watermark_is_where_the_last_complete_crawl_began(lake: Path) -> None:
    assert crawls.watermark("weibo", "2026-01-05", ["a"]) is None
    done("2026-01-01")
    done("2026-01-02", is_whole=False)  # something was passed over
    done("2026-01-03", is_walked=False)  # files only
    crawls.commit(crawls.Crawl("weibo", "2026-01-04", BEGAN, ("a",), phase="walk"))  # stopped
    assert crawls.watermark("weibo", "2026-01-05", ["a"]) == datetime(2026, 1, 1, tzinfo=UTC)
    assert crawls.watermark("weibo", "2026-01-01", ["a"]) is None  # not by itself: a repeated crawl asks the same
    assert crawls.watermark("weibo", "2026-01-05", ["a", "new"]) is None  # a new target was never seen


def test_a_night_that_is_crawled_late_counts_from_its_date(lake: Path) -> None:
    done("2026-01-01", began="2026-03-01T12:00:00+00:00")
    done("2026-06-01", began="2026-03-01T12:00:00+00:00")  # a made-up night lies in the future
    assert crawls.watermark("weibo", "2026-01-02", ["a"]) == datetime(2026, 1, 1, tzinfo=UTC)
    assert crawls.watermark("weibo", "2026-06-02", ["a"]) == datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_what_a_crawl_learned_counts_once_its_pages_are_published(lake: Path) -> None:
    crawl = crawls.Crawl("weibo", "2026-01-01", BEGAN)
    crawls.restart(crawl)
    crawls.commit(crawl, [visits.visited(crawl, "http://x/", visits.Visit(etag="1")), visits.taken(crawl, "f", "ab")])
    later = crawls.Crawl("weibo", "2026-01-02", BEGAN)
    assert visits.visit("weibo", "http://x/", "2026-01-02") is None
    assert not visits.is_taken("weibo", "f", "ab", later) and visits.is_taken("weibo", "f", "ab", crawl)
    crawls.done(crawl)
    found = visits.visit("weibo", "http://x/", "2026-01-02")
    assert found is not None and found.etag == "1" and visits.is_taken("weibo", "f", "ab", later)
    crawls.restart(crawl)
    assert visits.visit("weibo", "http://x/", "2026-01-02") is None

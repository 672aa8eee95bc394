"""The walk: position and watermark apart, windows done once, broken pages, expired positions, log-in, signatures."""

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from a_platform import NIGHT, Asked, Reply, listed, paged, pages, rejects, run, serving, told

from jobs import crawl
from jobs.crawling import fetch
from jobs.platforms import Page, PageBroken, Request, Window, context
from store import cli, crawls, ledger

NEXT_NIGHT = "2026-01-02"


def numbers(ask: Asked, *, last: int = 5) -> Reply:
    number = int(ask.params["page"])
    return told({"page": number, "next": number + 1 if number < last else None})


def test_newest_first_failing_on_page_3_of_5_loses_nothing_the_next_night(lake: Path) -> None:
    posts = [f"2026-01-0{day}-{n}" for day in (3, 2, 1) for n in (2, 1)]  # newest first, one a page

    def newest_first(ask: Asked) -> Reply:
        number = int(ask.params["page"])
        if number == 3 and is_broken:
            return told({}, 404)
        return told({"ids": [posts[number - 1]], "next": number + 1 if number < len(posts) else None})

    def following(window: Window, request: Request, page: Page) -> Request | None:
        found = json.loads(page.body)
        if window.since and found["ids"][0] < window.since.date().isoformat():
            return None
        return platform.ask_next(window, request, page)

    platform = paged(tier="A")
    platform.ask_next, platform.following = platform.following, following
    with serving(newest_first) as site:
        is_broken = False
        run(platform, site, "2026-01-01")
        is_broken = True
        with pytest.raises(fetch.CrawlFailed, match="HTTP 404"):
            run(platform, site, "2026-01-02", since=crawls.watermark("fake", "2026-01-02", ()))
        is_broken = False
        mark = crawls.watermark("fake", "2026-01-03", ())
        assert mark == datetime(2026, 1, 1, tzinfo=UTC)  # of the last complete crawl, not of the one that stopped
        run(platform, site, "2026-01-03", since=mark)
    seen = [json.loads(page["body"])["ids"][0] for page in pages("2026-01-03")]
    assert set(seen) == set(posts)


def test_a_window_reaches_back_to_the_last_complete_crawl_less_the_overlap(
    lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = paged(overlap_days=2).POLICY
    assert crawl.open_window("fake", policy, NIGHT).since is None
    crawls.done(crawls.Crawl("fake", "2026-01-08", "2026-01-08T00:30:00+00:00", is_walked=True))
    assert crawl.open_window("fake", policy, "2026-01-09").since == datetime(2026, 1, 6, tzinfo=UTC)
    monkeypatch.setenv("TRAWL_FAKE_TARGETS", "new")
    assert crawl.open_window("fake", policy, "2026-01-09").since is None


def test_a_night_that_is_done_is_crawled_again_only_when_told(lake: Path) -> None:
    with serving(numbers) as site:
        assert run(paged(), site)["pages"] == 5 == run(paged(), site)["pages"] and len(site.asked) == 5
        assert run(paged(), site, again=True)["pages"] == 5 and len(site.asked) == 10
        assert len(pages()) == 5
        run(paged(), site, NEXT_NIGHT)
    assert len(pages(NEXT_NIGHT)) == 5


def test_a_page_that_tells_nothing_is_asked_for_again(lake: Path) -> None:
    maintenance = [(200, {"Content-Type": "text/html"}, b"<html>back soon"), None, told({}, 500)]

    def answer(ask: Asked) -> Reply | None:
        return maintenance.pop(0) if ask.params["page"] == "2" and maintenance else numbers(ask)

    with serving(answer) as site:
        run(paged(), site)
    assert [json.loads(page["body"])["page"] for page in pages()] == [1, 2, 3, 4, 5]


def test_a_page_of_somebody_else_is_asked_for_again_and_the_watermark_stays(lake: Path) -> None:
    def passes_over(window: Window, request: Request, page: Page) -> Request | None:
        number = int(context(request, "page"))
        return (
            replace(request, params=(("page", str(number + 1)),), context=(("page", str(number + 1)),))
            if number < 3
            else None
        )

    platform = paged(following=passes_over, claims=lambda page: page.body.startswith(b"{"))
    away: list[Reply] = [(200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><h1>log in")] * 2
    with serving(lambda ask: away.pop() if ask.params["page"] == "2" and away else numbers(ask)) as site:
        run(platform, site)
        assert [json.loads(page["body"])["page"] for page in pages()] == [1, 2, 3]
        site.answer = lambda ask: (200, {}, b"<html>") if ask.params["page"] == "2" else numbers(ask)
        run(platform, site, NEXT_NIGHT)
    assert len(pages(NEXT_NIGHT)) == 3  # kept as it came: it proves that this night is no whole one
    assert crawls.watermark("fake", "2026-01-03", ()) == datetime(2026, 1, 1, tzinfo=UTC)


def test_a_page_that_the_adapter_passes_over_holds_the_watermark_back(lake: Path) -> None:
    def turned(window: Window, request: Request, page: Page) -> Request | None:
        number, is_broken = int(context(request, "page")), not page.body.startswith(b"{")
        steps = (("page", str(number + 1)), ("broken", str(int(is_broken))))
        return replace(request, params=(("page", str(number + 1)),), context=steps) if number < 3 else None

    with serving(lambda ask: (200, {}, b"}{") if ask.params["page"] == "2" else numbers(ask)) as site:
        run(paged(following=turned), site)
        assert len(site.asked) == len(pages()) == 3 and crawls.watermark("fake", NEXT_NIGHT, ()) is None


def test_a_page_that_stays_broken_ends_the_crawl_in_one_line_and_it_goes_on_there(lake: Path) -> None:
    with serving(lambda ask: (200, {}, b"<html>") if ask.params["page"] == "3" else numbers(ask)) as site:
        with pytest.raises(PageBroken, match="fake sent a page that tells no next one"):
            run(paged(), site)
        site.answer = numbers
        run(paged(), site)
        assert [ask.params["page"] for ask in site.asked].count("1") == 1
    assert len(pages()) == 5


def test_an_expired_position_costs_the_window_not_the_night(lake: Path) -> None:
    def stops(ask: Asked) -> Reply:
        return told({}, 429, Retry_After="3600") if ask.params["page"] == "3" else numbers(ask)

    with serving(stops) as site:
        with pytest.raises(cli.SoftStop):
            run(paged(), site)
        expired = [told({"error": "bad token"}, 400)]
        site.answer = lambda ask: expired.pop() if expired else numbers(ask)
        run(paged(), site)
    assert [json.loads(page["body"])["page"] for page in pages()] == [1, 2, 3, 4, 5]


def test_a_platform_that_sends_in_circles_ends(lake: Path) -> None:
    with serving(lambda ask: told({"next": int(ask.params["page"]) % 7 + 1})) as site:
        with pytest.raises(fetch.CrawlFailed, match="in circles"):
            run(paged(), site)
        assert len(site.asked) < 30


def test_a_post_has_its_body_and_headers_again_after_a_stop(lake: Path) -> None:
    def ask(window: Window, number: int) -> Request:
        headers = (("Authorization", f"Bearer {window.credentials[0]}"), ("Content-Type", "application/json"))
        body = json.dumps({"page": number, "token": window.credentials[0]}).encode()
        return Request(f"{window.base_url}/graph", (), (("n", str(number)),), headers, "POST", body)

    def following(window: Window, request: Request, page: Page) -> Request | None:
        return ask(window, int(context(request, "n")) + 1) if int(context(request, "n")) < 3 else None

    stops = [told({}, 429, Retry_After="900")]

    def answer(asked: Asked) -> Reply:
        number = json.loads(asked.body)["page"]
        return stops.pop() if number == 2 and stops else told({"echo": asked.body.decode()})

    platform = listed(credentials=("TRAWL_FAKE_KEY",), first=lambda window: ask(window, 1), following=following)
    with serving(answer) as site:
        with pytest.raises(cli.SoftStop):
            run(platform, site, credentials=("geheim-1234",))
        assert b"geheim" not in (lake.parent / "ledger.sqlite").read_bytes()
        run(platform, site, credentials=("geheim-1234",))
        assert {ask.method for ask in site.asked} == {"POST"}
        assert [json.loads(ask.body) for ask in site.asked][-1] == {"page": 3, "token": "geheim-1234"}
        assert site.asked[-1].headers["authorization"] == "Bearer geheim-1234"
    assert all("geheim" not in str(page) for page in pages())


def test_a_signature_is_made_for_every_attempt_and_never_stored(lake: Path) -> None:
    def signed(window: Window, request: Request, at: datetime) -> Request:
        return replace(request, params=(*request.params, ("sign", f"{at.timestamp()}")))

    faults = [told({}, 503)]
    with serving(lambda ask: faults.pop() if faults else numbers(ask)) as site:
        run(paged(signed=signed, redact=("sign",)), site)
        signatures = [ask.params["sign"] for ask in site.asked]
    assert len(set(signatures)) == 6
    assert all("sign" not in page["url"] for page in pages())


def test_a_token_that_ends_midway_is_asked_for_again_and_never_stored(lake: Path) -> None:
    issued: list[str] = []

    def answer(ask: Asked) -> Reply:
        if ask.path == "/token":
            issued.append(f"ticket-{len(issued)}-geheim")
            return told({"access_token": issued[-1]})
        if ask.params["page"] == "3" and len(issued) == 1 or ask.headers["authorization"] != f"Bearer {issued[-1]}":
            return told({}, 401)
        number = int(ask.params["page"])
        return told({"next": number + 1 if number < 5 else None, "echo": dict(ask.headers)})

    def bearing(window: Window, number: int) -> Request:
        headers = (("Authorization", f"Bearer {window.credentials[-1]}"),)
        return Request(f"{window.base_url}/list", (("page", str(number)),), (), headers)

    def following(window: Window, request: Request, page: Page) -> Request | None:
        number = json.loads(page.body)["next"]
        return bearing(window, number) if number else None

    platform = paged(
        login=lambda window: Request(f"{window.base_url}/token", (("key", window.credentials[0]),)),
        token=lambda page: json.loads(page.body)["access_token"],
        first=lambda window: bearing(window, 1),
        following=following,
        credentials=("TRAWL_FAKE_KEY",),
    )
    with serving(answer) as site:
        run(platform, site, credentials=("my-own-key",))
    assert len(issued) == 2 and len(pages()) == 5
    kept = b"".join(file.read_bytes() for file in lake.parent.rglob("*") if file.is_file())
    assert b"geheim" not in kept and not any("geheim" in str(page) for page in pages())


def test_every_page_has_its_line_and_the_end_its_reason(
    lake: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.platforms.load", lambda name: paged())
    monkeypatch.setattr("jobs.platforms.names", lambda: ["fake"])
    with serving(numbers) as site, caplog.at_level(logging.INFO):
        monkeypatch.setenv("TRAWL_FAKE_URL", site.url)
        crawl.main(["--platform", "fake", "--date", NIGHT])
        lines = [record.getMessage() for record in caplog.records]
        assert len([line for line in lines if line.startswith("page run=") and "status=200" in line]) == 5
        assert any(line.endswith("next=end") for line in lines)
        assert any(line.startswith("end platform=fake") and line.endswith(": complete") for line in lines)
        crawl.main(["--platform", "fake", "--date", NIGHT])
        assert "is done already" in caplog.records[-1].getMessage() and len(site.asked) == 5
    [row] = ledger.summary(NIGHT)
    assert row["state"] == "done" and row["counts"]["pages"] == 5 and row["counts"]["alarms"] == []


def test_a_soft_stop_is_stopped_in_the_ledger_with_what_came(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.platforms.load", lambda name: paged())
    monkeypatch.setattr("jobs.platforms.names", lambda: ["fake"])

    def stops(ask: Asked) -> Reply:
        return told({}, 429, Retry_After="3600") if ask.params["page"] == "3" else numbers(ask)

    with serving(stops) as site, pytest.raises(cli.SoftStop):
        monkeypatch.setenv("TRAWL_FAKE_URL", site.url)
        crawl.main(["--platform", "fake", "--date", NIGHT])
    [row] = ledger.summary(NIGHT)
    assert row["state"] == "stopped" and row["counts"]["pages"] == 2 and "3600" in row["error"]


def test_what_is_too_large_is_refused_with_a_reason_and_no_sweep(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.crawling.transfer.LIMIT_BYTES", 1000)
    monkeypatch.setattr("jobs.crawling.transfer.send.__defaults__", (1000,))
    bodies: list[Any] = [(200, {}, b"x" * 5000), (200, {}, b"{}")]
    with serving(lambda ask: bodies[int(ask.path[1:])]) as site:
        run(listed("/0", "/1"), site)
    assert rejects() == {"/0": "body too large"}
    assert [(page["status"], page["body"]) for page in pages()] == [(413, b""), (200, b"{}")]
    state = crawls.get("fake", NIGHT)
    assert state is not None and not state.is_whole

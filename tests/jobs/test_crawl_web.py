"""Pages written for people: robots.txt, validators, honest and dishonest dates, tombstones, redirects."""

import dataclasses
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from a_platform import Asked, Reply, listed, pages, rejects, run, serving, told

from jobs import platforms
from jobs.crawling import conditional, fetch, robots
from jobs.platforms import Request, context
from store import cli, crawls, visits

HTML = {"Content-Type": "text/html"}
NOTHING = told({}, 404)
NIGHTS = [(date(2026, 1, 1) + timedelta(days=n)).isoformat() for n in range(40)]


def web(*urls: str, **more: Any) -> Any:
    return listed(*urls, for_people=True, **more)


def site(answer: Callable[[Asked], Reply], robots_txt: Reply = NOTHING) -> Any:
    return serving(lambda ask: robots_txt if ask.path == "/robots.txt" else answer(ask))


def page(body: bytes = b"<html>", **headers: str) -> Reply:
    return 200, {**HTML, **{name.replace("_", "-"): value for name, value in headers.items()}}, body


def crawled(night: str) -> dict[str, int]:
    """Status by path of what is archived."""
    return {httpx.URL(row["url"]).path: row["status"] for row in pages(night)}


# robots.txt


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        (b"User-agent: *\nDisallow: /b", {"/a", "/c.html", "/d"}),
        (b"\xef\xbb\xbfUser-agent: *\nDisallow: /b", {"/a", "/c.html", "/d"}),  # byte order mark
        (b"User-agent: *\nDisallow: /*.html$", {"/a", "/b", "/d"}),  # wildcard and end
        (b"User-agent: trawl\nDisallow: /a\n\nUser-agent: *\nDisallow: /", {"/b", "/c.html", "/d"}),  # ours goes first
        (b"User-agent: *\nDisallow: /\nAllow: /d", {"/d"}),
        (b"", {"/a", "/b", "/c.html", "/d"}),
    ],
)
def test_robots_txt_is_obeyed(lake: Path, text: bytes, allowed: set[str]) -> None:
    paths = ("/a", "/b", "/c.html", "/d")
    with site(lambda ask: page(), (200, {}, text)) as server:
        run(web(*paths), server)
        assert set(server.paths()) - {"/robots.txt"} == set(crawled(NIGHTS[0])) == allowed
    assert rejects() == dict.fromkeys(set(paths) - allowed, "robots.txt disallows")


def test_without_a_robots_txt_everything_is_allowed(lake: Path) -> None:
    with site(lambda ask: page(), NOTHING) as server:
        run(web("/a"), server)
    assert crawled(NIGHTS[0]) == {"/a": 200}


@pytest.mark.parametrize("is_slow", [False, True])
def test_a_robots_txt_that_does_not_come_keeps_us_out(
    lake: Path, monkeypatch: pytest.MonkeyPatch, is_slow: bool
) -> None:
    monkeypatch.setattr(fetch, "TIMEOUT_S", 0.3)

    def answer(ask: Asked) -> Reply:
        if is_slow:
            time.sleep(0.6)
        return told({}, 500)

    with serving(answer) as server:
        with pytest.raises(cli.SoftStop, match="robots.txt unreachable"):
            run(web("/a", "/b"), server)
        assert set(server.paths()) == {"/robots.txt"}
        server.answer = lambda ask: NOTHING if ask.path == "/robots.txt" else page()
        run(web("/a", "/b"), server)  # asked for again, and the night is whole
    assert crawled(NIGHTS[0]) == {"/a": 200, "/b": 200}


def test_robots_txt_is_kept_for_a_day(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with site(lambda ask: page(), (200, {}, b"")) as server:
        for night in NIGHTS[:3]:
            run(web("/a"), server, night)
        assert server.paths().count("/robots.txt") == 1
        monkeypatch.setattr(robots, "KEPT", timedelta(0))
        run(web("/a"), server, NIGHTS[3])
        assert server.paths().count("/robots.txt") == 2


def test_crawl_delay_is_kept_up_to_a_cap(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robots, "LONGEST_DELAY_S", 0.4)
    with site(lambda ask: page(), (200, {}, b"User-agent: *\nCrawl-delay: 10")) as server:
        run(web("/a", "/b", "/c"), server)
        times = [ask.at for ask in server.asked if ask.path != "/robots.txt"]
    assert all(later - earlier >= 0.39 for earlier, later in zip(times, times[1:], strict=False))


def test_the_name_we_ask_by_carries_the_contact(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAWL_CONTACT", "mailto:crawl@example.org")
    with site(lambda ask: page()) as server:
        run(web("/a"), server)
        assert server.asked[-1].headers["user-agent"].startswith("Trawl/")
        assert "crawl@example.org" in server.asked[-1].headers["user-agent"]


# What changed


def test_an_etag_is_sent_back_and_304_archives_nothing(lake: Path) -> None:
    def answer(ask: Asked) -> Reply:
        return (304, {}, b"") if ask.headers.get("if-none-match") == '"v1"' else page(ETag='"v1"')

    with site(answer) as server:
        run(web("/a"), server, NIGHTS[0])
        counts = run(web("/a"), server, NIGHTS[1])
        assert counts["unchanged"] == 1 and crawled(NIGHTS[1]) == {}
        assert run(web("/a"), server, NIGHTS[2])["unchanged"] == 1  # the validators outlive a quiet night


def test_a_new_etag_over_an_equal_body_is_unchanged(lake: Path) -> None:
    with site(lambda ask: page(b"<html>same", ETag=f'"{len(server.asked)}"')) as server:
        run(web("/a"), server, NIGHTS[0])
        assert run(web("/a"), server, NIGHTS[1])["unchanged"] == 1
    assert crawled(NIGHTS[1]) == {}


def test_a_validator_of_a_night_that_was_never_published_is_not_sent(lake: Path) -> None:
    def answer(ask: Asked) -> Reply:
        if ask.headers.get("if-none-match"):
            return 304, {}, b""
        return told({}, 429, Retry_After="900") if ask.path == "/b" and is_busy else page(ETag='"v1"')

    with site(answer) as server:
        is_busy = True
        with pytest.raises(cli.SoftStop):
            run(web("/a", "/b"), server, NIGHTS[0])
        is_busy = False
        run(web("/a", "/b"), server, NIGHTS[1])
    assert crawled(NIGHTS[1]) == {"/a": 200, "/b": 200}


def dated(night: int, *, is_honest: bool) -> Reply:
    """A body that changes every night, under a date that does so too, or that never moves."""
    told_at = f"Thu, {1 + night:02d} Jan 2026 00:00:00 GMT" if is_honest else "Thu, 01 Jan 2026 00:00:00 GMT"
    return page(f"<html>{night}".encode(), Last_Modified=told_at)


def test_a_date_is_trusted_only_after_twenty_checks_that_the_content_confirmed(
    lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conditional, "SAMPLE", 1 << 40)
    now = 0
    with site(lambda ask: dated(now, is_honest=True)) as server:
        for now, night in enumerate(NIGHTS[:25]):
            run(web("/a"), server, night)
        sent = ["if-modified-since" in ask.headers for ask in server.asked if ask.path == "/a"]
    assert sent == [False] * 21 + [True] * 4


def test_a_date_that_stands_still_over_new_content_is_never_trusted(lake: Path) -> None:
    now = 0
    with site(lambda ask: dated(now, is_honest=False)) as server:
        for now, night in enumerate(NIGHTS[:25]):
            run(web("/a"), server, night)
            assert crawled(night) == {"/a": 200}
        assert not any("if-modified-since" in ask.headers for ask in server.asked)


def test_a_trusted_sitemap_saves_the_request(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conditional, "SAMPLE", 1 << 40)

    def following(window: Any, request: Request, page: Any) -> Request | None:
        place = int(context(request, "place")) + 1
        return urls(window, place) if place < 25 else None

    def urls(window: Any, place: int) -> Request:
        return Request(f"{window.base_url}/{place}", (), (("place", str(place)), ("lastmod", "2026-01-01")))

    platform = web("/", first=lambda window: urls(window, 0), following=following)
    with site(lambda ask: page(ask.path.encode())) as server:
        run(platform, server, NIGHTS[0])
        run(
            platform, server, NIGHTS[1]
        )  # twenty equal pages under equal dates earn trust, the other five need no request
        assert len([path for path in server.paths() if path != "/robots.txt"]) == 25 + 20
        platform.following = lambda window, request, page: None
        platform.first = lambda window: dataclasses.replace(
            urls(window, 0), context=(("place", "0"), ("lastmod", "2026-02-01"))
        )
        before = len(server.asked)
        run(platform, server, NIGHTS[2])
        assert len(server.asked) == before + 1


def test_content_with_a_time_limit_is_fetched_anew_before_it_ends(lake: Path) -> None:
    with site(lambda ask: page(ETag='"v1"')) as server:
        run(web("/a", max_age_days=30), server, NIGHTS[0])
        seen = visits.visit("fake", f"{server.url}/a", NIGHTS[1])
        assert seen is not None
        for days, validators in ((1, True), (16, False)):
            now = datetime.now(UTC) + timedelta(days=days)
            known = conditional.known("fake", web("/a", max_age_days=30).POLICY, f"{server.url}/a", NIGHTS[1], now)
            assert known is not None and bool(known.etag) is validators


# What is gone


def test_410_is_a_tombstone_at_once_and_404_at_the_second_crawl_running(lake: Path) -> None:
    answers = {"/gone": told({}, 410), "/lost": told({}, 404), "/a": page()}
    with site(lambda ask: answers[ask.path]) as server:
        counts = run(web("/gone", "/lost", "/a"), server, NIGHTS[0])
        assert crawled(NIGHTS[0]) == {"/gone": 410, "/a": 200} and counts["not_found"] == 1
        answers["/a"] = page(b"<html>new")
        run(web("/gone", "/lost", "/a"), server, NIGHTS[1])
        assert crawled(NIGHTS[1]) == {"/gone": 410, "/lost": 404, "/a": 200}


def test_a_page_that_comes_back_in_between_is_no_tombstone(lake: Path) -> None:
    with site(lambda ask: answer) as server:
        for night, answer in zip(NIGHTS, (page(), NOTHING, page(), NOTHING), strict=False):
            run(web("/a"), server, night)
            assert 404 not in crawled(night).values()


def test_a_page_is_archived_under_the_address_it_was_redirected_to(lake: Path) -> None:
    def answer(ask: Asked) -> Reply:
        return page() if ask.path == "/canonical" else (301, {"Location": "/canonical"}, b"")

    with site(answer) as server:
        run(web("/old"), server)
    assert crawled(NIGHTS[0]) == {"/canonical": 200}


def test_a_redirect_loop_and_a_redirect_into_the_network_at_home_are_refused(lake: Path) -> None:
    targets = {"/loop": "/loop", "/home": "http://localhost:1/", "/file": "file:///etc/passwd"}

    def answer(ask: Asked) -> Reply:
        return (302, {"Location": targets[ask.path]}, b"") if ask.path in targets else page()

    with site(answer) as server:
        run(web("/loop", "/home", "/file", "/a"), server)
    assert crawled(NIGHTS[0]) == {"/a": 200}
    assert rejects() == {"/loop": "redirect loop", "/home": "private address", "/file": "not an address"}


def test_a_host_that_is_away_costs_its_own_pages_only(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch.politeness, "jitter", lambda attempt: 0.0)
    with site(lambda ask: told({}, 500) if ask.path != "/a" else page()) as server:
        run(web("/a", "/b", "/c"), server)
        assert "/c" not in server.paths()
    state = crawls.get("fake", NIGHTS[0])
    assert state is not None and not state.is_whole  # so the watermark stays where it was
    assert rejects() == {"/b": "host away", "/c": "host away"}


def test_where_nothing_can_be_had_the_crawl_fails(lake: Path) -> None:
    with site(lambda ask: told({}, 403)) as server, pytest.raises(fetch.CrawlFailed, match="HTTP 403"):
        run(web("/a", "/b"), server)


def test_a_refused_credential_is_named_where_pages_stand_for_themselves_too(lake: Path) -> None:
    with site(lambda ask: told({}, 401)) as server, pytest.raises(fetch.CrawlFailed, match="check TRAWL_FAKE_KEY"):
        run(listed("/a", conditional=True, credentials=("TRAWL_FAKE_KEY",)), server, credentials=("x" * 9,))


def test_no_platform_is_both_a_sweep_and_conditional() -> None:
    for name in platforms.names():
        policy = platforms.load(name).POLICY
        assert not (policy.sweep and (policy.conditional or policy.for_people)), name


def test_an_address_of_any_length_is_remembered(lake: Path) -> None:
    long = f"/a?q={'x' * 5000}"
    with site(lambda ask: page(ETag='"1"')) as server:
        run(web(long), server, NIGHTS[0])
        run(web(long), server, NIGHTS[1])
        assert server.asked[-1].headers["if-none-match"] == '"1"'

"""Crawls whose ledger is a real PostgreSQL: many writers at once, and text that SQLite takes and PostgreSQL does not."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import a_postgres
import pytest
from a_platform import NIGHT, Asked, Reply, listed, paged, pages, run, serving, told

from jobs.crawling.fetch import CrawlFailed
from store import cli, crawls, ledger, visits

pytestmark = pytest.mark.skipif(not a_postgres.program("initdb"), reason="PostgreSQL is not installed")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with a_postgres.serving() as url:
        yield url


@pytest.fixture(autouse=True)
def database(server: str, lake: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty ledger there."""
    monkeypatch.setenv("TRAWL_LEDGER", server)
    yield
    monkeypatch.setenv("TRAWL_LEDGER", server)
    with ledger.begin(*ledger.METADATA.sorted_tables) as connection:
        ledger.METADATA.drop_all(connection)
    ledger._made.cache_clear()


def test_a_crawl_that_stopped_goes_on_and_its_window_is_done() -> None:
    def answer(ask: Asked) -> Reply:
        number = int(ask.params["page"])
        if number == 2 and is_broken:
            return told({}, 404)
        return told({"ids": [number], "next": number + 1 if number < 3 else None})

    with serving(answer) as site:
        is_broken = True
        with pytest.raises(CrawlFailed):
            run(paged(), site)
        is_broken = False
        run(paged(), site)
    assert [json.loads(page["body"])["ids"] for page in pages()] == [[1], [2], [3]]
    found = crawls.get("fake", NIGHT)
    assert found is not None and (found.phase, found.sequence) == ("done", 3)


def test_a_robots_txt_with_nul_bytes_is_kept() -> None:
    rules = b"User-agent: *\nDisallow: /no\x00\n"

    def answer(ask: Asked) -> Reply:
        return (200, {}, rules) if ask.path == "/robots.txt" else told({})

    with serving(answer) as site:
        run(listed("/a", for_people=True), site)
        kept = visits.robots(site.url)
    assert kept is not None and kept[1] == 200 and "Disallow: /no" in kept[2]


def test_an_error_of_any_text_is_kept() -> None:
    with pytest.raises(RuntimeError), ledger.step("match", NIGHT):
        raise RuntimeError("half \ud83d of a pair, a \x00 byte")
    [row] = ledger.summary(NIGHT)
    assert row["state"] == "failed" and row["error"].startswith("half ")


def test_many_writers_spend_one_quota_and_lose_no_unit() -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: visits.spend("youtube", NIGHT, 1), range(64)))
    assert visits.used("youtube", NIGHT) == 64


def test_a_database_that_does_not_answer_is_one_line_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAWL_LEDGER", "postgresql://trawl:geheim@127.0.0.1:1/ledger")
    with pytest.raises(cli.TrawlError, match="check TRAWL_LEDGER") as raised:
        ledger.summary(NIGHT)
    assert "geheim" not in str(raised.value)

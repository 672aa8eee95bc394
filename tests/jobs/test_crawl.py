"""The engine of the crawl against a real HTTP server that misbehaves as platforms do."""

import json
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from jobs import crawl
from jobs.crawling import fetch, phases
from jobs.platforms import Page, Policy, Request, Window
from store import archive, cli
from store import lake as door

NIGHT = "2026-01-01"
SECRET = "s3cret-token"
POLICY = Policy(
    tier="B", license="own", credentials=("TRAWL_FAKE_KEY",), sweep=True, requests_per_s=1000.0, redact=("key",)
)


def first(window: Window) -> Request:
    return Request(f"{window.base_url}/list", (("page", "1"), ("key", window.credentials[0])))


def following(window: Window, request: Request, page: Page) -> Request | None:
    found = json.loads(page.body)
    return (
        Request(f"{window.base_url}/list", (("page", str(found["next"])), ("key", SECRET))) if found["next"] else None
    )


FAKE = SimpleNamespace(POLICY=POLICY, first=first, following=following)


class Server:
    """Five pages; `faults` maps a page to answers given before the good one."""

    def __init__(
        self, faults: dict[int, list[tuple[int, dict[str, str]]]] | None = None, *, delay_s: float = 0.0
    ) -> None:
        self.asked: list[str] = []
        self.faults = faults or {}
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server.asked.append(self.path)
                time.sleep(delay_s)
                page = int(self.path.split("page=")[1].split("&")[0])
                status, headers = server.faults[page].pop(0) if server.faults.get(page) else (200, {})
                body = json.dumps({"page": page, "next": page + 1 if page < 5 else None, "echo": self.path}).encode()
                self.send_response(status)
                for key, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(key, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def window(self) -> Window:
        return Window(date.fromisoformat(NIGHT), (), self.url, (SECRET,))


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    running: list[Server] = []

    def start(*args: object, **options: object) -> Server:
        running.append(Server(*args, **options))
        return running[-1]

    yield start
    for server in running:
        server.http.shutdown()


def pages() -> list[dict[str, object]]:
    return list(archive.pages(door.partition("pages", platform="fake", date=NIGHT)))


def test_every_page_is_archived_without_the_secret(serve: Callable[..., Server], lake: Path) -> None:
    server = serve()
    assert phases.crawl("fake", FAKE, server.window())["pages"] == 5
    assert [json.loads(p["body"])["page"] for p in pages()] == [1, 2, 3, 4, 5]
    kept = b"".join(file.read_bytes() for file in lake.parent.rglob("*") if file.is_file())
    assert SECRET.encode() not in kept and not any(SECRET in str(page) for page in pages())
    assert SECRET in server.asked[-1]


def test_it_waits_as_long_as_the_platform_asks(serve: Callable[..., Server], lake: Path) -> None:
    server = serve({2: [(429, {"Retry-After": "1"})], 3: [(503, {})]})
    started = time.monotonic()
    phases.crawl("fake", FAKE, server.window())
    assert time.monotonic() - started >= 1 and len(pages()) == 5 and len(server.asked) == 7


def test_a_long_pause_stops_softly_and_the_next_run_goes_on(serve: Callable[..., Server], lake: Path) -> None:
    server = serve({3: [(429, {"Retry-After": "3600"})]})
    with pytest.raises(cli.SoftStop, match="pause of 3600 s"):
        phases.crawl("fake", FAKE, server.window())
    phases.crawl("fake", FAKE, server.window())
    assert len(pages()) == 5 and len([path for path in server.asked if "page=1&" in path]) == 1


def test_a_refused_credential_is_one_line_that_names_it(serve: Callable[..., Server], lake: Path) -> None:
    with pytest.raises(fetch.CrawlFailed, match="TRAWL_FAKE_KEY") as caught:
        phases.crawl("fake", FAKE, serve({1: [(401, {})]}).window())
    assert SECRET not in str(caught.value)


def test_a_missing_credential_stops_before_any_request(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRAWL_FAKE_KEY", raising=False)
    with pytest.raises(cli.TrawlError, match="set TRAWL_FAKE_KEY"):
        crawl.open_window("fake", POLICY, NIGHT)


def _crawl(url: str) -> None:
    phases.crawl("fake", FAKE, Window(date.fromisoformat(NIGHT), (), url, (SECRET,)))


@pytest.mark.parametrize("after_s", [0.05, 0.12, 0.2, 0.3])
def test_killed_at_any_moment_it_goes_on_and_has_every_page_once(
    serve: Callable[..., Server], lake: Path, after_s: float
) -> None:
    server = serve(delay_s=0.05)
    process = multiprocessing.get_context("fork").Process(target=_crawl, args=(server.url,))
    process.start()
    time.sleep(after_s)
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    was_finished = door.manifest(door.partition("pages", platform="fake", date=NIGHT)) is not None
    _crawl(server.url)
    assert [json.loads(p["body"])["page"] for p in pages()] == [1, 2, 3, 4, 5]
    assert len(server.asked) - 5 <= (5 if was_finished else 1)  # at most the page in flight is asked again

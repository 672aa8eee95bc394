"""A real HTTP server on loopback that answers as a test says, and platforms made for a test."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from jobs.crawling import phases
from jobs.platforms import Page, PageBroken, Policy, Request, Window, context
from store import archive
from store import lake as door

NIGHT = "2026-01-01"
SECRET = "s3cret/to+ken=="


@dataclass(frozen=True)
class Asked:
    """One request as it reached the server."""

    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)


Reply = tuple[int, dict[str, str], bytes]
Answerer = Callable[[Asked], "Reply | None"]  # None hangs up in the middle of the body


def told(payload: Any, status: int = 200, **headers: str) -> Reply:
    """A JSON answer; header names with _ for -."""
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, json.dumps(payload).encode()


class Site:
    """The server; `asked` is what reached it, in order."""

    def __init__(self, answer: Answerer) -> None:
        self.answer, self.asked = answer, list[Asked]()
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = 1 << 16

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                ask = Asked(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body)
                site.asked.append(ask)
                reply = site.answer(ask)
                status, more, data = reply or (200, {"Content-Length": "1000"}, b"{")
                self.send_response(status)
                for key, value in {"Content-Length": str(len(data)), **more}.items():
                    self.send_header(key, value)
                self.end_headers()
                self.wfile.write(data)
                self.close_connection = reply is None

            do_POST = do_GET

            def log_message(self, *args: object) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            def handle_error(self, request: Any, client_address: Any) -> None:
                """A client that was killed is no error of ours."""

        self.http = Quiet(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def paths(self) -> list[str]:
        return [ask.path for ask in self.asked]


@contextmanager
def serving(answer: Answerer) -> Iterator[Site]:
    site = Site(answer)
    try:
        yield site
    finally:
        site.http.shutdown()
        site.http.server_close()


def policy(**more: Any) -> Policy:
    return Policy(**{"tier": "A", "license": "own", "requests_per_s": 1000.0, **more})


def paged(**more: Any) -> Any:
    """A platform of pages /list?page=N whose answers name the next one; `more` are functions and policy fields."""
    functions = {name: more.pop(name) for name in list(more) if callable(more[name])}

    def first(window: Window) -> Request:
        return ask(window, 1)

    def ask(window: Window, number: int) -> Request:
        return Request(f"{window.base_url}/list", (("page", str(number)),), (("page", str(number)),))

    def following(window: Window, request: Request, page: Page) -> Request | None:
        try:
            number = json.loads(page.body)["next"]
        except (ValueError, KeyError) as error:
            raise PageBroken("fake", str(error)) from error
        return ask(window, number) if number else None

    def items(page: Page) -> Iterator[dict[str, Any]]:
        for native_id in json.loads(page.body).get("ids", []):
            yield {"native_id": native_id, "type": "post", "body": f"post {native_id}"}

    made = {"POLICY": policy(**more), "first": first, "following": following, "items": items, **functions}
    return SimpleNamespace(**made)


def listed(*urls: str, **more: Any) -> Any:
    """A platform whose walk is a list of addresses; `urls` are paths below its base."""
    functions = {name: more.pop(name) for name in list(more) if callable(more[name])}

    def ask(window: Window, place: int) -> Request | None:
        return Request(window.base_url + urls[place], (), (("place", str(place)),)) if place < len(urls) else None

    def following(window: Window, request: Request, page: Page) -> Request | None:
        return ask(window, int(context(request, "place")) + 1)

    made = {"first": lambda window: ask(window, 0), "following": following, "items": lambda page: iter(())}
    return SimpleNamespace(POLICY=policy(**more), **{**made, **functions})


def window(site: Site, night: str = NIGHT, **more: Any) -> Window:
    since: datetime | None = more.pop("since", None)
    return Window(date.fromisoformat(night), more.pop("targets", ()), site.url, more.pop("credentials", ()), since)


def run(platform: Any, site: Site, night: str = NIGHT, *, again: bool = False, **more: Any) -> dict[str, Any]:
    """One crawl in this process; the counts."""
    return phases.crawl("fake", platform, window(site, night, **more), again=again)


def pages(night: str = NIGHT) -> list[dict[str, Any]]:
    return list(archive.pages(door.partition("pages", platform="fake", date=night)))


def rejects(night: str = NIGHT) -> dict[str, str]:
    """Reason by the path, or the file's name, of what was refused."""
    from schemas.reject import REJECT

    rows = door.read(door.partition("rejects", step="crawl", platform="fake", date=night), REJECT).to_pylist()
    return {_name(row["ref"]): row["reason"] for row in rows}


def _name(ref: str) -> str:
    return ref.removeprefix("file:") if ref.startswith("file:") else urlsplit(ref).path

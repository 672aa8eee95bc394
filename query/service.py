"""Search over HTTP, on loopback: one page for people, JSON for programs.

GET  /                                 the page
GET  /search?q=..&platform=..&user=..  JSON; also type, lang, brand (repeat for more), price_min, price_max, size,
                                       duplicates=1, index
POST /search?q=..                      the same, with the bytes of a picture as body
GET  /suggest?q=..                     what the text may be completed to, nothing private; also size, index
GET  /health                           200 while an index is live, else 503 and why
"""

import argparse
import errno
import json
import logging
import threading
from collections.abc import Collection, Mapping, Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from models.errors import ModelMissing
from query import meaning, search, suggest
from query.live import connect, live
from store import settings
from store.cli import TrawlError, run

log = logging.getLogger(__name__)

PAGE = Path(__file__).with_name("page.html")
PICTURE_BYTES = 20 << 20  # larger than what phones make
LISTS = {"platform": "platforms", "type": "types", "lang": "langs", "brand": "brands"}
SUGGESTING = {"q", "size", "index"}
SEARCHING = {"user", "price_min", "price_max", "duplicates", *SUGGESTING, *LISTS}
# The page brings all it needs; nothing that a document holds may load or run anything.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src blob:"


class BadRequest(TrawlError):
    """A parameter of the address is not what it should be."""


class Handler(BaseHTTPRequestHandler):
    """One request; every answer is whole and has its length."""

    protocol_version = "HTTP/1.1"
    timeout = 60  # s; a client that stops sending does not hold its thread for ever

    def do_GET(self) -> None:
        """The page, a search or the health."""
        path = urlsplit(self.path).path
        if path == "/":
            self._answer(HTTPStatus.OK, PAGE.read_bytes(), "text/html; charset=utf-8")
        elif path in ("/search", "/suggest", "/health"):
            work = {"/search": lambda: self._search(None), "/suggest": self._suggest, "/health": health}
            self._json(work[path])
        else:
            self._error(HTTPStatus.NOT_FOUND, f"{path} is not here: see /")

    def do_POST(self) -> None:
        """A search by the picture in the body."""
        if urlsplit(self.path).path != "/search":
            return self._refuse(HTTPStatus.NOT_FOUND, "post a picture to /search")
        length = self.headers.get("Content-Length", "")
        if not length.isdigit():
            return self._refuse(HTTPStatus.LENGTH_REQUIRED, "send the picture with its Content-Length")
        if int(length) > PICTURE_BYTES:
            return self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {PICTURE_BYTES >> 20} MB")
        picture = self.rfile.read(int(length))
        self._json(lambda: self._search(picture or None))

    def _search(self, picture: bytes | None) -> dict[str, Any]:
        return search(image=picture, **parameters(self._asked())).as_dict()

    def _suggest(self) -> dict[str, Any]:
        asked = self._asked()
        must_be_among(asked, SUGGESTING)
        given = {name: value for name, value in parameters(asked).items() if name in ("text", "size", "index")}
        return {"suggestions": [vars(one) for one in suggest(**given)]}

    def _asked(self) -> dict[str, list[str]]:
        # http.server reads the line as Latin-1; people type Chinese into curl as it is
        return parse_qs(urlsplit(self.path).query.encode("latin-1").decode("utf-8", "replace"))

    def _json(self, work: Any) -> None:
        try:
            self._answer(HTTPStatus.OK, _encoded(work()), "application/json; charset=utf-8")
        except (BadRequest, meaning.NotAPicture) as error:
            self._error(HTTPStatus.BAD_REQUEST, str(error))
        except (TrawlError, ModelMissing) as error:
            self._error(HTTPStatus.SERVICE_UNAVAILABLE, str(error))
        except Exception:
            log.exception("a request failed")
            self._error(HTTPStatus.INTERNAL_SERVER_ERROR, "the search failed inside: see the log of the service")

    def _refuse(self, status: HTTPStatus, line: str) -> None:
        self.close_connection = True  # the body was not read
        self._error(status, line)

    def _error(self, status: HTTPStatus, line: str) -> None:
        self._answer(status, _encoded({"error": line}), "application/json; charset=utf-8")

    def _answer(self, status: HTTPStatus, body: bytes, kind: str) -> None:
        self.send_response(status)
        headers = {"Content-Type": kind, "Content-Length": str(len(body)), "Content-Security-Policy": POLICY}
        for name, value in (headers | {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Only the status: what people search for is not logged."""
        log.debug("%s %s", self.command, args[1] if len(args) > 1 else "")


def parameters(asked: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Arguments of `search` from those of an address; BadRequest names the one that is wrong."""
    must_be_among(asked, SEARCHING)
    numbers = {name: _number(name, asked[name][-1]) for name in ("price_min", "price_max", "size") if name in asked}
    size = int(numbers.pop("size", 10))
    if not 1 <= size <= 100:
        raise BadRequest("size is from 1 to 100")
    plain = {"user": asked["user"][-1]} if "user" in asked else {}
    plain |= {"index": asked["index"][-1]} if "index" in asked else {}
    lists = {to: asked[name] for name, to in LISTS.items() if name in asked}
    shown = {"duplicates": asked.get("duplicates", ["0"])[-1] not in ("0", "false")}
    return {"text": " ".join(asked.get("q", [])), "size": size, **shown, **numbers, **plain, **lists}


def must_be_among(asked: Mapping[str, Sequence[str]], known: Collection[str]) -> None:
    """BadRequest names a parameter that is none of these."""
    if unknown := sorted(set(asked) - set(known)):
        raise BadRequest(f"unknown parameter {unknown[0]}: use {', '.join(sorted(known))}")


def _number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not abs(value) < float("inf"):
        raise BadRequest(f"{name} is a number, not {text[:40]}")
    return value


def health() -> dict[str, Any]:
    """The live generation and when its data are from."""
    name = settings.alias()
    generation, meta = live(connect(), name)
    return {"status": "ok", "index": generation, "date": meta.get("date")}


def _encoded(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def server(host: str, port: int) -> ThreadingHTTPServer:
    """A bound server; a free port where `port` is taken."""
    try:
        return ThreadingHTTPServer((host, port), Handler)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return ThreadingHTTPServer((host, 0), Handler)


def main(argv: Sequence[str] | None = None) -> None:
    """Serve until interrupted; the address is the first line printed."""
    style = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m query.service", description=__doc__, formatter_class=style)
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default loopback; there is no login)"
    )
    parser.add_argument("--port", type=int, default=8080, help="a free one is taken when it is in use (default 8080)")
    given = parser.parse_args(argv)
    with server(given.host, given.port) as listening:
        print(f"search page at http://{given.host}:{listening.server_address[1]}/", flush=True)
        threading.Thread(target=meaning.warm, daemon=True).start()
        listening.serve_forever()


if __name__ == "__main__":
    run(main)

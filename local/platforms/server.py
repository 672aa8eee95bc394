"""One HTTP server for all platforms, each below its name, beside /media, /replay and /_control."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import cast
from urllib.parse import parse_qsl, urlsplit

import orjson

from jobs import platforms
from local.platforms import faults, replay
from local.platforms.answers import Answer, Ask, World, json_answer
from local.platforms.state import State, WrongControl
from store.cli import TrawlError

APIS: dict[str, ModuleType] = {name: import_module(f"local.platforms.{name}") for name in platforms.crawled()}
NOTHING: Mapping[str, str] = {}


class Server(ThreadingHTTPServer):
    """Listens on loopback. `recorded` are the platforms that answer from files, the others answer from the world."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, world: World | None, recorded: dict[str, list[Path]], state: State) -> None:
        try:
            super().__init__(("127.0.0.1", port), Handler)
        except OSError as error:
            raise TrawlError(
                f"port {port} is taken ({error.strerror}): choose another with --port, 0 for any"
            ) from error
        self.world, self.recorded, self.state = world, recorded, state
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.picture = lru_cache(maxsize=256)(self._draw)

    def _draw(self, name: str) -> bytes | None:
        try:
            return self.world.picture(name) if self.world else None
        except KeyError:
            return None

    def reply(
        self, path: str, query: dict[str, str], sent: bytes = b"", headers: Mapping[str, str] = NOTHING
    ) -> tuple[Answer, str]:
        """The answer to a GET or POST, and what is to be done to it on its way (state.KINDS)."""
        root, _, rest = path.lstrip("/").partition("/")
        if root == "_control":
            return json_answer(self.state.shown()), ""
        if root == "media":
            drawn = self.picture(rest)
            return (Answer(200, drawn, "image/png") if drawn else Answer(404, b"no such picture\n", "text/plain")), ""
        platform = rest.partition("/")[0] if root == "replay" else root
        if platform not in APIS:
            return Answer(404, f"no platform {platform}\n".encode(), "text/plain"), ""
        # Recorded pages need no world: nothing reads it before the replay has answered.
        ask = Ask(rest, query, self.url, self.state.day, self.world, sent, headers)  # type: ignore[arg-type]
        return self._platform(platform, root, ask)

    def _platform(self, platform: str, root: str, ask: Ask) -> tuple[Answer, str]:
        happens, hidden = self.state.count(platform)
        refused = faults.refusal(APIS[platform], happens, ask)
        if refused:
            return refused, ""
        if hidden:
            ask = replace(ask, world=cast(World, faults.Earlier(ask.world, hidden)))
        return self._served(platform, root, ask), happens

    def _served(self, platform: str, root: str, ask: Ask) -> Answer:
        rest = ask.path
        missing: Answer = APIS[platform].failure(404, "nothing here", rest)
        if root == "replay":
            number = rest.partition("/")[2]
            recorded = self.recorded.get(platform, [])
            return (replay.answer(recorded, platform, int(number), self.url) if number.isdigit() else None) or missing
        if self.world is None and platform not in self.recorded:
            return missing
        if platform in self.recorded:
            first = None if replay.is_further(ask) else replay.answer(self.recorded[platform], platform, 1, self.url)
            return first or Answer(200, b"{}")
        answer: Answer = APIS[platform].answer(ask)
        return answer


class Handler(BaseHTTPRequestHandler):
    """HTTP/1.1 with keep-alive, whole answers in one packet where they fit."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    server: Server
    raw_requestline: bytes
    told: dict[str, str]  # headers, by their names in lower case

    def parse_request(self) -> bool:
        """The request line and headers, without the parser for mail that the library uses: half of a small answer's cost."""
        words = self.raw_requestline.decode("latin-1").split()
        if len(words) != 3 or not words[2].startswith("HTTP/1."):
            self.requestline, self.request_version, self.command = "", "HTTP/1.0", ""
            self.send_error(400, "Bad request line")
            return False
        self.requestline, (self.command, self.path, self.request_version) = " ".join(words), words
        self.told = {}
        while (line := self.rfile.readline(1 << 16)) not in (b"\r\n", b"\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            self.told[name.strip().lower()] = value.strip()
        is_kept = words[2] != "HTTP/1.0" or self.told.get("connection", "").lower() == "keep-alive"
        self.close_connection = not is_kept or self.told.get("connection", "").lower() == "close"
        if self.told.get("expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        return True

    def do_GET(self) -> None:
        """Answers from the world, the recordings, or the control state."""
        self._answer(b"")

    def do_POST(self) -> None:
        """The same for platforms that are asked by POST."""
        self._answer(self._sent())

    def _sent(self) -> bytes:
        return self.rfile.read(int(self.told.get("content-length") or 0))

    def _answer(self, sent: bytes) -> None:
        try:
            parts = urlsplit(self.path)
            answer, harm = self.server.reply(parts.path, dict(parse_qsl(parts.query)), sent, self.told)
        except ValueError as error:
            answer, harm = Answer(400, f"{error}\n".encode(), "text/plain"), ""
        self._send(answer, harm)

    def do_PUT(self) -> None:
        """Sets the control state."""
        body = self._sent()
        if urlsplit(self.path).path != "/_control":
            return self._send(Answer(405, b"only /_control can be set\n", "text/plain"))
        try:
            wanted = orjson.loads(body)
            self.server.state.control(wanted if isinstance(wanted, dict) else {"body": wanted})
        except (orjson.JSONDecodeError, WrongControl) as error:
            return self._send(json_answer({"error": str(error)}, 400))
        return self._send(json_answer(self.server.state.shown()))

    def _send(self, answer: Answer, harm: str = "") -> None:
        body = faults.harmed(answer.body, harm)
        self.send_response(answer.status)
        for name, value in (("Content-Type", answer.content_type), *answer.headers):
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if harm == "cut" else body)
        if harm == "cut":
            self.wfile.flush()
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the crawl logs what it asks."""

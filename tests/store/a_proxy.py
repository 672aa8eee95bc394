"""A proxy in front of Elasticsearch that spoils bulk requests, one fault after another, and passes on everything else."""

import http.client
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from typing import Any
from urllib.parse import urlsplit

import orjson

Answer = tuple[int, dict[str, str], bytes]
PRODUCT = {"X-Elastic-Product": "Elasticsearch", "Content-Type": "application/json"}
HTML = {"Content-Type": "text/html"}


class Handler(BaseHTTPRequestHandler):
    """One request; `server.faults` says what becomes of the next bulk request."""

    protocol_version = "HTTP/1.1"
    server: Any

    def do_GET(self) -> None:
        self.server.keys.append(self.headers.get("Authorization", ""))
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = next(self.server.faults) if "/_bulk" in self.path else fine
        fault(self, body)

    do_POST = do_PUT = do_DELETE = do_HEAD = do_GET

    def asked(self, body: bytes) -> Answer:
        """What Elasticsearch says to this."""
        to = http.client.HTTPConnection(self.server.behind, timeout=60)
        kept = {name: value for name, value in self.headers.items() if name.lower() in ("content-type", "accept")}
        to.request(self.command, self.path, body, kept)
        answer = to.getresponse()
        passed = {
            name: value
            for name, value in answer.headers.items()
            if name.lower() in ("x-elastic-product", "content-type")
        }
        found = answer.status, passed, answer.read()
        to.close()
        return found

    def say(self, answer: Answer, *, piece: int = 1 << 30, pause_s: float = 0.0, cut: bool = False) -> None:
        """Send an answer, in pieces; `cut` breaks off in the middle."""
        status, headers, body = answer
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        for start in range(0, len(body) // 2 if cut else len(body), piece):
            self.wfile.write(body[start : min(start + piece, len(body) // 2 if cut else len(body))])
            time.sleep(pause_s)
        self.close_connection = cut or self.close_connection

    def log_message(self, *_: Any) -> None:
        """Nothing."""


def fine(request: Handler, body: bytes) -> None:
    request.say(request.asked(body))


def cut(request: Handler, body: bytes) -> None:
    """Everything was taken, half of the answer arrives."""
    request.say(request.asked(body), cut=True)


def reset(request: Handler, body: bytes) -> None:
    """Nothing was taken, nobody answers."""
    request.close_connection = True


def slow(request: Handler, body: bytes) -> None:
    request.say(request.asked(body), piece=200, pause_s=0.01)


def drip(request: Handler, body: bytes) -> None:
    """Everything was taken, and the answer comes a byte at a time: a minute and more."""
    request.say(request.asked(body), piece=1, pause_s=0.5)


def drip_headers(request: Handler, body: bytes) -> None:
    """Nothing was taken, and not even the headers end."""
    request.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for _ in range(1000):
        request.wfile.write(b"x")
        time.sleep(0.5)


def busy(request: Handler, body: bytes) -> None:
    request.say((429, PRODUCT, b'{"error":{"type":"es_rejected_execution_exception"}}'))


def bad_gateway(request: Handler, body: bytes) -> None:
    """Everything was taken, and the client is told otherwise."""
    request.asked(body)
    request.say((502, HTML, b"<html>502</html>"))


def stranger(request: Handler, body: bytes) -> None:
    request.say((200, HTML, b"<html>sign in</html>"))


def empty(request: Handler, body: bytes) -> None:
    request.say((200, PRODUCT, b"{}"))


def half(request: Handler, body: bytes) -> None:
    """The first half of the documents was taken, the others were turned away one by one."""
    lines = body.splitlines(keepends=True)
    middle = len(lines) // 4 * 2
    status, headers, said = request.asked(b"".join(lines[:middle])) if middle else (200, PRODUCT, b'{"errors":false}')
    answer = orjson.loads(said)
    items = answer.get("items") or [{"index": {"status": 201}}] * (middle // 2)
    turned_away = {"index": {"status": 429, "error": {"type": "es_rejected_execution_exception", "reason": "full"}}}
    rest = [turned_away] * (len(lines) // 2 - middle // 2)
    request.say((status, headers, orjson.dumps({"errors": True, "items": items + rest})))


def too_large(request: Handler, body: bytes) -> None:
    request.say((413, PRODUCT, b"{}"))


FAULTS: tuple[Callable[[Handler, bytes], None], ...] = (cut, reset, slow, busy, bad_gateway, stranger, empty, half)


@contextmanager
def proxy(
    url: str,
    *faults: Callable[[Handler, bytes], None],
    keys: list[str] | None = None,
    tls: ssl.SSLContext | None = None,
) -> Iterator[str]:
    """Address of a proxy before `url` that goes through these faults again and again; `keys` collects what it was shown."""
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads, server.behind, server.faults = True, urlsplit(url).netloc, _locked(cycle(faults))
    server.keys, server.handle_error = [] if keys is None else keys, lambda *_: None
    server.socket = tls.wrap_socket(server.socket, server_side=True) if tls else server.socket
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def _locked(faults: Iterator[Any]) -> Iterator[Any]:
    lock = threading.Lock()

    class Shared:
        def __iter__(self) -> Iterator[Any]:
            return self

        def __next__(self) -> Any:
            with lock:
                return next(faults)

    return Shared()

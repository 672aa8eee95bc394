"""One request and its answer: redirects followed by hand, bodies counted while they come in."""

import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urljoin, urlsplit

import httpx

from jobs.platforms import Request

LIMIT_BYTES = 64 << 20
MOST_REDIRECTS = 10
DEADLINE_S = 300.0  # for one body: a server that sends a byte a minute is no server
MOVED, KEEPS_METHOD = (301, 302, 303, 307, 308), (307, 308)
WORDS = (zlib.MAX_WBITS | 16, zlib.MAX_WBITS, -zlib.MAX_WBITS)  # gzip, zlib, bare deflate


class Cut(Exception):
    """The body ended too soon, or is no valid stream: ask again."""


class Refused(Exception):
    """An answer that is not taken, and never will be; `reason` is short and countable."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason} {detail}".strip())
        self.reason, self.detail = reason, detail


@dataclass(frozen=True)
class Answer:
    """What came back: `url` after redirects, `headers` in lower case, `body` decoded."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    ms: int
    recorded: str = ""  # address of the next page, where a server replays what was recorded


def address(request: Request) -> str:
    """The whole address of a request."""
    if not request.params:
        return request.url
    return f"{request.url}{'&' if '?' in request.url else '?'}{urlencode(request.params)}"


def send(client: httpx.Client, request: Request, limit_bytes: int = LIMIT_BYTES) -> Answer:
    """One exchange. Raises httpx.HTTPError and Cut, which may pass, and Refused, which does not."""
    started, url, method, body = time.monotonic(), address(request), request.method, request.body
    headers = dict(request.headers)
    for _ in range(MOST_REDIRECTS + 1):
        try:
            asked = client.build_request(method, url, headers=headers, content=body or None)
        except (httpx.InvalidURL, UnicodeError, ValueError) as error:
            raise Refused("not an address", str(error)) from error
        answer = client.send(asked, stream=True)
        try:
            if answer.status_code not in MOVED or "location" not in answer.headers:
                return _answer(answer, limit_bytes, started)
        finally:
            answer.close()
        target = _target(url, answer.headers["location"])
        if _origin(target) != _origin(url):
            headers = {}  # a credential is for the host that it was given for
        if answer.status_code not in KEEPS_METHOD and method == "POST":
            method, body = "GET", b""
        url = target
    raise Refused("redirect loop", f"more than {MOST_REDIRECTS} redirects")


def _target(url: str, location: str) -> str:
    try:
        target = urljoin(url, location)
        scheme = urlsplit(target).scheme
    except ValueError as error:
        raise Refused("not an address", str(error)) from error
    if scheme not in ("http", "https"):
        raise Refused("not an address", f"redirect to {scheme}:")
    return target


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _answer(answer: httpx.Response, limit_bytes: int, started: float) -> Answer:
    body = read(answer, limit_bytes)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    recorded = answer.links.get("recorded", {}).get("url", "")
    ms = round((time.monotonic() - started) * 1000)
    return Answer(str(answer.url), answer.status_code, headers, body, ms, recorded and str(answer.url.join(recorded)))


def read(answer: httpx.Response, limit_bytes: int) -> bytes:
    """The decoded body. Raises Refused above the limit, which a bomb reaches after as many bytes; Cut where it ends early."""
    told = answer.headers.get("content-length", "")
    if told.isdigit() and int(told) > limit_bytes:
        raise Refused("body too large", f"{int(told):,} bytes")
    until, stream, data = time.monotonic() + DEADLINE_S, _stream(answer), bytearray()
    for chunk in answer.iter_raw():
        data += stream.unpack(chunk, limit_bytes + 1 - len(data)) if stream else chunk
        if len(data) > limit_bytes:
            raise Refused("body too large", f"more than {limit_bytes:,} bytes")
        if time.monotonic() > until:
            raise Cut(f"still sending after {DEADLINE_S:.0f} s")
    if stream and not stream.is_whole:
        raise Cut("the compressed body ends too soon")
    return bytes(data)


def _stream(answer: httpx.Response) -> "Inflater | None":
    encodings = [e.strip().lower() for e in answer.headers.get("content-encoding", "").split(",")]
    named = [encoding for encoding in encodings if encoding not in ("", "identity")]
    if not named:
        return None
    if named not in (["gzip"], ["x-gzip"], ["deflate"]):
        raise Refused("unknown encoding", ", ".join(named))
    return Inflater()


class Inflater:
    """gzip, zlib or bare deflate, told by the bytes, never giving more than it is asked for."""

    def __init__(self) -> None:
        self._inner: zlib._Decompress | None = None
        self._is_empty = True

    @property
    def is_whole(self) -> bool:
        """True where the stream has come to its own end, or nothing came at all."""
        return self._is_empty or (self._inner is not None and self._inner.eof)

    def unpack(self, data: bytes, most: int) -> bytes:
        """Up to `most` decoded bytes; what is more is dropped, the caller gives up."""
        self._is_empty = self._is_empty and not data
        made = bytearray()
        while data and len(made) < most:
            if self._inner is None:
                self._inner = _opened(data)
            try:
                made += self._inner.decompress(data, most - len(made))
            except zlib.error as error:
                raise Cut(str(error)) from error
            data = self._inner.unconsumed_tail
            if self._inner.eof and self._inner.unused_data[:2] == b"\x1f\x8b":  # gzip files may be strung together
                data, self._inner = self._inner.unused_data, None
        return bytes(made)


def _opened(data: bytes) -> "zlib._Decompress":
    if data[:2] == b"\x1f\x8b" or data[:1] == b"\x1f":
        return zlib.decompressobj(WORDS[0])
    is_zlib = data[0] & 0x0F == 8 and len(data) > 1 and (data[0] * 256 + data[1]) % 31 == 0
    return zlib.decompressobj(WORDS[1] if is_zlib else WORDS[2])

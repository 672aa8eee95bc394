"""Credentials never reach a disk: cut out of pages and log lines, replaced in stored requests and put back on resume."""

import base64
import binascii
import html
import json
import logging
import re
import secrets as random
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, urlencode, urlsplit, urlunsplit

import orjson

from jobs.platforms import Pairs, Request

HIDDEN = "***"
SHORTEST = 8  # characters: a shorter value would be cut out of innocent words
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
WRITTEN: tuple[Callable[[str], str], ...] = (  # the ways in which a value is written in addresses and payloads
    str,
    lambda value: quote(value, safe=""),
    lambda value: quote_plus(value),
    lambda value: quote(value),
    lambda value: quote(value, safe="").replace("%2F", "%2f").replace("%3D", "%3d").replace("%2B", "%2b"),
    lambda value: json.dumps(value)[1:-1],
    lambda value: json.dumps(value)[1:-1].replace("/", "\\/"),
    lambda value: html.escape(value),
)


class Secrets:
    """The values that belong to nobody but the operator, and the parameters that are hidden whatever they hold."""

    def __init__(self, values: Iterable[str] = (), names: Iterable[str] = ()) -> None:
        self.values, self.names = tuple(values), frozenset(names)
        self._forms: dict[bytes, tuple[int, int]] = {}
        for place, value in enumerate(self.values):
            for way, written in enumerate(WRITTEN):
                if len(value) >= SHORTEST:
                    self._forms.setdefault(written(value).encode("utf-8", "replace"), (place, way))
        self._ordered = sorted(self._forms, key=len, reverse=True)  # a value may hold another
        self._wide = [f.decode().encode(code) for f in self._forms for code in ("utf-16-le", "utf-16-be")]
        self._derived: set[bytes] = set()

    def learn(self, headers: Pairs) -> None:
        """Hide, from now on, what an authorisation header holds in Base64: platforms echo that too."""
        for _, value in headers:
            self._derived.update(word.encode() for word in BASE64.findall(value) if self._inner(word))

    def _inner(self, word: str) -> str | None:
        """The text inside a Base64 word, where it holds a credential."""
        try:
            text = base64.b64decode(word.encode(), altchars=None, validate=True).decode()
        except (binascii.Error, ValueError):
            return None
        return text if any(len(value) >= SHORTEST and value in text for value in self.values) else None

    def cut(self, data: bytes) -> bytes:
        """The bytes without any credential."""
        for form in (*self._derived, *self._ordered, *self._wide):
            if form in data:
                data = data.replace(form, HIDDEN.encode())
        return data

    def holds(self, data: bytes) -> bool:
        """True where a credential is in there."""
        return any(form in data for form in (*self._derived, *self._ordered, *self._wide))

    def text(self, text: str) -> str:
        """The text without any credential."""
        return self.cut(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")

    def url(self, url: str) -> str:
        """The address without credentials and without the values of hidden parameters."""
        return self.text(self._unnamed(url))

    def _unnamed(self, url: str) -> str:
        pairs = _query(url)
        if not any(name in self.names for name, _ in pairs):
            return url
        shown = [(name, HIDDEN if name in self.names else value) for name, value in pairs]
        return urlunsplit(urlsplit(url)._replace(query=urlencode(shown)))

    def stored(self, request: Request) -> str | None:
        """The request as it may lie in the ledger; None where a hidden parameter holds what we could not put back."""
        mark = random.token_hex(8)  # nothing that a platform sends can pass for it

        def hide(text: str) -> str:
            return self._marked(text, mark)

        url, params = hide(request.url), _each(request.params, hide)
        if any(name in self.names and value and mark not in value for name, value in [*_query(url), *params]):
            return None
        body = base64.b64encode(self._marked_bytes(request.body, mark)).decode()
        more = {"headers": _each(request.headers, hide), "context": _each(request.context, hide)}
        kept: dict[str, Any] = {"mark": mark, "url": url, "params": params, "method": request.method, "body": body}
        return orjson.dumps({**kept, **more, "units": request.units}).decode()

    def _marked(self, text: str, mark: str) -> str:
        for place, value in enumerate(self.values):  # too short to be looked for everywhere: a whole value, "Bearer x"
            if value and (text == value or text.endswith((f" {value}", f"={value}"))):
                text = f"{text.removesuffix(value)}{mark}.{place}.0."
            elif 0 < len(value) < SHORTEST and f"={value}&" in text:
                text = text.replace(f"={value}&", f"={mark}.{place}.0.&")
        words = {word: inner for word in BASE64.findall(text) if (inner := self._inner(word))}
        for word, inner in words.items():
            text = text.replace(word, f"{mark}.{self._marked(inner, mark).encode().hex()}.b.")
        return self._marked_bytes(text.encode("utf-8", "surrogatepass"), mark).decode("utf-8", "surrogatepass")

    def _marked_bytes(self, data: bytes, mark: str) -> bytes:
        for form in self._ordered:
            place, way = self._forms[form]
            data = data.replace(form, f"{mark}.{place}.{way}.".encode())
        return data

    def restored(self, stored: str) -> Request:
        """A stored request with today's credentials in place."""
        kept: dict[str, Any] = orjson.loads(stored)

        def show(text: str) -> str:
            return self._shown(text, kept["mark"])

        pairs = {name: _each(kept[name], show) for name in ("params", "headers", "context")}
        body = show(base64.b64decode(kept["body"]).decode("utf-8", "surrogateescape"))
        sent = body.encode("utf-8", "surrogateescape")
        return Request(show(kept["url"]), **pairs, method=kept["method"], body=sent, units=kept["units"])

    def _shown(self, text: str, mark: str) -> str:
        def show(inner: str) -> str:
            return re.sub(rf"{mark}\.(\d+)\.(\d+)\.", lambda m: WRITTEN[int(m[2])](self.values[int(m[1])]), inner)

        def word(match: re.Match[str]) -> str:
            return base64.b64encode(show(bytes.fromhex(match[1]).decode()).encode()).decode()

        return show(re.sub(rf"{mark}\.([0-9a-f]+)\.b\.", word, text)) if mark in text else text

    def renewed(self, request: Request, others: "Secrets") -> Request:
        """The same request with the other credentials in place of these."""
        stored = self.stored(request)
        return others.restored(stored) if stored else request


def _query(url: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(urlsplit(url).query, keep_blank_values=True)
    except ValueError:  # no address at all: whoever sends it will say so
        return []


def _each(pairs: Iterable[Any], change: Callable[[str], str]) -> Pairs:
    return tuple((name, change(value)) for name, value in pairs)


class Hush(logging.Filter):
    """Cuts credentials out of log lines, whoever wrote them."""

    def __init__(self, secrets: Secrets) -> None:
        super().__init__()
        self._secrets = secrets

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true: the line is written, without what it must not hold."""
        record.msg, record.args = self._secrets.text(record.getMessage()), ()
        return True


def quiet(secrets: Secrets) -> None:
    """From now on no log line of this process holds one of these credentials."""
    for handler in logging.getLogger().handlers:
        handler.addFilter(Hush(secrets))

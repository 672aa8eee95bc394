"""Access logs of a web server: what visitors searched and looked at, one request a line.

Source  files in the common or combined form (https://httpd.apache.org/docs/current/logs.html), with or without the
        virtual host before it, or JSON lines as nginx and Caddy write them
Units   times with their offset

A visit to a page is a view, one that comes from a list of results a click, one with words to search for a search, one
whose path says so goes to the cart or buys. Files that belong to a page are no events; robots, refused requests and
other methods are refused with their reason. Visitors are a hash of address and browser: neither is kept.
"""

import hashlib
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import orjson

from jobs.platforms import Item, Page, Policy, Reject
from jobs.platforms._events import event
from jobs.platforms._reading import at, each, identity, shown
from models.times import MONTHS, instant
from models.urls import canonical

POLICY = Policy(tier="D", license="own data")
QUOTED = r'"((?:[^"\\]|\\.)*)"'
LINE = re.compile(
    r"(?:(?P<host>[\w.-]+(?::\d+)?) )?(?P<ip>[\da-fA-F.:]+|[\w.-]+) \S+ (?P<user>\S+) \[(?P<time>[^\]]{1,40})\] "
    rf'{QUOTED.replace("(", "(?P<request>", 1)} (?P<status>\d{{3}}) (?:\d+|-)'
    rf'(?: {QUOTED.replace("(", "(?P<referer>", 1)} {QUOTED.replace("(", "(?P<agent>", 1)})?.*'
)
TIME = re.compile(r"(\d{2})/(\w{3})/(\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{4})")
# Names that JSON logs give to what a line holds.
NAMES = {
    "host": ("host", "server_name", "http_host", "vhost"),
    "ip": ("remote_addr", "remote_ip", "client_ip", "clientip", "ip"),
    "user": ("remote_user", "user_id"),
    "time": ("time_iso8601", "@timestamp", "timestamp", "time", "time_local", "ts"),
    "request": ("request",),
    "method": ("method", "request_method", "verb"),
    "path": ("request_uri", "uri", "url", "path"),
    "status": ("status", "status_code", "response"),
    "referer": ("http_referer", "referer", "referrer"),
    "agent": ("http_user_agent", "user_agent", "agent"),
}
ROBOT = re.compile(r"bot\b|crawl|spider|slurp|curl|wget|python|httpclient|monitor|preview", re.IGNORECASE)
ASSET = re.compile(
    r"\.(?:css|js|mjs|map|png|jpe?g|gif|svg|webp|avif|ico|woff2?|ttf|mp4|webm|xml|txt|json)$", re.IGNORECASE
)
WORDS = ("q", "query", "keyword", "keywords", "wd", "search", "s")
CART, BUY = re.compile(r"/(?:add-to-cart|cart/add|basket/add)\b"), re.compile(
    r"/(?:order|checkout)/(?:success|complete|thank)"
)


def items(page: Page) -> Iterator[Item | Reject]:
    """{"event": ...} per visit."""
    yield from each((line for line in page.body.splitlines() if line.strip()), _line)


def claims(page: Page) -> bool:
    """The first line is a request."""
    line = page.body.lstrip().partition(b"\n")[0][:8000]
    return _told(line) is not None


def _line(line: bytes) -> Iterator[Item | Reject]:
    told = _told(line)
    if told is None:
        yield Reject("not a request", shown(line))
    elif made := _visit(told, line):
        yield made


def _told(line: bytes) -> dict[str, str] | None:
    """What a line says under the names of NAMES; None where it is no request."""
    if line.lstrip()[:1] == b"{":
        return _json(line)
    match = LINE.fullmatch(line.decode("utf-8", "replace").strip())
    return _split({name: value for name, value in match.groupdict().items() if value}) if match else None


def _json(line: bytes) -> dict[str, str] | None:
    try:
        told = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    inner = {**told["request"], **told} if isinstance(at(told, "request"), dict) else told
    found = {name: identity(*(at(inner, key) for key in keys)) for name, keys in NAMES.items()}
    moment = next((value for key in NAMES["time"] if (value := at(inner, key)) is not None), None)
    agents = at(inner, "headers", "User-Agent"), at(inner, "headers", "Referer")
    found["time"] = str(moment) if isinstance(moment, (str, int, float)) else None
    found["agent"] = found["agent"] or identity(*(agents[0] if isinstance(agents[0], list) else ()))
    found["referer"] = found["referer"] or identity(*(agents[1] if isinstance(agents[1], list) else ()))
    told = _split({name: value for name, value in found.items() if value})
    return told if {"ip", "path", "status"} <= set(told) else None


def _split(told: dict[str, str]) -> dict[str, str]:
    """The request line in its method and path."""
    method, _, rest = told.get("request", "").partition(" ")
    given = {"method": method, "path": rest.rpartition(" ")[0] or rest} if rest else {}
    return {**given, **told}


def _visit(told: dict[str, str], line: bytes) -> Item | Reject | None:
    path, status = told.get("path", ""), told["status"]
    place = urlsplit(path)
    if told.get("method") not in ("GET", "POST") or not path.startswith(("/", "http")):
        return Reject("not a visit", shown(line))
    if ASSET.search(place.path):
        return None
    if not status.startswith(("2", "3")):
        return Reject("refused request", shown(line))
    if ROBOT.search(told.get("agent", "")):
        return Reject("robot", shown(line))
    words, came_with = _words(path), _words(told.get("referer", ""))
    is_bought, is_kept = BUY.search(place.path), CART.search(place.path)
    action = "buy" if is_bought else "cart" if is_kept else "search" if words else "click" if came_with else "view"
    visitor = f"{told.get('user', '-')} {told.get('ip')} {told.get('agent', '')}".encode("utf-8", "replace")
    return event(
        action,
        source=line.strip(),
        user=hashlib.blake2b(visitor, digest_size=12).hexdigest(),
        at=_moment(told.get("time", "")),
        record_id=None if action == "search" else _address(told.get("host"), path),
        query=words or (came_with if action == "click" else None),
    )


def _moment(text: str) -> Any:
    """ "10/Oct/2025:13:55:36 +0200", ISO 8601, or epoch seconds with a fraction."""
    match = TIME.fullmatch(text)
    if match and match.group(2).lower() in MONTHS:
        day, month, year, clock, offset = match.groups()
        text = f"{year}-{MONTHS[month.lower()]:02}-{day}T{clock}{offset}"
    elif re.fullmatch(r"\d{9,11}\.\d+", text, re.ASCII):
        text = text.partition(".")[0]
    told = instant(text)
    return told[0] if told else None


def _words(url: str) -> str | None:
    """What was searched for: the words of a parameter that search pages use."""
    asked = parse_qs(urlsplit(url).query, max_num_fields=100)
    return next((asked[name][0].strip() for name in WORDS if name in asked and asked[name][0].strip()), None)


def _address(host: str | None, path: str) -> str:
    """The page's address without tracking; its path where the log names no host."""
    full = path if "://" in path else f"https://{host.removesuffix(':443')}{path}" if host else None
    return canonical(full) or unquote(urlsplit(path).path)

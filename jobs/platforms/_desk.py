"""What forums, help centres and wikis share: an address of one's own, a question with answers, JSON line by line."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import orjson

from jobs.platforms import Item, Page, Reject, Window
from jobs.platforms._reading import checked, shown

LEFT = ("native_id", "type", "status", "url", "created_at", "time_precision")  # of what was taken from the public


class AddressMissing(Exception):
    """Everyone hosts such a platform anew: there is no address to ask by default."""

    one_line = True

    def __init__(self, platform: str, what: str) -> None:
        super().__init__(f"{platform} has no address: set TRAWL_{platform.upper()}_URL to {what}")


@dataclass(frozen=True)
class Reply:
    """One answer: its text, its votes, and whether it is the one that was chosen."""

    text: str | None
    score: float = 0
    is_accepted: bool = False


def root(window: Window, platform: str, what: str) -> str:
    """The address that everything is asked below. Raises AddressMissing."""
    if not window.base_url:
        raise AddressMissing(platform, what)
    return window.base_url


def told(question: str | None, replies: Sequence[Reply]) -> str | None:
    """The question, the accepted answer, the others by their votes; equal ones as given."""
    ranked = sorted(replies, key=lambda reply: (not reply.is_accepted, -reply.score))
    parts = [question, *(reply.text for reply in ranked)]
    return "\n\n".join(part for part in parts if part) or None


def basic(name: str, secret: str) -> tuple[str, str]:
    """The header of a log-in by name and secret (RFC 7617)."""
    return "Authorization", "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


def below(url: str, *marks: str) -> str | None:
    """The address up to the first of the paths that it holds; None where it holds none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    places = [place for mark in marks if (place := parts.path.find(mark)) >= 0]
    if parts.scheme not in ("http", "https") or not places:
        return None
    return urlunsplit((parts.scheme, parts.netloc, parts.path[: min(places)], "", ""))


def parsed(body: bytes) -> list[Any]:
    """The JSON values of a body: of a list its members, of lines one each; a Reject for what is none."""
    body = body.removeprefix(b"\xef\xbb\xbf").strip()
    try:
        payload = orjson.loads(body)
    except orjson.JSONDecodeError:
        return [_line(line) for line in body.splitlines() if line.strip()] or [Reject("not json", "empty page")]
    return payload if isinstance(payload, list) else [payload]


def _line(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return Reject("not json", f"{error} at {shown(line)}")


def standing(item: Item) -> Item | Reject:
    """As `checked`; what was taken from the public leaves its name and time, no words."""
    found = checked(item)
    if isinstance(found, Reject) or found.get("status", "live") == "live":
        return found
    return {name: found[name] for name in LEFT if name in found}


def peek(page: Page) -> Any:
    """The JSON value of a page, its first line where it has several, else None: enough to know whose page it is."""
    body = page.body.removeprefix(b"\xef\xbb\xbf").strip()
    for part in (body, body.partition(b"\n")[0]):
        try:
            return orjson.loads(part) if part[:1] in (b"{", b"[") else None
        except orjson.JSONDecodeError:
            continue
    return None

"""What a platform is asked and what it answers, before either touches a socket."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import orjson

from jobs.platforms._weibo_html import mblogid_of

Appearance = dict[str, Any]
BY_MID = re.compile(r"(https://weibo\.com/\d+/)(\d{13,19})\b")
JSON = "application/json; charset=utf-8"


class World(Protocol):
    """The reading side of local.world.World that the platforms need."""

    day0: Any

    def __hash__(self) -> int: ...

    def size(self, platform: str, day: int) -> int: ...

    def page(self, platform: str, *, day: int, start: int, size: int) -> list[Appearance]: ...

    def get(self, platform: str, native_id: str, *, day: int) -> Appearance | None: ...

    def events(self, day: int, log: str = "ubi", start: int = 0) -> Any: ...

    def picture(self, name: str) -> bytes: ...


@dataclass(frozen=True)
class Ask:
    """One API request: `path` below the platform's own root, `base` the server's address, `sent` the body of a POST."""

    path: str
    query: dict[str, str]
    base: str
    day: int
    world: World
    sent: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def number(self, name: str, default: int, most: int) -> int:
        """A whole parameter between 0 and `most`; the default where it is none."""
        told = self.query.get(name, "")
        return min(int(told), most) if told.isascii() and told.isdigit() else default

    def body(self, appearance: Appearance) -> str:
        """Its text; links to Weibo in the form that Weibo itself shares, with the base-62 id."""
        return BY_MID.sub(lambda match: match.group(1) + mblogid_of(match.group(2)), appearance["body"])

    def picture_url(self, name: str) -> str:
        """Where the server shows a picture of the world."""
        return f"{self.base}/media/{name}"


@dataclass(frozen=True)
class Answer:
    """Status, body, its type, further headers."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()


def json_answer(payload: Any, status: int = 200) -> Answer:
    """The payload as UTF-8 JSON."""
    return Answer(status, orjson.dumps(payload))


def moment(appearance: Appearance) -> datetime:
    """When it was published, aware."""
    return datetime.fromisoformat(appearance["created_at"])

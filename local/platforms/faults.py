"""What goes wrong on request: answers that a platform gives when it refuses, and what happens to a body on its way."""

import time
from dataclasses import replace
from email.utils import formatdate
from types import ModuleType
from typing import Any

from local.platforms.answers import Answer, Appearance, Ask, World

SLOW_S = 1.0
WAIT_S = 1
# Parameters by which platforms are asked for the page after the one before.
TOKENS = {"pageToken", "page_token", "pagetoken", "nextToken", "paginationToken", "cursor", "after", "resumptionToken"}
TOKENS |= {"continue", "gapcontinue", "apcontinue", "grccontinue", "rccontinue", "max_id"}


def refusal(api: ModuleType, kind: str, ask: Ask) -> Answer | None:
    """The platform's own words for what it will not do; None where the kind is no refusal."""
    if kind in ("limit", "429", "429-date"):
        date = formatdate(time.time() + WAIT_S + 1, usegmt=True)  # dates have whole seconds
        answer: Answer = api.failure(429, "too many requests", ask.path)
        return replace(answer, status=429, headers=(("Retry-After", date if kind == "429-date" else str(WAIT_S)),))
    if kind == "down":
        return _failure(api, 503, "service unavailable", ask)
    if kind.isdigit():
        return _failure(api, int(kind), "fault on request", ask)
    return expired(api, ask) if kind == "token" else None


def expired(api: ModuleType, ask: Ask) -> Answer:
    """What the platform says of a page token that it does not know (any more); a plain 400 where it has no tokens."""
    query = {name: "expired" if name in TOKENS else value for name, value in ask.query.items()}
    if query == ask.query:
        return _failure(api, 400, "the page token has expired", ask)
    told: Answer = api.answer(replace(ask, query=query))
    return told


def _failure(api: ModuleType, status: int, message: str, ask: Ask) -> Answer:
    answer: Answer = api.failure(status, message, ask.path)
    return answer


def harmed(body: bytes, kind: str) -> bytes:
    """The body as it leaves the server; "slow" only waits."""
    half = len(body) // 2
    if kind == "garbage":
        return body[:half] + b"\xff\x00<%" + body[half + 4 :]
    if kind == "charset":
        return body.decode("utf-8", "replace").encode("gb18030")
    if kind == "slow":
        time.sleep(SLOW_S)
    return body


class Earlier:
    """A world in which the newest items of a platform have not appeared yet."""

    def __init__(self, world: World, hidden: int) -> None:
        self._world, self._hidden = world, hidden

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world, name)

    def size(self, platform: str, day: int) -> int:
        return max(0, self._world.size(platform, day) - self._hidden)

    def page(self, platform: str, *, day: int, start: int, size: int) -> list[Appearance]:
        return self._world.page(platform, day=day, start=start + self._hidden, size=size)

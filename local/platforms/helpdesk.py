"""What the stand-ins of forums, help centres and wikis share: the order of the last change, texts as HTML."""

import html
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from local.platforms.answers import Appearance, Ask, World, moment

KEPT_DAYS = 7  # how far back a change is looked for: the world does not write down when it was
Changed = tuple[datetime, Appearance]


@lru_cache(maxsize=16)
def listed(world: World, platform: str, day: int) -> list[Changed]:
    """Every appearance with its last change, the latest change first."""
    days = {past: _by_id(world, platform, past) for past in range(max(0, day - KEPT_DAYS), day + 1)}
    found = [(_changed_at(days, world, native_id, day), entry) for native_id, entry in days[day].items()]
    return sorted(found, key=lambda pair: (pair[0], pair[1]["native_id"]), reverse=True)


def _by_id(world: World, platform: str, day: int) -> dict[str, Appearance]:
    entries = world.page(platform, day=day, start=0, size=world.size(platform, day))
    return {entry["native_id"]: entry for entry in entries}


def _changed_at(days: dict[int, dict[str, Appearance]], world: World, native_id: str, day: int) -> datetime:
    for later in range(day, min(days), -1):
        before = days[later - 1].get(native_id)
        if before is not None and before != days[later][native_id]:
            return datetime.combine(world.day0 + timedelta(days=later), time(), UTC)
    return moment(days[day][native_id])


def fragment(text: str, pictures: list[str]) -> str:
    """Paragraphs and line breaks, then the pictures."""
    paragraphs = [html.escape(paragraph).replace("\n", "<br>") for paragraph in text.split("\n\n") if paragraph]
    shown = [f'<img src="{html.escape(url)}" alt="">' for url in pictures]
    return "\n".join(f"<p>{part}</p>" for part in (*paragraphs, *shown))


def halves(ask: Ask, entry: Appearance) -> tuple[str, str]:
    """The first paragraph is the question, what follows its answer."""
    question, _, answer = ask.body(entry).partition("\n\n")
    return question, answer


def pictures(ask: Ask, entry: Appearance) -> list[str]:
    """Addresses of its pictures."""
    return [ask.picture_url(name) for name in entry["pictures"]]


def number(native_id: str) -> Any:
    """A number where it is one, as these platforms write their ids."""
    return int(native_id) if native_id.isascii() and native_id.isdigit() else native_id


def iso(moment_at: datetime) -> str:
    """2026-01-01T00:00:00Z."""
    return f"{moment_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def is_basic(ask: Ask) -> bool:
    """True where a name and a secret were sent."""
    return ask.headers.get("authorization", "").startswith("Basic ")

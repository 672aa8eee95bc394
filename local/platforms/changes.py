"""What of a platform's world is new or changed since a day, for platforms that can be asked so."""

from datetime import date
from functools import lru_cache

from local.platforms.answers import Appearance, Ask, World

STEP = 1000  # appearances compared at a time


def since(ask: Ask, platform: str, told: str, *, start: int, size: int) -> tuple[list[Appearance], int]:
    """A slice, newest first, of what changed on the day `told` or later, and how many there are; of all without it.

    Raises ValueError for what is no date.
    """
    past = (date.fromisoformat(told) - ask.world.day0).days - 1 if told else -1
    if past < 0:
        shown = ask.world.page(platform, day=ask.day, start=start, size=size)
        return shown, ask.world.size(platform, ask.day)
    ids = changed(ask.world, platform, ask.day, past) if past < ask.day else []
    found = (ask.world.get(platform, native_id, day=ask.day) for native_id in ids[start : start + size])
    return [entry for entry in found if entry], len(ids)


@lru_cache(maxsize=8)
def changed(world: World, platform: str, day: int, past: int) -> list[str]:
    """Ids of what differs from the day `past`, newest first. What is new stands before everything older."""
    new, ids = world.size(platform, day) - world.size(platform, past), list[str]()
    ids += [entry["native_id"] for entry in world.page(platform, day=day, start=0, size=new)]
    for start in range(0, world.size(platform, past), STEP):
        before = world.page(platform, day=past, start=start, size=STEP)
        now = world.page(platform, day=day, start=start + new, size=STEP)
        ids += [entry["native_id"] for entry, earlier in zip(now, before, strict=True) if entry != earlier]
    return ids

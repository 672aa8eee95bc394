"""When the appearances of a platform last changed, for stand-ins that tell it."""

from functools import lru_cache

from local.platforms.answers import World

STEP = 1000  # appearances compared at a time


@lru_cache(maxsize=8)
def days(world: World, platform: str, day: int) -> dict[str, int]:
    """Day of the last change of each appearance that changed after day 0, up to `day`, oldest change first."""
    found: dict[str, int] = {}
    for today in range(1, day + 1):
        for native_id in _on(world, platform, today):
            found.pop(native_id, None)
            found[native_id] = today
    return found


def _on(world: World, platform: str, day: int) -> list[str]:
    """What is new or differs from the day before, oldest first."""
    before, new = world.size(platform, day - 1), world.size(platform, day) - world.size(platform, day - 1)
    found = [entry["native_id"] for entry in world.page(platform, day=day, start=0, size=new)]
    for start in range(0, before, STEP):
        past = world.page(platform, day=day - 1, start=start, size=STEP)
        now = world.page(platform, day=day, start=start + new, size=STEP)
        found += [entry["native_id"] for entry, earlier in zip(now, past, strict=True) if entry != earlier]
    return found[::-1]

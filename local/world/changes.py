"""What a later day does to an appearance: prices and counts move, some are deleted."""

from typing import Any

from local.world.dice import roll
from local.world.plan import Plan

CHANGED_SHARE = 0.2  # of the items, each day
DELETED_SHARE = 0.01
_UNIT = 1 << 32


def deletion_rate(plan: Plan) -> float:
    """Chance per day of an item that may be deleted: higher than the share, since works asked about are spared."""
    spared = plan.query_blocks * 120 / plan.works
    return DELETED_SHARE / max(0.25, 1 - spared)


def is_deleted(plan: Plan, number: int, day: int) -> bool:
    """True when the work's items are gone from their platforms by the end of `day`; all of a work go together."""
    if plan.is_kept(number):
        return False
    limit = deletion_rate(plan) * _UNIT
    return any(roll(plan.seed, number, at, "gone") % _UNIT < limit for at in range(plan.day_of(number) + 1, day + 1))


def on_day(plan: Plan, item: dict[str, Any], number: int, *, day: int) -> dict[str, Any]:
    """The appearance as its platform shows it at the end of `day`."""
    changed = dict(item)
    for at in range(plan.day_of(number) + 1, day + 1):
        drawn = roll(plan.seed, item["native_id"], at, "change")
        if drawn % _UNIT < CHANGED_SHARE * _UNIT:
            changed["price"] = _price(item["price"], drawn >> 32)
            changed["counts"] = {name: _grown(count, drawn >> 40) for name, count in changed["counts"].items()}
    if is_deleted(plan, number, day):
        changed["status"] = "deleted"
    return changed


def _price(base: str | None, drawn: int) -> str | None:
    """A price between 85 and 115 % of the first one, in whole jiao."""
    if base is None:
        return None
    jiao = round(float(base) * (850 + drawn % 301) / 100)
    return f"{jiao / 10:.2f}"


def _grown(count: int | None, drawn: int) -> int | None:
    return None if count is None else count + 1 + count * (drawn % 12) // 100

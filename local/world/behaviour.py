"""Users with tastes, and what they do on a day: mostly views and clicks of what they like, some purchases.

Most of it stands in the search engine's own log (UBI), a tenth each in the access log of a web server and in the
clickstream of a shop; nothing in two of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from local.world import ids
from local.world.changes import is_deleted
from local.world.dice import Dice, roll
from local.world.homes import SHOPS
from local.world.plan import Plan
from local.world.words import BY_KEY, TOPICS
from local.world.works import Work, house_of, origin, work

LIKED_SHARE = 0.8  # of the actions go to liked topics
ACTIVE_SHARE = 0.6  # of the users come on a day
_TRIES = 60  # draws until a work of the wanted topic is found; the last one is taken as it is
LOGS = ("weblog", "clickstream", *("ubi",) * 8)  # of ten things that users do
_CHAINS = (
    ("view",),
    ("view",),
    ("view", "click"),
    ("search", "click"),
    ("view", "click", "cart"),
    ("search", "click", "buy"),
)


@dataclass(frozen=True, slots=True)
class User:
    """One user; `topics` are keys of words.BY_KEY."""

    number: int
    id: str
    topics: tuple[str, ...]

    @property
    def likes(self) -> list[str]:
        """The tags the user likes: each topic's name in Chinese and in English."""
        return [name for key in self.topics for name in BY_KEY[key].name]


def user_count(plan: Plan) -> int:
    """One user for twenty works, at least twenty."""
    return max(20, plan.works // 20)


def user(plan: Plan, number: int) -> User:
    """User `number`, with one to three liked topics."""
    dice = Dice(plan.seed, number, "user")
    liked = dice.order(len(TOPICS))[: 1 + dice.below(3)]
    return User(number, f"u{number:07d}", tuple(TOPICS[at].key for at in liked))


def events(plan: Plan, day: int) -> Iterator[dict[str, Any]]:
    """The events of a day, user by user; the users' sessions follow each other through the day."""
    for number in range(user_count(plan)):
        yield from session(plan, user(plan, number), day)


def session(plan: Plan, someone: User, day: int) -> Iterator[dict[str, Any]]:
    """What one user does on one day; nothing on a day off."""
    dice = Dice(plan.seed, someone.number, day, "session")
    if not dice.chance(ACTIVE_SHARE):
        return
    slot_s = 80_000 / user_count(plan)
    moment = plan.start_of(day) + timedelta(seconds=round(someone.number * slot_s))
    for step in range(2 + dice.below(4)):
        key = dice.pick(someone.topics) if dice.chance(LIKED_SHARE) else dice.pick(TOPICS).key
        found = _find(plan, dice, key, day)
        if found is not None:
            moment += timedelta(seconds=20 + dice.below(200))
            log = LOGS[(someone.number + day + step) % len(LOGS)]
            for act in _acts(plan, dice, someone, found, f"{someone.id}-{day}-{step}", moment):
                yield {"log": log, **act}


def _find(plan: Plan, dice: Dice, key: str, day: int) -> Work | None:
    """A work of a topic that is there on `day`; another topic's when the draws run out."""
    there = plan.first_of(day + 1)
    for _ in range(_TRIES):
        number = origin(plan, dice.below(there))
        if house_of(plan, number).topic.key == key:
            break
    found = work(plan, number)
    return None if found.is_private or is_deleted(plan, number, day) else found


def _acts(plan: Plan, dice: Dice, someone: User, found: Work, name: str, moment: Any) -> Iterator[dict[str, Any]]:
    platform, lang = dice.pick(found.homes)
    query = f"{found.facet[lang]} {found.kind[lang]}"
    chain, position = dice.pick(_CHAINS), 1 + dice.below(10)
    is_shop = platform in SHOPS
    for at, action in enumerate(action for action in chain if is_shop or action not in ("cart", "buy")):
        is_search = action == "search"
        yield {
            "event_id": f"e{roll(plan.seed, name, at):016x}",
            "user_id": someone.id,
            "action": action,
            "platform": platform,
            "native_id": None if is_search else ids.native_id(platform, found.number),
            "query": query if "search" in chain else None,
            "position": None if is_search else position,
            "occurred_at": (moment + timedelta(seconds=7 * at)).isoformat(),
        }

"""Work `number` of a world, made from seed and number alone: what it is, where it appears, what ties it together."""

from dataclasses import dataclass
from functools import lru_cache

from local.world import names
from local.world.dice import Dice, roll, share
from local.world.homes import OWN_ADDRESS, PAPERS, PRIVATE, PRIVATE_SHARES, Home, homes, private_home, rooms
from local.world.plan import BLOCK, Plan
from local.world.vocabulary import Pair
from local.world.words import BY_TYPE, Topic

DUPLICATE_SHARE = 0.08
PICTURE_SHARE = 0.4
FIRST_COPY = 10  # the first works of a block are never copies, so every copy finds an original before it
# How many of a block's 120 works have a type, and how many brands, places or authors they share.
_TYPES = {"product": (36, 5), "post": (26, 4), "video": (18, 3), "document": (14, 2), "qa": (14, 2), "device": (12, 2)}
_LAYOUT = [(kind, nth) for kind, (count, _) in _TYPES.items() for nth in range(count)]
_LAYOUT = [_LAYOUT[place] for place in Dice("layout").order(BLOCK)]
_SLOT = {kind: 1 + sum(houses for _, houses in list(_TYPES.values())[:at]) for at, kind in enumerate(_TYPES)}
# What ties the appearances of a work on several platforms. "text": nothing but names, facts, author and date.
_EVIDENCE = {
    ("goods", False): ("gtin", "gtin", "model", "mention", "link", "text", "text", "text", "text", "text"),
    ("goods", True): ("gtin", "gtin", "model", "mention", "link", "text"),
    ("other", False): ("link", "text"),
    ("other", True): ("link", "link", "link", "text"),
    ("paper", False): ("doi", "doi", "link", "text"),
    ("paper", True): ("doi", "doi", "link"),
}


@dataclass(frozen=True, slots=True)
class House:
    """What neighbouring works share: a brand, place, laboratory or library, and its people."""

    number: int
    type: str
    topic: Topic
    name: Pair
    mode: str
    kinds: tuple[Pair, ...]
    facets: tuple[Pair, ...]
    people: tuple[Pair, ...]
    rooms: tuple[Home, ...]  # where it publishes


@dataclass(frozen=True, slots=True)
class Work:
    """One work, without its texts. A copy (`original` is set) takes everything but its author from its original."""

    number: int
    house: House
    kind: Pair
    facet: Pair
    name: Pair
    author: Pair
    homes: tuple[Home, ...]
    times_s: tuple[int, ...]
    evidence: str
    sentiment: str
    has_picture: bool
    original: int | None

    @property
    def id(self) -> str:
        """Name in the truth files."""
        return work_id(self.number)

    @property
    def source(self) -> int:
        """Number of the original that the work goes back to; its own when it is one."""
        return self.number if self.original is None else self.original

    @property
    def type(self) -> str:
        """One of product, device, post, video, document, qa."""
        return self.house.type

    @property
    def is_private(self) -> bool:
        """True for what only its owners see."""
        return self.homes[0][0] in PRIVATE


def work_id(number: int) -> str:
    """The name of a work in the truth files."""
    return f"w{number:08d}"


@lru_cache(maxsize=4096)
def house(plan: Plan, block: int, kind: str, nth: int) -> House:
    """House `nth` of one type in a block."""
    number = block * 32 + _SLOT[kind] + nth
    dice = Dice(plan.seed, number, "house")
    topic = dice.pick(BY_TYPE[kind])
    kinds, facets = dice.order(len(topic.kinds))[:2], dice.order(len(topic.facets))[:3]
    named = number + plan.name_shift
    people = tuple(names.person(named * 4 + nth) for nth in range(4))
    mode = ("zh", "both", "zh", "en")[(nth + block) % 4]
    return House(
        number,
        kind,
        topic,
        (names.house_han(named), names.house_latin(named)),
        mode,
        tuple(topic.kinds[at] for at in kinds),
        tuple(topic.facets[at] for at in facets),
        people,
        rooms(plan.seed, block * _TYPES[kind][1] + nth, kind, mode),
    )


def house_of(plan: Plan, number: int) -> House:
    """The house of a work that is no copy."""
    block, position = plan.place(number)
    kind, nth = _LAYOUT[position]
    return house(plan, block, kind, nth % _TYPES[kind][1])


def is_copy(plan: Plan, number: int) -> bool:
    """True when the work is a near-duplicate of an earlier one."""
    return (
        share(plan.seed, number, "copy") < DUPLICATE_SHARE
        and plan.place(number)[1] >= FIRST_COPY
        and not is_private(plan, number)
    )


def is_private(plan: Plan, number: int) -> bool:
    """True for what only its owners see: nothing public may be merged with it, and nobody copies it."""
    position = plan.place(number)[1]
    most = PRIVATE_SHARES.get(_LAYOUT[position][0], 0.0) if position >= FIRST_COPY else 0.0
    return most > 0 and share(plan.seed, number, "private") < most


def origin(plan: Plan, number: int) -> int:
    """The work itself, or the earlier work of the same block that it is a near-duplicate of."""
    if not is_copy(plan, number):
        return number
    earlier = number - 1 - roll(plan.seed, number, "of") % plan.place(number)[1]
    while is_copy(plan, earlier) or is_private(plan, earlier):
        earlier -= 1
    return earlier


def work(plan: Plan, number: int) -> Work:
    """Work `number`. A copy's homes, texts and times are completed in edits.py."""
    source = origin(plan, number)
    place, dice = house_of(plan, source), Dice(plan.seed, source, "work")
    kind = place.kinds[0] if len(place.kinds) == 1 or dice.chance(0.7) else place.kinds[1]
    facet = dice.pick(place.facets)
    found = private_home(plan.seed, source, place.type, place.mode) if is_private(plan, source) else ()
    found = found or homes(dice, place.rooms)
    evidence = dice.pick(_EVIDENCE[_family(place.type, found), place.mode == "both"]) if len(found) > 1 else "none"
    if evidence == "link" and found[0][0] in OWN_ADDRESS:
        evidence = "text"
    if any(platform == "matter" for platform, _ in found):
        evidence = "model"  # which descriptions of products are known by
    sentiment = dice.pick(("positive", "neutral", "negative")) if place.type == "post" else ""
    writer = dice.pick(place.people) if place.type in ("post", "qa") else place.name
    if source != number:
        writer = names.person(roll(plan.seed, number, "copier") % 100_000)
    return Work(
        number,
        place,
        kind,
        facet,
        (names.own_han(source + plan.name_shift), names.own_latin(source + plan.name_shift)),
        writer,
        found,
        _times_s(plan, number, source, len(found)),
        evidence,
        sentiment,
        share(plan.seed, source, "picture") < PICTURE_SHARE,
        None if source == number else source,
    )


def _times_s(plan: Plan, number: int, source: int, platforms: int) -> tuple[int, ...]:
    """When the work appears on each platform; a copy comes after the last appearance of its original."""
    if source == number:
        return tuple(plan.times_s(number, platforms))
    return (max(plan.times_s(number, 1)[0], max(plan.times_s(source, platforms)) + 30),)


def _family(kind: str, found: tuple[Home, ...]) -> str:
    """Goods have bar codes, papers on two registers a DOI."""
    if kind in ("product", "device"):
        return "goods"
    return "paper" if sum(platform in PAPERS for platform, _ in found) > 1 else "other"

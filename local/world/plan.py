"""The plan of a world: how many works, in which order, on which day, in which block.

Works are numbered in the order of their publication. A block is up to 120 neighbours that share brands, places and
authors; nothing is shared across blocks, so whatever asks "which works match" has to look at one block only.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cached_property

from local.world.dice import Dice, roll, share

BLOCK = 120
QUERY_BLOCKS = 16  # at most this many blocks are asked about: answers stay complete and cheap in a world of millions
FIRST_DAY = date(2026, 1, 1)
SPAN_S = 180 * 86_400  # what is there on day 0 was published in the half year before
CLOSING_S = 12 * 3600  # the last base work comes this long before day 0 ends
MOST_DELAY_S = 36 * 3600  # between the appearances of one work
NEW_SHARE = 0.03


@dataclass(frozen=True)
class Plan:
    """Size and seed of a world, and everything that follows from them alone."""

    seed: int
    works: int
    days: int

    @cached_property
    def name_shift(self) -> int:
        """Where the world's names begin, so that two seeds share few of them."""
        return 7 + roll(self.seed, "names") % 1000

    @cached_property
    def daily(self) -> int:
        """Works that each later day adds."""
        return max(1, round(NEW_SHARE * self.works))

    @cached_property
    def total(self) -> int:
        """Works of all days."""
        return self.works + (self.days - 1) * self.daily

    def day_of(self, number: int) -> int:
        """The day on which a work is published; the base works all count as day 0."""
        return 0 if number < self.works else 1 + (number - self.works) // self.daily

    def first_of(self, day: int) -> int:
        """Number of the first work of a day."""
        return 0 if day == 0 else self.works + (day - 1) * self.daily

    def place(self, number: int) -> tuple[int, int]:
        """(block, position in the block) of a work."""
        if number < self.works:
            return divmod(number, BLOCK)
        day = self.day_of(number)
        block, position = divmod(number - self.first_of(day), BLOCK)
        return block + -(-self.works // BLOCK) + (day - 1) * -(-self.daily // BLOCK), position

    @cached_property
    def query_blocks(self) -> int:
        """Blocks that queries ask about: half of the base, at most 16. Nothing in them is ever deleted."""
        return max(1, min(QUERY_BLOCKS, self.works // BLOCK // 2))

    def is_kept(self, number: int) -> bool:
        """True for works that queries ask about; they are not deleted, so that grades hold on every day."""
        return number < self.query_blocks * BLOCK

    def start_of(self, day: int) -> datetime:
        """Midnight UTC at which a day begins."""
        return datetime.combine(FIRST_DAY, datetime.min.time(), timezone.utc) + timedelta(days=day)

    def end_s(self, day: int) -> int:
        """Epoch second at which a day is over."""
        return int(self.start_of(day + 1).timestamp())

    def _slot(self, number: int) -> tuple[float, float, int]:
        day = self.day_of(number)
        end = self.end_s(day)
        count = self.works if day == 0 else self.daily
        start, step = (end - SPAN_S, (SPAN_S - CLOSING_S) / count) if day == 0 else (end - 86_400, 72_000 / count)
        return start + (number - self.first_of(day)) * step, step, end

    def earliest_s(self, number: int) -> float:
        """Epoch second before which no appearance of this or a later work lies."""
        return self._slot(number)[0]

    def times_s(self, number: int, platforms: int) -> list[int]:
        """Epoch seconds of a work's appearances, the first at its own time, the others soon after."""
        start, step, end = self._slot(number)
        first = start + share(self.seed, number, "time") * step
        # The window shrinks with the size of the world: the writer holds at most 3,000 works to sort them.
        most = min(MOST_DELAY_S, 3000 * step, end - first - 60)
        dice = Dice(self.seed, number, "delay")
        return [int(first)] + [int(first + dice.below(10_000) / 10_000 * most) for _ in range(platforms - 1)]

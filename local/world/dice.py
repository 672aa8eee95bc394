"""Draws that depend on the world's seed and a name alone: a work is the same in any order, in any process."""

from collections.abc import Sequence
from typing import TypeVar

import xxhash

T = TypeVar("T")
_A, _C, _MASK = 6364136223846793005, 1442695040888963407, (1 << 64) - 1


def roll(*key: object) -> int:
    """A 64-bit number that is a function of the key alone."""
    return xxhash.xxh3_64_intdigest(repr(key).encode())


def share(*key: object) -> float:
    """A number in [0, 1) that is a function of the key alone."""
    return roll(*key) / 2**64


class Dice:
    """A stream of draws from one key.

    Source  Knuth's MMIX multiplier for a 64-bit linear congruential generator; the high half is used.
    """

    __slots__ = ("state",)

    def __init__(self, *key: object) -> None:
        self.state = roll(*key)

    def draw(self) -> int:
        """The next 64 bits; the lower ones are mixed in from above, since the generator's own are weak."""
        self.state = state = (self.state * _A + _C) & _MASK
        return state ^ (state >> 29)

    def below(self, n: int) -> int:
        """A whole number in [0, n)."""
        self.state = state = (self.state * _A + _C) & _MASK
        return (state >> 32) * n >> 32

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        self.state = state = (self.state * _A + _C) & _MASK
        return items[(state >> 32) * len(items) >> 32]

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.below(1 << 32) < probability * (1 << 32)

    def order(self, n: int) -> list[int]:
        """The numbers below n, shuffled."""
        numbers = list(range(n))
        for last in range(n - 1, 0, -1):
            other = self.below(last + 1)
            numbers[last], numbers[other] = numbers[other], numbers[last]
        return numbers

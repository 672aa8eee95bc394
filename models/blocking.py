"""Blocking: for every record the records of each platform that are most alike in text, without comparing all pairs.

TF-IDF over hashed pieces (grams.py) and an inverted index. A probe looks up its heaviest pieces only and skips pieces
that too many records share, so that it costs at most TERMS x HOT steps whatever the size; probes do not depend on each
other.

Source  top-k blocking on character 3-grams: Paulsen, Govind, Doan, "Sparkly", PVLDB 16(6), 2023.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.grams import Bags

Ints = NDArray[np.int64]
Ids = NDArray[np.int32]
Weights = NDArray[np.float32]

TERMS = 64  # pieces of a probe that are looked up, heaviest first
HOT = 2000  # records: a piece that more of them share is not looked up
NEAREST = 5  # of each platform
MOST = 100  # of all platforms together: what costs is the number of pairs, not of platforms


@dataclass(frozen=True)
class Vectors:
    """TF-IDF rows, sparse; `weights` make a row unit length, `idf` is the information of each entry in nats."""

    starts: Ints
    columns: Ids
    weights: Weights
    idf: Weights

    def __len__(self) -> int:
        return len(self.starts) - 1

    @cached_property
    def told(self) -> NDArray[np.float64]:
        """Information of each row in nats."""
        return self._sums(self.idf)

    @cached_property
    def rare(self) -> Weights:
        """Information of each entry, squared: what is rare in a title names the thing, the rest says of what kind it is."""
        return self.idf**2

    @cached_property
    def told_rare(self) -> NDArray[np.float64]:
        """Sum of `rare` of each row."""
        return self._sums(self.rare)

    def _sums(self, values: Weights) -> NDArray[np.float64]:
        return np.bincount(owners(self.starts), values, minlength=len(self)).astype(np.float64)


@dataclass(frozen=True)
class Postings:
    """Entries by column, `rows[heads[c]:heads[c + 1]]` ascending; `order` lists a row's entries by falling weight."""

    heads: Ints
    rows: Ids
    weights: Weights
    order: Ids


def owners(starts: Ints) -> Ids:
    """The row of every entry."""
    return np.repeat(np.arange(len(starts) - 1, dtype=np.int32), np.diff(starts))


def compact(*bags: Bags) -> list[Bags]:
    """The same bags over the columns that occur in one of them, numbered in order: what a column costs adds up."""
    is_used = np.zeros(1 + max(int(bag.columns.max(initial=0)) for bag in bags), np.bool_)
    for bag in bags:
        is_used[bag.columns] = True
    number = (np.cumsum(is_used) - 1).astype(np.int32)
    return [Bags(bag.starts, number[bag.columns], bag.counts) for bag in bags]


def information(bags: Bags, width: int) -> NDArray[np.float64]:
    """log((n + 1) / df) of every column up to `width`, 0 for one that no text has."""
    held = np.bincount(bags.columns, minlength=width)
    rarity = np.log(len(bags.starts) / np.maximum(held, 1))
    return np.where(held > 0, rarity, 0.0)


def vectors(bags: Bags, idf: NDArray[np.float64]) -> Vectors:
    """(1 + log tf) idf, rows of unit length; a piece that every text has weighs next to nothing."""
    told = idf[bags.columns]
    raw = (1 + np.log(bags.counts)) * told
    owner, size = owners(bags.starts), len(bags.starts) - 1
    length = np.sqrt(np.bincount(owner, raw * raw, minlength=size))
    unit = raw / np.maximum(length, 1e-12)[owner]
    return Vectors(bags.starts, bags.columns, unit.astype(np.float32), told.astype(np.float32))


def postings(found: Vectors) -> Postings:
    """The inverted index of the rows."""
    heads = np.concatenate([[0], np.cumsum(np.bincount(found.columns))]).astype(np.int64)
    size = len(found.columns)
    made = Postings(heads, np.empty(size, np.int32), np.empty(size, np.float32), np.empty(size, np.int32))
    _invert(found.starts, found.columns, found.weights, heads[:-1].copy(), made.rows, made.weights, made.order)
    return made


@njit(cache=True, nogil=True)
def _invert(starts, columns, weights, free, rows, values, order):  # type: ignore
    for row in range(len(starts) - 1):
        first, last = starts[row], starts[row + 1]
        order[first:last] = first + np.argsort(-weights[first:last], kind="mergesort")  # equal: the smaller column
        for at in range(first, last):
            place = free[columns[at]]
            rows[place], values[place] = row, weights[at]
            free[columns[at]] = place + 1


def nearest(found: Vectors, index: Postings, *, groups: Ids, first: int, last: int) -> tuple[Ints, Ints]:
    """Probes and their neighbours: for the rows first..last the NEAREST rows of each group, the own one included, and
    of these the MOST alike.

    Equal scores go to the smaller group and row, so the answer is the same however the probes are split.
    """
    width = int(groups.max(initial=0)) + 1
    best = np.full((last - first, width, NEAREST), -1, np.int32)
    kept = np.zeros(best.shape, np.float32)
    _nearest(
        *(found.starts, found.columns, found.weights),
        *(index.heads, index.rows, index.weights, index.order),
        *(groups, first, best, kept),
    )
    order = np.argsort(-kept.reshape(last - first, -1), axis=1, kind="stable")[:, :MOST]
    chosen = np.take_along_axis(best.reshape(last - first, -1), order, 1)
    at, _ = np.nonzero(chosen >= 0)
    return at + first, chosen[chosen >= 0].astype(np.int64)


@njit(cache=True, nogil=True)
def _nearest(starts, columns, weights, heads, rows, values, order, groups, first, best, kept):  # type: ignore
    scores, touched = np.zeros(len(groups), np.float64), np.empty(len(groups), np.int32)
    for place in range(len(best)):
        probe, count, asked = first + place, 0, 0
        for entry in range(starts[probe], starts[probe + 1]):
            at = order[entry]
            head, tail, weight = heads[columns[at]], heads[columns[at] + 1], weights[at]
            if tail - head > HOT or weight <= 0:
                continue
            for posting in range(head, tail):
                other = rows[posting]
                if scores[other] == 0:
                    touched[count] = other
                    count += 1
                scores[other] += weight * values[posting]
            asked += 1
            if asked == TERMS:
                break
        scores[probe] = 0
        for at in range(count):
            if touched[at] != probe:
                _keep(best[place, groups[touched[at]]], scores, touched[at])
        for group in range(best.shape[1]):
            for rank in range(best.shape[2]):
                if best[place, group, rank] >= 0:
                    kept[place, group, rank] = scores[best[place, group, rank]]
        for at in range(count):
            scores[touched[at]] = 0


@njit(cache=True, nogil=True)
def _keep(best, scores, row):  # type: ignore
    """Put a row into its place among the best: by falling score, then by rising number."""
    place = len(best)
    while place > 0:
        before = best[place - 1]
        if before >= 0 and (scores[before] > scores[row] or (scores[before] == scores[row] and before < row)):
            break
        if place < len(best):
            best[place] = before
        place -= 1
    if place < len(best):
        best[place] = row

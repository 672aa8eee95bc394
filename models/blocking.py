"""Blocking: for every record the records of each platform that are most alike in text, without comparing all pairs.

TF-IDF over hashed pieces (models/bags.py) and an inverted index of every record's heaviest pieces. Pieces that too many
records share are not looked up, so that a probe costs at most TERMS x HOT steps whatever the size; probes do not depend
on each other.

Source  top-k blocking on character 3-grams: Paulsen, Govind, Doan, "Sparkly", PVLDB 16(6), 2023.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.bags import DIMS, MOST, SHIFT, TITLE, Bags
from models.grams import Bags as Counted

Ints = NDArray[np.int64]
Ids = NDArray[np.int32]
Weights = NDArray[np.float32]

TERMS = 64  # pieces of a record that are looked up, heaviest first
HOT = 2000  # records: a piece that more of them share is not looked up
NEAREST = 5  # of each platform
BEST = 100  # of all platforms together: what costs is the number of pairs, not of platforms
ROWS = 50_000  # of one step of a thread


@dataclass(frozen=True)
class Index:
    """The entries of all rows (models/bags.py), what they weigh, and the rows by their heaviest pieces.

    `idf` is the information of a column in nats; an entry weighs (1 + log count) idf, `lengths` of a row are those of the
    vectors of weights; `told` sums a row's idf, `told_rare` its squares over the title. Row i looks up
    `terms[ends[i]:ends[i + 1]]`, and `rows[heads[c]:heads[c + 1]]`, ascending, are those that look up column c.
    """

    starts: Ints
    entries: NDArray[np.uint32]
    idf: Weights
    lengths: Weights
    told: Weights
    told_rare: Weights
    in_title: Ids
    ends: Ints
    terms: NDArray[np.uint32]
    heads: Ints
    rows: Ids

    def __len__(self) -> int:
        return len(self.starts) - 1


def index(bags: Bags) -> Index:
    """The index of these rows."""
    size = len(bags.starts) - 1
    held = np.zeros(DIMS, np.int32)
    _count(bags.entries, held)
    idf = np.where(held > 0, np.log((size + 1) / np.maximum(held, 1)), 0).astype(np.float32)
    lengths, told, rare = (np.empty(size, np.float32) for _ in range(3))
    in_title, counts = np.empty(size, np.int32), np.zeros(size, np.int64)
    terms = np.empty((size, TERMS), np.uint32)
    threaded(size, lambda a, b: _weigh(*bags, idf, LOGS, a, b, lengths, told, rare, in_title))
    threaded(size, lambda a, b: _choose(*bags, idf, held, LOGS, a, b, terms, counts))
    ends = np.concatenate([[0], np.cumsum(counts)])
    kept = terms[np.arange(TERMS) < counts[:, None]]
    heads, rows = np.zeros(DIMS + 1, np.int64), np.empty(len(kept), np.int32)
    _invert(ends, kept, heads, rows)
    return Index(*bags, idf, lengths, told, rare, in_title, ends, kept, heads, rows)


LOGS = (1 + np.log(np.maximum(np.arange(MOST + 1), 1))).astype(np.float32)


def threaded(size: int, work: Callable[[int, int], None]) -> None:
    """Do what releases the interpreter's lock for the rows first..last, in a thread per core."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda first: work(first, min(first + ROWS, size)), range(0, size, ROWS)))


def owners(starts: Ints) -> Ids:
    """The row of every entry."""
    return np.repeat(np.arange(len(starts) - 1, dtype=np.int32), np.diff(starts))


def information(bags: Counted, width: int) -> NDArray[np.float64]:
    """log((n + 1) / df) of every column up to `width`, 0 for one that no text has."""
    held = np.bincount(bags.columns, minlength=width)
    rarity = np.log(len(bags.starts) / np.maximum(held, 1))
    return np.where(held > 0, rarity, 0.0)


@njit(cache=True, nogil=True)
def _count(entries, held):  # type: ignore
    for entry in entries:
        held[entry >> SHIFT] += 1


@njit(cache=True, nogil=True)
def _weigh(starts, entries, idf, logs, first, last, lengths, told, rare, in_title):  # type: ignore
    for row in range(first, last):
        square, total, titled, count = 0.0, 0.0, 0.0, 0
        for entry in entries[starts[row] : starts[row + 1]]:
            known = idf[entry >> SHIFT]
            weight = logs[entry & MOST] * known
            square, total = square + weight * weight, total + known
            if entry & TITLE:
                titled, count = titled + known * known, count + 1
        lengths[row], told[row], rare[row], in_title[row] = np.sqrt(square), total, titled, count


@njit(cache=True, nogil=True)
def _choose(starts, entries, idf, held, logs, first, last, terms, counts):  # type: ignore
    """The heaviest columns of every row that are not hot; of equal weight the smaller ones."""
    weights, columns = np.empty(0, np.float32), np.empty(0, np.uint32)
    for row in range(first, last):
        size = starts[row + 1] - starts[row]
        if size > len(weights):
            weights, columns = np.empty(size, np.float32), np.empty(size, np.uint32)
        count = 0
        for entry in entries[starts[row] : starts[row + 1]]:
            column = entry >> SHIFT
            if 1 < held[column] <= HOT and idf[column] > 0:
                weights[count], columns[count] = -logs[entry & MOST] * idf[column], column
                count += 1
        counts[row] = min(count, TERMS)
        if count > TERMS:
            order = np.argsort(weights[:count], kind="mergesort")[:TERMS]
            terms[row] = columns[order]
        else:
            terms[row, :count] = columns[:count]


@njit(cache=True, nogil=True)
def _invert(ends, terms, heads, rows):  # type: ignore
    for term in terms:
        heads[term + 1] += 1
    heads[:] = np.cumsum(heads)
    free = heads[:-1].copy()
    for row in range(len(ends) - 1):
        for term in terms[ends[row] : ends[row + 1]]:
            rows[free[term]] = row
            free[term] += 1


def nearest(found: Index, *, groups: Ids, first: int, last: int) -> tuple[Ints, Ints]:
    """Probes and their neighbours: for the rows first..last the NEAREST rows of each group, the own one included, and
    of these the BEST most alike, as far as both look up the same pieces.

    Equal scores go to the smaller group and row, so the answer is the same however the probes are split.
    """
    width = int(groups.max(initial=0)) + 1
    best = np.full((last - first, width, NEAREST), -1, np.int32)
    kept = np.zeros(best.shape, np.float32)
    _nearest(found.idf, found.lengths, found.ends, found.terms, found.heads, found.rows, groups, first, best, kept)
    order = np.argsort(-kept.reshape(last - first, -1), axis=1, kind="stable")[:, :BEST]
    chosen = np.take_along_axis(best.reshape(last - first, -1), order, 1)
    at, _ = np.nonzero(chosen >= 0)
    return at + first, chosen[chosen >= 0].astype(np.int64)


@njit(cache=True, nogil=True)
def _nearest(idf, lengths, ends, terms, heads, rows, groups, first, best, kept):  # type: ignore
    scores, touched = np.zeros(len(groups), np.float32), np.empty(len(groups), np.int32)
    for place in range(len(best)):
        probe, count = first + place, 0
        for term in terms[ends[probe] : ends[probe + 1]]:
            weight = idf[term] * idf[term]
            for other in rows[heads[term] : heads[term + 1]]:
                if scores[other] == 0:
                    touched[count] = other
                    count += 1
                scores[other] += weight
        scores[probe] = 0
        for at in range(count):
            other = touched[at]
            if other != probe:
                _keep(best[place, groups[other]], kept[place, groups[other]], scores[other] / lengths[other], other)
            scores[other] = 0


@njit(cache=True, nogil=True)
def _keep(best, kept, score, row):  # type: ignore
    """Put a row into its place among the best: by falling score, then by rising number."""
    place = len(best)
    while place > 0 and (score > kept[place - 1] or (score == kept[place - 1] and row < best[place - 1])):
        if place < len(best):
            best[place], kept[place] = best[place - 1], kept[place - 1]
        place -= 1
    if place < len(best):
        best[place], kept[place] = row, score

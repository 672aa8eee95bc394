"""Blocking: an index of records by their rarest pieces, so that what is alike is found without comparing all pairs.

TF-IDF over hashed pieces (models/bags.py) and an inverted index of every record's rarest pieces. They are taken as long
as the records that hold them are STEPS in all: a probe costs no more, whatever the size.

Source  blocking on character 3-grams: Paulsen, Govind, Doan, "Sparkly", PVLDB 16(6), 2023.
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
from models.marks import COLUMN

Ints = NDArray[np.int64]
Ids = NDArray[np.int32]
Weights = NDArray[np.float32]

TERMS = 64  # pieces of a record that are looked up, rarest first
HOT = 2000  # records: a piece that more of them share is not looked up
STEPS = 10_000  # records that hold the pieces which one looks up, each counted as often as it does
ROWS = 50_000  # of one step of a thread


@dataclass(frozen=True)
class Index:
    """The entries of all rows (models/bags.py), what they weigh, and the rows by their rarest pieces.

    `idf` is the information of a column in nats; an entry weighs (1 + log count) idf, `lengths` of a row are those of the
    vectors of weights; `told` sums a row's idf, `told_rare` its squares over the title. Row i looks up
    `terms[ends[i]:ends[i + 1]]`, and `rows[heads[c]:heads[c + 1]]`, ascending, are those that look up column c; `sought`
    sums the squares of the idf of what it looks up.
    """

    starts: Ints
    entries: NDArray[np.uint32]
    idf: Weights
    lengths: Weights
    told: Weights
    told_rare: Weights
    in_title: Ids
    sought: Weights
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
    lengths, told, rare, sought = (np.empty(size, np.float32) for _ in range(4))
    in_title, counts = np.empty(size, np.int32), np.zeros(size, np.int64)
    terms = np.empty((size, TERMS), np.uint32)
    threaded(size, lambda a, b: _weigh(*bags, idf, LOGS, a, b, lengths, told, rare, in_title))
    threaded(size, lambda a, b: _choose(*bags, idf, held, a, b, terms, counts, sought))
    ends = np.concatenate([[0], np.cumsum(counts)])
    kept = terms[np.arange(TERMS) < counts[:, None]]
    heads, rows = np.zeros(DIMS + 1, np.int64), np.empty(len(kept), np.int32)
    _invert(ends, kept, heads, rows)
    return Index(*bags, idf, lengths, told, rare, in_title, sought, ends, kept, heads, rows)


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
def _choose(starts, entries, idf, held, first, last, terms, counts, sought):  # type: ignore
    """The rarest columns of every row that are not hot; of equally rare ones the smaller."""
    keys = np.empty(0, np.int64)
    for row in range(first, last):
        size = starts[row + 1] - starts[row]
        keys = keys if size <= len(keys) else np.empty(size, np.int64)
        count, steps, total, taken = 0, 0, 0.0, 0
        for entry in entries[starts[row] : starts[row + 1]]:
            column = entry >> SHIFT
            if 1 < held[column] <= HOT and idf[column] > 0:
                keys[count] = np.int64(held[column]) << COLUMN | column
                count += 1
        for key in np.sort(keys[:count])[:TERMS]:
            steps += key >> COLUMN
            if steps > STEPS:
                break
            column = key & (DIMS - 1)
            terms[row, taken] = column
            taken, total = taken + 1, total + idf[column] * idf[column]
        counts[row], sought[row] = taken, total


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

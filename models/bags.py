"""What a record says, read from Arrow's bytes in one pass: character 3-grams of title and body, and marks, hashed.

Grams are for likeness. Marks are words of other scripts than Han, and numbers: they survive translation as names do; model
numbers are one mark ("kx-2107"), numbers are without their thousands' commas. Nothing is kept of a placeholder ("N/A").

An entry is a uint32: the column that its piece is hashed into (COLUMN bits), whether the title has it (one), how often
it occurs (the rest). No vocabulary is kept, the same text has the same entries everywhere.
"""

import functools
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

from models.folding import BLANK, fold, table, utf8
from models.grams import CHARACTERS, GRAM, PLACEHOLDERS
from models.marks import COLUMN, JOINTS, column_of, is_joint, is_mostly_han, marks_of, step, without_commas

DIMS = 1 << COLUMN  # more distinct 3-grams than a million records of both scripts have
SHIFT = 32 - COLUMN
TITLE = 1 << (SHIFT - 1)
MOST = TITLE - 1  # occurrences that are counted
LONGEST = 4 * CHARACTERS  # bytes of a title or a body that are read

Ints = NDArray[np.int64]


class Bags(NamedTuple):
    """Entries of row i: `entries[starts[i]:starts[i + 1]]`, columns ascending, each once."""

    starts: Ints
    entries: NDArray[np.uint32]


class Said(NamedTuple):
    """What each row says; `is_han` where Chinese words carry it."""

    grams: Bags
    marks: Bags
    is_han: NDArray[np.bool_]


def said(titles: pa.Array, bodies: pa.Array) -> Said:
    """The pieces of the first CHARACTERS of title and body."""
    columns = (*utf8(titles), *utf8(bodies))
    room = np.minimum(2 * (np.diff(columns[1]) + np.diff(columns[3])) + 2, CHARACTERS).sum()
    grams, marks = np.empty(room, np.uint32), np.empty(room, np.uint32)
    ends, is_han = np.zeros((2, len(titles) + 1), np.int64), np.zeros(len(titles), np.bool_)
    _read(*columns, *table(JOINTS), _nothing(), grams, marks, ends, is_han)
    return Said(Bags(ends[0], grams[: ends[0, -1]]), Bags(ends[1], marks[: ends[1, -1]]), is_han)


def names(column: pa.Array) -> Ints:
    """A number for each name as it is compared, without case, accents and punctuation; 0 for none and for a placeholder."""
    found = np.zeros(len(column), np.uint64)
    _name_each(*utf8(column), *table(JOINTS), _nothing(), found)
    return found.view(np.int64)


def of(column: pa.ListArray) -> Bags:
    """The bags of a column of lists of entries."""
    return Bags(np.asarray(column.offsets, np.int64), np.asarray(column.values))


def place(made: Bags, rows: Ints, column: pa.ListArray, at: Ints) -> None:
    """Put the lists of a column that stand `at` these places into these rows of the bags, which have room for them."""
    found = of(column)
    _place(*made, rows, *found, at)


@functools.cache
def _nothing() -> NDArray[np.uint64]:
    """Names of the texts that say nothing."""
    found = np.zeros(len(PLACEHOLDERS), np.uint64)
    column = pa.array(sorted(PLACEHOLDERS), pa.string())
    _name_each(*utf8(column), *table(JOINTS), np.zeros(1, np.uint64), found)
    return found


@njit(cache=True, nogil=True)
def _place(starts, entries, rows, own_starts, own_entries, at):  # type: ignore
    for place in range(len(rows)):
        first, last = own_starts[at[place]], own_starts[at[place] + 1]
        entries[starts[rows[place]] : starts[rows[place] + 1]] = own_entries[first:last]


@njit(cache=True, nogil=True)
def _name(text):  # type: ignore
    value = np.uint64(len(text))
    for point in text:
        value = step(value, point)
    return step(value, 1) if len(text) else np.uint64(0)


@njit(cache=True, nogil=True)
def _words(raw, out):  # type: ignore
    """Write a folded text without its joints to `out`; the size, without a blank at the end."""
    size = 0
    for point in raw:
        kept = np.uint32(BLANK) if is_joint(point) else point
        if kept != BLANK or (size and out[size - 1] != BLANK):
            out[size] = kept
            size += 1
    return size - (size > 0 and out[size - 1] == BLANK)


@njit(cache=True, nogil=True)
def _meant(data, start, end, starts, points, nothing, raw, words):  # type: ignore
    """Fold one text into `raw`, and without joints into `words`; both sizes, 0 for a text that says nothing."""
    size = fold(data, start, min(end, start + LONGEST), starts, points, raw, 0)
    count = _words(raw[:size], words)
    if not count or (count <= 16 and _name(words[:count]) in nothing):
        return 0, 0
    return size, count


@njit(cache=True, nogil=True)
def _name_each(data, ends, starts, points, nothing, out):  # type: ignore
    raw, words = np.empty(2 * LONGEST + 2, np.uint32), np.empty(2 * LONGEST + 2, np.uint32)
    for row in range(len(out)):
        _, count = _meant(data, ends[row], ends[row + 1], starts, points, nothing, raw, words)
        out[row] = _name(words[:count])


@njit(cache=True, nogil=True)
def _read(a, a_ends, b, b_ends, starts, points, nothing, grams, marks, ends, is_han):  # type: ignore
    raw, words = np.empty(4 * LONGEST + 5, np.uint32), np.empty(4 * LONGEST + 5, np.uint32)
    keys = np.empty(CHARACTERS, np.uint32)
    for row in range(len(is_han)):
        first, in_title = _meant(a, a_ends[row], a_ends[row + 1], starts, points, nothing, raw, words)
        raw[first] = BLANK
        second, _ = _meant(b, b_ends[row], b_ends[row + 1], starts, points, nothing, raw[first + 1 :], words)
        size = min(first + 1 + second, CHARACTERS)
        count = _grams(words[: _words(raw[:size], words)], in_title, keys)
        ends[0, row + 1] = _pack(keys[:count], grams, ends[0, row])
        is_han[row] = is_mostly_han(raw[:size])
        count = marks_of(raw[: without_commas(raw[:size])], keys)
        ends[1, row + 1] = _pack(keys[:count], marks, ends[1, row])


@njit(cache=True, nogil=True)
def _pack(keys, out, size):  # type: ignore
    """Write an entry per column of the keys (column, whether it is in the title) behind `out[:size]`; the new size."""
    keys.sort()
    at = 0
    while at < len(keys):
        column, first, in_title = keys[at] >> 1, at, np.uint32(0)
        while at < len(keys) and keys[at] >> 1 == column:
            in_title |= keys[at] & 1
            at += 1
        out[size] = column << SHIFT | in_title * TITLE | min(at - first, MOST)
        size += 1
    return size


@njit(cache=True, nogil=True)
def _grams(words, in_title, keys):  # type: ignore
    """Keys of the 3-grams, those of the title first; how many."""
    count = max(len(words) - GRAM + 1, 0)
    for at in range(count):
        value = step(step(step(np.uint64(0), words[at]), words[at + 1]), words[at + 2])
        keys[at] = column_of(value) << np.uint64(1) | np.uint64(at + GRAM <= in_title)
    return count

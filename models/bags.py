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

COLUMN = 22
DIMS = 1 << COLUMN  # more distinct 3-grams than a million records of both scripts have
SHIFT = 32 - COLUMN
TITLE = 1 << (SHIFT - 1)
MOST = TITLE - 1  # occurrences that are counted
JOINTS = "-./,"
HYPHEN, POINT, SLASH, COMMA = map(ord, JOINTS)
LONGEST = 4 * CHARACTERS  # bytes of a title or a body that are read
MIXED_SHARE, HAN_PER_WORD = 0.7, 1.6  # as in models/text.py: more Latin words than this share, and a text is not Han

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
def _step(value, point):  # type: ignore
    value = (value ^ np.uint64(point)) * np.uint64(0x9E3779B97F4A7C15)
    return value ^ (value >> np.uint64(29))


@njit(cache=True, nogil=True)
def _name(text):  # type: ignore
    value = np.uint64(len(text))
    for point in text:
        value = _step(value, point)
    return _step(value, 1) if len(text) else np.uint64(0)


@njit(cache=True, nogil=True)
def _is_joint(point):  # type: ignore
    return point == HYPHEN or point == POINT or point == SLASH or point == COMMA


@njit(cache=True, nogil=True)
def _is_han(point):  # type: ignore
    if point < 0x3005:
        return False
    is_common = 0x4E00 <= point < 0xA000 or 0x3400 <= point < 0x4DC0 or 0xF900 <= point < 0xFB00
    return is_common or point == 0x3005 or point == 0x3007 or point >= 0x20000


@njit(cache=True, nogil=True)
def _is_plain(point):  # type: ignore
    """Whether a mark may hold it: a letter or a digit that is not Han."""
    return point != BLANK and not _is_joint(point) and not _is_han(point)


@njit(cache=True, nogil=True)
def _is_digit(point):  # type: ignore
    return 48 <= point < 58


@njit(cache=True, nogil=True)
def _words(raw, out):  # type: ignore
    """Write a folded text without its joints to `out`; the size, without a blank at the end."""
    size = 0
    for point in raw:
        kept = np.uint32(BLANK) if _is_joint(point) else point
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
        is_han[row] = _is_mostly_han(raw[:size])
        count = _marks(raw[: _without_commas(raw[:size])], keys)
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
        value = _step(_step(_step(np.uint64(0), words[at]), words[at + 1]), words[at + 2])
        keys[at] = value >> np.uint64(64 - COLUMN) << np.uint64(1) | np.uint64(at + GRAM <= in_title)
    return count


@njit(cache=True, nogil=True)
def _without_commas(raw):  # type: ignore
    """Take out the commas of thousands in place; the new size."""
    size = 0
    for at in range(len(raw)):
        if raw[at] == COMMA and 0 < at < len(raw) - 3 and _is_digit(raw[at - 1]):
            is_last = at + 4 == len(raw) or not _is_digit(raw[at + 4])
            if is_last and _is_digit(raw[at + 1]) and _is_digit(raw[at + 2]) and _is_digit(raw[at + 3]):
                continue
        raw[size] = raw[at]
        size += 1
    return size


@njit(cache=True, nogil=True)
def _marks(raw, keys):  # type: ignore
    """Keys of the marks: a run, and those after a joint as long as they hold a digit; how many."""
    count, at = 0, 0
    while at < len(raw):
        if not _is_plain(raw[at]):
            at += 1
            continue
        value = np.uint64(0)
        end, is_joined = _run_end(raw, at)
        while True:
            for place in range(at, end):
                value = _step(value, raw[place])
            at = end
            if at >= len(raw) or raw[at] == COMMA or not _is_joint(raw[at]):
                break
            end, is_joined = _run_end(raw, at + 1)
            if not is_joined:
                break
        keys[count] = _step(value, 1) >> np.uint64(64 - COLUMN) << np.uint64(1)
        count += 1
    return count


@njit(cache=True, nogil=True)
def _run_end(raw, at):  # type: ignore
    """Where the run of letters and digits that begins here ends, and whether it holds a digit."""
    has_digit = False
    while at < len(raw) and _is_plain(raw[at]):
        has_digit |= _is_digit(raw[at])
        at += 1
    return at, has_digit


@njit(cache=True, nogil=True)
def _is_mostly_han(raw):  # type: ignore
    """What models.text.language calls zh or mixed, of folded text."""
    han, latin, other, words, at = 0, 0, 0, 0, 0
    while at < len(raw):
        if not _is_plain(raw[at]):
            han += _is_han(raw[at])
            at += 1
            continue
        begin, is_word = at, at == 0 or not (_is_han(raw[at - 1]) or raw[at - 1] == HYPHEN)
        while at < len(raw) and _is_plain(raw[at]):
            is_latin = 97 <= raw[at] < 123 or 0xC0 <= raw[at] < 0x250
            latin, other = latin + is_latin, other + (not is_latin and not _is_digit(raw[at]))
            is_word &= is_latin
            at += 1
        words += is_word and at > begin and (at == len(raw) or not _is_han(raw[at]))
    return han > 0 and other <= 2 * (latin + han) and words <= MIXED_SHARE * (words + han / HAN_PER_WORD)

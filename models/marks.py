"""The characters of folded text, what a piece of it is hashed to, and its marks (see models/bags.py)."""

import numpy as np
from numba import njit

from models.folding import BLANK

COLUMN = 22  # bits of the column that a piece is hashed into
JOINTS = "-./,"
HYPHEN, POINT, SLASH, COMMA = map(ord, JOINTS)
MIXED_SHARE, HAN_PER_WORD = 0.7, 1.6  # as in models/text.py: more Latin words than this share, and a text is not Han


@njit(cache=True, nogil=True)
def step(value, point):  # type: ignore
    value = (value ^ np.uint64(point)) * np.uint64(0x9E3779B97F4A7C15)
    return value ^ (value >> np.uint64(29))


@njit(cache=True, nogil=True)
def column_of(value):  # type: ignore
    """Of a hash."""
    return value >> np.uint64(64 - COLUMN)


@njit(cache=True, nogil=True)
def is_joint(point):  # type: ignore
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
    return point != BLANK and not is_joint(point) and not _is_han(point)


@njit(cache=True, nogil=True)
def _is_digit(point):  # type: ignore
    return 48 <= point < 58


@njit(cache=True, nogil=True)
def without_commas(raw):  # type: ignore
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
def marks_of(raw, keys):  # type: ignore
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
                value = step(value, raw[place])
            at = end
            if at >= len(raw) or raw[at] == COMMA or not is_joint(raw[at]):
                break
            end, is_joined = _run_end(raw, at + 1)
            if not is_joined:
                break
        keys[count] = column_of(step(value, 1)) << np.uint64(1)
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
def is_mostly_han(raw):  # type: ignore
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
        is_model = at + 1 < len(raw) and raw[at] == HYPHEN and _is_digit(raw[at + 1])
        words += is_word and at > begin and not is_model and (at == len(raw) or not _is_han(raw[at]))
    return han > 0 and other <= 2 * (latin + han) and words <= MIXED_SHARE * (words + han / HAN_PER_WORD)

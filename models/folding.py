"""Text as near-duplicates see it: words only, without case, accents, script variants, punctuation and addresses.

What `models.grams.words_only` says, told code point by code point, so that a compiled loop can read UTF-8 as Arrow
holds it, without a Python string. Unlike there, a character's simplified form does not depend on its neighbours, accents
go (so composed and decomposed spellings are one), and an address ends where ASCII ends, as it does in Chinese text.

Source  Unicode NFKC, casefold, canonical combining classes; OpenCC's single characters.
"""

import functools
import unicodedata
from typing import NamedTuple

import numpy as np
import opencc
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

Points = NDArray[np.uint32]
Bytes = NDArray[np.uint8]

BLANK = 32
SIZE = 0x30000  # the planes that hold letters; code points above are blanks
LONGEST = 4  # code points that one becomes; the longer ones are Arabic ligatures of whole phrases
ACCENT = 200  # combining classes from here on are accents; below are vowels and voicing marks, which tell words apart


class Table(NamedTuple):
    """What becomes of code point p: `points[starts[p]:starts[p + 1]]`; BLANK for what is part of no word."""

    starts: NDArray[np.int32]
    points: Points


@functools.cache
def table(joints: str = "") -> Table:
    """The folding of every code point; a tenth of a second. `joints` are signs that stay, though no part of a word."""
    folded = _folded([chr(point) for point in range(SIZE)])
    kept = ["".join(_letter(character, joints) for character in form)[:LONGEST] for form in folded]
    starts = np.zeros(SIZE + 1, np.int32)
    np.cumsum([len(form) for form in kept], out=starts[1:])
    return Table(starts, np.frombuffer("".join(kept).encode("utf-32-le"), np.uint32).copy())


def _folded(characters: list[str]) -> list[str]:
    """Each on a line of its own, so that no rule sees two of them together."""
    lines = "\n".join({"\n": " "}.get(c, "" if "\ud800" <= c <= "\udfff" else c) for c in characters)
    plain = unicodedata.normalize("NFKC", lines).casefold()
    return unicodedata.normalize("NFKD", opencc.OpenCC("t2s").convert(plain)).split("\n")


def utf8(column: pa.Array) -> tuple[Bytes, NDArray[np.int64]]:
    """The bytes of a column of strings and (n + 1,) offsets, as Arrow holds them; null is empty."""
    filled = column.fill_null("") if column.null_count else column
    kind = np.int64 if pa.types.is_large_string(filled.type) else np.int32
    _, offsets, data = filled.buffers()
    marks = np.frombuffer(offsets, kind) if offsets else np.zeros(1, kind)
    chosen = marks[filled.offset : filled.offset + len(filled) + 1].astype(np.int64)
    return np.frombuffer(data or b"", np.uint8), chosen


def _letter(character: str, joints: str) -> str:
    """The character itself, nothing for accents and invisible ones, a blank for what is no part of a word."""
    if character in joints:
        return character
    kind = unicodedata.category(character)
    if kind == "Cf" or unicodedata.combining(character) >= ACCENT:
        return ""
    return character if kind[0] in "LNM" else " "


@njit(cache=True, nogil=True)
def fold(data, start, end, starts, points, out, size):  # type: ignore
    """Write the folding of UTF-8 `data[start:end]` behind `out[:size]`; the new size.

    `out` has room for two code points per byte. Runs of blanks become one, and none stands first. Bytes that are no UTF-8
    are blanks.
    """
    at = start
    while at < end:
        if data[at] < 128:
            value = points[data[at]]  # of ASCII, one code point each
            at += 1
            if value == 104 and _is_address(data, at, end):  # h
                while at < end and 32 < data[at] < 128:
                    at += 1
                value = np.uint32(BLANK)
            out[size] = value
            size += value != BLANK or (size > 0 and out[size - 1] != BLANK)
            continue
        point, at = _decoded(data, at, end)
        for place in range(starts[point], starts[point + 1]):
            out[size] = points[place]
            size += points[place] != BLANK or (size > 0 and out[size - 1] != BLANK)
    return size


@njit(cache=True, nogil=True)
def _is_address(data, at, end):  # type: ignore
    """Whether the "ttp://" or "ttps://" of an address begins here."""
    if at + 6 > end or data[at] != 116 or data[at + 1] != 116 or data[at + 2] != 112:
        return False
    at += 3 + (data[at + 3] == 115)
    return at + 3 <= end and data[at] == 58 and data[at + 1] == 47 and data[at + 2] == 47


@njit(cache=True, nogil=True)
def _decoded(data, at, end):  # type: ignore
    """The code point of a sequence of several bytes and where the next begins; BLANK for what is none or beyond SIZE."""
    lead, point = np.int64(data[at]), np.int64(0)
    length = 2 if 0xC2 <= lead < 0xE0 else 3 if 0xE0 <= lead < 0xF0 else 4 if 0xF0 <= lead < 0xF5 else 0
    if not length or at + length > end:
        return np.int64(BLANK), at + 1
    point = lead & (0x7F >> length)
    for place in range(at + 1, at + length):
        if data[place] & 0xC0 != 0x80:
            return np.int64(BLANK), at + 1
        point = point << 6 | np.int64(data[place] & 0x3F)
    return (point if point < SIZE else np.int64(BLANK)), at + length

"""Kernels: what two sparse rows, or two short texts, have in common, for many pairs sorted by their first row.

The first row of a run of pairs is spread over a dense array once; each second row then costs one look-up per entry.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.blocking import Ints
from models.linkage.pieces import Rows

Floats32 = NDArray[np.float32]
OVERLAP = ("cosine", "held", "holds", "odd", "odder", "shared")
EDIT = 64  # characters that the edit likeness looks at: one machine word


def overlap(ones: Rows, twos: Rows, firsts: Ints, seconds: Ints) -> Floats32:
    """(pairs, 6): cosine; shares of the first's and of the second's information that the other holds; information of
    the rarest piece of the first, of the second, that the other lacks; that of the rarest both have. NaN of an empty row.
    """
    out = np.full((len(firsts), len(OVERLAP)), np.nan, np.float32)
    width = max(ones.width, twos.width)
    _overlap(
        *(ones.starts, ones.columns, ones.unit, ones.idf, ones.total),
        *(twos.starts, twos.columns, twos.unit, twos.idf, twos.total),
        *(firsts, seconds, width, out),
    )
    return out


@njit(cache=True, nogil=True)
def _overlap(starts, columns, unit, idf, total, starts2, columns2, unit2, idf2, total2, firsts, seconds, width, out):  # type: ignore
    held, stamp, hit = np.zeros(width, np.float32), np.full(width, -1, np.int64), np.full(width, -1, np.int64)
    last = -1
    for pair in range(len(firsts)):
        first, second = firsts[pair], seconds[pair]
        begin, end, begin2, end2 = starts[first], starts[first + 1], starts2[second], starts2[second + 1]
        if begin == end or begin2 == end2:
            continue
        if first != last:
            for at in range(begin, end):
                held[columns[at]], stamp[columns[at]] = unit[at], first
            last = first
        cosine, shared, odder, most = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
        for at in range(begin2, end2):
            column = columns2[at]
            if stamp[column] == first:
                cosine += held[column] * unit2[at]
                shared += idf2[at]
                most = max(most, idf2[at])
                hit[column] = pair
            else:
                odder = max(odder, idf2[at])
        odd = np.float32(0)
        for at in range(begin, end):
            if hit[columns[at]] != pair:
                odd = max(odd, idf[at])
        out[pair, 0], out[pair, 1], out[pair, 2] = (
            cosine,
            shared / max(total[first], 1e-6),
            shared / max(total2[second], 1e-6),
        )
        out[pair, 3], out[pair, 4], out[pair, 5] = odd, odder, most


def cosine(rows: Rows, firsts: Ints, seconds: Ints) -> Floats32:
    """(pairs,): cosine alone; NaN of an empty row."""
    out = np.full(len(firsts), np.nan, np.float32)
    _cosine(rows.starts, rows.columns, rows.unit, firsts, seconds, rows.width, out)
    return out


@njit(cache=True, nogil=True)
def _cosine(starts, columns, unit, firsts, seconds, width, out):  # type: ignore
    held, last = np.zeros(width, np.float32), -1
    for pair in range(len(firsts)):
        first, second = firsts[pair], seconds[pair]
        if starts[first] == starts[first + 1] or starts[second] == starts[second + 1]:
            continue
        if first != last:
            if last >= 0:
                for at in range(starts[last], starts[last + 1]):
                    held[columns[at]] = 0
            for at in range(starts[first], starts[first + 1]):
                held[columns[at]] = unit[at]
            last = first
        found = np.float32(0)
        for at in range(starts[second], starts[second + 1]):
            found += held[columns[at]] * unit[at]
        out[pair] = found


def edit_likeness(starts: Ints, letters: NDArray[np.int32], size: int, firsts: Ints, seconds: Ints) -> Floats32:
    """(pairs,): 2 x longest common subsequence / both lengths, over the first EDIT letters; NaN of an empty text.

    `letters` are numbers below `size`. Source  Hyyrö, "Bit-parallel LCS-length computation revisited" (2004).
    """
    out = np.full(len(firsts), np.nan, np.float32)
    _edit(starts, letters, size, firsts, seconds, out)
    return out


@njit(cache=True, nogil=True)
def _edit(starts, letters, size, firsts, seconds, out):  # type: ignore
    masks, last, one = np.zeros(size, np.uint64), -1, np.uint64(1)
    for pair in range(len(firsts)):
        first, second = firsts[pair], seconds[pair]
        length, length2 = min(EDIT, starts[first + 1] - starts[first]), min(EDIT, starts[second + 1] - starts[second])
        if length == 0 or length2 == 0:
            continue
        if first != last:
            if last >= 0:
                for at in range(starts[last], min(starts[last + 1], starts[last] + EDIT)):
                    masks[letters[at]] = 0
            for at in range(length):
                masks[letters[starts[first] + at]] |= one << np.uint64(at)
            last = first
        state = ~np.uint64(0)
        for at in range(length2):
            shared = state & masks[letters[starts[second] + at]]
            state = (state + shared) | (state - shared)
        common = 0.0
        for at in range(length):
            if (~state >> np.uint64(at)) & one:
                common += 1
        out[pair] = 2.0 * common / (length + length2)

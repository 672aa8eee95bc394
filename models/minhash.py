"""Near-duplicate texts: sketches read from Arrow's bytes in one pass, and the exact similarity that they estimate.

A text is the set of its character 5-grams after folding (models/folding.py): the same measure for Chinese and English,
blind to script, case, addresses and punctuation. Jaccard similarity of at least THRESHOLD is a near-duplicate: a text cut
to 80 %, one with a short comment in front, one with a few words replaced.

Source  one permutation hashing: Li, Owen, Zhang, NIPS 2012; optimal densification: Shrivastava, ICML 2017; b-bit lanes:
        Li, König, WWW 2010; the hash of a gram is multilinear (Lemire, Kaser, 2014) with one round of mixing.
"""

import functools
from collections.abc import Sequence
from itertools import product

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

from models.folding import fold, table, utf8
from models.grams import PLACEHOLDERS

GRAM = 5
SHORTEST = 24  # characters: of a shorter text one changed word is most of it, so only an equal one is a duplicate
BINS = 128
ROWS = 4  # lanes of 16 bits per band: one word of 64; 32 bands find 99.98 % of pairs at .7, 92 % at .5
THRESHOLD = 0.7

SKETCH = np.dtype([("text", "<u8"), ("grams", "<i4"), ("lanes", "<u2", (BINS,))])
Sketches = NDArray[np.void]  # SKETCH rows: `text` names equal texts, 0 is no text; `grams` is 0 for one under SHORTEST

_FACTORS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F], np.uint64
)


def sketches(titles: pa.Array, bodies: pa.Array, seeds: NDArray[np.uint64]) -> Sketches:
    """A sketch per row of two columns of strings, title before body; texts of different seeds never meet."""
    made = np.zeros(len(titles), SKETCH)
    starts, points = table()
    columns = (*utf8(titles), *utf8(bodies))
    _fill(*columns, seeds, starts, points, _FACTORS, made["text"], made["grams"], made["lanes"])
    made["text"][np.isin(made["text"], _nothing(tuple(np.unique(seeds).tolist())))] = 0
    return made


def jaccard(firsts: pa.Array, seconds: pa.Array) -> NDArray[np.float64]:
    """res[i] = |G(a_i) & G(b_i)| / |G(a_i) | G(b_i)|, G the 5-grams; of texts under SHORTEST 1 when equal, else 0."""
    return compared(firsts, seconds)[0]


def compared(firsts: pa.Array, seconds: pa.Array) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """jaccard of each pair, and whether one of the two is under SHORTEST."""
    starts, points = table()
    columns = (*utf8(firsts), *utf8(seconds))
    found, is_short = np.zeros(len(firsts)), np.zeros(len(firsts), np.bool_)
    _jaccard(*columns, starts, points, _FACTORS, found, is_short)
    return found, is_short


def likeness(firsts: Sketches, seconds: Sketches) -> NDArray[np.float64]:
    """The share of equal lanes: an estimate of jaccard, off by sqrt(J (1 - J) / BINS) or about .04 at THRESHOLD."""
    equal: NDArray[np.float64] = (firsts["lanes"] == seconds["lanes"]).mean(axis=1)
    return equal


def band_keys(rows: Sketches) -> NDArray[np.uint64]:
    """(n, BINS / ROWS): texts that share a key are candidates."""
    words = np.ascontiguousarray(rows["lanes"]).view("<u8")
    keys: NDArray[np.uint64] = mixed(words + np.arange(1, words.shape[1] + 1, dtype=np.uint64) * _FACTORS[1])
    return keys


def array(texts: Sequence[str]) -> pa.Array:
    """Arrow strings; halves of surrogate pairs, which Arrow refuses, are dropped."""
    return pa.array([text.encode("utf-8", "ignore") for text in texts], pa.large_binary()).cast(pa.large_string())


@functools.cache
def _nothing(seeds: tuple[int, ...]) -> NDArray[np.uint64]:
    """Names of the texts that say nothing ("N/A", "暂无"), under each seed."""
    words = array([*PLACEHOLDERS, *map(" ".join, product(PLACEHOLDERS, repeat=2))])  # one as title, one as body
    made = np.zeros(len(words), SKETCH)
    names = []
    for seed in seeds:
        filled = np.full(len(words), seed, np.uint64)
        none = utf8(array([""] * len(words)))
        _fill(*utf8(words), *none, filled, *table(), _FACTORS, made["text"], made["grams"], made["lanes"])
        names.append(made["text"].copy())
    return np.concatenate(names) if names else np.empty(0, np.uint64)


@njit(cache=True, nogil=True)
def mixed(value):  # type: ignore
    """Finaliser of splitmix64 (Steele, Lea, Flood, OOPSLA 2014)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@njit(cache=True, nogil=True)
def _folded(a, a_ends, b, b_ends, row, starts, points, out):  # type: ignore
    """Title, a blank, body of one row into `out`; the size without a blank at the end, and an `out` with room for it."""
    room = 2 * (a_ends[row + 1] - a_ends[row] + b_ends[row + 1] - b_ends[row]) + 2
    if room > len(out):
        out = np.empty(2 * room, np.uint32)
    size = fold(a, a_ends[row], a_ends[row + 1], starts, points, out, 0)
    if size and out[size - 1] != 32:
        out[size], size = 32, size + 1
    size = fold(b, b_ends[row], b_ends[row + 1], starts, points, out, size)
    return size - (size > 0 and out[size - 1] == 32), out


@njit(cache=True, nogil=True)
def _name(text, seed, hashes):  # type: ignore
    """64-bit name of a whole text; 0 for none. A sum over its grams, each weighed by its place, is quicker than a chain."""
    if not len(text):
        return np.uint64(0)
    value = mixed(seed + np.uint64(len(text)))
    for place in range(len(hashes)):
        value += hashes[place] * np.uint64(2 * place + 1)
    for place in range(min(len(text), GRAM - 1)):
        value = mixed(value + np.uint64(text[place]))
    return mixed(value) | np.uint64(1)


@njit(cache=True, nogil=True)
def _hashes(text, seed, factors):  # type: ignore
    """64-bit hash of every 5-gram of one text; none of a shorter one."""
    a, b, c, d, e = factors
    found = np.empty(max(len(text) - GRAM + 1, 0), np.uint64)
    for at in range(len(found)):
        value = seed + a * text[at] + b * text[at + 1] + c * text[at + 2] + d * text[at + 3] + e * text[at + 4]
        value = (value ^ (value >> np.uint64(32))) * np.uint64(0xD6E8FEB86659FD93)
        found[at] = value ^ (value >> np.uint64(32))
    return found


@njit(cache=True, nogil=True)
def _smallest(hashes, lanes):  # type: ignore
    """Low 16 bits of the smallest hash per bin; an empty bin borrows from one that a hash of its number chooses."""
    kept, is_full = np.empty(BINS, np.uint64), np.zeros(BINS, np.bool_)
    kept[:] = np.uint64(0xFFFFFFFFFFFFFFFF)
    for value in hashes:
        own = value >> np.uint64(57)  # BINS is 2 ** 7
        kept[own] = min(kept[own], value)
        is_full[own] = True
    for slot in range(BINS):
        attempt, lender = np.uint64(0), np.int64(slot)
        while not is_full[lender]:
            attempt += np.uint64(1)
            lender = np.int64(mixed(np.uint64(slot) * np.uint64(1 << 20) + attempt) % np.uint64(BINS))
        lanes[slot] = np.uint16(kept[lender] & np.uint64(0xFFFF))


@njit(cache=True, nogil=True)
def _fill(a, a_ends, b, b_ends, seeds, starts, points, factors, names, grams, lanes):  # type: ignore
    out = np.empty(1 << 16, np.uint32)
    for row in range(len(seeds)):
        size, out = _folded(a, a_ends, b, b_ends, row, starts, points, out)
        hashes = _hashes(out[:size], seeds[row], factors)
        names[row] = _name(out[:size], seeds[row], hashes)
        if size >= SHORTEST:
            grams[row] = len(hashes)
            _smallest(hashes, lanes[row])


@njit(cache=True, nogil=True)
def _jaccard(a, a_ends, b, b_ends, starts, points, factors, found, is_short):  # type: ignore
    none, no_ends = np.empty(0, np.uint8), np.zeros(len(a_ends), np.int64)
    one, two = np.empty(1 << 16, np.uint32), np.empty(1 << 16, np.uint32)
    for row in range(len(found)):
        n, one = _folded(a, a_ends, none, no_ends, row, starts, points, one)
        m, two = _folded(b, b_ends, none, no_ends, row, starts, points, two)
        is_short[row] = min(n, m) < SHORTEST
        if is_short[row]:
            found[row] = n == m and np.all(one[:n] == two[:m])
            continue
        left = np.unique(_hashes(one[:n], np.uint64(0), factors))
        right = np.unique(_hashes(two[:m], np.uint64(0), factors))
        shared = _shared(left, right)
        found[row] = shared / (len(left) + len(right) - shared)


@njit(cache=True, nogil=True)
def _shared(left, right):  # type: ignore
    """How many values two ascending arrays have in common."""
    shared, i, j = 0, 0, 0
    while i < len(left) and j < len(right):
        shared += left[i] == right[j]
        is_left, is_right = left[i] <= right[j], right[j] <= left[i]
        i, j = i + is_left, j + is_right
    return shared

"""What names and titles sound like: one number that 刘慈欣, "Liu Cixin" and "CIXIN, Liu" have in common.

Han is read in pinyin without tones, each character in its commonest reading; what lies between letters counts for nothing.
Names have no order: all turns of their letters in a ring are one. A name whose letters are all pinyin keeps its spelling,
which is fixed; others are folded by what sounds alike in Europe: "Catherine Müller" is "Katherine Mueller".

A sound is an int64, 0 for none: a hash, in SIZE_BITS the number of letters, in the lowest bit whether it is read from Han.

Source  readings: pypinyin's table of characters (the package itself is not imported: its phrases take 57 MB).
        Folding: rules for consonants of Metaphone (Philips, "Hanging on the Metaphone", Computer Language 7(12), 1990),
        but vowels stay: names of two syllables have little else.
"""

import functools
import importlib.util
import json
import unicodedata
from pathlib import Path

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

from models import folding
from models.folding import SIZE, fold, utf8
from models.marks import step

Ints = NDArray[np.int64]

READ = 1 << 20  # of a letter that stands for Han
READ_BYTES = 512  # of a name or a title
SIZE_BITS = 7
SYLLABLE = 6  # letters of the longest
OWN = 3  # letters beside Han that are a name of their own: "华为 Huawei"
VOWELS = "aeiouy"
A, C, D, E, F, G, H, I, K, P, Q, R, S, T, U, V, W, X, Y, Z = map(ord, "acdefghikpqrstuvwxyz")
O = ord("o")  # noqa: E741


def names(column: pa.Array) -> Ints:
    """The sound of each name; of one in both scripts, that of its Latin letters."""
    return _sounds(column, True)


def titles(column: pa.Array) -> Ints:
    """The sound of each title, in its own order and spelling."""
    return _sounds(column, False)


def same(one: Ints, two: Ints) -> NDArray[np.bool_]:
    """Whether two sounds are the same; never of two that are read from Han, whose characters tell more."""
    return np.asarray((one >> 1 == two >> 1) & (one != 0) & (one & two & 1 == 0))


def size(sounds: Ints) -> Ints:
    """Letters of each, at most 127."""
    return sounds >> 1 & ((1 << SIZE_BITS) - 1)


def _sounds(column: pa.Array, is_name: bool) -> Ints:
    found = np.zeros(len(column), np.int64)
    _sound_each(*utf8(column), *table(), syllables(), is_name, found)
    return found


@functools.cache
def readings() -> dict[str, str]:
    """Letters of the commonest reading of each Han character; of ü the u."""
    package = importlib.util.find_spec("pypinyin")
    told = json.loads((Path(str(package and package.origin)).parent / "pinyin_dict.json").read_bytes())
    plain = {chr(int(point)): unicodedata.normalize("NFD", said.split(",")[0]) for point, said in told.items()}
    found = {han: "".join(letter for letter in said if "a" <= letter <= "z") for han, said in plain.items()}
    return {han: said for han, said in found.items() if any(letter in said for letter in VOWELS)}


@functools.cache
def syllables() -> Ints:
    """All readings as numbers of base 32, ascending."""
    made = {functools.reduce(lambda sum, letter: sum * 32 + ord(letter) - 96, said, 0) for said in readings().values()}
    return np.array(sorted(made), np.int64)


@functools.cache
def table() -> folding.Table:
    """The folding of every code point (models/folding.py); of a Han character the letters of its reading, with READ."""
    plain, said = folding.table(), np.zeros((SIZE, SYLLABLE), np.uint32)
    for han, letters in readings().items():
        if ord(han) < SIZE:
            said[ord(han), : len(letters)] = [ord(letter) | READ for letter in letters]
    forms = said[np.minimum(plain.points, SIZE - 1)]
    forms[forms[:, 0] == 0, 0] = plain.points[forms[:, 0] == 0]
    starts = np.concatenate([[0], np.cumsum((forms > 0).sum(axis=1))])[plain.starts]
    return folding.Table(starts.astype(np.int32), forms[forms > 0])


@njit(cache=True, nogil=True)
def _sound_each(data, ends, starts, points, syllables, is_name, out):  # type: ignore
    raw, kept = np.empty(2 * READ_BYTES + 16, np.uint32), np.empty(4 * READ_BYTES + 32, np.uint32)
    for row in range(len(out)):
        end = min(ends[row + 1], ends[row] + READ_BYTES)
        length = fold(data, ends[row], end, starts, points, raw, 0)
        count, is_han = _letters(raw[:length], is_name, kept)
        first = 0
        if is_name:
            if not is_han and not _is_pinyin(kept[:count], syllables):
                kept[count : count + 2] = 0
                count = _folded(kept[: count + 2].copy(), kept)
            first = _least_turn(kept[:count])
        if count:
            value = np.uint64(0)
            for place in range(count):
                value = step(value, kept[(first + place) % count])
            told = np.uint64(min(count, (1 << SIZE_BITS) - 1)) << np.uint64(1) | np.uint64(is_han)
            out[row] = np.int64(step(value, 1) >> np.uint64(SIZE_BITS + 1) << np.uint64(SIZE_BITS + 1) | told)


@njit(cache=True, nogil=True)
def _letters(raw, is_name, out):  # type: ignore
    """Write the letters to `out`, those of a second script alone where a name has both; how many, whether from Han."""
    read, own = 0, 0
    for point in raw:
        read += point >= READ
        own += point != 32 and point < READ
    is_own, count = is_name and own >= OWN, 0
    for point in raw:
        if point != 32 and not (is_own and point >= READ):
            out[count] = point - READ if point >= READ else point
            count += 1
    return count, read > 0 and not is_own


@njit(cache=True, nogil=True)
def _is_pinyin(letters, syllables):  # type: ignore
    """Whether these letters are a row of syllables."""
    reached = np.zeros(len(letters) + 1, np.bool_)
    reached[0] = True
    for at in range(len(letters)):
        value = np.int64(0)
        for end in range(at, min(at + SYLLABLE, len(letters)) if reached[at] else at):
            value = value * 32 + np.int64(letters[end]) - 96
            place = np.searchsorted(syllables, value)
            reached[end + 1] |= place < len(syllables) and syllables[place] == value and 96 < letters[end] < 123
    return reached[len(letters)]


@njit(cache=True, nogil=True)
def _is_vowel(letter):  # type: ignore
    return letter == A or letter == E or letter == I or letter == O or letter == U or letter == Y


@njit(cache=True, nogil=True)
def _folded(letters, out):  # type: ignore
    """Write what the letters before two zeros sound like to `out`, of doubled ones one; how many."""
    count, before = 0, np.uint32(0)
    for at in range(len(letters) - 2):
        one, after, later = letters[at], letters[at + 1], letters[at + 2]
        if not _is_silent(one, before, after):
            sound = _sound(one, after, later)
            out[count] = sound
            count += count == 0 or out[count - 1] != sound
        if one == X:
            out[count] = S
            count += 1
        before = one
    return count


@njit(cache=True, nogil=True)
def _is_silent(one, before, after):  # type: ignore
    """The h of th, gh, kh, rh, wh, ph and before a consonant, the c of ck, the d of dt, the t of tz, the e of ae, oe, ue."""
    if one == H:
        is_sign = before == T or before == G or before == K or before == R or before == W or before == P
        return is_sign or not (_is_vowel(after) or before == C or before == S) or (before == C and not _is_vowel(after))
    if one == E:
        return before == A or before == O or before == U
    return (one == C and after == K) or (one == D and after == T) or (one == T and after == Z)


@njit(cache=True, nogil=True)
def _sound(one, after, later):  # type: ignore
    if one == C:
        if after == E or after == I or after == Y:
            return np.uint32(S)
        return np.uint32(C) if after == H and _is_vowel(later) else np.uint32(K)
    if one == Q or one == X:
        return np.uint32(K)
    if one == V or one == W or (one == P and after == H):
        return np.uint32(F)
    return np.uint32(S) if one == Z else np.uint32(I) if one == Y else np.uint32(one)


@njit(cache=True, nogil=True)
def _least_turn(letters):  # type: ignore
    """Where the smallest of the turns begins that the letters have in a ring."""
    best, size = 0, len(letters)
    for first in range(1, size):
        for place in range(size):
            one, two = letters[(first + place) % size], letters[(best + place) % size]
            if one != two:
                best = first if one < two else best
                break
    return best

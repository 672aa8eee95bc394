"""From sketches to links: which texts share a band, how alike they are, which records stand for them.

Texts are named by 64-bit hashes of what they say, so equal texts are one from the start and neither the order nor the
number of records changes what is compared. Within a band a text is paired with its neighbours only, in the order of
their names: n texts make n - 1 pairs however many share the band, and near-duplicates meet in many bands.

Arrays are structured, one row per thing named; what lies at which task is the caller's business.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.minhash import BINS, SKETCH, THRESHOLD, band_keys, likeness

Rows = NDArray[np.void]

KEY = np.dtype([("key", "<u8"), ("text", "<u8")])
MEMBER = np.dtype([("text", "<u8"), ("record", "<i8")])
PAIR = np.dtype([("first", "<u8"), ("second", "<u8")])
HALF = np.dtype([*PAIR.descr, ("record", "<i8"), *SKETCH.descr])  # a pair with the sketch and a record of `first`
LINK = np.dtype([("first", "<i8"), ("second", "<i8"), ("similarity", "<f8"), ("is_sure", "?")])

DEVIATIONS = 2.5  # of the estimate around THRESHOLD: between them the exact similarity is asked for


def keys(sketches: Rows) -> Rows:
    """KEY rows: one per text and band; none of short texts, which only equal ones are like."""
    long = sketches[sketches["grams"] > 0]
    found = np.empty((len(long), BINS // 4), KEY)
    found["key"], found["text"] = band_keys(long), long["text"][:, None]
    return found.ravel()


def neighbours(keyed: Rows) -> Rows:
    """PAIR rows: texts next to each other in a band, first < second, each pair once."""
    shared = unique(keyed[_repeated(np.ascontiguousarray(keyed["key"]))])
    pairs = np.empty(max(len(shared) - 1, 0), PAIR)
    pairs["first"], pairs["second"] = shared["text"][:-1], shared["text"][1:]
    return unique(pairs[shared["key"][1:] == shared["key"][:-1]])


def halves(pairs: Rows, sketches: Rows, members: Rows) -> Rows:
    """HALF rows of the pairs, whose `first` is among the sketches and members."""
    pairs, known = unique(pairs), by_text(sketches)
    found = np.empty(len(pairs), HALF)
    places = np.searchsorted(known["text"], pairs["first"])
    for name in SKETCH.names or ():
        found[name] = known[name][places]
    found["first"], found["second"] = pairs["first"], pairs["second"]
    found["record"] = first_records(members, pairs["first"])
    return found


def links(halves: Rows, sketches: Rows, members: Rows) -> Rows:
    """LINK rows of the pairs that are alike, or may be: those are not sure. `second` is among the sketches."""
    known = by_text(sketches)
    others = known[np.searchsorted(known["text"], halves["second"])]
    similarity = likeness(halves, others)
    filled = BINS * -np.expm1(-np.minimum(halves["grams"], others["grams"]) / BINS)  # bins that a short text fills
    margin = DEVIATIONS * np.sqrt(THRESHOLD * (1 - THRESHOLD) / filled)
    found = np.empty(len(halves), LINK)
    found["first"], found["second"] = halves["record"], first_records(members, halves["second"])
    found["similarity"], found["is_sure"] = similarity, similarity >= THRESHOLD + margin
    kept: Rows = found[similarity >= THRESHOLD - margin]
    return kept


def equals(members: Rows) -> Rows:
    """LINK rows between records of one text: each with the first, and with the next.

    The first may be one that others must not join (another product of the same words); the next then may.
    """
    members = unique(members)
    is_first = np.concatenate([[True], members["text"][1:] != members["text"][:-1]])[: len(members)]
    firsts = members["record"][is_first][np.cumsum(is_first) - 1]
    others = np.flatnonzero(~is_first)
    starts = np.concatenate([firsts[others], members["record"][others - 1]])
    found = np.empty(2 * len(others), LINK)
    found["first"], found["second"] = starts, np.tile(members["record"][others], 2)
    found["similarity"], found["is_sure"] = 1.0, True
    return unique(found)


def first_records(members: Rows, texts: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The smallest record of each text."""
    members = unique(members)
    found: NDArray[np.int64] = members["record"][np.searchsorted(members["text"], texts)]
    return found


def by_text(sketches: Rows) -> Rows:
    """The sketches in order of their texts, each once."""
    texts = np.ascontiguousarray(sketches["text"])
    order = np.argsort(texts)
    is_new = np.append(True, texts[order[1:]] != texts[order[:-1]])[: len(order)]
    found: Rows = sketches[order[is_new]]
    return found


def unique(rows: Rows) -> Rows:
    """The rows in order of their first two columns, equal ones once."""
    one, two = (np.ascontiguousarray(rows[name]) for name in (rows.dtype.names or ())[:2])
    order = np.argsort(one)
    _settle(order, one, two)
    one, two = one[order], two[order]
    is_new = np.append(True, (one[1:] != one[:-1]) | (two[1:] != two[:-1]))[: len(order)]
    kept: Rows = rows[order[is_new]]
    return kept


@njit(cache=True, nogil=True)
def _settle(order, one, two):  # type: ignore
    """Put what is equal in `one` in order of `two`: five times as quick as numpy's lexsort where few are equal."""
    start = 0
    for end in range(1, len(order) + 1):
        if end < len(order) and one[order[end]] == one[order[start]]:
            continue
        if end - start > 1:
            run = order[start:end].copy()
            order[start:end] = run[np.argsort(two[run])]
        start = end


@njit(cache=True, nogil=True)
def _repeated(keys):  # type: ignore
    """Whether a key may occur twice: of those that do not, one in eight is kept, and sorting costs a third."""
    size = np.uint64(1)
    while size < np.uint64(8 * len(keys)):
        size <<= np.uint64(1)
    once, again = np.zeros(size >> np.uint64(3), np.uint8), np.zeros(size >> np.uint64(3), np.uint8)
    for key in keys:
        place, bit = (key & (size - np.uint64(1))) >> np.uint64(3), np.uint8(1 << (key & np.uint64(7)))
        again[place] |= once[place] & bit
        once[place] |= bit
    found = np.empty(len(keys), np.bool_)
    for row in range(len(keys)):
        place, bit = (keys[row] & (size - np.uint64(1))) >> np.uint64(3), np.uint8(1 << (keys[row] & np.uint64(7)))
        found[row] = again[place] & bit != 0
    return found

"""Union-find over verified edges, with what must stay apart."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
NONE = (np.empty(0, np.int64), np.empty(0, np.int64))
UNKNOWN = -3.0  # what a pair that nobody compared counts in a mean
MIXED = -2
MOST = 6.0  # what one pair counts at most, for or against


@dataclass(frozen=True)
class Support:
    """All scored pairs: `pairs` is first * size + second, ascending; `is_sure` the edges that need no other pair."""

    is_sure: NDArray[np.bool_]
    pairs: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    scores: Floats = field(default_factory=lambda: np.empty(0, np.float64))


def clusters(
    size: int,
    firsts: Ints,
    seconds: Ints,
    *,
    groups: Ints | None = None,
    labels: Sequence[Ints] = (),
    apart: tuple[Ints, Ints] = NONE,
    forced: int = 0,
    support: Support | None = None,
) -> tuple[Ints, NDArray[np.bool_]]:
    """The smallest row of every row's cluster, and which edges made one of two clusters.

    Edges are taken in the given order. An edge is refused where it would bring together two rows of one group (at most
    64 groups, numbered from 0) or two different labels of a kind (-1 is no label): (size,) arrays, one per kind; or,
    with `support`, where the mean score of the pairs between both clusters is not above 0: one likeness makes no chain.
    The first `forced` edges ask for none of these. No edge brings together the two rows of a pair to be kept `apart`.
    """
    held = np.zeros(size, np.uint64) if groups is None else np.uint64(1) << groups.astype(np.uint64)
    known = np.array([np.asarray(kind, np.int64) for kind in labels], np.int64).reshape(len(labels), size)
    kept, is_kept = np.array(apart, np.int64).reshape(2, -1), np.zeros(size, np.bool_)
    is_kept[kept.ravel()] = True
    support = support or Support(np.ones(len(firsts), np.bool_))
    roots, is_taken, ring, count = np.arange(size), np.zeros(len(firsts), np.bool_), np.arange(size), np.ones(size)
    _unite(
        *(roots, ring, count, firsts.astype(np.int64), seconds.astype(np.int64), is_taken),
        *(held, known, kept, is_kept, forced, support.is_sure, support.pairs, support.scores),
    )
    return roots, is_taken


@njit(cache=True, nogil=True)
def _root(roots, row):  # type: ignore
    while roots[row] != row:
        roots[row] = roots[roots[row]]
        row = roots[row]
    return row


@njit(cache=True, nogil=True)
def _is_ruled_out(roots, one, two, kept):  # type: ignore
    for pair in range(kept.shape[1]):
        first, second = _root(roots, kept[0, pair]), _root(roots, kept[1, pair])
        if (first == one and second == two) or (first == two and second == one):
            return True
    return False


@njit(cache=True, nogil=True)
def _is_labelled_apart(known, one, two):  # type: ignore
    for kind in range(len(known)):
        if known[kind, one] >= 0 and known[kind, two] >= 0 and known[kind, one] != known[kind, two]:
            return True
    return False


@njit(cache=True, nogil=True)
def _label(one, two):  # type: ignore
    """Of two clusters that were joined; two different ones, which only a forced edge joins, say nothing any more."""
    if min(one, two) == MIXED or (one >= 0 and two >= 0 and one != two):
        return MIXED
    return max(one, two)


@njit(cache=True, nogil=True)
def _mean(ring, one, two, pairs, scores):  # type: ignore
    """Mean score of the pairs between two clusters, each a ring of rows."""
    total, count, first, is_done = 0.0, 0, one, False
    while not is_done:
        second = two
        while True:
            key = min(first, second) * len(ring) + max(first, second)
            at = np.searchsorted(pairs, key)
            is_scored = at < len(pairs) and pairs[at] == key
            total += min(max(scores[at], -MOST), MOST) if is_scored else UNKNOWN
            count, second = count + 1, ring[second]
            if second == two:
                break
        first = ring[first]
        is_done = first == one
    return total / count


@njit(cache=True, nogil=True)
def _unite(roots, ring, count, firsts, seconds, taken, held, known, kept, is_kept, forced, sure, pairs, scores):  # type: ignore
    for edge in range(len(firsts)):
        one, two = _root(roots, firsts[edge]), _root(roots, seconds[edge])
        if one == two or (is_kept[one] and is_kept[two] and _is_ruled_out(roots, one, two, kept)):
            continue
        if edge >= forced and (held[one] & held[two] or _is_labelled_apart(known, one, two)):
            continue
        if not sure[edge] and count[one] * count[two] > 1 and _mean(ring, one, two, pairs, scores) <= 0:
            continue
        low, high = min(one, two), max(one, two)  # the smallest row is the root: no order of edges changes the name
        roots[high] = low
        ring[low], ring[high] = ring[high], ring[low]
        count[low] += count[high]
        held[low] |= held[high]
        is_kept[low] |= is_kept[high]
        for kind in range(len(known)):
            known[kind, low] = _label(known[kind, low], known[kind, high])
        taken[edge] = True
    for row in range(len(roots)):
        roots[row] = _root(roots, row)

"""Union-find over verified edges, with what must stay apart."""

from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
NONE = (np.empty(0, np.int64), np.empty(0, np.int64))


def clusters(
    size: int,
    firsts: Ints,
    seconds: Ints,
    *,
    groups: Ints | None = None,
    labels: Sequence[Ints] = (),
    apart: tuple[Ints, Ints] = NONE,
    forced: int = 0,
) -> tuple[Ints, NDArray[np.bool_]]:
    """The smallest row of every row's cluster, and which edges made one of two clusters.

    Edges are taken in the given order. An edge is refused where it would bring together two rows of one group (at most
    64 groups, numbered from 0) or two different labels of a kind (-1 is no label): (size,) arrays, one per kind. The
    first `forced` edges ask for neither. No edge brings together the two rows of a pair that is to stay `apart`.
    """
    held = np.zeros(size, np.uint64) if groups is None else np.uint64(1) << groups.astype(np.uint64)
    known = np.array([np.asarray(kind, np.int64) for kind in labels], np.int64).reshape(len(labels), size)
    roots, is_taken = np.arange(size), np.zeros(len(firsts), np.bool_)
    kept = np.array(apart, np.int64).reshape(2, -1)
    is_kept = np.zeros(size, np.bool_)
    is_kept[kept.ravel()] = True
    _unite(roots, firsts.astype(np.int64), seconds.astype(np.int64), held, known, is_taken, kept, is_kept, forced)
    return roots, is_taken


@njit(cache=True, nogil=True)
def _root(roots, row):  # type: ignore
    while roots[row] != row:
        roots[row] = roots[roots[row]]
        row = roots[row]
    return row


@njit(cache=True, nogil=True)
def _is_apart(roots, one, two, kept):  # type: ignore
    for pair in range(kept.shape[1]):
        first, second = _root(roots, kept[0, pair]), _root(roots, kept[1, pair])
        if (first == one and second == two) or (first == two and second == one):
            return True
    return False


@njit(cache=True, nogil=True)
def _unite(roots, firsts, seconds, held, known, is_taken, kept, is_kept, forced):  # type: ignore
    for edge in range(len(firsts)):
        one, two = _root(roots, firsts[edge]), _root(roots, seconds[edge])
        if one == two or (edge >= forced and held[one] & held[two]):
            continue
        is_apart = is_kept[one] and is_kept[two] and _is_apart(roots, one, two, kept)
        for kind in range(len(known) if edge >= forced else 0):
            is_apart |= known[kind, one] >= 0 and known[kind, two] >= 0 and known[kind, one] != known[kind, two]
        if is_apart:
            continue
        low, high = min(one, two), max(one, two)  # the smallest row is the root: no order of edges changes the name
        roots[high] = low
        held[low] |= held[high]
        is_kept[low] |= is_kept[high]
        for kind in range(len(known)):
            known[kind, low] = max(known[kind, low], known[kind, high])
        is_taken[edge] = True
    for row in range(len(roots)):
        roots[row] = _root(roots, row)

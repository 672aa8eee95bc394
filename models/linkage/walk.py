"""Boosted trees of scikit-learn asked for many rows at once: tens of times the rows per second that its own predict gives.

Nobody walks: every test of a tree strikes out the leaves that a row which fails it cannot reach, and the first leaf left
is the row's. Tests of one node over a block of rows are one run over memory, without a branch. The nodes are read from
the fitted trees' internal arrays, where they stand in depth-first order; a test holds the answers to those of predict_proba.

Source  Lucchese et al., "QuickScorer" (SIGIR 2015), and its vectorised form (SIGIR 2016).
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier as Trees
from threadpoolctl import threadpool_limits

from models.blocking import Ints
from models.linkage.overlap import Floats32

Floats = NDArray[np.float64]

BLOCK = 256  # rows that are asked together
LEAVES = 32  # of a tree at most: the bits of a word


def grown(
    features: Floats32,
    is_second: NDArray[np.bool_],
    shape: Mapping[str, float],
    *,
    seed: int = 0,
    weight: Floats | None = None,
) -> Trees:
    """Trees fitted on one core: waiting OpenMP threads spin, on a shared machine two cost ten times one."""
    said = np.where(np.isnan(features).all(axis=0), np.float32(0), features)  # a column of NaN alone cannot be binned
    with threadpool_limits(1):
        return Trees(**shape, early_stopping=False, random_state=seed).fit(said, is_second, sample_weight=weight)


def probability(several: Sequence[Trees], features: Floats32) -> Floats:
    """Mean probability of the second class."""
    columns = np.ascontiguousarray(features.T, np.float32)
    return np.asarray(np.mean([1 / (1 + np.exp(-_log_odds(trees, columns))) for trees in several], axis=0))


def log_odds(trees: Trees, features: Floats32) -> Floats:
    """What the trees add up to, for every row of features."""
    return _log_odds(trees, np.ascontiguousarray(features.T, np.float32))


def _log_odds(trees: Trees, columns: Floats32) -> Floats:
    nodes = [predictors[0].nodes for predictors in trees._predictors]
    flat, roots = np.concatenate(nodes), np.cumsum([0, *map(len, nodes)])
    is_leaf = flat["is_leaf"].astype(np.bool_)
    before: Ints = np.cumsum(is_leaf) - is_leaf  # leaves, over all trees
    tests, owner = np.flatnonzero(~is_leaf), np.repeat(roots[:-1], np.diff(roots))[~is_leaf]
    sides = [(before[owner + flat[side][tests]] - before[owner]).astype(np.uint64) for side in ("left", "right")]
    if (np.diff(np.append(before[roots[:-1]], is_leaf.sum())) > LEAVES).any():
        raise ValueError(f"a tree has more than {LEAVES} leaves")
    kept = ~((np.uint64(1) << sides[1]) - (np.uint64(1) << sides[0])).astype(np.uint32)
    exact = flat["num_threshold"][tests]
    threshold = exact.astype(np.float32)
    threshold = np.where(threshold > exact, np.nextafter(threshold, np.float32(-np.inf)), threshold)
    out = np.full(columns.shape[1], float(np.ravel(trees._baseline_prediction)[0]))
    _ask(
        *(columns, np.searchsorted(tests, roots), flat["feature_idx"][tests].astype(np.int64), threshold),
        *(flat["missing_go_to_left"][tests].astype(np.bool_), kept, before[roots[:-1]], flat["value"][is_leaf], out),
    )
    return out


@njit(cache=True, nogil=True)
def _ask(columns, ends, feature, threshold, missing_left, kept, begins, values, out):  # type: ignore
    left = np.empty(BLOCK, np.uint32)
    for begin in range(0, len(out), BLOCK):
        size = min(BLOCK, len(out) - begin)
        for tree in range(len(begins)):
            left[:] = 0xFFFFFFFF
            for test in range(ends[tree], ends[tree + 1]):
                _strike(
                    columns[feature[test], begin : begin + size], threshold[test], missing_left[test], kept[test], left
                )
            for row in range(size):
                out[begin + row] += values[begins[tree] + _lowest(left[row])]


@njit(inline="always")
def _strike(seen, threshold, missing_left, kept, left):  # type: ignore
    """Rows that fail a test keep the leaves that are not below its left side."""
    if missing_left:
        for row in range(len(seen)):
            left[row] &= kept if seen[row] > threshold else np.uint32(0xFFFFFFFF)
    else:
        for row in range(len(seen)):
            left[row] &= np.uint32(0xFFFFFFFF) if seen[row] <= threshold else kept


@njit(inline="always")
def _lowest(bits):  # type: ignore
    """Place of the lowest bit that is set."""
    place = 0
    for step in (16, 8, 4, 2, 1):
        if bits & np.uint32((1 << step) - 1) == 0:
            bits >>= np.uint32(step)
            place += step
    return place

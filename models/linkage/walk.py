"""Boosted trees of scikit-learn asked by blocks of rows: several times the rows per second that its own predict gives.

The nodes are read from the fitted trees' internal arrays; a test holds the answers to those of predict_proba.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier as Trees
from threadpoolctl import threadpool_limits

from models.linkage.overlap import Floats32

Floats = NDArray[np.float64]

BLOCK = 64  # rows that stay in the cache while all trees ask them
LEAF = -1


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
    rows = np.ascontiguousarray(features, np.float32)
    return np.asarray(np.mean([1 / (1 + np.exp(-log_odds(trees, rows))) for trees in several], axis=0))


def log_odds(trees: Trees, features: Floats32) -> Floats:
    """What the trees add up to, for every row of C-contiguous features."""
    nodes = [predictors[0].nodes for predictors in trees._predictors]
    roots = np.cumsum([0, *map(len, nodes)])[:-1].astype(np.int64)
    flat = np.concatenate(nodes)
    feature = np.where(flat["is_leaf"], LEAF, flat["feature_idx"]).astype(np.int32)
    parts = [np.ascontiguousarray(flat[name]) for name in ("num_threshold", "left", "right", "value")]
    missing_left = flat["missing_go_to_left"].astype(np.bool_)
    out = np.full(len(features), float(np.ravel(trees._baseline_prediction)[0]))
    _walk(features, roots, feature, *parts, missing_left, out)  # type: ignore[call-arg]
    return out


@njit(cache=True, nogil=True)
def _walk(rows, roots, feature, threshold, left, right, value, missing_left, out):  # type: ignore
    for begin in range(0, len(rows), BLOCK):
        for root in roots:
            for row in range(begin, min(begin + BLOCK, len(rows))):
                node = root
                while feature[node] != LEAF:
                    seen = rows[row, feature[node]]
                    goes_left = missing_left[node] if np.isnan(seen) else seen <= threshold[node]
                    node = root + (left[node] if goes_left else right[node])
                out[row] += value[node]

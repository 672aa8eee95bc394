"""Which pairs are worth a comparison: for every row the K rows that BM25 over its pieces likes best.

Pieces are the character 3-grams of a row's short texts; of two tables also the model numbers of all texts as wholes.

Both tables probe each other; the pairs are the union. Every probe is exact: no posting is skipped.

Source  Paulsen, Govind, Doan, "Sparkly", PVLDB 16(6), 2023; Robertson, Zaragoza, "The Probabilistic Relevance
        Framework: BM25 and Beyond" (2009), formula 3.15 without the query's saturation.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.blocking import Ints, information, owners
from models.grams import Bags

K = 10
K_SINGLE = 20  # of one table: copies of a row are many and fill the places
K1, B = 1.2, 0.75
INFORMATIVE = 1.5  # exponent of idf of two tables: in BM25, and of one table, 1; in a cosine, where both sides weigh, 2


class Pairs(NamedTuple):
    """Pairs of rows in ascending order, first < second."""

    firsts: Ints
    seconds: Ints


def candidates(grams: Bags, groups: NDArray[np.int32] | None) -> Pairs:
    """Union of every row's K best of the other group, of its K_SINGLE best of all rows where there are no groups."""
    best = nearest(grams, groups, K_SINGLE if groups is None else K)
    probes = np.repeat(np.arange(len(best)), (best >= 0).sum(axis=1))
    return unique(probes, best[best >= 0].astype(np.int64), len(best))


def unique(ones: Ints, others: Ints, size: int) -> Pairs:
    """Each pair once, the smaller row first."""
    keys = np.unique(np.minimum(ones, others) * size + np.maximum(ones, others))
    return Pairs(keys // size, keys % size)


def nearest(grams: Bags, groups: NDArray[np.int32] | None, k: int) -> NDArray[np.int32]:
    """(rows, k): the best of each row, best first, -1 where fewer share a piece. Equal scores go to the smaller row."""
    weights = bm25(grams, 1 if groups is None else INFORMATIVE)
    by_column = np.argsort(grams.columns, kind="stable")
    heads = np.concatenate([[0], np.cumsum(np.bincount(grams.columns))]).astype(np.int64)
    rows = owners(grams.starts)[by_column]
    best = np.full((len(grams.starts) - 1, k), -1, np.int32)
    sides = np.arange(len(best), dtype=np.int32) if groups is None else groups
    _nearest(grams.starts, grams.columns, heads, rows, weights[by_column], sides, best)
    return best


def bm25(grams: Bags, power: float) -> NDArray[np.float32]:
    """What each entry adds to the score of its row when a probe has it; the probe weighs its pieces by idf as well."""
    idf = np.log1p(np.exp(information(grams, int(grams.columns.max(initial=-1)) + 1))) ** power
    lengths = np.add.reduceat(np.append(grams.counts, 0), grams.starts[:-1]) * (np.diff(grams.starts) > 0)
    norm = K1 * (1 - B + B * lengths / max(1e-9, lengths.mean()))
    tf = grams.counts
    weights = idf[grams.columns] * tf * (K1 + 1) / (tf + norm[owners(grams.starts)])
    return np.asarray(weights, np.float32)


@njit(cache=True, nogil=True)
def _nearest(starts, columns, heads, rows, weights, groups, best):  # type: ignore
    scores, touched, kept = np.zeros(len(groups)), np.empty(len(groups), np.int32), np.empty(best.shape[1])
    for probe in range(len(best)):
        count = 0
        for at in range(starts[probe], starts[probe + 1]):
            for posting in range(heads[columns[at]], heads[columns[at] + 1]):
                other = rows[posting]
                if groups[other] != groups[probe]:
                    if scores[other] == 0:
                        touched[count] = other
                        count += 1
                    scores[other] += weights[posting]
        kept[:] = -1
        for at in range(count):
            _keep(best[probe], kept, scores[touched[at]], touched[at])
            scores[touched[at]] = 0


@njit(cache=True, nogil=True)
def _keep(best, kept, score, row):  # type: ignore
    place = len(best)
    while place > 0 and (score > kept[place - 1] or (score == kept[place - 1] and row < best[place - 1])):
        if place < len(best):
            best[place], kept[place] = best[place - 1], kept[place - 1]
        place -= 1
    if place < len(best):
        best[place], kept[place] = row, score

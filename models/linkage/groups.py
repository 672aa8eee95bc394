"""From pairs to things: one partner for a row where that is so, groups of rows of one table."""

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from models.blocking import Ints
from models.linkage.candidates import Pairs

Floats = NDArray[np.float64]
EDGES = (0.5, 0.8, 0.95, 0.99, 0.999)  # probability from which candidates connect rows; the next where too many are
LARGEST = 200  # rows: more that are connected were led together by a few wrong edges


def best_only(scores: Floats, rows: Ints, size: int) -> NDArray[np.bool_]:
    """Pairs that no other pair of the same row beats; all of several equals."""
    best = np.zeros(size)
    np.maximum.at(best, rows, scores)
    return scores >= best[rows]


def components(pairs: Pairs, is_edge: NDArray[np.bool_], size: int) -> list[Ints]:
    """Rows that edges connect, by their smallest row; rows alone are left out."""
    edges = coo_matrix((np.ones(int(is_edge.sum())), (pairs.firsts[is_edge], pairs.seconds[is_edge])), (size, size))
    _, labels = connected_components(edges, directed=False)
    order = np.argsort(labels, kind="stable")
    found = np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)
    return [rows for rows in found if len(rows) > 1]


def connected(pairs: Pairs, scores: Floats, size: int) -> list[Ints]:
    """Components over likely pairs; those of more than LARGEST rows over the likelier ones only, so long as there are."""
    found, open_rows = [], np.ones(size, np.bool_)
    for edge in EDGES:
        inside = open_rows[pairs.firsts] & open_rows[pairs.seconds]
        for rows in components(pairs, inside & (scores >= edge), size):
            if len(rows) <= LARGEST or edge == EDGES[-1]:
                found.append(rows)
                open_rows[rows] = False
        # Rows that a higher edge leaves alone stay open, and alone.
    return found


def inner_pairs(groups: list[Ints], size: int) -> Pairs:
    """All pairs of rows within each group, ascending."""
    keys = [np.empty(0, np.int64)]
    for rows in groups:
        one, two = np.triu_indices(len(rows), 1)
        keys.append(rows[one] * size + rows[two])
    flat = np.sort(np.concatenate(keys))
    return Pairs(flat // size, flat % size)


def grouped(groups: list[Ints], pairs: Pairs, scores: Floats, size: int, cut: float) -> list[Ints]:
    """Groups split by average linkage until the mean score between any two parts is below the cut.

    Source  Sokal, Michener, "A statistical method for evaluating systematic relationships" (1958): UPGMA.
    """
    keys, found = pairs.firsts * size + pairs.seconds, []
    for rows in groups:
        one, two = np.triu_indices(len(rows), 1)
        apart = 1 - scores[np.searchsorted(keys, rows[one] * size + rows[two])]
        parts = fcluster(linkage(apart, "average"), 1 - cut, "distance")
        found += [rows[parts == part] for part in range(1, int(parts.max()) + 1) if (parts == part).sum() > 1]
    return found

"""What the other pairs say of a pair: how its score stands among its rivals, seen from either row."""

from collections.abc import Mapping

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.blocking import Ints

Floats = NDArray[np.float64]
PARTS = ("rank", "lead", "share", "near")
NEAR = 0.9  # share of the best score from which a pair counts as a rival of it


def standings(
    scores: Mapping[str, Floats], firsts: Ints, seconds: Ints, size: int
) -> tuple[list[str], NDArray[np.float32]]:
    """Names and (pairs, 8 x scores): rank, lead over the best other pair, share of the best, number near the best;
    each seen from the first row, then from the second."""
    names = [f"{name} {part}{end}" for name in scores for end in ("", " back") for part in PARTS]
    table = np.empty((len(firsts), len(names)), np.float32)
    for side, rows in enumerate((firsts, seconds)):
        order = np.argsort(rows, kind="stable")
        begins = np.searchsorted(rows[order], np.arange(size + 1))
        for place, score in enumerate(scores.values()):
            at = len(PARTS) * (2 * place + side)
            _stand(score, order, begins, table[:, at : at + len(PARTS)])
    return names, table


@njit(cache=True, nogil=True)
def _stand(score, order, begins, out):  # type: ignore
    for row in range(len(begins) - 1):
        places = order[begins[row] : begins[row + 1]]
        own = score[places]
        by_score = np.argsort(-own, kind="mergesort")
        best = own[by_score[0]] if len(own) else 0.0
        second = own[by_score[1]] if len(own) > 1 else 0.0
        near = (own >= NEAR * best).sum()
        for rank in range(len(own)):
            value, pair = own[by_score[rank]], places[by_score[rank]]
            out[pair, 0], out[pair, 1] = rank, value - (second if rank == 0 else best)
            out[pair, 2], out[pair, 3] = value / max(best, 1e-9), near


def ranks(score: Floats, rows: Ints, size: int) -> Ints:
    """Place of each pair among those of its row, best first from 0; the earlier of equals first."""
    order = np.lexsort((-score, rows))
    begins = np.searchsorted(rows[order], np.arange(size + 1))
    rank = np.empty(len(rows), np.int64)
    rank[order] = np.arange(len(rows)) - begins[rows[order]]
    return rank


def lead_over_worse(score: Floats, rank: Ints, rows: Ints) -> Floats:
    """Score less the best score of the pairs that rank below it in its row: what its lead is with the better ones gone."""
    order = np.lexsort((rank, rows))
    lead = np.empty(len(score))
    lead[order] = _lead(score[order], rows[order])
    return lead


@njit(cache=True, nogil=True)
def _lead(scores, rows):  # type: ignore
    lead, best = np.empty(len(scores)), 0.0
    for at in range(len(scores) - 1, -1, -1):
        if at == len(scores) - 1 or rows[at + 1] != rows[at]:
            best = 0.0
        lead[at] = scores[at] - best
        best = max(best, scores[at])
    return lead

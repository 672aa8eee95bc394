"""What the other pairs say of a pair: how its score stands among its rivals, seen from either row."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.blocking import Ints

Floats = NDArray[np.float64]
NEAR = 0.9  # share of the best score from which a pair counts as a rival of it


def standing(
    score: Floats, firsts: Ints, seconds: Ints, size: int, *, name: str
) -> list[tuple[str, NDArray[np.float32]]]:
    """Rank, lead over the best other pair, share of the best, number near the best; from each side."""
    found: list[tuple[str, NDArray[np.float32]]] = []
    for rows, end in ((firsts, ""), (seconds, " back")):
        found += [(f"{name} {part}{end}", values) for part, values in _seen_from(score, rows, size)]
    return found


def _seen_from(score: Floats, rows: Ints, size: int) -> list[tuple[str, NDArray[np.float32]]]:
    rank = ranks(score, rows, size)
    begins = np.searchsorted(np.sort(rows), np.arange(size + 1))
    order = np.lexsort((rank, rows))
    padded = np.append(score[order], 0.0)
    many = np.diff(begins)
    best = np.where(many > 0, padded[np.minimum(begins[:-1], len(rows))], 0.0)
    second = np.where(many > 1, padded[np.minimum(begins[:-1] + 1, len(rows))], 0.0)
    rival = np.where(rank == 0, second[rows], best[rows])
    near = np.bincount(rows, score >= NEAR * best[rows], minlength=size)
    lead = score - rival
    parts = (("rank", rank), ("lead", lead), ("share", score / np.maximum(best[rows], 1e-9)), ("near", near[rows]))
    return [(part, values.astype(np.float32)) for part, values in parts]


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

"""Ranks of several legs made into one order.

Source  Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual rank learning
        methods" (SIGIR 2009): score(d) = sum over legs of weight / (k + rank(d)), with their k = 60.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

K = 60


@dataclass(frozen=True)
class Fused:
    """One document and where it stood in each leg that found it, from 1."""

    work_id: str
    score: float
    ranks: Mapping[str, int]


def fuse(legs: Mapping[str, Sequence[str]], weights: Mapping[str, float]) -> list[Fused]:
    """Every document of any leg, best first; equal scores are ordered by work_id.

    `legs` are work_ids, best first; a leg without a weight counts as 1.
    """
    ranks: dict[str, dict[str, int]] = {}
    for leg in sorted(legs):  # one order of addition, so that scores do not hang on the order of the legs
        for rank, work_id in enumerate(dict.fromkeys(legs[leg]), 1):
            ranks.setdefault(work_id, {})[leg] = rank
    found = [Fused(work_id, _score(places, weights), places) for work_id, places in ranks.items()]
    return sorted(found, key=lambda hit: (-hit.score, hit.work_id))


def _score(ranks: Mapping[str, int], weights: Mapping[str, float]) -> float:
    return sum(weights.get(leg, 1.0) / (K + rank) for leg, rank in ranks.items())

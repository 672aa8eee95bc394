"""How good a ranking is."""

import math
from collections.abc import Sequence


def dcg(grades: Sequence[int], k: int = 10) -> float:
    """Discounted cumulative gain of the first k: Σ (2^grade - 1) / log2(rank + 1), rank from 1.

    Source  Burges et al., Learning to Rank using Gradient Descent (2005), section 6.
    """
    return sum((2.0**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades[:k], 1))


def ndcg(grades: Sequence[int], ideal: Sequence[int], k: int = 10) -> float:
    """dcg of a ranking's grades over the best that the grades in `ideal` (any order) allow, 0 to 1.

    0 where nothing relevant exists.
    """
    best = dcg(sorted(ideal, reverse=True), k)
    return dcg(grades, k) / best if best else 0.0

"""Ranking metrics against values worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.metrics import dcg, ndcg

GRADES = st.lists(st.integers(0, 3), max_size=15)


def test_by_hand() -> None:
    assert dcg([3, 0, 2]) == pytest.approx(7 / 1 + 3 / 2)
    assert ndcg([0, 3], [3]) == pytest.approx(0.6309, abs=1e-4)
    assert ndcg([], []) == 0 and ndcg([0], [2]) == 0
    assert dcg([0] * 10 + [3]) == 0


@given(GRADES)
def test_the_ideal_order_is_the_best(grades: list[int]) -> None:
    best = sorted(grades, reverse=True)
    assert ndcg(best, grades) == (1.0 if any(grades) else 0.0)
    assert ndcg(grades, grades) <= ndcg(best, grades) + 1e-12

"""Fusion: the order of legs does not matter, a better rank never hurts, equals are ordered by id."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query.fuse import K, fuse

IDS = st.lists(st.sampled_from("abcdefgh"), unique=True)
LEGS = st.dictionaries(st.sampled_from(["words", "meaning", "picture"]), IDS)
WEIGHTS = st.fixed_dictionaries({"words": st.floats(0.1, 3), "meaning": st.floats(0.1, 3)})


@given(LEGS, WEIGHTS, st.randoms())
def test_the_order_of_the_legs_does_not_matter(
    legs: dict[str, list[str]], weights: dict[str, float], dice: Random
) -> None:
    shuffled = list(legs.items())
    dice.shuffle(shuffled)
    assert fuse(dict(shuffled), weights) == fuse(legs, weights)


@given(LEGS, WEIGHTS)
def test_every_document_once_best_first(legs: dict[str, list[str]], weights: dict[str, float]) -> None:
    found = fuse(legs, weights)
    assert sorted(hit.work_id for hit in found) == sorted({key for ids in legs.values() for key in ids})
    assert found == sorted(found, key=lambda hit: (-hit.score, hit.work_id))


@given(LEGS, WEIGHTS, st.sampled_from("abcdefgh"))
def test_moving_up_in_a_leg_never_lowers_a_document(
    legs: dict[str, list[str]], weights: dict[str, float], work_id: str
) -> None:
    better = {leg: [work_id, *(key for key in ids if key != work_id)] for leg, ids in legs.items()}
    place = {hit.work_id: number for number, hit in enumerate(fuse(legs, weights))}
    now = {hit.work_id: number for number, hit in enumerate(fuse(better, weights))}
    assert now.get(work_id, 0) <= place.get(work_id, 8)


def test_the_published_formula() -> None:
    found = fuse({"words": ["a", "b"], "meaning": ["b"]}, {"meaning": 0.5})
    assert [(hit.work_id, dict(hit.ranks)) for hit in found] == [("b", {"words": 2, "meaning": 1}), ("a", {"words": 1})]
    assert [hit.score for hit in found] == pytest.approx([1 / (K + 2) + 0.5 / (K + 1), 1 / (K + 1)])

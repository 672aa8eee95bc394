"""Taste moves a hit by at most three places, and says why."""

from hypothesis import given
from hypothesis import strategies as st

from query.personalise import CAP, Moved, personalise, reason

HITS = [f"w{number:02}" for number in range(20)]


@given(st.dictionaries(st.sampled_from(HITS), st.floats(-1, 1)))
def test_nobody_moves_further_than_the_cap(similarities: dict[str, float]) -> None:
    moves = personalise(HITS, similarities)
    assert sorted(move.work_id for move in moves) == HITS
    for place, move in enumerate(moves):
        assert HITS.index(move.work_id) - place == move.places
        assert abs(move.places) <= CAP


@given(st.floats(-1, 1))
def test_equal_similarities_change_nothing(similarity: float) -> None:
    assert [move.work_id for move in personalise(HITS, dict.fromkeys(HITS, similarity))] == HITS


def test_the_nearest_hit_rises_by_the_whole_cap_and_says_why() -> None:
    moves = personalise(HITS[:6], {key: 0.1 for key in HITS[:5]} | {"w05": 0.9})
    assert [move.work_id for move in moves] == ["w00", "w01", "w05", "w02", "w03", "w04"]
    said = reason(moves[2], {"tags": ["shoes", "red"]}, [{"tag": "shoes", "weight": 0.5}])
    assert said == "↑3: near your taste, 0.90: tags shoes"
    assert reason(moves[3], {}, []) == "↓1: others are nearer to your taste"
    assert reason(Moved("w00", 0, 0.1), {}, []) is None

"""Learned weights and chances: what they may change, and what not."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import fitting, keys, labels, learned, likeness, matcher
from models.fitting import Labelled
from models.learned import FORMULA, Model
from models.likeness import Corpus, Floats
from models.matcher import Ruled, Scored
from models.pieces import NAMES, SOUNDS

SIZE = 400
TRUSTED = np.array(list(FORMULA.values()))


def drawn(seed: int = 1, size: int = SIZE, *, wrong_where: str = "brand") -> Labelled:
    """Labelled pairs that the formula joins, of which those with this feature are not one work."""
    dice = np.random.default_rng(seed)
    seen = dice.random((size, len(FORMULA))) * 0.4 + 0.6
    is_wrong = dice.random(size) < 0.3
    seen[:, list(FORMULA).index("repeat")] = 0
    seen[:, list(FORMULA).index(wrong_where)] = is_wrong
    seen[:, list(FORMULA).index("bias")] = 1
    scores = seen @ TRUSTED
    return Labelled(seen, scores + 1 - scores.min(), ~is_wrong, np.arange(size) % fitting.FOLDS, {})


def pairs(count: int, scores: Floats | None = None, keyed: Floats | None = None) -> Scored:
    """Pairs of row 0 with the rows from 1 on."""
    ends = np.arange(1, count + 1)
    zeros = np.zeros(count)
    given_scores = zeros if scores is None else scores
    given_keys = zeros if keyed is None else keyed
    return Scored(zeros.astype(np.int64), ends, given_scores, given_keys, np.zeros((2, count)), zeros == 0, 0)


def test_labels_that_contradict_the_formula_change_what_is_joined() -> None:
    told = drawn()
    model, report = fitting.learn(told)
    assert (told.scores > 0).all() and model.weights is not None and report["uses"]["weights"]
    assert report["f1"]["learned"] > 0.98 > report["f1"]["formula"]
    assert (((told.seen @ model.weights) > 0) == told.is_same).mean() > 0.98


def test_the_same_labels_give_the_same_model_and_it_survives_its_json() -> None:
    one, other = (fitting.learn(drawn())[0] for _ in range(2))
    assert one.told() == other.told()
    again = learned.read(one.told())
    assert again is not None and again.told() == one.told()


def test_labels_that_agree_leave_the_formula_as_it_is() -> None:
    told = drawn()
    agreed = Labelled(told.seen, np.where(told.is_same, 3.0, -0.4), told.is_same, told.folds, {})
    model, report = fitting.learn(agreed)
    assert model.weights is None and not report["uses"]["weights"]
    before = pairs(3, np.array([3.0, -0.3, -4.0]))
    assert learned.rescored(_none(), before, model).scores.tobytes() == before.scores.tobytes()


def test_a_kind_that_was_left_out_and_loses_keeps_the_formula() -> None:
    told = drawn()
    odd = np.zeros(SIZE, np.bool_)
    odd[np.flatnonzero(told.is_same)[:15]] = True
    seen = told.seen.copy()
    seen[odd, list(FORMULA).index("brand")] = 1  # one work, but they look as the others look that are not
    _, report = fitting.learn(Labelled(seen, told.scores, told.is_same, told.folds, {"doi": odd}))
    assert report["f1"]["learned"] > report["f1"]["formula"] and not report["uses"]["weights"]


def test_few_labels_move_the_formula_little() -> None:
    few, many = (fitting.fitted(told.seen, told.is_same) for told in (drawn(size=8), drawn()))
    brand = list(FORMULA).index("brand")
    assert many[brand] < few[brand] < FORMULA["brand"]
    assert FORMULA["brand"] - few[brand] < (FORMULA["brand"] - many[brand]) / 3


@given(st.lists(st.tuples(st.floats(-20, 20), st.booleans()), min_size=2, max_size=60))
def test_a_higher_score_is_never_less_sure_and_nothing_is_certain(told: list[tuple[float, bool]]) -> None:
    scores, truth = np.array([score for score, _ in told]), np.array([is_same for _, is_same in told])
    model = Model(None, fitting.isotonic(scores, truth))
    chances = model.chance(np.linspace(-30, 30, 200))
    assert (np.diff(chances) >= 0).all() and 0 < chances[0] and chances[-1] < 1


def test_a_model_of_another_formula_is_not_read() -> None:
    told = Model(TRUSTED, None).told()
    assert learned.read(told) is not None
    assert learned.read({**told, "formula": {**FORMULA, "text": 9.0}}) is None


def test_by_the_formulas_own_weights_the_scores_are_the_formulas() -> None:
    records = _corpus()
    similarity, _ = likeness.similarity(records, np.zeros(2, np.int64), np.array([1, 2]))
    leads = np.array([[1.0, -2.0], [3.0, 0.5]])
    own = matcher.log_odds(similarity.astype(np.float32), leads, np.array([True, False]))
    before = Scored(np.zeros(2, np.int64), np.array([1, 2]), own * 0, own * 0, leads, np.array([True, False]), 0)
    assert learned.rescored(records, before, Model(TRUSTED, None)).scores == pytest.approx(own, abs=1e-5)


def test_what_identifiers_and_people_make_known() -> None:
    """Row 0 on platform a; 1 shares its bar code, 2 has another, 3 is 1's rival on b, 4 is unknown, 5 a person ruled on."""
    codes = ["1", "1", "2", None, None, None]
    columns: dict[str, Any] = {name: pa.array([None] * 6, pa.string()) for name in NAMES} | {"gtin": codes}
    table = pa.table({"platform": list("abcbde"), **columns})
    shared = pa.Table.from_pylist([{"first": 0, "second": 1, "kind": "gtin", "value": "1"}], schema=keys.KEY)
    told = labels.known(
        table,
        _corpus(6),
        pairs(5, keyed=np.array([14.0, 0, 0, 0, 0])),
        shared,
        Ruled(same=(np.array([0]), np.array([5]))),
    )
    assert told.is_same.tolist() == [True, False, False, False, True]
    assert told.is_apart.tolist() == [False, True, True, False, False]
    assert [(kind, held.sum()) for kind, held in told.kinds.items()] == [("gtin", 1), ("ruling", 1)]
    ruled = Ruled(apart=(np.array([0]), np.array([1])))
    told = labels.known(table, _corpus(6), pairs(5, keyed=np.array([14.0, 0, 0, 0, 0])), shared, ruled)
    assert told.is_apart.tolist()[:3] == [True, True, False]  # a person holds against a bar code, and no rival is lost


def _none() -> Corpus:
    return _corpus(1)


def _corpus(size: int = 3) -> Corpus:
    """Records of a few words, on the platforms a, b, c, b, d, e."""
    from models import bags

    titles = pa.array([f"Velora kettle KX-{row} of 371 grams" for row in range(size)])
    said = bags.said(titles, titles)
    table = pa.table(
        {
            **{"is_han": said.is_han, "author": [1] * size, "brand": [0] * size},
            **{name: [0] * size for name in SOUNDS},
            **{"platform": list("abcbde")[:size], "days": [float(row) for row in range(size)]},
        }
    )
    return likeness.corpus(table, grams=said.grams, marks=said.marks)

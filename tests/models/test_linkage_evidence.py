import numpy as np
import pytest
from a_harder import goods, papers, persons
from a_linkage import catalogue

from models.linkage import compared, evidence, single
from models.linkage.candidates import Pairs
from models.linkage.groups import inner_pairs

MATCHES = np.array([[0.0, 0.1, 0.1, 0.8], [0.0, 0.1, 0.2, 0.7], [0.0, 0.5, 0.1, 0.4], [0.0, 0.1, 0.1, 0.8]])
STRANGERS = np.array([[0.0, 0.8, 0.1, 0.1], [0.0, 0.6, 0.3, 0.1], [0.0, 0.6, 0.1, 0.3], [0.0, 0.9, 0.05, 0.05]])


def drawn(shares: np.ndarray, size: int, draw: np.random.Generator) -> np.ndarray:
    return np.stack([draw.choice(len(row), size, p=row) for row in shares], axis=1)


@pytest.fixture(scope="module")
def planted() -> tuple[np.ndarray, np.ndarray, np.ndarray, evidence.Evidence]:
    """Levels of 3,000 candidates, a third of them matches; the guess sees the first field alone."""
    draw = np.random.default_rng(4)
    seen = np.concatenate([drawn(MATCHES, 1000, draw), drawn(STRANGERS, 2000, draw)])
    seen[draw.random(seen.shape) < 0.1] = 0
    guess = np.where(seen[:, 0] == 3, 0.9, 0.1)
    return seen, np.arange(3000) < 1000, guess, evidence.learned(seen, drawn(STRANGERS, 500, draw), guess)


def test_fields_tell_matches_better_than_the_guess_that_they_start_from(planted) -> None:
    seen, truth, guess, found = planted
    p = found.probability(seen)
    assert ((p >= 0.5) == truth).mean() > 0.91 > 0.87 > ((guess >= 0.5) == truth).mean()
    assert abs(p.mean() - 1 / 3) < 0.06


def test_weights_are_the_logarithms_of_the_shares_that_made_the_pairs(planted) -> None:
    wanted = np.log(MATCHES[:, 1:] / STRANGERS[:, 1:])
    np.testing.assert_allclose(planted[3].weights[:, 1:4], wanted, atol=0.85)


def test_what_matches_seldom_share_speaks_little_against_them(planted) -> None:
    weights = planted[3].weights
    assert weights[2, 1] > -0.5 and weights[0, 1] < -1.5


def test_what_is_said_twice_counts_once(planted) -> None:
    seen, _, _, found = planted
    strangers = drawn(STRANGERS, 500, np.random.default_rng(5))
    once = evidence.discounted(found, seen, strangers)
    weights = np.vstack([found.weights, found.weights[:1]])
    seen, strangers = (np.column_stack([rows, rows[:, 0]]) for rows in (seen, strangers))
    twice = evidence.discounted(evidence.Evidence(weights, found.prior), seen, strangers)
    np.testing.assert_allclose(once.weights, found.weights * evidence.TEMPER, rtol=0.2)
    np.testing.assert_allclose(twice.weights[0] + twice.weights[4], once.weights[0], rtol=0.1)
    np.testing.assert_allclose(twice.weights[1:4], once.weights[1:4], rtol=0.1)


def test_a_field_that_a_row_leaves_out_says_nothing(planted) -> None:
    found = planted[3]
    nothing = found.probability(np.zeros((1, 4), np.int64))[0]
    assert nothing == pytest.approx(1 / (1 + np.exp(-found.prior)))


def test_of_one_field_the_guess_stands(monkeypatch) -> None:
    seen = np.repeat([7, 6, 3, 2], [60, 40, 200, 100])[:, None]
    strangers, is_alike = np.ones((80, 1), np.int64), seen[:, 0] >= 6
    guess = np.where(is_alike, 0.9, 0.1)
    assert ((evidence.learned(seen, strangers, guess).probability(seen) >= 0.5) == is_alike).all()
    monkeypatch.setattr(evidence, "FAITH", 0.0)
    assert not (evidence.learned(seen, strangers, guess).probability(seen) >= 0.5).any()


def test_levels_rise_with_likeness_and_are_0_where_nothing_is_said() -> None:
    rows = ["graph theory of trees", "graph theory of trees", "graph theories of tree", "cooking fish", "n/a"]
    _, known = compared.prepared({"title": rows, "year": ["1990", "1990", "1991", "", "1999"]}, None)
    pairs = Pairs(np.zeros(4, np.int64), np.arange(1, 5))
    title, code, year = evidence.levels(known, pairs).T.tolist()
    assert title[0] == evidence.LEVELS - 1 > title[1] > title[2] > title[3] == 0
    assert code == [0, 0, 0, 0] and year == [1, 2, 0, 4]


def test_neither_row_of_a_pair_is_the_first() -> None:
    columns, _ = catalogue(12, seed=3)
    _, known = compared.prepared(columns, None)
    ones, others = np.triu_indices(known.size, 1)
    order = np.lexsort((ones, others))
    there = evidence.levels(known, Pairs(ones, others))
    back = np.empty_like(there)
    back[order] = evidence.levels(known, Pairs(others[order], ones[order]))
    assert (there == back).mean() > 0.999  # a cosine may round to the other side of an edge


def test_rows_that_are_all_different_are_left_alone() -> None:
    draw = np.random.default_rng(0)
    rows = [
        " ".join("".join(chr(97 + letter) for letter in draw.integers(0, 26, 6)) for _ in range(5)) for _ in range(60)
    ]
    _, known = compared.prepared({"title": rows}, None)
    pairs = compared.proposed(known)
    closed, scores = single.scored(known, pairs, single.unlabelled(known, pairs))
    assert single.groups(closed, scores, known.size) == []


@pytest.mark.parametrize(
    ("make", "size", "seed", "least"), [(papers, 40, 5, 0.95), (persons, 70, 3, 0.9), (goods, 45, 4, 0.88)]
)
def test_near_things_of_one_table_are_told_apart_without_labels(make, size: int, seed: int, least: float) -> None:
    columns, owner = make(size, seed)
    _, known = compared.prepared(columns, None)
    pairs = compared.proposed(known)
    closed, scores = single.scored(known, pairs, single.unlabelled(known, pairs))
    found = inner_pairs(single.groups(closed, scores, known.size), known.size)
    groups = np.array(owner)
    right, all_of = (groups[found.firsts] == groups[found.seconds]).sum(), np.bincount(groups)
    assert 2 * right / (len(found.firsts) + (all_of * (all_of - 1) // 2).sum()) > least


def test_a_name_that_stands_in_another_field_is_seen() -> None:
    names = ["graph theory of trees", "", "", "cooking of fish"]
    notes = ["ann lee", "graph theory of trees, ann lee", "the cooking of rice, ann lee", "bo chan"]
    _, known = compared.prepared({"title": names, "note": notes}, None)
    title = evidence.levels(known, Pairs(np.zeros(3, np.int64), np.arange(1, 4)))[:, 0].tolist()
    assert known.main == "title" and title[0] == evidence.LEVELS - 1 > title[1] and title[0] > title[2]

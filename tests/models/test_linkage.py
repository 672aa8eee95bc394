from itertools import combinations

import numpy as np
import pytest
from a_linkage import catalogue, shops
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Indel
from sklearn.ensemble import HistGradientBoostingClassifier

from models.linkage import compared, labelled, pieces, single, unlabelled
from models.linkage.candidates import Pairs
from models.linkage.features import said
from models.linkage.groups import components, inner_pairs
from models.linkage.overlap import edit_likeness, overlap
from models.linkage.walk import probability


def f1(found: set[tuple[int, int]], truth: set[tuple[int, int]]) -> float:
    return 2 * len(found & truth) / (len(found) + len(truth))


def keyed(pairs: Pairs, keep: np.ndarray, offset: int) -> set[tuple[int, int]]:
    return set(zip(pairs.firsts[keep].tolist(), (pairs.seconds[keep] - offset).tolist(), strict=True))


@pytest.fixture(scope="module")
def made() -> tuple[compared.Records, compared.Compared, set[tuple[int, int]], int]:
    left, right, truth = shops(300, seed=5, alone=60)
    _, known = compared.prepared(left, right)
    return known, compared.compared(known, compared.proposed(known)), truth, len(left["what"])


def test_nearly_every_true_pair_is_a_candidate(made) -> None:
    _, seen, truth, offset = made
    assert len(truth - keyed(seen.pairs, np.ones(len(seen.own), bool), offset)) <= 3


def test_without_labels_machines_are_matched_by_what_the_tables_say(made) -> None:
    known, seen, truth, offset = made
    p = unlabelled.probabilities(seen.own, seen.scores, seen.pairs, known.size)
    assert f1(keyed(seen.pairs, p >= 0.5, offset), truth) > 0.85


def test_labels_of_a_third_teach_the_rest(made) -> None:
    known, seen, truth, offset = made
    is_match = np.array([(int(a), int(b) - offset) in truth for a, b in zip(*seen.pairs, strict=True)])
    places = np.flatnonzero(seen.pairs.firsts % 3 == 0)
    rest = np.flatnonzero(seen.pairs.firsts % 3 > 0)
    matcher = labelled.learn(
        seen.all, seen.pairs, labelled.Labels(places, is_match[places]), size=known.size, apart=rest
    )
    found = matcher.score(seen.all, seen.pairs, known.size) >= 0.5
    assert 2 * (found & is_match)[rest].sum() / (found[rest].sum() + is_match[rest].sum()) > 0.95


def test_the_same_tables_give_the_same_bytes(made) -> None:
    known, seen, _, _ = made
    left, right, _ = shops(300, seed=5, alone=60)
    _, again = compared.prepared(left, right)
    other = compared.compared(again, compared.proposed(again))
    assert other.all.tobytes() == seen.all.tobytes()
    first = unlabelled.probabilities(seen.own, seen.scores, seen.pairs, known.size)
    assert unlabelled.probabilities(other.own, other.scores, other.pairs, again.size).tobytes() == first.tobytes()


def test_pairs_in_portions_have_the_features_that_all_of_them_have(made) -> None:
    known, seen, _, _ = made
    cut = len(seen.own) // 3
    parts = [single.own(known, Pairs(*(rows[part] for rows in seen.pairs))) for part in (slice(cut), slice(cut, None))]
    assert np.concatenate(parts).tobytes() == seen.own.tobytes()


def test_in_one_table_no_row_is_the_first() -> None:
    columns, _ = catalogue(12, seed=3)
    _, known = compared.prepared(columns, None)
    pairs = np.array(list(combinations(range(known.size), 2)))
    order = np.lexsort((pairs[:, 0], pairs[:, 1]))
    there = single.own(known, Pairs(pairs[:, 0], pairs[:, 1]))
    back = np.empty_like(there)
    back[order] = single.own(known, Pairs(pairs[order, 1], pairs[order, 0]))
    np.testing.assert_allclose(there, back, atol=1e-5)


def test_rows_of_one_table_are_grouped_without_labels() -> None:
    columns, owner = catalogue(80, seed=11)
    _, known = compared.prepared(columns, None)
    pairs = compared.proposed(known)
    closed, scores = single.scored(known, pairs, single.unlabelled(known, pairs))
    found = inner_pairs(single.groups(closed, scores, known.size), known.size)
    truth = {(a, b) for a, b in combinations(range(len(owner)), 2) if owner[a] == owner[b]}
    assert f1(keyed(found, np.ones(len(found.firsts), bool), 0), truth) > 0.95


def test_placeholders_are_nothing_and_are_never_alike() -> None:
    rows = pieces.rows(pieces.bags([pieces.clean(v) for v in ("N/A", "N/A", "暂无", "暂无", "-", "-")], pieces.words))
    shared = overlap(rows, rows, np.array([0, 2, 4]), np.array([1, 3, 5]))
    assert np.isnan(shared).all()
    assert (said(["", ""], False).keys == -1).all()


def test_model_numbers_are_one_however_they_are_joined() -> None:
    assert "kx2107" in pieces.codes("turntable kx-2107") and "kx2107" in pieces.codes("kx2107")
    assert pieces.words("500gb 1,299 数据库") == ["500", "gb", "1299", "数据", "据库"]


@given(st.lists(st.text("abcd ", min_size=1, max_size=64), min_size=2, max_size=6))
@settings(max_examples=60)
def test_edit_likeness_is_that_of_rapidfuzz(texts: list[str]) -> None:
    text = said(texts, False)
    pairs = np.array(list(combinations(range(len(texts)), 2)))
    size = int(text.letters.max()) + 1
    found = edit_likeness(text.starts, text.letters, size, pairs[:, 0], pairs[:, 1])
    wanted = [Indel.normalized_similarity(texts[a], texts[b]) for a, b in pairs]
    np.testing.assert_allclose(found, wanted, atol=1e-6)


def test_trees_walked_say_what_scikit_learn_says() -> None:
    draw = np.random.default_rng(2)
    rows = draw.normal(size=(500, 6)).astype(np.float32)
    rows[draw.random(rows.shape) < 0.2] = np.nan
    trees = HistGradientBoostingClassifier(max_iter=20).fit(rows, np.nan_to_num(rows[:, 0]) > 0.1)
    np.testing.assert_allclose(probability([trees], rows), trees.predict_proba(rows)[:, 1], atol=1e-9)


def test_a_tree_of_too_many_leaves_is_refused() -> None:
    dice = np.random.default_rng(2)
    rows = dice.normal(size=(2000, 3)).astype(np.float32)
    trees = HistGradientBoostingClassifier(max_iter=1, max_leaf_nodes=40).fit(rows, dice.integers(2, size=2000))
    with pytest.raises(ValueError, match="32 leaves"):
        probability([trees], rows)


def test_two_bags_of_a_text_are_one_whose_pieces_stay_apart() -> None:
    one, two = pieces.bags(["a b", "", "b"], str.split), pieces.bags(["x x", "y", ""], str.split)
    both = pieces.joined(one, two)
    assert np.diff(both.starts).tolist() == [3, 1, 1] and sorted(both.counts.tolist()) == [1, 1, 1, 1, 2]
    assert len(set(both.columns.tolist())) == 4


def test_components_leave_rows_alone_out() -> None:
    pairs = Pairs(np.array([0, 1, 4]), np.array([1, 3, 5]))
    found = components(pairs, np.array([True, True, False]), 6)
    assert [rows.tolist() for rows in found] == [[0, 1, 3]]

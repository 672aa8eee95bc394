"""Clusters are the connected parts of what may be joined, named by their smallest row."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from models.cluster import Support, clusters

ROWS = 12
EDGES = st.lists(st.tuples(st.integers(0, ROWS - 1), st.integers(0, ROWS - 1)), max_size=20)


def sides(edges: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    both = np.array(edges, np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


@settings(deadline=None)  # the first call compiles
@given(EDGES)
def test_clusters_are_connected_components(edges: list[tuple[int, int]]) -> None:
    firsts, seconds = sides(edges)
    roots, taken = clusters(ROWS, firsts, seconds)
    graph = coo_array((np.ones(len(edges)), (firsts, seconds)), shape=(ROWS, ROWS))
    count, parts = connected_components(graph, directed=False)
    assert all(roots[row] == np.flatnonzero(parts == parts[row])[0] for row in range(ROWS))
    assert taken.sum() == ROWS - count


@given(EDGES, st.lists(st.integers(0, 3), min_size=ROWS, max_size=ROWS), st.lists(st.integers(-1, 2), min_size=ROWS))
def test_no_cluster_holds_two_of_a_group_or_two_labels(
    edges: list[tuple[int, int]], groups: list[int], labels: list[int]
) -> None:
    held, known = np.array(groups, np.int64), np.array(labels[:ROWS], np.int64)
    roots, _ = clusters(ROWS, *sides(edges), groups=held, labels=[known])
    for root in set(roots.tolist()):
        members = roots == root
        assert len(set(held[members])) == members.sum()
        assert len(set(known[members]) - {-1}) <= 1


def test_one_likeness_makes_no_chain_and_an_identifier_does() -> None:
    firsts, seconds = sides([(0, 1), (2, 3), (1, 2)])
    pairs, scores = np.array([1, 6, 11], np.int64), np.array([5.0, 2.0, 5.0])  # of four rows: (0, 1), (1, 2), (2, 3)
    unsure = Support(np.zeros(3, np.bool_), pairs, scores)
    assert clusters(4, firsts, seconds, support=unsure)[0].tolist() == [0, 0, 2, 2]
    sure = Support(np.array([False, False, True]), pairs, scores)
    assert clusters(4, firsts, seconds, support=sure)[0].tolist() == [0, 0, 0, 0]


@given(EDGES, EDGES, st.integers(0, 5))
def test_what_people_keep_apart_stays_apart_and_what_they_join_asks_for_no_label(
    edges: list[tuple[int, int]], parted: list[tuple[int, int]], forced: int
) -> None:
    kept = [pair for pair in parted if pair[0] != pair[1]]
    labels = [np.arange(ROWS)]  # which keep all rows apart
    roots, taken = clusters(ROWS, *sides(edges), labels=labels, apart=sides(kept), forced=forced)
    assert all(roots[one] != roots[two] for one, two in kept)
    assert forced or not taken.any()
    if not kept:
        assert all(roots[one] == roots[two] for one, two in edges[:forced])

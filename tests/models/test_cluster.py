"""Clusters are the connected parts of what may be joined, named by their smallest row."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from models.cluster import clusters

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


@settings(deadline=None)
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

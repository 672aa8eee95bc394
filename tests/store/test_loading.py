"""An index made, loaded and settled: its vectors are searched by a graph, whichever server it lies on."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from elasticsearch import Elasticsearch

from store import elastic, loading

NAME = "trawl-20260103-000000"
GRAPH = {"type": "int8_hnsw", "m": 16, "ef_construction": 100}
WANTED = {"properties": {"v": {"type": "dense_vector", "dims": 8, "index_options": GRAPH}}}
ENOUGH = 3_000  # of a thousand or less the server makes no graph: comparing all is as quick


@pytest.fixture
def es(elasticsearch_url: str) -> Iterator[Elasticsearch]:
    made = Elasticsearch(elasticsearch_url)
    loading.create(made, NAME, WANTED)
    rows = np.random.default_rng(3).random((ENOUGH, 8)).tolist()
    made.bulk(index=NAME, operations=[line for row in rows for line in ({"index": {}}, {"v": row})])
    yield made
    elastic.delete(made, NAME)


def primaries(es: Elasticsearch) -> dict[str, Any]:
    return dict(es.indices.stats(index=NAME, metric="dense_vector,segments")["_all"]["primaries"])


def test_what_came_in_one_segment_gets_its_graph_in_one_segment_built_by_several_threads(es: Elasticsearch) -> None:
    assert primaries(es)["dense_vector"]["off_heap"]["total_vex_size_bytes"] == 0
    assert loading.settle(es, NAME, WANTED) == ENOUGH
    found = primaries(es)
    assert found["segments"]["count"] == 1 and found["dense_vector"]["off_heap"]["total_vex_size_bytes"] > 0
    assert es.indices.get_settings(index=NAME, flat_settings=True)[NAME]["settings"][loading.SHARED] == "true"


def test_a_server_that_cannot_share_a_merge_is_not_asked_to(es: Elasticsearch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "SHARED", "index.merge.shared_in_a_later_version")
    loading.settle(es, NAME, WANTED)
    assert primaries(es)["dense_vector"]["off_heap"]["total_vex_size_bytes"] > 0

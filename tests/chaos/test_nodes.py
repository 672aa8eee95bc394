"""Nodes that die, fill up or are busy under a load: no document lost, none doubled, nothing half done that looks done."""

import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from elasticsearch.helpers import scan

from local import elasticsearch
from local.elasticsearch.cluster import Cluster, cluster
from store import bulk, elastic, failures, loading

pytestmark = pytest.mark.chaos

INDEX = "chaos-20260101-000000"
MAPPING = {"dynamic": "strict", "properties": {"n": {"type": "long"}, "words": {"type": "text"}}}
MANY = 20_000
BAD = {77, 15_000}


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = cluster(tmp_path_factory.mktemp("cluster"), 3)
    try:
        for number in range(3):
            made.start(number)
        yield made
    finally:
        made.stop()


@pytest.fixture
def es(three: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Elasticsearch]:
    urls = [three.start(number) for number in range(3)]
    monkeypatch.setenv("TRAWL_ELASTICSEARCH_URL", ",".join(urls))
    monkeypatch.setattr(bulk, "CHUNK_BYTES", 20_000)  # some hundred documents
    made = elastic.client()
    made.cluster.health(wait_for_nodes="3", timeout="60s")
    loading.create(made, INDEX, MAPPING)
    yield made
    made.indices.delete(index=INDEX, ignore_unavailable=True)


def documents(*, pause_s: float = 0.0) -> Iterator[tuple[str, bytes]]:
    for number in range(MANY):
        if number % 100 == 0:
            time.sleep(pause_s)
        bad = b'"x"' if number in BAD else b"%d" % number
        yield f"d{number}", b'{"n":%b,"words":"%b"}' % (bad, b"word " * 30)


def primary(es: Elasticsearch) -> int:
    """Number of the node that holds the index."""
    state = es.cluster.state(metric="routing_table,nodes", index=INDEX)
    shard = state["routing_table"]["indices"][INDEX]["shards"]["0"][0]
    return int(state["nodes"][shard["node"]]["name"].removeprefix("node-"))


def whole(es: Elasticsearch, outcomes: list[bulk.Sent]) -> None:
    """Everything is there once, and the two bad ones are the only letters."""
    assert loading.settle(es, INDEX, MAPPING) == MANY - len(BAD) == sum(sent.indexed for sent in outcomes)
    assert sorted(bad.id for sent in outcomes for bad in sent.refused) == sorted(f"d{number}" for number in BAD)
    found = {hit["_id"]: hit["_source"]["n"] for hit in scan(es, index=INDEX, source=["n"])}
    assert found == {f"d{number}": number for number in range(MANY) if number not in BAD}


def sent_while(es: Elasticsearch, happens: Any) -> list[bulk.Sent]:
    """A load in the middle of which something happens."""
    outcomes, other = list[bulk.Sent](), threading.Thread(target=happens)
    for number, sent in zip(count(), bulk.bulk(es, INDEX, documents(pause_s=0.02), version=1), strict=False):
        outcomes.append(sent)
        if number == 20:
            other.start()
    other.join()
    return outcomes


def test_the_node_that_holds_the_index_is_killed_and_comes_back(es: Elasticsearch, three: Cluster) -> None:
    holder = primary(es)

    def dies() -> None:
        three.kill(holder)
        time.sleep(3)
        three.start(holder)

    whole(es, sent_while(es, dies))


def test_a_node_that_only_passes_on_is_killed(es: Elasticsearch, three: Cluster) -> None:
    other = (primary(es) + 1) % 3
    whole(es, sent_while(es, lambda: three.kill(other)))


def test_a_full_disk_stops_the_load_at_once_and_the_next_one_is_whole(es: Elasticsearch) -> None:
    stages = ("low", "high", "flood_stage")
    disk = {f"cluster.routing.allocation.disk.watermark.{stage}": "100000gb" for stage in stages}
    faster = {"cluster.info.update.interval": "10s"}

    def full() -> None:
        es.cluster.put_settings(persistent=disk | faster)

    try:
        with pytest.raises(failures.ElasticsearchRefused, match="read-only, mostly because the disk is full"):
            for _ in range(20):
                sent_while(es, full)
    finally:
        es.cluster.put_settings(persistent=dict.fromkeys(disk | faster))
    assert "_meta" not in (elastic.mapping(es, INDEX) or {})
    loading.create(es, INDEX, MAPPING)
    whole(es, list(bulk.bulk(es, INDEX, documents(), version=1)))


def test_what_was_confirmed_survives_a_kill(tmp_path: Path) -> None:
    alone = cluster(tmp_path, 1)
    es = Elasticsearch(alone.start(0))
    loading.create(es, INDEX, MAPPING)
    outcomes = list(bulk.bulk(es, INDEX, documents(), version=1))
    alone.kill(0)
    try:
        es = Elasticsearch(alone.start(0))
        es.cluster.health(index=INDEX, wait_for_status="green", timeout="60s")
        whole(es, outcomes)
    finally:
        alone.stop()


def test_a_node_that_takes_little_at_once_gets_little_at_once(tmp_path: Path) -> None:
    more = {"indexing_pressure.memory.limit": "150kb"}
    es = Elasticsearch(elasticsearch.start(tmp_path, heap="512m", more=more))
    try:
        loading.create(es, INDEX, MAPPING)
        whole(es, list(bulk.bulk(es, INDEX, documents(), version=1)))
    finally:
        elasticsearch.stop(tmp_path)

"""The client's failures in one line; aliases that move in one call."""

import argparse
from collections.abc import Iterator

import pytest
from elasticsearch import Elasticsearch

from store import elastic, failures, loading

NAMES = ["stall-20260101-000000", "stall-20260102-000000"]


@pytest.fixture
def es(elasticsearch_url: str) -> Iterator[Elasticsearch]:
    made = Elasticsearch(elasticsearch_url)
    for name in NAMES:
        loading.create(made, name, {"properties": {"a": {"type": "keyword"}}})
    yield made
    made.indices.delete(index=[*NAMES, "plain"], ignore_unavailable=True)


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAWL_ELASTICSEARCH_URL", "http://127.0.0.1:1")
    with pytest.raises(
        failures.ElasticsearchAway, match=r"127.0.0.1:1 .*local.elasticsearch start"
    ), failures.plainly():
        elastic.client().count()


def test_a_wrong_address_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAWL_ELASTICSEARCH_URL", "localhost")
    with pytest.raises(failures.ElasticsearchRefused, match="TRAWL_ELASTICSEARCH_URL"):
        elastic.client()


def test_generation_names() -> None:
    assert elastic.generation("trawl-20260101-020304") == "trawl-20260101-020304"
    for wrong in ("trawl", "trawl-verdicts", "trawl-20260101-020304-profiles", "other-20260101-020304"):
        with pytest.raises(argparse.ArgumentTypeError, match="YYYYMMDD"):
            elastic.generation(wrong)


def test_promote_moves_every_alias_at_once(es: Elasticsearch) -> None:
    old, new = NAMES
    elastic.promote(es, {"stall": old})
    elastic.promote(es, {"stall": new, "stall-profiles": old})
    assert elastic.live(es, "stall") == [new] and elastic.live(es, "stall-profiles") == [old]
    elastic.promote(es, {"stall": new})  # again: nothing changes
    assert elastic.live(es, "stall") == [new]
    assert elastic.generations(es, "stall") == NAMES


def test_an_alias_that_is_an_index_is_refused(es: Elasticsearch) -> None:
    es.indices.create(index="plain")
    with pytest.raises(failures.ElasticsearchRefused, match="is an index, not an alias"):
        elastic.promote(es, {"plain": NAMES[0]})
    assert elastic.live(es, "nobody") == []


def test_meta_is_written_last_and_the_identity_changes_with_a_rebuild(es: Elasticsearch) -> None:
    name = NAMES[0]
    assert "_meta" not in (elastic.mapping(es, name) or {})
    loading.complete(es, name, {"run": "x"})
    before = elastic.uuid(es, name)
    assert (elastic.mapping(es, name) or {})["_meta"] == {"run": "x"}
    loading.create(es, name, {"properties": {}})
    assert elastic.uuid(es, name) != before
    assert elastic.mapping(es, "nothing") is None


def test_more_fields_than_an_index_takes_are_refused_before_anything_is_deleted(es: Elasticsearch) -> None:
    es.index(index=NAMES[0], id="1", document={"a": "x"}, refresh=True)
    inner = {f"f{number}": {"type": "keyword"} for number in range(1_000)}
    with pytest.raises(failures.ElasticsearchRefused, match="1,001 fields, at most 1,000"):
        loading.create(es, NAMES[0], {"properties": {"a": {"type": "object", "properties": inner}}})
    assert elastic.count(es, NAMES[0]) == 1


def test_a_server_is_asked_what_it_takes(es: Elasticsearch, monkeypatch: pytest.MonkeyPatch) -> None:
    assert elastic.server(es) == elastic.Server(data_nodes=1, takes_base64=True)
    monkeypatch.setattr(elastic, "BASE64_SINCE", (10, 0))
    assert not elastic.server(es).takes_base64

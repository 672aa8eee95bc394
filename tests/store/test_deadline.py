"""A proxy that lets the answer through a byte at a time is not waited for without end."""

from collections.abc import Callable, Iterator
from typing import Any

import a_proxy
import pytest
from elasticsearch import Elasticsearch

from store import bulk, elastic, failures, loading

INDEX = "deadline-test"
MAPPING = {"dynamic": "strict", "properties": {"n": {"type": "long"}}}
GIVEN = [(f"d{number}", b'{"n":%d}' % number) for number in range(20)]
BAD = ("bad", b'{"n":"many"}')  # makes the answer long
DRIPS = (a_proxy.drip, a_proxy.drip_headers)


@pytest.fixture
def es(elasticsearch_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Elasticsearch]:
    made = Elasticsearch(elasticsearch_url)
    loading.create(made, INDEX, MAPPING)
    monkeypatch.setattr(bulk, "ANSWER_S", 1.0)
    monkeypatch.setattr(elastic, "ANSWER_S", 1.0)
    monkeypatch.setattr(failures.ElasticsearchAway, "patience_s", 2.0)
    yield made
    made.indices.delete(index=INDEX)


@pytest.mark.parametrize("fault", DRIPS)
def test_what_drips_is_sent_again_and_is_there_once(
    es: Elasticsearch, elasticsearch_url: str, fault: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_proxy.proxy(elasticsearch_url, fault, a_proxy.fine) as url:
        monkeypatch.setenv("TRAWL_ELASTICSEARCH_URL", url)
        [sent] = bulk.bulk(elastic.client(), INDEX, [*GIVEN, BAD])
    assert (sent.indexed, [bad.id for bad in sent.refused]) == (len(GIVEN), ["bad"])
    assert elastic.refreshed(es, INDEX) == len(GIVEN)


@pytest.mark.parametrize("fault", DRIPS)
def test_what_only_drips_ends_in_one_line(
    es: Elasticsearch, elasticsearch_url: str, fault: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_proxy.proxy(elasticsearch_url, fault) as url:
        monkeypatch.setenv("TRAWL_ELASTICSEARCH_URL", url)
        with pytest.raises(failures.ElasticsearchAway, match=r"\(ConnectionTimeout\)"):
            list(bulk.bulk(elastic.client(), INDEX, [*GIVEN, BAD]))
        with pytest.raises(failures.ElasticsearchAway, match=r"\(ConnectionTimeout\)"), failures.plainly():
            elastic.client().bulk(index=INDEX, operations=[b'{"index":{"_id":"x"}}\n{"n":1}\n'])  # type: ignore


def test_a_connection_is_used_again_after_an_answer_in_time(es: Elasticsearch, elasticsearch_url: str) -> None:
    keys = list[str]()
    with a_proxy.proxy(elasticsearch_url, a_proxy.slow, keys=keys) as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRAWL_ELASTICSEARCH_URL", url)
        client = elastic.client()
        for _ in range(3):
            assert bulk.written(bulk.bulk(client, INDEX, GIVEN)) == len(GIVEN)
    assert len(keys) == 3

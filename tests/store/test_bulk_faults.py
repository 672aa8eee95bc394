"""Whatever lies between us and Elasticsearch does: every document is there once, and every refusal is counted once."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import a_proxy
import pytest
from elasticsearch import Elasticsearch
from elasticsearch.helpers import scan

from store import bulk, elastic, failures, loading

INDEX = "faults-test"
MAPPING = {"dynamic": "strict", "properties": {"n": {"type": "long"}}}
BAD = {7: b'{"n":"seven"}', 90: b'{"m":1}', 149: b'{"n":{}}'}
GIVEN = [(f"d{number}", BAD.get(number, b'{"n":%d}' % number)) for number in range(150)]
GOOD = {key: int(body[5:-1]) for number, (key, body) in enumerate(GIVEN) if number not in BAD}


@pytest.fixture
def es(elasticsearch_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Elasticsearch]:
    made = Elasticsearch(elasticsearch_url)
    loading.create(made, INDEX, MAPPING)
    monkeypatch.setattr(bulk, "CHUNK_BYTES", 1_500)  # some twenty documents
    monkeypatch.setattr(bulk, "LEAST_BYTES", 200)
    monkeypatch.setattr(bulk, "CAP_S", 0.01)
    yield made
    made.indices.delete(index=INDEX, ignore_unavailable=True)


def sent_through(url: str, **more: Any) -> list[bulk.Sent]:
    return list(bulk.bulk(Elasticsearch(url), INDEX, GIVEN, **more))


def held(es: Elasticsearch) -> dict[str, int]:
    es.indices.refresh(index=INDEX)
    return {hit["_id"]: hit["_source"]["n"] for hit in scan(es, index=INDEX)}


@pytest.mark.parametrize("faults", [*((fault,) for fault in a_proxy.FAULTS), a_proxy.FAULTS, (a_proxy.too_large,)])
def test_nothing_is_lost_doubled_or_miscounted(es: Elasticsearch, elasticsearch_url: str, faults: Any) -> None:
    with a_proxy.proxy(elasticsearch_url, *faults, a_proxy.fine) as url:
        outcomes = sent_through(url, version=20260101000)
    refused = [bad for sent in outcomes for bad in sent.refused]
    if faults != (a_proxy.too_large,):
        assert sorted(bad.id for bad in refused) == sorted(f"d{number}" for number in BAD)
    expected = {key: value for key, value in GOOD.items() if key not in {bad.id for bad in refused}}
    assert held(es) == expected
    assert sum(sent.indexed for sent in outcomes) == len(expected)
    assert len(refused) + len(expected) == len(GIVEN)


def test_a_writer_that_is_killed_leaves_an_unfinished_generation_and_the_next_one_finishes_it(
    es: Elasticsearch, elasticsearch_url: str
) -> None:
    with a_proxy.proxy(elasticsearch_url, a_proxy.slow) as url:
        program = f"""
from elasticsearch import Elasticsearch
from store import bulk
bulk.CHUNK_BYTES = 400
for sent in bulk.bulk(Elasticsearch({url!r}), {INDEX!r}, {GIVEN!r}): print(sent.indexed, flush=True)
"""
        root = str(Path(__file__).parents[2])
        writer = subprocess.Popen([sys.executable, "-c", program], cwd=root, stdout=subprocess.PIPE)
        assert writer.stdout and writer.stdout.readline()  # it is in the middle
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
    assert 0 < len(held(es)) < len(GOOD)
    assert "_meta" not in (elastic.mapping(es, INDEX) or {})
    assert sum(sent.indexed for sent in sent_through(elasticsearch_url)) == len(GOOD) == len(held(es))


def test_no_key_is_in_a_log(elasticsearch_url: str, caplog: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAWL_ELASTICSEARCH_API_KEY", "c2VjcmV0OmtleQ==")
    monkeypatch.setenv("TRAWL_ELASTICSEARCH_URL", "http://127.0.0.1:1")
    monkeypatch.setattr(failures.ElasticsearchAway, "patience_s", 0.0)
    caplog.set_level("DEBUG")
    with pytest.raises(failures.ElasticsearchAway) as caught:
        list(bulk.bulk(elastic.client(), INDEX, GIVEN))
    assert "c2VjcmV0" not in caplog.text + str(caught.value) + repr(elastic.client())

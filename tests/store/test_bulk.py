"""Every document has its own outcome, and sending again changes nothing."""

from collections.abc import Iterator
from typing import Any

import elasticsearch
import orjson
import pytest
from elastic_transport import ApiResponseMeta, HttpHeaders, NodeConfig
from elasticsearch import Elasticsearch
from hypothesis import given
from hypothesis import strategies as st

from store import bulk, elastic
from store.bulk import Refused, Sent
from store.cli import TrawlError

NODE = NodeConfig("http", "127.0.0.1", 9200)


class Scripted:
    """Stands in for the client: plays one reply after another and keeps what it was sent."""

    def __init__(self, *replies: Any) -> None:
        self.replies, self.sent = list(replies), list[list[str]]()

    def options(self, **_: Any) -> "Scripted":
        return self

    def bulk(self, *, operations: list[bytes], **_: Any) -> Any:
        ids = [orjson.loads(line)["index"]["_id"] for line in operations[::2]]
        self.sent.append(ids)
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return type("Answer", (), {"body": reply})


def status(code: int) -> elasticsearch.ApiError:
    return elasticsearch.ApiError("no", ApiResponseMeta(code, "1.1", HttpHeaders(), 0.0, NODE), {"error": "no"})


def item(code: int, kind: str = "") -> dict[str, Any]:
    return {"index": {"status": code} | ({"error": {"type": kind, "reason": f"{kind} here"}} if kind else {})}


OK = {"errors": False}
THREE = [(key, b"{}") for key in "abc"]


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "BASE_S", 0.0)


def outcomes(es: Scripted) -> list[Sent]:
    return list(bulk.bulk(es, "i", THREE))  # type: ignore[arg-type]


def test_only_the_busy_items_are_sent_again() -> None:
    first = {"errors": True, "items": [item(201), item(429, "es_rejected_execution_exception"), item(400, "bad")]}
    es = Scripted(first, OK)
    assert outcomes(es) == [Sent(2, [Refused("c", "bad", "bad here")])]
    assert es.sent == [["a", "b", "c"], ["b"]]


def test_an_unknown_outcome_sends_the_same_ids_again() -> None:
    es = Scripted(elasticsearch.ConnectionTimeout("slow"), status(503), {"errors": True, "items": [item(201)]}, OK)
    assert outcomes(es) == [Sent(3, [])]
    assert es.sent == [["a", "b", "c"]] * 4


def test_a_request_that_is_too_large_is_halved() -> None:
    es = Scripted(status(413), status(413), OK, OK)
    assert outcomes(es) == [Sent(2, [Refused("a", "too_large", "2 bytes in one document")])]
    assert es.sent == [["a", "b", "c"], ["a"], ["b", "c"]]


@pytest.mark.parametrize("kind", bulk.FATAL)
def test_what_concerns_the_whole_index_stops_at_once(kind: str) -> None:
    es = Scripted({"errors": True, "items": [item(429, kind), item(429, kind), item(429, kind)]})
    with pytest.raises(elastic.ElasticsearchRefused):
        outcomes(es)


def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elastic.ElasticsearchAway, "patience_s", 0.0)
    with pytest.raises(elastic.ElasticsearchAway):
        outcomes(Scripted(*[elasticsearch.ConnectionError("away")] * 3))
    with pytest.raises(elastic.ElasticsearchRefused, match="API_KEY"):
        outcomes(Scripted(status(401)))


@given(st.lists(st.integers(0, 400), max_size=40))
def test_chunks_keep_order_and_size(sizes: list[int]) -> None:
    documents = [(str(number), b"x" * size) for number, size in enumerate(sizes)]
    parts = list(bulk.chunks(documents, 500))
    assert [document for part in parts for document in part] == documents
    assert all(len(part) == 1 or sum(len(k) + len(b) + 30 for k, b in part) <= 500 for part in parts)


@pytest.fixture
def index(elasticsearch_url: str) -> Iterator[tuple[Elasticsearch, str]]:
    es = Elasticsearch(elasticsearch_url)
    elastic.create(es, "bulk-test", {"dynamic": "strict", "properties": {"n": {"type": "long"}}})
    yield es, "bulk-test"
    es.indices.delete(index="bulk-test", ignore_unavailable=True)


def test_against_a_real_node(index: tuple[Elasticsearch, str], monkeypatch: pytest.MonkeyPatch) -> None:
    es, name = index
    monkeypatch.setattr(bulk, "CHUNK_BYTES", 200)
    documents = [(f"d{n}", orjson.dumps({"n": n})) for n in range(50)]
    documents[7] = ("d7", b'{"n": "seven"}')
    documents[9] = ("d9", b'{"other": 1}')
    for _ in range(2):  # the second time is a retry of everything
        refused = [bad for sent in bulk.bulk(es, name, documents) for bad in sent.refused]
        assert [(bad.id, bad.reason) for bad in refused] == [
            ("d7", "document_parsing_exception"),
            ("d9", "strict_dynamic_mapping_exception"),
        ]
    assert "seven" in refused[0].detail
    assert elastic.settle(es, name) == 48
    with pytest.raises(TrawlError, match="refused d7"):
        bulk.written(bulk.bulk(es, name, documents))

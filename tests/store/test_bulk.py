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

from store import bulk, failures, loading, outcomes
from store.bulk import Sent
from store.cli import TrawlError
from store.outcomes import Refused

NODE = NodeConfig("http", "127.0.0.1", 9200)


class Scripted:
    """Stands in for the client: plays one reply after another and keeps what it was sent."""

    def __init__(self, *replies: Any) -> None:
        self.replies, self.sent, self.actions = list(replies), list[list[str]](), list[dict[str, Any]]()

    def options(self, **_: Any) -> "Scripted":
        return self

    def bulk(self, *, operations: list[bytes], **_: Any) -> Any:
        lines = operations[0].splitlines()
        self.actions += [orjson.loads(line)["index"] for line in lines[::2]]
        ids = [orjson.loads(line)["index"]["_id"] for line in lines[::2]]
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
MAPPING = {"dynamic": "strict", "properties": {"n": {"type": "long"}}}
THREE = [(key, b"{}") for key in "abc"]


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "BASE_S", 0.0)


def outcomes_of(es: Scripted) -> list[Sent]:
    return list(bulk.bulk(es, "i", THREE))  # type: ignore[arg-type]


def test_only_the_busy_items_are_sent_again() -> None:
    first = {"errors": True, "items": [item(201), item(429, "es_rejected_execution_exception"), item(400, "bad")]}
    es = Scripted(first, OK)
    assert outcomes_of(es) == [Sent(2, [Refused("c", "bad", "bad here", b"{}", 400, 1)])]
    assert es.sent == [["a", "b", "c"], ["b"]]


def test_an_unknown_outcome_sends_the_same_ids_again() -> None:
    es = Scripted(elasticsearch.ConnectionTimeout("slow"), status(503), {"errors": True, "items": [item(201)]}, OK)
    assert outcomes_of(es) == [Sent(3, [])]
    assert es.sent == [["a", "b", "c"]] * 4


def test_a_request_that_is_too_large_is_halved() -> None:
    es = Scripted(status(413), status(413), OK, OK)
    assert outcomes_of(es) == [Sent(2, [Refused("a", "too large", "2 bytes in one document", b"{}", 413, 1)])]
    assert es.sent == [["a", "b", "c"], ["a"], ["b", "c"]]


@pytest.mark.parametrize("kind", outcomes.FATAL)
def test_what_concerns_the_whole_index_stops_at_once(kind: str) -> None:
    es = Scripted({"errors": True, "items": [item(429, kind), item(429, kind), item(429, kind)]})
    with pytest.raises(failures.ElasticsearchRefused):
        outcomes_of(es)


def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures.ElasticsearchAway, "patience_s", 0.0)
    with pytest.raises(failures.ElasticsearchAway):
        outcomes_of(Scripted(*[elasticsearch.ConnectionError("away")] * 3))
    with pytest.raises(failures.ElasticsearchRefused, match="API_KEY"):
        outcomes_of(Scripted(status(401)))


def test_what_is_deleted_stays_deleted_for_whoever_is_late(index: tuple[Elasticsearch, str]) -> None:
    es, name = index
    documents = [("d1", b'{"n":1}'), ("d2", outcomes.DELETED), ("never", outcomes.DELETED)]
    bulk.written(bulk.bulk(es, name, [("d1", b'{"n":0}'), ("d2", b'{"n":0}')], version=5))
    for _ in range(2):  # the second time is a retry of everything
        assert list(bulk.bulk(es, name, documents, version=7)) == [Sent(3, [])]
    late = [("d1", outcomes.DELETED), ("d2", b'{"n":2}'), ("never", b'{"n":2}')]
    assert list(bulk.bulk(es, name, late, version=6)) == [Sent(0, [], newer=["d1", "d2", "never"])]
    assert loading.settle(es, name, MAPPING) == 1 and es.get(index=name, id="d1")["_source"] == {"n": 1}


def test_an_index_that_is_deleted_under_its_writer_is_not_made_anew(
    elasticsearch_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    es, name = Elasticsearch(elasticsearch_url), "trawl-20260101-000000"
    monkeypatch.setattr(bulk, "CHUNK_BYTES", 200)
    loading.create(es, name, {"dynamic": "strict", "properties": {"n": {"type": "long"}}})

    def documents() -> Iterator[tuple[str, bytes]]:
        for number in range(100):
            if number == 50:
                es.indices.delete(index=name)
            yield f"d{number}", b'{"n":1}'

    with pytest.raises(failures.ElasticsearchRefused, match=f"{name}: the index is gone: run the step again"):
        list(bulk.bulk(es, name, documents()))
    assert not es.indices.exists(index=name)


def test_a_newer_document_stays_and_is_counted() -> None:
    es = Scripted({"errors": True, "items": [item(201), item(409, "version_conflict_engine_exception"), item(201)]})
    assert list(bulk.bulk(es, "i", THREE, version=7)) == [Sent(2, [], newer=["b"])]  # type: ignore[arg-type]
    assert es.actions[0] == {"_id": "a", "version": 7, "version_type": "external_gte"}


def test_a_node_that_starts_is_waited_for_and_a_document_that_breaks_it_is_not_for_ever() -> None:
    starting = {"errors": True, "items": [item(503, "cluster_block_exception")] * 3}
    broken = {"errors": True, "items": [item(201), item(500, "null_pointer_exception"), item(201)]}
    only = {"errors": True, "items": [item(500, "null_pointer_exception")]}
    es = Scripted(starting, broken, *[only] * (outcomes.TRIES - 1))
    [sent] = outcomes_of(es)
    assert (sent.indexed, [bad.id for bad in sent.refused], es.replies) == (2, ["b"], [])


@pytest.mark.parametrize("answer", [{}, "<html>", {"errors": True}, {"errors": True, "items": []}, None])
def test_an_answer_that_says_nothing_is_asked_for_again(answer: Any) -> None:
    assert outcomes_of(Scripted(answer, OK)) == [Sent(3, [])]


def test_a_busy_server_is_sent_less_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "LEAST_BYTES", 1)
    monkeypatch.setattr(bulk, "CHUNK_BYTES", 200)
    es = Scripted(status(429), status(429), *[OK] * 3)
    assert outcomes_of(es) == [Sent(3, [])]
    assert es.sent[0] == ["a", "b", "c"] and max(map(len, es.sent[2:])) == 1


def test_what_would_fail_everything_else_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "DOCUMENT_BYTES", 10)
    before = Refused("v", "v is not finite", "1 of 3 numbers", b"{}")
    given = [("é" * 257, b"{}"), ("", b"{}"), ("big", b"x" * 11), before, ("ok", b"{}")]
    es = Scripted(OK)
    [sent] = bulk.bulk(es, "i", given)  # type: ignore[arg-type]
    assert es.sent == [["ok"]] and sent.indexed == 1
    assert [bad.reason for bad in sent.refused] == ["id is too long", "id is missing", "too large", before.reason]


@given(st.lists(st.integers(0, 400), max_size=40))
def test_chunks_keep_order_and_size(sizes: list[int]) -> None:
    documents = [(str(number), b"x" * size) for number, size in enumerate(sizes, 1)]
    parts = [part.documents for part in bulk.chunks(documents, 500)]
    assert [document for part in parts for document in part] == documents
    assert all(len(part) == 1 or sum(len(b) + bulk.LINE_BYTES for _, b in part) <= 500 for part in parts)


@pytest.fixture
def index(elasticsearch_url: str) -> Iterator[tuple[Elasticsearch, str]]:
    es = Elasticsearch(elasticsearch_url)
    loading.create(es, "bulk-test", MAPPING)
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
    assert loading.settle(es, name, MAPPING) == 48
    with pytest.raises(TrawlError, match="refused d7"):
        bulk.written(bulk.bulk(es, name, documents))

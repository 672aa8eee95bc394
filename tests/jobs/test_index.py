"""A night's documents in a new generation; what cannot be indexed is named."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import a_night
import orjson
import pytest
from elasticsearch import Elasticsearch

from jobs import index, refusals
from jobs.checks import mapping as checks
from jobs.load import load
from schemas.dead_letter import DEAD_LETTER
from schemas.profile import PROFILE
from schemas.reject import REJECT
from store import dead, elastic, failures, lake, ledger, loading
from store.cli import TrawlError

NAME = "trawl-20260102-000000"
ARGUMENTS = ["--date", a_night.DATE, "--generation", NAME]


@pytest.fixture
def es(elasticsearch_url: str, lake: Path, spark: Any) -> Iterator[Elasticsearch]:
    made = Elasticsearch(elasticsearch_url)
    yield made
    elastic.delete(made, NAME)


def test_a_generation_holds_the_live_documents(es: Elasticsearch) -> None:
    a_night.put_night(a_night.documents())
    taste = {"user_id": "u1", "event_count": 3, "tastes": [], "taste_vector": a_night.vector(1, 384)}
    a_night.put(lake.partition("profiles", date=a_night.DATE), [taste], PROFILE)
    index.main(ARGUMENTS)
    mapping = elastic.mapping(es, NAME) or {}
    assert checks.declared(mapping).passed
    meta = mapping["_meta"]
    assert (meta["date"], meta["text_model"], meta["image_model"]) == (a_night.DATE, "text-model", "image-model")
    assert meta["counts"] == {"in": 11, "out": 11, "rejected": 0, "profiles": 1}
    found = es.get(index=NAME, id="w001")["_source"]
    assert {name: value for name, value in found["price"].items() if value} == {"amount": 12.5, "currency": "CNY"}
    assert found["crawled_at"] == "2026-01-02T03:04:05.678901Z" and found["title_tokens"] == "red shoe 1"
    assert not es.exists(index=NAME, id="w011")  # deleted
    assert es.count(index=NAME, query={"exists": {"field": "image_vector"}})["count"] == 5
    nearest = es.search(index=NAME, knn={"field": "text_vector", "query_vector": a_night.vector(3, 384), "k": 1})
    assert nearest["hits"]["hits"][0]["_id"] == "w003"
    assert es.get(index=f"{NAME}-profiles", id="u1")["_source"]["event_count"] == 3
    profiles = elastic.mapping(es, f"{NAME}-profiles") or {}
    assert profiles["properties"]["taste_vector"]["index_options"] == {"type": "flat"}  # stays so, unlike the others
    assert found["suggest"]["input"] == ["red shoe 1"]
    assert [row["state"] for row in ledger.summary(a_night.DATE)] == ["done"]


def test_one_unusable_vector_is_refused_and_the_rest_goes_on_then_two_are_too_many(es: Elasticsearch) -> None:
    rows = a_night.documents()
    vectors = a_night.embeddings(rows)
    vectors[0]["vector"] = [float("nan")] * 384
    a_night.put_night(rows, vectors)
    index.main(ARGUMENTS)
    path = lake.partition("rejects", step="index", date=a_night.DATE)
    assert [(row["ref"], row["reason"]) for row in lake.read(path, REJECT).to_pylist()] == [
        ("w000", "text_vector is not finite")
    ]
    assert es.count(index=NAME)["count"] == 10
    [letter] = lake.read(dead.partition(a_night.DATE), DEAD_LETTER).to_pylist()
    assert (letter["index"], letter["ref"], letter["state"], letter["status"]) == (NAME, "w000", "dead", 0)
    assert orjson.loads(letter["body"])["title"] == "red shoe 0"
    [shown] = es.search(index=elastic.dead_letters(NAME))["hits"]["hits"]
    assert (shown["_source"]["ref"], "body" in shown["_source"]) == ("w000", False)
    vectors[1]["vector"] = vectors[1]["vector"][:100]
    a_night.put_night(rows, vectors)
    with pytest.raises(refusals.TooManyRefused, match="2 of 11 documents refused"):
        index.main(ARGUMENTS)
    assert "_meta" not in (elastic.mapping(es, NAME) or {})
    assert [row["state"] for row in ledger.summary(a_night.DATE)] == ["failed"]


def test_somebody_elses_documents_are_not_overwritten(es: Elasticsearch) -> None:
    a_night.put_night(a_night.documents())
    es.indices.create(index=NAME)
    es.index(index=NAME, id="1", document={"theirs": 1}, refresh=True)
    with pytest.raises(
        failures.ElasticsearchRefused, match="not made by Trawl: rename or delete it, or set TRAWL_ALIAS"
    ):
        index.main(ARGUMENTS)
    assert es.get(index=NAME, id="1")["_source"] == {"theirs": 1}


def test_what_people_search_is_not_rebuilt(es: Elasticsearch) -> None:
    a_night.put_night(a_night.documents())
    loading.create(es, NAME, {"dynamic": "strict"})
    elastic.promote(es, {"trawl": NAME})
    with pytest.raises(index.GenerationIsLive, match="choose another --generation"):
        index.main(ARGUMENTS)


def test_vectors_of_two_models_are_not_mixed(es: Elasticsearch) -> None:
    vectors = a_night.embeddings(a_night.documents())
    vectors[0]["model_id"] = "another"
    a_night.put_night(a_night.documents(), vectors)
    with pytest.raises(TrawlError, match="two models, another and text-model"):
        index.main(ARGUMENTS)


def test_elasticsearch_away_fails_in_one_line(es: Elasticsearch, spark: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    a_night.put_night(a_night.documents())
    monkeypatch.setenv("TRAWL_ELASTICSEARCH_URL", "http://127.0.0.1:1")
    with pytest.raises(failures.ElasticsearchAway, match="127.0.0.1:1"):
        index.main(ARGUMENTS)


def test_a_generation_deleted_under_a_running_load_is_one_line_and_no_index(es: Elasticsearch, spark: Any) -> None:
    loading.create(es, NAME, {"dynamic": "strict", "properties": {name: {"type": "keyword"} for name in ("k", "x")}})

    def delete() -> None:
        while not loading.received(es, NAME):
            time.sleep(0.01)
        elastic.delete(es, NAME)

    rows = spark.range(200_000).selectExpr("cast(id as string) k", "repeat('x', 400) x")  # 80 MB, 40 requests
    other = threading.Thread(target=delete)
    other.start()
    with pytest.raises(TrawlError, match=f"refused: {NAME}: the index is gone: run the step again"):
        load(es, NAME, rows, key="k", sizes={}, version=1)
    other.join()
    assert not es.indices.exists(index=NAME)


def test_a_writer_that_gives_up_says_why(es: Elasticsearch, spark: Any) -> None:
    rows = spark.createDataFrame([("w1", "x" * 10)], "work_id string, title string")
    es.indices.create(index=NAME, settings={"index.blocks.write": True})
    with pytest.raises(TrawlError, match="read-only"):
        load(es, NAME, rows, key="work_id", sizes={}, version=1)

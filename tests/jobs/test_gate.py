"""What may go live: each check fails for its own reason and says so."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import a_night
import pytest
from elasticsearch import Elasticsearch

from jobs import gate, golden, verdict
from store import elastic

NEW, LIVE = "trawl-20260102-000000", "trawl-20260101-000000"
ARGUMENTS = ["--date", a_night.DATE, "--generation", NEW]


@pytest.fixture
def es(elasticsearch_url: str, lake: Path) -> Iterator[Elasticsearch]:
    made = Elasticsearch(elasticsearch_url)
    a_night.put_night(a_night.documents())
    yield made
    for name in (NEW, LIVE):
        elastic.delete(made, name)


def failed() -> list[str]:
    found = verdict.get(NEW)
    assert found is not None
    return [check.name for check in found.checks if check.passed is False]


def test_a_sound_generation_passes(es: Elasticsearch, capsys: pytest.CaptureFixture[str]) -> None:
    a_night.generation(es, NEW, a_night.documents())
    gate.main(ARGUMENTS)
    printed = capsys.readouterr().out
    assert "platform weibo" in printed and "not checked" in printed and printed.strip().endswith("passed")
    assert es.get(index="trawl-verdicts", id=NEW)["_source"]["passed"] is True
    assert elastic.live(es, "trawl") == []  # the audit index is no part of what people search


def test_an_unfinished_generation_fails_even_when_forced(es: Elasticsearch) -> None:
    elastic.create(es, NEW, {"dynamic": "strict"})
    with pytest.raises(gate.NotPassed, match="complete: no run, date"):
        gate.main([*ARGUMENTS, "--force", "because"])
    with pytest.raises(elastic.ElasticsearchRefused, match="run jobs.index first"):
        gate.main(["--date", a_night.DATE, "--generation", "trawl-20300101-000000"])


def test_a_missing_platform_fails_and_can_be_forced(es: Elasticsearch) -> None:
    a_night.generation(es, LIVE, a_night.documents())
    elastic.promote(es, {"trawl": LIVE})
    only = [row for row in a_night.documents() if row["platforms"] == ["weibo"]]
    a_night.generation(es, NEW, only)
    with pytest.raises(gate.NotPassed, match=r"platform taobao: 0 \(live: 5\), wanted 5"):
        gate.main(ARGUMENTS)
    assert failed() == ["documents", "platform taobao", "text vectors", "image vectors"]
    gate.main([*ARGUMENTS, "--force", "taobao closed"])
    found = verdict.get(NEW)
    assert found and found.may_go_live and not found.passed and found.forced == "taobao closed"


def test_a_drop_against_the_live_generation_fails(es: Elasticsearch) -> None:
    a_night.generation(es, LIVE, a_night.documents(24))
    elastic.promote(es, {"trawl": LIVE})
    a_night.generation(es, NEW, a_night.documents())
    with pytest.raises(gate.NotPassed, match="platform weibo: 6"):
        gate.main(ARGUMENTS)
    assert failed() == ["platform taobao", "platform weibo"]


def test_missing_vectors_and_a_foreign_mapping_fail(es: Elasticsearch) -> None:
    a_night.generation(es, NEW, [{**row, "text_hash": None} for row in a_night.documents()])
    es.indices.put_mapping(index=NEW, properties={"extra": {"type": "keyword"}})
    with pytest.raises(gate.NotPassed, match="properties.extra is not declared.*text vectors: 0"):
        gate.main(ARGUMENTS)


def test_another_vector_size_is_a_difference() -> None:
    seen = {"properties": {"v": {"type": "dense_vector", "dims": 768, "index_options": {"type": "int8_hnsw", "m": 16}}}}
    wanted = {"properties": {"v": {"type": "dense_vector", "dims": 384, "index_options": {"type": "int8_hnsw"}}}}
    assert gate.differences(seen, wanted) == ["properties.v.dims is 768, not 384"]


def test_golden_queries_count_works_and_families_once() -> None:
    families = {"weibo:0": "w0", "taobao:0": "w0", "weibo:1": "w1"}
    grades = {"weibo:0": 3, "taobao:0": 2, "weibo:1": 1, "weibo:99": 3}  # weibo:99 is not in the lake
    hits = [{"record_ids": ["taobao:0", "weibo:0"]}, {"record_ids": ["weibo:1"]}]
    assert golden.score(grades, hits, families) == 1.0
    twice = [{"record_ids": ["weibo:0"]}, {"record_ids": ["taobao:0"]}, {"record_ids": ["weibo:1"]}]
    assert golden.score(grades, twice, families) < 1.0
    assert golden.scores([golden.Golden("q", {"weibo:99": 3})], [hits], families) == {}


def answers(monkeypatch: pytest.MonkeyPatch, found: dict[str, list[str]]) -> None:
    def ask(path: Path, *generations: str) -> list[list[list[dict[str, Any]]]]:
        return [[[{"record_ids": [record]} for record in found[name]]] for name in generations]

    monkeypatch.setattr(golden, "ask", ask)


def test_worse_golden_queries_fail(es: Elasticsearch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "golden.jsonl"
    path.write_text(json.dumps({"query": "red shoe", "grades": {"weibo:0": 3, "taobao:1": 3, "weibo:10": 3}}) + "\n")
    for name in (LIVE, NEW):
        a_night.generation(es, name, a_night.documents())
    elastic.promote(es, {"trawl": LIVE})
    answers(monkeypatch, {LIVE: ["weibo:10", "taobao:1"], NEW: ["weibo:0", "weibo:2", "taobao:1"]})
    with pytest.raises(gate.NotPassed, match="golden queries against live: 0.920, wanted 0.950"):
        gate.main([*ARGUMENTS, "--golden", str(path)])
    found = verdict.get(NEW)
    assert found and found.losers[0]["query"] == "red shoe" and found.losers[0]["live_ndcg10"] == 1.0
    answers(monkeypatch, {LIVE: [], NEW: []})
    with pytest.raises(gate.NotPassed, match="nDCG@10 0.000 over 1, wanted at least 0.5"):
        gate.main([*ARGUMENTS, "--golden", str(path)])


def test_a_query_command_that_fails_is_a_failed_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "false")
    checks, _ = gate.check_golden(tmp_path / "g", [], NEW, live=None, families={})
    assert checks[0].passed is False and "failed" in checks[0].seen
    (tmp_path / "g").write_text('{"query": "a", "grades": {}}\nnot json\n')
    with pytest.raises(golden.GoldenFailed, match="line 2 is not a golden query"):
        golden.read(tmp_path / "g")

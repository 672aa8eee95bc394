"""What may go live: each check fails for its own reason and says so."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import a_night
import numpy as np
import pytest
from elasticsearch import Elasticsearch

from jobs import gate, generations, golden, verdict
from jobs.checks import age, counts, mapping, relevance, vectors
from jobs.checks.night import Night
from schemas.document import DOCUMENT
from schemas.event import EVENT
from store import elastic, failures, lake, ledger, loading

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
    return [check.name for check in found.failed]


def set_live(es: Elasticsearch, rows: list[dict[str, Any]]) -> None:
    a_night.generation(es, LIVE, rows)
    elastic.promote(es, {"trawl": LIVE})


def change(es: Elasticsearch, work_id: str, **fields: Any) -> None:
    es.update(index=NEW, id=work_id, doc=fields, refresh=True)


def test_a_sound_generation_passes(es: Elasticsearch, capsys: pytest.CaptureFixture[str]) -> None:
    a_night.generation(es, NEW, a_night.documents(60))
    a_night.put_night(a_night.documents(60))
    gate.main(ARGUMENTS)
    printed = capsys.readouterr().out
    assert "platform weibo" in printed and "none given" in printed and printed.strip().endswith("passed")
    found = verdict.get(NEW)
    assert found and {"type product", "fields", "sample", "text recall", "text vectors as numbers", "speed", "age"} <= {
        check.name for check in found.checks
    }
    row = es.search(index="trawl-verdicts", query={"term": {"generation": NEW}})["hits"]["hits"][0]["_source"]
    assert row["passed"] is True and row["judged_at"] == found.judged_at and row["forced"] is None
    assert elastic.live(es, "trawl") == []  # the audit index is no part of what people search


def test_an_unfinished_generation_fails_even_when_forced(es: Elasticsearch) -> None:
    loading.create(es, NEW, {"dynamic": "strict", "properties": {"work_id": {"type": "keyword"}}})
    with pytest.raises(gate.NotPassed, match="complete: no run, date"):
        gate.main([*ARGUMENTS, "--force", "because"])
    with pytest.raises(failures.ElasticsearchRefused, match="run jobs.index first"):
        gate.main(["--date", a_night.DATE, "--generation", "trawl-20300101-000000"])


def test_an_index_that_is_none_of_ours_is_refused(es: Elasticsearch) -> None:
    es.indices.create(index=NEW, mappings={"properties": {"mine": {"type": "keyword"}}})
    with pytest.raises(failures.ElasticsearchRefused, match="did not make: rename it"):
        gate.main(ARGUMENTS)
    elastic.promote(es, {"trawl": NEW})
    a_night.generation(es, LIVE, a_night.documents())
    with pytest.raises(generations.AliasTaken, match=f"leads to {NEW}, which is no generation: take the alias"):
        gate.main(["--date", a_night.DATE, "--generation", LIVE])
    es.indices.put_alias(index=LIVE, name="trawl")
    with pytest.raises(generations.AliasTaken, match=f"leads to {LIVE}, {NEW}: take the alias from all but one"):
        gate.main(["--date", a_night.DATE, "--generation", LIVE])


def test_a_missing_platform_fails_and_can_be_forced_under_a_name(es: Elasticsearch) -> None:
    set_live(es, a_night.documents())
    only = [row for row in a_night.documents() if row["platforms"] == ["weibo"]]
    a_night.generation(es, NEW, only)
    with pytest.raises(gate.NotPassed, match=r"platform taobao: 0 \(live: 5\), wanted 5"):
        gate.main(ARGUMENTS)
    assert {"documents", "platform taobao", "text vectors", "image vectors", "type product"} <= {*failed()}
    gate.main([*ARGUMENTS, "--force", "taobao closed", "--by", "Lin"])
    found = verdict.get(NEW)
    assert found and found.may_go_live and not found.passed and found.forced == verdict.Signed("Lin", "taobao closed")
    rows = es.search(index="trawl-verdicts", query={"term": {"generation": NEW}}, sort="judged_at")["hits"]["hits"]
    assert [row["_source"]["forced"] for row in rows][-2:] == [None, {"by": "Lin", "why": "taobao closed"}]


def test_a_drop_against_the_live_generation_fails_and_a_tiny_tail_does_not(es: Elasticsearch) -> None:
    rows = [*a_night.documents(60), a_night.document(99, "rss", type="post")]
    set_live(es, rows)
    a_night.generation(es, NEW, a_night.documents())
    with pytest.raises(gate.NotPassed, match=r"platform weibo: 6 \(live: 30\), wanted 24"):
        gate.main(ARGUMENTS)
    assert failed() == ["platform taobao", "platform weibo", "type product"]
    assert [counts.still(n) for n in (0, 4, 5, 19, 20, 100)] == [0, 0, 1, 1, 16, 80]


def test_missing_vectors_and_a_foreign_mapping_fail(es: Elasticsearch) -> None:
    a_night.generation(es, NEW, [{**row, "text_hash": None} for row in a_night.documents()])
    es.indices.put_mapping(index=NEW, properties={"extra": {"type": "keyword"}})
    with pytest.raises(gate.NotPassed, match="properties.extra is not declared.*text vectors: 0"):
        gate.main(ARGUMENTS)


def test_another_vector_size_is_a_difference() -> None:
    seen = {"properties": {"v": {"type": "dense_vector", "dims": 768, "index_options": {"type": "int8_hnsw", "m": 16}}}}
    wanted = {"properties": {"v": {"type": "dense_vector", "dims": 384, "index_options": {"type": "int8_hnsw"}}}}
    assert mapping.differences(seen, wanted) == ["properties.v.dims is 768, not 384"]


def test_one_changed_field_and_one_strange_vector_are_seen(es: Elasticsearch) -> None:
    a_night.generation(es, NEW, a_night.documents())
    change(es, "w002", title="blue hat")
    change(es, "w003", text_vector=a_night.vector(77, 384))
    with pytest.raises(gate.NotPassed, match="sample: 2 differ in text_vector 1, title 1, 0 missing"):
        gate.main(ARGUMENTS)
    assert failed() == ["sample"]


def test_a_field_that_was_lost_is_named(es: Elasticsearch) -> None:
    rows = a_night.documents(60)
    set_live(es, rows)
    a_night.put_night(rows)
    a_night.generation(es, NEW, [{**row, "price": None} for row in rows])
    with pytest.raises(gate.NotPassed, match="fields: price.amount 0 of 59, price.currency 0 of 59"):
        gate.main(ARGUMENTS)
    assert {"fields", "fields against live", "sample"} == {*failed()}


def test_vectors_that_say_the_same_of_everything_or_are_not_of_unit_length_fail() -> None:
    rows = [a_night.vector(n, 384) for n in range(30)]
    assert vectors.numbers("text", rows).passed
    one = np.asarray(rows[0])
    alike = [(one + 0.001 * np.asarray(row)) for row in rows]
    assert vectors.numbers("text", [row / np.linalg.norm(row) for row in alike]).passed is False
    assert vectors.numbers("text", [[2 * x for x in rows[0]]]).passed is False
    assert vectors.numbers("text", [[float("nan"), *rows[0][1:]]]).passed is False


def test_recall_is_that_of_the_exact_neighbours(es: Elasticsearch) -> None:
    rows = a_night.documents(60)
    a_night.put_night(rows)
    a_night.generation(es, NEW, [row for row in rows if int(row["work_id"][1:]) < 40])  # a third cannot be found
    night = Night(a_night.DATE, hashes={"text": [[row["text_hash"] for row in rows]], "image": []})
    found = {row["content_hash"]: np.asarray(row["vector"]) for row in a_night.embeddings(rows)}
    texts = [row["text_hash"] for row in rows]
    queries = np.asarray([found[name] for name in texts[:10]], np.float32)
    cosines = -np.sort(-queries @ np.asarray([found[name] for name in texts], np.float32).T, axis=1)[:, :10]
    assert np.allclose(vectors.exact(night, "text", queries), cosines, atol=1e-6)
    check = vectors.recall(es, NEW, night, "text", queries)
    assert check.passed is False and 0.5 < float(check.seen.split()[-1]) < 0.9


@pytest.mark.usefixtures("lake")
def test_a_platform_may_be_carried_forward_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    records = {"weibo": "2026-01-02", "taobao": "2025-12-30", "rss": "2025-12-20"}
    inputs = [f"records/platform={name}/date={night}" for name, night in records.items()]
    lake.write(lake.partition("documents", step="merge", date=a_night.DATE), [], DOCUMENT, inputs=["works", *inputs])
    assert [(check.name, check.passed, check.seen) for check in age.check(a_night.DATE)] == [
        ("age of rss", False, "13 days"),
        ("age of taobao", True, "3 days"),
    ]
    monkeypatch.setenv("TRAWL_CARRY_DAYS", "13")
    assert all(check.passed for check in age.check(a_night.DATE))


def test_golden_queries_count_works_and_families_once() -> None:
    families = {"weibo:0": "w0", "taobao:0": "w0", "weibo:1": "w1"}
    grades = {"weibo:0": 3, "taobao:0": 2, "weibo:1": 1, "weibo:99": 3}  # weibo:99 is not in the lake
    hits = [{"record_ids": ["taobao:0", "weibo:0"]}, {"record_ids": ["weibo:1"]}]
    assert golden.score(grades, hits, families) == 1.0
    twice = [{"record_ids": ["weibo:0"]}, {"record_ids": ["taobao:0"]}, {"record_ids": ["weibo:1"]}]
    assert golden.score(grades, twice, families) < 1.0
    assert golden.scores([golden.Golden("q", {"weibo:99": 3})], [hits], families) == {}


def answers(monkeypatch: pytest.MonkeyPatch, found: dict[str, list[str]]) -> None:
    def ask(queries: list[golden.Golden], *names: str) -> list[list[list[dict[str, Any]]]]:
        return [[[{"record_ids": [record]} for record in found[name]] for _ in queries] for name in names]

    monkeypatch.setattr(golden, "ask", ask)


def test_worse_golden_queries_fail(es: Elasticsearch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "golden.jsonl"
    path.write_text(json.dumps({"query": "red shoe", "grades": {"weibo:0": 3, "taobao:1": 3, "weibo:10": 3}}) + "\n")
    set_live(es, a_night.documents())
    a_night.generation(es, NEW, a_night.documents())
    answers(monkeypatch, {LIVE: ["weibo:10", "taobao:1"], NEW: ["weibo:0", "weibo:2", "taobao:1"]})
    with pytest.raises(gate.NotPassed, match="golden queries against live: 0.920 over 1, wanted 0.950"):
        gate.main([*ARGUMENTS, "--golden", str(path)])
    found = verdict.get(NEW)
    assert found and found.losers[0]["query"] == "red shoe" and found.losers[0]["live_ndcg10"] == 1.0
    answers(monkeypatch, {LIVE: [], NEW: []})
    with pytest.raises(gate.NotPassed, match="nDCG@10 0.000 over 1, wanted at least 0.5"):
        gate.main([*ARGUMENTS, "--golden", str(path)])


def test_what_users_went_on_to_compares_but_sets_no_floor(es: Elasticsearch, monkeypatch: pytest.MonkeyPatch) -> None:
    acted = [("u1", "click"), ("u2", "click"), ("u2", "buy"), ("u3", "cart"), ("u4", "click")]
    rows = [
        {"event_id": f"{query}{record}{user}{action}", "user_id": user, "action": action, "record_id": record}
        | {"query": query, "occurred_at": a_night.CRAWLED}
        for query, record, users in (("red shoe", "weibo:2", acted), ("rare", "weibo:4", acted[:2]))
        for user, action in users
    ]
    a_night.put(lake.partition("events", platform="ubi", date=a_night.DATE), rows, EVENT)
    with ledger.step("align", a_night.DATE, "ubi"):
        pass
    set_live(es, a_night.documents())
    a_night.generation(es, NEW, a_night.documents())
    answers(monkeypatch, {LIVE: ["weibo:2"], NEW: ["weibo:4", "weibo:6", "weibo:2"]})
    with pytest.raises(gate.NotPassed, match="clicks against live: 0.500 over 1, wanted 0.950"):
        gate.main(ARGUMENTS)
    found = verdict.get(NEW)
    assert found and [(row["source"], row["query"]) for row in found.losers] == [("clicks", "red shoe")]
    answers(monkeypatch, {LIVE: ["weibo:4"], NEW: ["weibo:6"]})
    gate.main(ARGUMENTS)


def test_grades_are_what_enough_users_did() -> None:
    from jobs import clicks

    did = {("q", "r"): {("u1", "buy"), ("u2", "cart"), ("u3", "click"), ("u3", "cart"), ("u4", "click")}}
    assert clicks.graded(did) == {"q": {"r": 2}}
    assert clicks.graded({("q", "r"): {("u1", "buy"), ("u1", "click"), ("u1", "cart")}}) == {}


def test_a_query_command_that_fails_is_a_failed_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "false")
    checks, _ = relevance.check([golden.Golden("a", {})], NEW, live=None, families={})
    assert checks[0].passed is False and "failed" in checks[0].seen
    (tmp_path / "g").write_text('{"query": "a", "grades": {}}\nnot json\n')
    with pytest.raises(golden.GoldenFailed, match="line 2 is not a golden query"):
        golden.read(tmp_path / "g")

"""Between nights the live generation becomes what the lake says, whoever is late or killed, and the night goes on from there."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import a_night
import pytest
from elasticsearch import Elasticsearch

from jobs import diff, gate, generations, index, mending, promote, refusals, rollback, sanity, topup, verdict
from schemas.dead_letter import DEAD_LETTER
from store import bulk, dead, elastic, lake, ledger, lock
from store.bulk import Sent
from store.outcomes import DELETED

NAME, NEXT, TRUTH = "trawl-20260102-000000", "trawl-20260103-000000", "trawl-20260109-000000"
DATE = ["--date", a_night.DATE]
Rows = list[dict[str, Any]]


@pytest.fixture
def es(elasticsearch_url: str, lake: Path, spark: Any) -> Iterator[Elasticsearch]:
    """Forty live documents, and a lake that says the same of them."""
    made = Elasticsearch(elasticsearch_url)
    a_night.put_night(a_night.documents(41))
    a_night.generation(made, NAME, a_night.documents(41))
    elastic.promote(made, {"trawl": NAME, "trawl-profiles": elastic.profiles(NAME)})
    yield made
    for name in (NAME, NEXT, TRUTH):
        elastic.delete(made, name)
    made.indices.delete(index=["trawl-moves", "trawl-verdicts"], ignore_unavailable=True)


def later() -> Rows:
    """The same evening: one document is another one, one is new, one has other figures, one is deleted, one merged away."""
    rows = a_night.documents(41)
    rows[3] |= {"title": "blue hat", "text_hash": "t-blue"}
    rows[4] |= {"engagement": {"likes": 7}}
    rows[5] |= {"status": "deleted"}
    rows[7] = a_night.document(51, "weibo")  # in its place: where a row stands says which vector it has
    return rows


def held(es: Elasticsearch, name: str = NAME) -> dict[str, tuple[int, dict[str, Any]]]:
    """Version and body of every document."""
    elastic.refresh(es, name)
    source = {"exclude_vectors": False}
    hits = es.search(index=name, size=1000, version=True, source=source)["hits"]["hits"]
    return {hit["_id"]: (hit["_version"], hit["_source"]) for hit in hits}


def meta(es: Elasticsearch, name: str = NAME) -> dict[str, Any]:
    return dict((elastic.mapping(es, name) or {})["_meta"])


def is_as_built(es: Elasticsearch, rows: Rows) -> bool:
    """Whether the live generation holds what a build of these rows holds, vectors included."""
    a_night.generation(es, TRUTH, rows)
    return {key: body for key, (_, body) in held(es).items()} == {k: body for k, (_, body) in held(es, TRUTH).items()}


def test_what_changed_and_nothing_else_goes_into_what_is_live(es: Elasticsearch) -> None:
    before = held(es)
    a_night.put_night(later())
    topup.main(DATE)
    after = held(es)
    assert is_as_built(es, later())
    assert {key for key in after if after[key] != before.get(key)} == {"w003", "w004", "w051"}
    found = es.search(index="trawl", query={"match": {"title_tokens": "hat"}})["hits"]["hits"]
    assert [hit["_id"] for hit in found] == ["w003"]
    assert not es.count(index="trawl", query={"terms": {"work_id": ["w005", "w007"]}})["count"]
    [row] = [row for row in ledger.summary(a_night.DATE) if row["step"] == "topup"]
    counts = {"in": 39, "out": 39, "rejected": 0}
    assert row["counts"] == {**counts, "new": 1, "changed": 2, "deleted": 2, "newer": 0}
    [told] = meta(es)["topups"]
    assert (told["new"], told["changed"], told["deleted"], meta(es)["counts"]) == (1, 2, 2, counts)
    gate.main([*DATE, "--generation", NAME])  # against the lake, field by field and number by number
    sanity.main([*DATE, "--all"])
    topup.main(DATE)
    assert held(es) == after


def test_who_is_late_with_something_older_loses(es: Elasticsearch) -> None:
    hung = mending.next_version(es, NAME, above=0)  # of a top-up that noted it and was held up before its first write
    a_night.put_night(later())
    topup.main(DATE)
    after = held(es)
    late = [("w003", b'{"work_id":"w003"}'), ("w005", b'{"work_id":"w005"}'), ("w051", DELETED)]
    for version in (elastic.version(a_night.DATE), hung):  # the night's own writers, the other top-up
        assert list(bulk.bulk(es, NAME, late, version=version)) == [Sent(0, [], newer=[key for key, _ in late])]
    assert held(es) == after


def test_killed_in_the_middle_and_run_again_it_is_as_if_nothing_had_happened(es: Elasticsearch) -> None:
    a_night.put_night(later())
    command = [sys.executable, "-m", "jobs.topup", *DATE]
    given = {**os.environ, "TRAWL_SPARK_MASTER": "local[2]"}
    process = subprocess.Popen(command, env=given, stderr=subprocess.DEVNULL, start_new_session=True)
    while process.poll() is None and not es.exists(index=NAME, id="w051"):
        time.sleep(0.001)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert "version" in meta(es) and "topups" not in meta(es)  # it had begun, and not ended
    topup.main(DATE)
    assert is_as_built(es, later()) and len(meta(es)["topups"]) == 1


@pytest.mark.parametrize(
    ("place", "name"), [(mending.bulk, "bulk"), (refusals, "keep"), (dead, "publish"), (topup, "complete")]
)
def test_wherever_it_is_cut_off_the_next_one_finishes_it(
    es: Elasticsearch, monkeypatch: pytest.MonkeyPatch, place: Any, name: str
) -> None:
    a_night.put_night(later())
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(place, name, lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        topup.main(DATE)
    topup.main(DATE)
    assert is_as_built(es, later()) and len(meta(es)["topups"]) == 1


def test_what_is_refused_is_a_dead_letter_every_time(es: Elasticsearch) -> None:
    vectors = a_night.embeddings(later())
    [new] = [row for row in vectors if row["content_hash"] == "t51"]
    new["vector"] = [float("nan")] * 384
    a_night.put_night(later(), vectors)
    for _ in range(2):
        topup.main(DATE)
        [letter] = lake.read(dead.partition(a_night.DATE), DEAD_LETTER).to_pylist()
        assert (letter["index"], letter["ref"], letter["state"]) == (NAME, "w051", "dead")
        assert meta(es)["counts"] == {"in": 39, "out": 38, "rejected": 1} and "w051" not in held(es)
        assert es.count(index=elastic.dead_letters(NAME))["count"] == 1


def refused(es: Elasticsearch, match: str, kind: type[Exception] = topup.RebuildDue, date: str = a_night.DATE) -> None:
    before = held(es), meta(es)
    with pytest.raises(kind, match=match):
        topup.main(["--date", date])
    assert (held(es), meta(es)) == before


def test_more_than_may_go_by_the_gate_is_not_done(es: Elasticsearch) -> None:
    rows = a_night.documents(41)
    a_night.put_night([row | {"engagement": {"likes": 1}} for row in rows])
    topup.main(DATE)  # what each fetch tells anew may move everywhere
    assert meta(es)["topups"][-1]["changed"] == 40
    a_night.put_night([row | {"title": "another"} for row in rows])
    refused(es, "40 of 40 documents would be others, at most 20% may: run a build, which has a gate")
    a_night.put_night(rows[12:])
    refused(es, "12 of 40 documents would go, at most 5% may")


def test_where_a_rebuild_is_due_nothing_is_done(es: Elasticsearch, monkeypatch: pytest.MonkeyPatch) -> None:
    a_night.put_night(later())
    with monkeypatch.context() as patch, lock.held(es, f"promote of {NEXT}"):
        patch.setattr(lock, "PATIENCE_S", 0.0)
        refused(es, f"is being changed by promote of {NEXT}", lock.Locked)
    bad = verdict.Check("documents", False, "1", "2")
    verdict.put(es, verdict.Verdict(NEXT, "u", a_night.DATE, NAME, [bad], []))
    refused(es, f"{NEXT} of that date was not let through")
    es.indices.delete(index="trawl-verdicts")
    vectors = [row | {"model_id": f"another-{row['modality']}"} for row in a_night.embeddings(later())]
    a_night.put_night(later(), vectors)
    refused(es, "vectors are of text-model, those of the lake of another-text: run a build")
    es.indices.put_mapping(index=NAME, properties={"colour": {"type": "keyword"}})
    a_night.put_night(later())
    refused(es, "its mapping is another one .*colour is not declared.*: run a build")
    monkeypatch.setattr(a_night, "DATE", "2026-01-01")
    a_night.put_night(later())
    refused(es, "it is of 2026-01-02 already, which is newer", date="2026-01-01")
    elastic.delete(es, NAME)
    with pytest.raises(generations.NotPromoted, match="run a build"):
        topup.main(DATE)


def test_the_night_after_goes_on_from_there(es: Elasticsearch, monkeypatch: pytest.MonkeyPatch) -> None:
    verdict.put(es, verdict.Verdict(NAME, elastic.uuid(es, NAME), a_night.DATE, None, [], []))
    a_night.put_night(later())
    topup.main(DATE)
    monkeypatch.setattr(a_night, "DATE", "2026-01-03")
    a_night.put_night(later())
    night = ["--date", a_night.DATE, "--generation", NEXT]
    for step in (index, gate, promote):
        step.main(night)
    assert elastic.live(es, "trawl") == [NEXT] and "topups" not in meta(es, NEXT)
    found = diff.documents(es, NAME, NEXT)
    assert (found["same"], found["added"], found["removed"], found["changed"]) == (39, 0, 0, 0)
    changed = [*later(), a_night.document(60, "taobao")]
    a_night.put_night(changed)
    with pytest.raises(sanity.MadeAnew, match="run `python -m jobs.topup --date 2026-01-03`"):
        sanity.main(night[:2])
    topup.main(night[:2])
    sanity.main(night[:2])
    assert es.exists(index="trawl", id="w060")
    rollback.main([*night[:2], "--why", "a test"])
    assert elastic.live(es, "trawl") == [NAME] and meta(es)["topups"]
    refused(es, f"{NEXT} of that date was not let through, or was rolled back", date="2026-01-03")

"""Only a generation with a good verdict goes live, at once and reversibly."""

from collections.abc import Iterator
from pathlib import Path

import a_night
import pytest
from elasticsearch import Elasticsearch

from jobs import gate, generations, promote, rollback, verdict
from store import elastic, failures, ledger, loading, settings

NIGHTS = [f"trawl-202601{day:02d}-000000" for day in range(1, 6)]
OTHER = "trawl-other"


@pytest.fixture
def es(elasticsearch_url: str, lake: Path) -> Iterator[Elasticsearch]:
    made = Elasticsearch(elasticsearch_url)
    a_night.put_night(a_night.documents())
    made.indices.create(index=OTHER)
    yield made
    made.indices.delete(index=[OTHER, "trawl-moves", "trawl-verdicts"], ignore_unavailable=True)
    for name in NIGHTS:
        elastic.delete(made, name)


def passed(es: Elasticsearch, name: str, *, date: str = a_night.DATE) -> None:
    """A generation with a good verdict, which the gate's own tests are about."""
    a_night.generation(es, name, a_night.documents(), date=date)
    verdict.put(es, verdict.Verdict(name, elastic.uuid(es, name), date, None, [], []))


def go(name: str, *more: str) -> None:
    promote.main(["--date", a_night.DATE, "--generation", name, *more])


def back(*more: str) -> None:
    rollback.main(["--date", a_night.DATE, "--why", "wrong prices", *more])


def live(es: Elasticsearch) -> list[str]:
    return elastic.live(es, "trawl") + elastic.live(es, "trawl-profiles")


def both(name: str) -> list[str]:
    return [name, f"{name}-profiles"]


def test_nights_come_and_go(es: Elasticsearch) -> None:
    for name in NIGHTS:
        passed(es, name)
        if name == NIGHTS[1]:  # never finished, never judged
            loading.create(es, name, {"dynamic": "strict", "properties": {"work_id": {"type": "keyword"}}})
            continue
        go(name, "--keep", "2")
    assert live(es) == both(NIGHTS[4])
    assert elastic.generations(es, "trawl") == NIGHTS[2:]  # the live one and two before it
    assert not es.indices.exists(index=f"{NIGHTS[0]}-profiles") and es.indices.exists(index=OTHER)
    back()
    assert live(es) == both(NIGHTS[3])
    back()
    assert live(es) == both(NIGHTS[2])
    with pytest.raises(promote.NotPromoted, match="nothing to go back to"):
        back()
    assert elastic.generations(es, "trawl") == NIGHTS[2:] and live(es) == both(NIGHTS[2])


def test_what_was_left_stays_left_until_it_is_judged_anew(es: Elasticsearch) -> None:
    for name in NIGHTS[:3]:
        passed(es, name)
        go(name)
    back("--by", "Lin")
    with pytest.raises(promote.NotPromoted, match=r"Lin went back from it \(wrong prices\): mend it"):
        go(NIGHTS[2])
    passed(es, NIGHTS[3])
    go(NIGHTS[3], "--keep", "2")
    assert elastic.generations(es, "trawl") == [NIGHTS[0], NIGHTS[1], NIGHTS[3]]
    moves = es.search(index="trawl-moves", sort="moved_at", size=100)["hits"]["hits"]
    told = [(row["_source"]["action"], row["_source"]["generation"], row["_source"]["before"]) for row in moves]
    assert told[-2:] == [("rolled_back", NIGHTS[1], NIGHTS[2]), ("promoted", NIGHTS[3], NIGHTS[1])]
    back()
    assert live(es) == both(NIGHTS[1])  # what was live before, not what was withdrawn


def test_a_roll_back_that_is_run_again_goes_back_once(es: Elasticsearch) -> None:
    for name in NIGHTS[:3]:
        passed(es, name)
        go(name)
    back("--key", "a click")
    back("--key", "a click")
    assert live(es) == both(NIGHTS[1])
    assert [row["state"] for row in ledger.summary(a_night.DATE) if row["step"] == "rollback"] == ["done"]


def test_killed_between_the_move_and_the_cleaning_it_keeps_what_was_live(es: Elasticsearch) -> None:
    for name in NIGHTS[:3]:
        passed(es, name)
    go(NIGHTS[0])
    promote.promote(es, NIGHTS[2], lambda: None)  # and no cleaning
    Path(settings.lake_root(), verdict.address(NIGHTS[0])).unlink()  # not even a verdict is left
    go(NIGHTS[2], "--keep", "1")
    assert elastic.generations(es, "trawl") == [NIGHTS[0], NIGHTS[2]]


def test_cleaning_spares_what_has_an_alias_or_is_not_ours(es: Elasticsearch) -> None:
    passed(es, NIGHTS[0])
    es.indices.put_alias(index=NIGHTS[0], name="somebodys")
    es.indices.create(index=NIGHTS[1], mappings={"properties": {"mine": {"type": "keyword"}}})
    for name in NIGHTS[2:]:
        passed(es, name)
        go(name, "--keep", "1")
    assert elastic.generations(es, "trawl") == [NIGHTS[0], NIGHTS[1], *NIGHTS[3:]]
    with pytest.raises(promote.NotPromoted, match="did not make: rename it"):
        go(NIGHTS[1])


def test_nothing_older_than_what_is_live_is_promoted(es: Elasticsearch) -> None:
    passed(es, NIGHTS[1])
    go(NIGHTS[1])
    passed(es, NIGHTS[0])
    passed(es, NIGHTS[2], date="2026-01-01")  # of a night gone by, built today
    for name in (NIGHTS[0], NIGHTS[2]):
        with pytest.raises(promote.NotPromoted, match="is live and newer: to go back there is jobs.rollback"):
            go(name)
    assert live(es) == both(NIGHTS[1])


def test_without_a_good_verdict_the_alias_stays(es: Elasticsearch) -> None:
    passed(es, NIGHTS[0])
    go(NIGHTS[0])
    with pytest.raises(promote.NotPromoted, match="not complete"):
        go(NIGHTS[1])
    a_night.generation(es, NIGHTS[1], a_night.documents())
    with pytest.raises(promote.NotPromoted, match="no verdict"):
        go(NIGHTS[1])
    a_night.generation(es, NIGHTS[1], a_night.documents(4))
    with pytest.raises(gate.NotPassed):
        gate.main(["--date", a_night.DATE, "--generation", NIGHTS[1]])
    with pytest.raises(promote.NotPromoted, match=r"negative \(documents, platform"):
        go(NIGHTS[1])
    a_night.generation(es, NIGHTS[1], a_night.documents())  # corrected, but not judged again
    with pytest.raises(promote.NotPromoted, match="built anew after its verdict"):
        go(NIGHTS[1])
    assert live(es) == both(NIGHTS[0])


def test_an_alias_that_is_an_index_is_refused(es: Elasticsearch, monkeypatch: pytest.MonkeyPatch) -> None:
    passed(es, NIGHTS[0])
    with monkeypatch.context() as patch:
        patch.setenv("TRAWL_ALIAS", OTHER)
        name = f"{OTHER}-20260101-000000"
        passed(es, name)
        with pytest.raises(failures.ElasticsearchRefused, match="is an index, not an alias"):
            go(name)
        elastic.delete(es, name)
        es.indices.delete(index=[f"{OTHER}-verdicts", f"{OTHER}-locks"], ignore_unavailable=True)
    es.indices.put_alias(index=OTHER, name="trawl")
    with pytest.raises(generations.AliasTaken, match=f"leads to {OTHER}, which is no generation"):
        go(NIGHTS[0])


def test_a_forced_verdict_counts(es: Elasticsearch) -> None:
    a_night.generation(es, NIGHTS[0], a_night.documents(4))
    gate.main(["--date", a_night.DATE, "--generation", NIGHTS[0], "--force", "first small night"])
    go(NIGHTS[0])
    found = verdict.get(NIGHTS[0])
    assert found and found.forced and live(es) == both(NIGHTS[0])

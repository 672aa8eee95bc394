"""Only a generation with a good verdict goes live, at once and reversibly."""

from collections.abc import Iterator
from pathlib import Path

import a_night
import pytest
from elasticsearch import Elasticsearch

from jobs import gate, promote, verdict
from store import elastic

NIGHTS = [f"trawl-202601{day:02d}-000000" for day in range(1, 6)]
OTHER = "trawl-other"


@pytest.fixture
def es(elasticsearch_url: str, lake: Path) -> Iterator[Elasticsearch]:
    made = Elasticsearch(elasticsearch_url)
    a_night.put_night(a_night.documents())
    made.indices.create(index=OTHER)
    yield made
    made.indices.delete(index=OTHER)
    for name in NIGHTS:
        elastic.delete(made, name)


def judged(es: Elasticsearch, name: str) -> None:
    a_night.generation(es, name, a_night.documents())
    gate.main(["--date", a_night.DATE, "--generation", name])


def go(*arguments: str) -> None:
    promote.main(["--date", a_night.DATE, *arguments])


def test_nights_come_and_go(es: Elasticsearch) -> None:
    for name in NIGHTS:
        judged(es, name)
        if name == NIGHTS[1]:  # never finished, never judged
            elastic.create(es, name, {})
            continue
        go("--generation", name, "--keep", "2")
    assert elastic.live(es, "trawl") == [NIGHTS[4]]
    assert elastic.live(es, "trawl-profiles") == [f"{NIGHTS[4]}-profiles"]
    assert elastic.generations(es, "trawl") == NIGHTS[2:]  # the live one and two before it
    assert not es.indices.exists(index=f"{NIGHTS[0]}-profiles") and es.indices.exists(index=OTHER)
    go("--rollback")
    assert elastic.live(es, "trawl") == [NIGHTS[3]] and elastic.live(es, "trawl-profiles") == [f"{NIGHTS[3]}-profiles"]
    go("--rollback")
    assert elastic.live(es, "trawl") == [NIGHTS[2]]
    with pytest.raises(promote.NotPromoted, match="nothing to go back to"):
        go("--rollback")
    assert elastic.generations(es, "trawl") == NIGHTS[2:]
    go("--generation", NIGHTS[4])  # forward again: the one just replaced stays
    assert elastic.generations(es, "trawl") == NIGHTS[2:]


def test_without_a_good_verdict_the_alias_stays(es: Elasticsearch) -> None:
    judged(es, NIGHTS[0])
    go("--generation", NIGHTS[0])
    with pytest.raises(promote.NotPromoted, match="not complete"):
        go("--generation", NIGHTS[1])
    a_night.generation(es, NIGHTS[1], a_night.documents())
    with pytest.raises(promote.NotPromoted, match="no verdict"):
        go("--generation", NIGHTS[1])
    a_night.generation(es, NIGHTS[1], a_night.documents(4))
    with pytest.raises(gate.NotPassed):
        gate.main(["--date", a_night.DATE, "--generation", NIGHTS[1]])
    with pytest.raises(promote.NotPromoted, match=r"negative \(documents, platform"):
        go("--generation", NIGHTS[1])
    a_night.generation(es, NIGHTS[1], a_night.documents())  # corrected, but not judged again
    with pytest.raises(promote.NotPromoted, match="built anew after its verdict"):
        go("--generation", NIGHTS[1])
    assert elastic.live(es, "trawl") == [NIGHTS[0]]


def test_an_alias_that_is_an_index_is_refused(es: Elasticsearch, monkeypatch: pytest.MonkeyPatch) -> None:
    judged(es, NIGHTS[0])
    monkeypatch.setenv("TRAWL_ALIAS", OTHER)
    name = f"{OTHER}-20260101-000000"
    with pytest.raises(elastic.ElasticsearchRefused, match="is an index, not an alias"):
        go("--generation", name)


def test_a_forced_verdict_counts(es: Elasticsearch) -> None:
    a_night.generation(es, NIGHTS[0], a_night.documents(4))
    gate.main(["--date", a_night.DATE, "--generation", NIGHTS[0], "--force", "first small night"])
    go("--generation", NIGHTS[0])
    found = verdict.get(NIGHTS[0])
    assert found and found.forced and elastic.live(es, "trawl") == [NIGHTS[0]]

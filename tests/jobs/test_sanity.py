"""What is live still holds what the lake says, or is mended, or is reported."""

from collections.abc import Iterator
from pathlib import Path

import a_night
import pytest
from elasticsearch import Elasticsearch

from jobs import generations, sanity
from schemas.generation import MAPPING
from store import elastic, ledger, loading

NAME = "trawl-20260102-000000"
TODAY = ["--date", "2026-01-03"]


@pytest.fixture
def es(elasticsearch_url: str, lake: Path, spark: object) -> Iterator[Elasticsearch]:
    made = Elasticsearch(elasticsearch_url)
    a_night.put_night(a_night.documents(24))
    a_night.generation(made, NAME, a_night.documents(24))
    elastic.promote(made, {"trawl": NAME})
    yield made
    elastic.delete(made, NAME)


def counts() -> dict[str, int]:
    [row] = [row for row in ledger.summary("2026-01-03") if row["step"] == "sanity"]
    return {name: row["counts"][name] for name in ("looked_at", "missing", "stale", "ghost")}


def break_it(es: Elasticsearch) -> None:
    es.delete(index=NAME, id="w003")
    es.update(index=NAME, id="w004", doc={"title": "blue hat"})
    es.index(index=NAME, id="nobody", document={"work_id": "nobody"}, refresh=True)


def test_what_is_wrong_is_reported_then_mended(es: Elasticsearch) -> None:
    sanity.main(TODAY)
    assert counts() == {"looked_at": 23, "missing": 0, "stale": 0, "ghost": 0}
    break_it(es)
    sanity.main(TODAY)
    assert counts() == {"looked_at": 23, "missing": 1, "stale": 1, "ghost": 1}
    assert es.exists(index=NAME, id="nobody")  # reported alone
    sanity.main([*TODAY, "--repair"])
    sanity.main([*TODAY, "--all"])
    assert counts() == {"looked_at": 23, "missing": 0, "stale": 0, "ghost": 0}
    mended = es.search(index=NAME, query={"term": {"work_id": "w003"}}, source={"exclude_vectors": False})
    assert len(mended["hits"]["hits"][0]["_source"]["text_vector"]) == 384


def test_an_unfinished_generation_that_somebody_made_live_is_named(es: Elasticsearch) -> None:
    loading.create(es, NAME, MAPPING)
    elastic.promote(es, {"trawl": NAME})
    with pytest.raises(
        generations.NotPromoted, match="live and not complete .*: take the alias from it, run jobs.index"
    ):
        sanity.main(TODAY)


def test_every_document_has_its_night(es: Elasticsearch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sanity, "PART", 5)
    break_it(es)
    seen = []
    for day in range(3, 8):  # five slices, five nights
        sanity.main(["--date", f"2026-01-{day:02d}"])
        seen += [row["counts"] for row in ledger.summary(f"2026-01-{day:02d}")]
    totals = {name: sum(row[name] for row in seen) for name in ("looked_at", "missing", "stale", "ghost")}
    assert totals == {"looked_at": 23, "missing": 1, "stale": 1, "ghost": 1}


def test_a_generation_that_is_wrong_as_a_whole_is_not_mended_piece_by_piece(es: Elasticsearch) -> None:
    a_night.put_night([{**row, "title": "another"} for row in a_night.documents(24)])
    with pytest.raises(sanity.TooMuchWrong, match="'stale': 23.*build anew"):
        sanity.main([*TODAY, "--repair"])
    elastic.delete(es, NAME)
    with pytest.raises(generations.NotPromoted, match="run a build"):
        sanity.main(TODAY)

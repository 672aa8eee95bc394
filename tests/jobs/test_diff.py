"""Two generations side by side."""

import json

import a_night
import pytest
from elasticsearch import Elasticsearch

from jobs import diff, golden
from store import elastic, objects

OLD, NEW = "trawl-20260101-000000", "trawl-20260102-000000"


@pytest.mark.usefixtures("lake")
def test_what_changed_is_counted_and_named(elasticsearch_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diff, "PAGE", 3)
    es, rows = Elasticsearch(elasticsearch_url), a_night.documents()
    a_night.generation(es, OLD, rows[1:])
    rows[2] |= {"title": "blue hat"}
    rows[4] |= {"title": "green hat", "record_count": 2}
    a_night.generation(es, NEW, rows[:9])
    elastic.promote(es, {"trawl": OLD})
    diff.main(["--date", a_night.DATE, "--after", NEW])
    found = json.loads(objects.get_bytes(f"diffs/{OLD}..{NEW}.json") or b"")
    assert [found[name] for name in ("added", "removed", "changed", "same")] == [1, 2, 2, 6]
    assert found["fields"] == [
        {"field": "title", "changed": 2, "works": ["w002", "w004"]},
        {"field": "title_tokens", "changed": 2, "works": ["w002", "w004"]},
        {"field": "record_count", "changed": 1, "works": ["w004"]},
    ]
    for name in (OLD, NEW):
        elastic.delete(es, name)


def test_answers_that_moved_most_come_first() -> None:
    before, after = [[{"work_id": name} for name in names] for names in ("abcd", "bacx")]
    rows = diff.moved([golden.Golden("q", {})], [before], [after])
    assert [(row["work_id"], row["before"], row["after"]) for row in rows] == [
        ("d", 4, None),
        ("x", None, 4),
        ("a", 1, 2),
        ("b", 2, 1),
    ]

"""The drill of docs/drill.md, as it stands there."""

import json
import re
from pathlib import Path
from typing import Any

import a_night
import pytest
from elasticsearch import Elasticsearch

from local import drill, readers
from store import elastic

NAME = "trawl-20260102-000000"
PAGE = (Path(__file__).parents[2] / "docs" / "drill.md").read_text()


def test_the_drill_goes_as_the_page_says(
    elasticsearch_url: str, lake: Path, spark_env: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    es = Elasticsearch(elasticsearch_url)
    with pytest.raises(drill.DrillFailed, match="run a build"):
        drill.main([])
    rows = [a_night.document(n, ("weibo", "taobao")[n % 2], title=f"thing{n} part{n} of{n}") for n in range(30)]
    a_night.put_night(rows)
    a_night.generation(es, NAME, rows)
    elastic.promote(es, {"trawl": NAME})
    before = set(es.indices.get(index="*"))
    drill.main([])
    *told, last = capfd.readouterr().out.strip().splitlines()
    figures = json.loads(last)
    assert figures["failed"] == 0 and figures["requests"] > 100 and figures["generations_seen"] == 3
    assert {"golden queries", "golden queries against live"} <= set(figures["stopped_by"])
    assert figures["letters"] == {"taken": 1}
    headlines = [line for line in told if re.match(r"\d\. ", line)]
    assert headlines == [line.removeprefix("### ") for line in PAGE.splitlines() if line.startswith("### ")]
    assert set(es.indices.get(index="*")) == before and elastic.live(es, "trawl") == [NAME]
    assert not (lake / "trawl-drill").exists()
    elastic.delete(es, NAME)


def test_a_reader_notices_a_missing_index(elasticsearch_url: str) -> None:
    with readers.asking(Elasticsearch(elasticsearch_url), "nowhere-to-be-found") as seen:
        while not seen.failures:
            pass
    assert "nowhere-to-be-found" in seen.failures[0] and not seen.indices
    with pytest.raises(drill.DrillFailed, match="requests failed"):
        drill.report(seen, [], [])

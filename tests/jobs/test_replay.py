"""A dead letter goes where it belongs, once, and never over something newer."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import a_night
import orjson
import pyarrow as pa
import pytest
from elasticsearch import Elasticsearch

from jobs import replay
from schemas.dead_letter import DEAD_LETTER
from schemas.reject import REJECT
from store import dead, elastic, lake, loading
from store.cli import TrawlError

OLD, NEW = "trawl-20260102-000000", "trawl-20260103-000000"
BODIES = {"d1": b'{"work_id":"d1","type":"post","colour":1}', "d2": b'{"work_id":"d2","record_count":"many"}'}
DATE = ["--date", a_night.DATE]


@pytest.fixture
def es(elasticsearch_url: str, lake: Path) -> Iterator[Elasticsearch]:
    made = Elasticsearch(elasticsearch_url)
    a_night.generation(made, OLD, a_night.documents())
    put_letters()
    yield made
    for name in (OLD, NEW):
        elastic.delete(made, name)


def put_letters() -> None:
    rows = [
        {"index": OLD, "ref": ref, "reason": "r", "detail": "d", "status": 400, "attempts": 1, "body_sha256": "x"}
        | {"body": body, "state": "dead"}
        for ref, body in BODIES.items()
    ]
    lake.write(dead.partition(a_night.DATE), [pa.Table.from_pylist(rows, schema=DEAD_LETTER)], DEAD_LETTER)
    lake.write(lake.partition("rejects", step="index", date=a_night.DATE), [], REJECT)


def states() -> dict[str, str]:
    found = lake.read(dead.partition(a_night.DATE), DEAD_LETTER).to_pylist()
    return {row["ref"]: row["state"] for row in found}


def mended(path: Path, **bodies: Any) -> list[str]:
    path.write_text("".join(json.dumps({"ref": ref, "body": body}) + "\n" for ref, body in bodies.items()))
    return [*DATE, "--repaired", str(path)]


def test_what_was_mended_is_taken_and_the_rest_stays_dead(es: Elasticsearch, tmp_path: Path) -> None:
    arguments = mended(tmp_path / "mended", d1={"work_id": "d1", "type": "post"})
    replay.main(arguments)
    assert states() == {"d1": "taken", "d2": "dead"}
    counts = (elastic.mapping(es, OLD) or {})["_meta"]["counts"]
    assert (counts["out"], counts["rejected"]) == (12, 1) == (es.count(index=OLD)["count"], 1)
    rejects = lake.read(lake.partition("rejects", step="index", date=a_night.DATE), REJECT).to_pylist()
    assert [(row["ref"], row["reason"]) for row in rejects] == [("d2", "document_parsing_exception")]
    assert elastic.tally(es, elastic.dead_letters(OLD), "state") == {"dead": 1, "taken": 1}
    replay.main(DATE)  # again, unchanged
    assert states() == {"d1": "taken", "d2": "dead"} and es.count(index=OLD)["count"] == 12


def test_killed_before_it_was_written_down_it_sends_the_same_again(
    es: Elasticsearch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = mended(tmp_path / "mended", d1={"work_id": "d1", "type": "post"})
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(replay, "keep", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        replay.main(arguments)
    assert states() == {"d1": "dead", "d2": "dead"}
    replay.main(arguments)
    assert states() == {"d1": "taken", "d2": "dead"}
    assert (elastic.mapping(es, OLD) or {})["_meta"]["counts"]["out"] == es.count(index=OLD)["count"] == 12


def test_the_live_generation_takes_what_outlived_its_own_but_not_over_something_newer(
    es: Elasticsearch, tmp_path: Path
) -> None:
    a_night.generation(es, NEW, a_night.documents())
    es.index(index=NEW, id="d1", document={"title": "newer"}, version=20260103000, version_type="external")
    elastic.delete(es, OLD)
    elastic.promote(es, {"trawl": NEW})
    replay.main(mended(tmp_path / "mended", d1={"title": "older"}, d2={"title": "late"}))
    assert states() == {"d1": "newer", "d2": "taken"}
    assert [es.get(index=NEW, id=ref)["_source"]["title"] for ref in ("d1", "d2")] == ["newer", "late"]
    assert (elastic.mapping(es, NEW) or {})["_meta"]["counts"]["out"] == es.count(index=NEW)["count"]


def test_what_cannot_be_done_is_said(es: Elasticsearch, tmp_path: Path, capsys: Any) -> None:
    with pytest.raises(TrawlError, match="d9 is not among the dead letters"):
        replay.main(mended(tmp_path / "mended", d9={}))
    (tmp_path / "broken").write_text('{"ref": "d1"}\n')
    with pytest.raises(TrawlError, match="line 1"):
        replay.main([*DATE, "--repaired", str(tmp_path / "broken")])
    replay.main([*DATE, "--show"])
    shown = [orjson.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["ref"], one["reason"], one["body"]) for one in shown] == [
        (ref, "r", orjson.loads(body)) for ref, body in BODIES.items()
    ]
    elastic.delete(es, OLD)
    with pytest.raises(TrawlError, match="gone and nothing is live"):
        replay.main(DATE)
    loading.create(es, OLD, {"properties": {}})
    with pytest.raises(TrawlError, match="not complete: run jobs.index"):
        replay.main(DATE)

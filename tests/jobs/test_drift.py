"""Every document on which a generation and the lake disagree is found, wherever it lies."""

import random
from typing import Any

import a_night
import pytest
from elasticsearch import Elasticsearch, helpers

from jobs import wide
from jobs.drift import PAGE, drift
from store import cli, elastic

NAME = "trawl-20260102-000000"
MANY = 4 * PAGE + 500  # more than a page for every task


@pytest.mark.usefixtures("lake")
def test_missing_stale_and_ghost_in_every_part(elasticsearch_url: str, spark: Any, monkeypatch: Any) -> None:
    es, dice = Elasticsearch(elasticsearch_url), random.Random(5)
    rows = [row | {"text_hash": None, "image_hash": None} for row in a_night.documents(MANY)]
    live = [row["work_id"] for row in rows if row["status"] == "live"]
    a_night.put_night(rows, [])
    a_night.generation(es, NAME, rows)
    described = wide.described(*wide.tables(spark, a_night.DATE)[:2])
    clean = drift(es, NAME, described)
    assert (clean.looked_at, clean.missing, clean.stale, clean.ghost) == (len(live), [], [], [])
    drawn = dice.sample(live, 120)
    gone, changed, moved = set(drawn[:40]), set(drawn[40:80]), set(drawn[80:])
    strange = {f"{dice.choice('aw')}{number}-ghost" for number in range(40)}
    actions = [
        *({"_op_type": "delete", "_id": key} for key in gone),
        *({"_op_type": "update", "_id": key, "doc": {"title": "another"}} for key in changed),
        *({"_op_type": "update", "_id": key, "doc": {"popularity": 0.5}} for key in moved),
        *({"_id": key, "work_id": "w0001"} for key in strange),  # the id is what counts
    ]
    helpers.bulk(es, actions, index=NAME)
    found = drift(es, NAME, described)
    assert (set(found.missing), set(found.stale), set(found.ghost)) == (gone, changed | moved, strange)
    assert (found.looked_at, found.refreshed, found.version) == (len(live), len(moved), 2)
    cut = sorted(live)[1_000], sorted(live)[2_000]
    part = drift(es, NAME, described, among=cut)
    among = {key for key in gone | changed | moved if cut[0] <= key < cut[1]}
    assert part.looked_at == 1_000 and {*part.missing, *part.stale} == among and not strange & {*part.missing}
    monkeypatch.setenv("TRAWL_ELASTICSEARCH_URL", "http://127.0.0.1:1")
    with pytest.raises(cli.TrawlError, match="does not answer at http://127.0.0.1:1"):
        drift(es, NAME, described)
    elastic.delete(es, NAME)

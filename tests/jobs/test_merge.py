"""The merge step: a rule per field, where each came from, and live records before all others."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from a_work import DATE, aligned, day, frame, record
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from jobs import match, merge, merging
from models.content import text_hash
from schemas.document import DOCUMENT
from schemas.identity import IDENTITY
from schemas.record import RECORD
from schemas.work import WORK
from store import lake

SHOP = record(
    "taobao:9",
    type="product",
    title="电水壶 Velora",
    body="短",
    brand="Velora",
    created_at=day(2),
    engagement={"sales": 7, "comments": 3},
    price={"amount": Decimal("99.5000"), "currency": "CNY", "list_amount": None},
    ids={"gtin": "6901234567892"},
    tags=["厨具"],
)
POST = record(
    "weibo:1",
    title="Look",
    body="a much longer body",
    brand="nobody",
    created_at=day(1),
    updated_at=day(3),
    engagement={"likes": 5, "comments": 9},
    ids={"mid": "1", "model": "KX-1"},
    tags=["kettle", "厨具"],
    media=[{"kind": "image", "url": "https://a.example/p"}, {"kind": "image", "url": "u", "sha256": "ab12"}],
)


def merged(spark: SparkSession, *rows: dict[str, Any], night: str = DATE, former: Sequence[str] = ()) -> dict[str, Any]:
    """The document of one work of these records."""
    given = [{name: row[name] for name in RECORD.names} for row in rows]
    records = frame(spark, given, RECORD).withColumn("night", F.lit(night))
    evidence = {row["record_id"]: row.get("evidence", []) for row in rows}
    work = [
        {"record_id": i, "platform": i.partition(":")[0], "work_id": "w1", "evidence": e} for i, e in evidence.items()
    ]
    ids = [{"work_id": i, "since_night": DATE, "leads_to": "w1", "moved_night": None} for i in (*former, "w1")]
    given_works, identities = frame(spark, work, WORK), frame(spark, ids, IDENTITY)
    [document] = merge.merge(records, given_works, identities, until=DATE).collect()
    return document.asDict(recursive=True)


def test_each_field_follows_its_rule_and_says_where_it_came_from(spark: SparkSession) -> None:
    document = merged(spark, SHOP, POST)
    assert list(document) == DOCUMENT.names
    assert (document["title"], document["brand"], document["type"]) == ("电水壶 Velora", "Velora", "product")  # trust
    assert document["body"] == "a much longer body"  # longest
    assert document["created_at"] == datetime(2026, 1, 1) and document["updated_at"] == datetime(2026, 1, 3)
    assert document["engagement"]["comments"] == 9 and document["engagement"]["sales"] == 7  # max, each property
    assert document["tags"] == ["kettle", "厨具"]  # union, the newest record's first
    assert document["price"]["amount"] == Decimal("99.5000")  # only one has it
    assert (document["ids"]["gtin"], document["ids"]["model"]) == ("6901234567892", "KX-1")
    won = {(row["field"], row["record_id"], row["rule"]) for row in document["provenance"]}
    assert {("title", "taobao:9", "trust"), ("body", "weibo:1", "longest"), ("tags", "taobao:9", "union")} <= won
    assert ("engagement.comments", "weibo:1", "max") in won and ("ids.gtin", "taobao:9", "newest") in won


def test_what_concerns_the_whole_work(spark: SparkSession) -> None:
    document = merged(spark, SHOP, POST)
    assert document["platforms"] == ["taobao", "weibo"] and document["record_ids"] == ["taobao:9", "weibo:1"]
    assert (document["record_count"], document["status"], document["why_merged"]) == (2, "live", None)
    assert document["text_hash"] == text_hash("电水壶 Velora", "a much longer body")
    assert (document["title_key"], document["image_hash"]) == ("电水壶 velora", "ab12")
    assert (document["is_stale"], document["stale_days"]) == (False, 0)


def test_live_records_speak_and_dead_ones_only_when_alone(spark: SparkSession) -> None:
    gone = POST | {"status": "deleted", "body": "a very much longer body that nobody can read any more"}
    document = merged(spark, SHOP, gone)
    assert (document["status"], document["body"], document["platforms"]) == ("live", "短", ["taobao"])
    assert document["record_ids"] == ["taobao:9", "weibo:1"]
    assert merged(spark, gone)["status"] == "deleted"


def test_an_old_partition_shows(spark: SparkSession) -> None:
    document = merged(spark, POST, night="2026-01-01")
    assert (document["is_stale"], document["stale_days"]) == (True, 2)


def test_why_merged_names_each_edge_once(spark: SparkSession) -> None:
    why = {"kind": "gtin", "value": "0690", "score": 0.998}
    like = {"kind": "text", "value": None, "score": 0.871}
    look = {"kind": "picture", "value": "ab12", "score": 0.75}
    rows = [
        SHOP | {"evidence": [{"other_id": "weibo:1", **why}]},
        POST | {"evidence": [{"other_id": "taobao:9", **why}, {"other_id": "youtube:5", **like}]},
        record("youtube:5") | {"evidence": [{"other_id": "weibo:1", **like}, {"other_id": "youtube:6", **look}]},
        record("youtube:6") | {"evidence": [{"other_id": "youtube:5", **look}]},
    ]
    said = "taobao:9 and weibo:1 share gtin 0690, 1.00; weibo:1 and youtube:5 are alike in text, 0.87"
    said += "; youtube:5 and youtube:6 show the same picture, 0.75"
    assert merged(spark, *rows)["why_merged"] == said


def test_why_merged_says_that_a_person_decided(spark: SparkSession) -> None:
    said = {"kind": "same", "value": "mei, 2026-01-02: one kettle", "score": 1.0}
    parted = {"kind": "apart", "value": "mei, 2026-01-02: a parody", "score": 0.0}
    rows = [
        SHOP | {"evidence": [{"other_id": "weibo:1", **said}]},
        POST | {"evidence": [{"other_id": "taobao:9", **said}, {"other_id": "rss:5", **parted}]},
        record("youtube:5") | {"evidence": [{"other_id": "taobao:9", "kind": "stayed", "value": None, "score": 1.0}]},
    ]
    assert merged(spark, *rows)["why_merged"] == (
        "taobao:9 and weibo:1 are the same: mei, 2026-01-02: one kettle; "
        "weibo:1 is kept apart from rss:5: mei, 2026-01-02: a parody; "
        "youtube:5 is gone and stays with taobao:9, with which it was before"
    )


def test_ids_from_before_lead_to_the_document(spark: SparkSession) -> None:
    assert merged(spark, SHOP, former=["w9", "w3"])["former_ids"] == ["w3", "w9"]
    assert merged(spark, SHOP)["former_ids"] is None


def test_ties_go_to_the_smaller_record_whatever_the_order(spark: SparkSession) -> None:
    rows = [record(f"weibo:{n}", url=f"u{n}", title=f"t{n}", body="same", tags=[f"g{n}"]) for n in range(4)]
    first = merged(spark, *rows)
    assert first == merged(spark, *reversed(rows)) == merged(spark, rows[2], rows[0], rows[3], rows[1])
    assert (first["url"], first["tags"]) == ("u0", ["g0", "g1", "g2", "g3"])


def test_popularity_is_the_rank_on_its_platform(spark: SparkSession) -> None:
    counts = [None, {"likes": 0}, {"likes": 5}, {"likes": 5_000, "views": None}]
    rows = [record(f"weibo:{n}", engagement=count) for n, count in enumerate(counts)] + [record("rss:1")]
    standing = merging.standing(frame(spark, rows, RECORD).withColumn("night", F.lit(DATE)), until=DATE)
    shares = {row["record_id"]: row["popularity"] for row in standing.collect()}
    assert shares == {"weibo:0": None, "weibo:1": 0, "weibo:2": 500_000, "weibo:3": 1_000_000, "rss:1": None}


@pytest.mark.usefixtures("lake", "spark")
def test_a_second_run_writes_the_same_bytes() -> None:
    aligned([SHOP, POST, record("rss:3", title="Another thing")])
    match.main(["--date", DATE])
    merge.main(["--date", DATE])
    path = lake.partition("documents", step="merge", date=DATE)
    first = lake.must(path)
    merge.main(["--date", DATE])
    assert lake.must(path) == first and first.rows == 3

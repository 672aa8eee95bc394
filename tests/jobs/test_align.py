"""Nights fold into standing records; whatever is wrong with an item costs that item alone."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from jobs import align, deletions, parse, standing
from jobs.platforms import Page, Policy, Reject, Request
from schemas.derive import spark_schema
from schemas.record import RECORD
from store import cli

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PAGE = Page(Request("http://127.0.0.1/"), 200, "application/json", NOW, b"", "pages/x#0")
ITEM = {"native_id": "7", "type": "post", "body": "现在 hello", "url": "https://a.example/x?utm_source=1&b=2#top"}


def read(*items: Any) -> dict[str, Any]:
    """The last row of each kind."""
    reading = parse.Reading("weibo", Policy(tier="C", license="own"), {"https://a.example/p.png": "ab12"}, None)
    batch = parse._checked(reading, [(item, PAGE, 0, place) for place, item in enumerate(items)])
    return {parsed.kind: parsed.rows.to_pylist()[-1] for parsed in batch.parsed}


def test_an_item_becomes_a_record() -> None:
    record = read({**ITEM, "media": [{"kind": "image", "url": "https://a.example/p.png"}]})["record"]
    assert record["record_id"] == "weibo:7" and record["status"] == "live" and record["raw_ref"] == "pages/x#0"
    assert record["canonical_url"] == "https://a.example/x?b=2"
    assert record["media"][0]["sha256"] == "ab12"
    assert set(record) == set(RECORD.names)


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({**ITEM, "native_id": ""}, "no id"),
        ({**ITEM, "body": None}, "no title and no body"),
        ({**ITEM, "type": "tweet"}, "unknown type or status"),
        ({**ITEM, "colour": "red"}, "unknown field"),
        ({**ITEM, "created_at": "yesterday"}, "wrong type"),
        ({**ITEM, "engagement": {"likes": 2**70}}, "wrong type"),
        ({"event": {"event_id": "e", "action": "view"}}, "missing field"),
        (Reject("not JSON", "<html>"), "not JSON"),
    ],
)
def test_a_bad_item_is_rejected_with_its_reason(item: Any, reason: str) -> None:
    reject = read(item)["reject"]
    assert reject["reason"] == reason and reject["ref"] == "pages/x#0" and reject["platform"] == "weibo"


def test_what_no_store_takes_is_cleaned_away() -> None:
    record = read(ITEM, {**ITEM, "title": "a\0b\ud800c", "tags": ["x\0"], "author": {"name": "", "id": "7"}})["record"]
    assert record["title"] == "ab?c" and record["tags"] == ["x"]
    assert record["author"]["name"] is None and record["author"]["id"] == "7"


def test_an_event_is_cleaned_too() -> None:
    event = {"event_id": "e", "user_id": "u", "action": "view", "occurred_at": NOW, "query": "red\0 shoe"}
    assert read({"event": event})["event"]["query"] == "red shoe"


def test_a_new_count_is_not_a_new_content() -> None:
    first = read({**ITEM, "engagement": {"likes": 1}})["record"]
    second = read({**ITEM, "engagement": {"likes": 2}})["record"]
    third = read({**ITEM, "body": "other"})["record"]
    assert first["content_hash"] == second["content_hash"] != third["content_hash"]


Seen = tuple[str, str, str, str, str | None, str, int, int, int]


def seen(
    night: str, *ids: str, page: int = 0, file: str = "f", status: str | None = "live", kind: str = "record"
) -> list[Seen]:
    return [("weibo", night, kind, f"weibo:{id}", status, file, page, 0, 0) for id in ids]


def stand(spark: Any, found: list[Seen], *, whole: str) -> dict[str, tuple[str, str]]:
    frame = spark.createDataFrame(found, spark_schema(parse.SEEN)).selectExpr("*", "kind as piece", "0 as task")
    kept = standing.standing(frame, {"weibo": whole} if whole else {}).collect()
    return {row["key"].removeprefix("weibo:"): (row["status"], row["file"]) for row in kept}


def test_the_last_page_that_showed_an_item_counts(spark: Any) -> None:
    found = seen("1", "a", file="old") + seen("2", "a", file="new", page=1) + seen("2", "a", file="first", page=0)
    assert stand(spark, found, whole="2") == {"a": ("live", "new")}


def test_what_a_sweep_did_not_show_is_gone_but_a_feed_only_forgets(spark: Any) -> None:
    found = seen("1", "a", "b") + seen("1", "c", status="deleted") + seen("2", "b")
    assert stand(spark, found, whole="2") == {"a": ("gone", "f"), "b": ("live", "f"), "c": ("deleted", "f")}
    assert stand(spark, found, whole="")["a"] == ("live", "f")


def test_a_night_with_an_unreadable_page_is_no_sweep(spark: Any) -> None:
    pages = [("1", 0, "read"), ("1", 1, "read"), ("2", 0, "read"), ("2", 1, None)]
    rows = [
        (name, night, "page", None, status, None, page, None, None)
        for name in ("taobao", "rss")
        for night, page, status in pages
    ]
    parsed = spark.createDataFrame(rows, spark_schema(parse.SEEN))
    told = standing.told(parsed).collect()
    assert standing.swept(told, {"taobao": ["1", "2"], "rss": []}) == {"taobao": "1"}
    assert standing.swept([row for row in told if row["night"] == "2"], {"taobao": ["1", "2"]}) == {}
    assert standing.swept(told, {"taobao": ["2"]}) == {}  # a night of dropped files alone is no sweep


def test_a_platform_that_would_lose_too_much_is_told(spark: Any) -> None:
    before = seen("", *map(str, range(30)))
    now = seen("1", *map(str, range(7)), status="gone") + seen("1", *map(str, range(7, 30)))
    frames = [spark.createDataFrame(found, spark_schema(parse.SEEN)) for found in (before, now)]
    assert standing.losses(*frames) == {"weibo": (30, 7)}
    assert list(deletions.refused({"weibo": (30, 7), "taobao": (30, 6), "rss": (19, 19)})) == ["weibo"]


def test_raw_files_are_recognised_and_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.json").write_text('{"statuses": [{"mid": "7", "text": "hello", "user": {"id": 1}}, {"mid": "8"}]}')
    (tmp_path / "empty.json").write_text('{"statuses": [], "total_number": 0}')
    (tmp_path / "README.md").write_text("about")
    align.main(["--payload", str(tmp_path)])
    shown = capsys.readouterr()
    [line] = shown.out.splitlines()
    assert json.loads(line)["record_id"] == "weibo:7"
    assert "a.json: weibo: 1 items; rejected no text" in shown.err and "empty.json: weibo: no items" in shown.err


def test_a_file_of_nobodys_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.bin").write_bytes(b"\x00\x01\x02")
    with pytest.raises(cli.TrawlError, match="1 files"):
        align.main(["--payload", str(tmp_path / "a.bin")])
    assert "name its platform with --platform" in capsys.readouterr().err


def test_personal_data_is_hidden_where_the_policy_says_so() -> None:
    item = {**ITEM, "body": "write to someone@mail.example or call 13812345678"}
    for masks, body in ((True, "write to *** or call ***"), (False, item["body"])):
        reading = parse.Reading("weibo", Policy(tier="C", license="own", masks=masks), {}, None)
        assert reading.outcome(item, PAGE)["record"]["body"] == body

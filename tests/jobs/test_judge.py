"""What people decide of records: it wins over the matcher, on every later night, and is said."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from a_work import DATE, aligned, record

from jobs import judge, match, merge, rulings
from models.identity import work_id
from schemas.document import DOCUMENT
from schemas.identity import IDENTITY
from schemas.reject import REJECT
from schemas.work import WORK
from store import cli, lake, ledger, objects

NEXT = "2026-01-04"
GTIN = {"gtin": "6901234567892"}
ROWS = [
    record("taobao:9", type="product", title="电水壶 新款", ids=GTIN),
    record("weibo:1", body="今天买了一个电水壶 条码：6901234567892", ids=GTIN),
    record("rss:3", title="Kettle test", body="A kettle."),
    record("youtube:5", title="Snow on the lake", ids={"gtin": "6901234567908"}),
]
BY = ("--by", "mei", "--why", "looked")
pytestmark = pytest.mark.usefixtures("lake", "spark")


def night(date: str = DATE, rows: list[dict[str, Any]] = ROWS) -> dict[str, str]:
    """The work of every record after match and merge."""
    aligned(rows)
    match.main(["--date", date])
    merge.main(["--date", date])
    table = lake.read(lake.partition("works", date=date), WORK)
    return dict(zip(table["record_id"].to_pylist(), table["work_id"].to_pylist(), strict=True))


def document(date: str, of: str) -> dict[str, Any]:
    rows = lake.read(lake.partition("documents", step="merge", date=date), DOCUMENT).to_pylist()
    [found] = [row for row in rows if of in row["record_ids"]]
    return found


def refused(date: str) -> dict[str, str]:
    rows = lake.read(lake.partition("rejects", step="match", date=date), REJECT).to_pylist()
    return {row["ref"]: row["reason"] for row in rows}


def test_a_wrong_merge_is_split_stays_split_and_the_old_id_still_leads_somewhere() -> None:
    before = night()
    assert before["taobao:9"] == before["weibo:1"] == work_id("taobao:9")
    judge.main(["split", "weibo:1", *BY])
    after = night(NEXT)
    assert (after["taobao:9"], after["weibo:1"]) == (work_id("taobao:9"), work_id("weibo:1"))
    assert night("2026-01-05") == after
    assert "weibo:1 is kept apart from taobao:9: mei, " in document(NEXT, "weibo:1")["why_merged"]
    assert ": looked" in document(NEXT, "taobao:9")["why_merged"]
    judge.main(["open", "weibo:1", "taobao:9", *BY])
    assert night("2026-01-06") == before
    assert document("2026-01-06", "weibo:1")["former_ids"] == [work_id("weibo:1")]
    ids = lake.read(lake.partition("identities", date="2026-01-06"), IDENTITY).to_pylist()
    [moved] = [row for row in ids if row["leads_to"] != row["work_id"]]
    assert (moved["leads_to"], moved["moved_night"], moved["since_night"]) == (before["weibo:1"], "2026-01-06", NEXT)


def test_a_person_joins_what_identifiers_keep_apart() -> None:
    before = night()
    judge.main(["same", "youtube:5", "rss:3", "taobao:9", *BY])
    after = night(NEXT)
    assert before["rss:3"] != before["youtube:5"] != before["taobao:9"]
    assert after["rss:3"] == after["youtube:5"] == after["taobao:9"] == after["weibo:1"]
    said = document(NEXT, "rss:3")["why_merged"]
    assert "rss:3 and youtube:5 are the same: mei, " in said and "taobao:9 and weibo:1 share gtin" in said


def test_what_cannot_be_followed_is_told_and_ends_nothing(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    def line(first: str, second: str, ruling: str) -> str:
        row = {"first": first, "second": second, "ruling": ruling, "by": "mei", "at": DATE, "why": "w"}
        return json.dumps(row)

    lines = [line("rss:3", "taobao:9", "same"), line("rss:3", "weibo:1", "same"), line("weibo:1", "taobao:9", "apart")]
    objects.put_bytes(rulings.PATH, "\n".join([*lines, line("rss:3", "rss:404", "same"), "{", "[]"]).encode())
    with caplog.at_level(logging.WARNING):
        found = night()
    assert found["taobao:9"] != found["weibo:1"] and found["rss:3"] == found["taobao:9"]
    assert refused(DATE) == {
        "rss:3 same rss:404": "unknown record",
        "rss:3 same weibo:1": "contradiction",
        "rulings.jsonl:5": "unreadable ruling",
        "rulings.jsonl:6": "unreadable ruling",
    }
    assert "there is no rss:404 (mei, 2026-01-03: w)" in caplog.text
    [step] = [row for row in ledger.summary(DATE) if row["step"] == "match"]
    assert step["counts"]["rejected"] == 4


def test_no_ruling_brings_what_is_private_to_others() -> None:
    rows = [*ROWS, record("tuya:1", type="device", title="电水壶", tenant="home", scope="tenant")]
    aligned(rows)
    objects.put_bytes(rulings.PATH, f"{rulings.Ruling('rss:3', 'tuya:1', 'same', 'mei', DATE, 'w').line}\n".encode())
    found = night(rows=rows)
    assert found["rss:3"] != found["tuya:1"] and refused(DATE) == {"rss:3 same tuya:1": "private"}


def test_the_command_refuses_what_it_does_not_know(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(cli.TrawlError, match="run jobs.match first"):
        judge.main(["same", "rss:3", "rss:4", *BY])
    night()
    with pytest.raises(cli.TrawlError, match="no record rss:4"):
        judge.main(["same", "rss:3", "rss:4", *BY])
    with pytest.raises(cli.TrawlError, match="nothing to decide"):
        judge.main(["split", "rss:3", *BY])
    (tmp_path / "bad.jsonl").write_text('{"first": "rss:3"}\n')
    with pytest.raises(cli.TrawlError, match="line 1 is no ruling"):
        judge.main(["take", str(tmp_path / "bad.jsonl")])
    judge.main(["apart", "rss:3", "taobao:9", *BY])
    (tmp_path / "good.jsonl").write_text(rulings.stored())
    judge.main(["take", str(tmp_path / "good.jsonl")])
    judge.main(["list"])
    assert capsys.readouterr().out.count('"ruling": "apart"') == 2


def test_a_tombstone_stays_in_its_work_and_the_work_keeps_its_id() -> None:
    before = night()
    gone = {"status": "gone", "ids": None, "title": None, "body": None}
    rows = [row | gone if row["record_id"] == "taobao:9" else row for row in ROWS]
    assert night(NEXT, rows) == before
    shown = document(NEXT, "weibo:1")
    assert (shown["status"], shown["platforms"]) == ("live", ["weibo"])
    assert shown["why_merged"] == "taobao:9 is gone and stays with weibo:1, with which it was before"

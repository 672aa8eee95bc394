"""Ten nights of a small world that grows, changes and forgets: ids go on, and what is built again is the same."""

import random
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from a_work import aligned, day, record

from jobs import match, merge
from schemas.identity import IDENTITY
from schemas.work import WORK
from store import lake

NIGHTS = [f"2026-01-{number:02}" for number in range(1, 11)]
MERGED = {NIGHTS[0], NIGHTS[4], NIGHTS[9]}  # no night's documents are made of an earlier night's
PLATFORMS = ("weibo", "taobao", "rss", "youtube")
GONE = {"status": "gone", "title": None, "body": None, "ids": None}
Rows = dict[str, dict[str, Any]]

pytestmark = pytest.mark.usefixtures("lake", "spark")


def appearance(thing: int, platform: str, number: int) -> dict[str, Any]:
    said = f"Kettle {thing * 7919} of maker {thing * 104729}: {thing * 31} grams, {thing * 17} degrees after {thing * 13} s"
    ids = {"gtin": f"69012345{thing:05}"} if platform in ("weibo", "taobao") else None
    return record(f"{platform}:{number:03}", title=said, body=f"{said}, {platform}", ids=ids, created_at=day(1))


def told(night: int, before: Rows, dice: random.Random) -> Rows:
    """The standing records of a night: some new, some changed, some gone; new ones may sort before all others."""
    rows = dict(before)
    for thing in range(night * 2, night * 2 + 4):
        for platform in dice.sample(PLATFORMS, 2):
            made = appearance(thing, platform, (997 - 37 * (len(rows) + 1)) % 1000)
            rows[made["record_id"]] = made
    for record_id in dice.sample(sorted(before), len(before) // 8):
        rows[record_id] = rows[record_id] | dice.choice((GONE, {"body": "now something else", "title": "changed"}))
    return rows


def works(night: str) -> dict[str, str]:
    table = lake.read(lake.partition("works", date=night), WORK)
    return dict(zip(table["record_id"].to_pylist(), table["work_id"].to_pylist(), strict=True))


def leads(night: str) -> dict[str, str | None]:
    table = lake.read(lake.partition("identities", date=night), IDENTITY)
    return dict(zip(table["work_id"].to_pylist(), table["leads_to"].to_pylist(), strict=True))


def made(night: str) -> list[Any]:
    paths = [f"identities/date={night}", f"works/date={night}"]
    paths += [f"documents/step=merge/date={night}"] if night in MERGED else []
    return [lake.must(path).files for path in paths]


def build(night: str) -> None:
    match.main(["--date", night])
    if night in MERGED:
        merge.main(["--date", night])


@pytest.fixture
def nights() -> list[Rows]:
    """The standing records of each night, all built."""
    dice, rows, found = random.Random(5), dict[str, Any](), list[Rows]()
    for number, night in enumerate(NIGHTS):
        rows = told(number, rows, dice)
        found.append(rows)
        aligned(list(rows.values()), nights=dict.fromkeys(PLATFORMS, night))
        build(night)
    return found


def test_ten_nights(nights: list[Rows], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ids_go_on()
    before = {night: made(night) for night in NIGHTS}
    build(NIGHTS[-1])
    assert made(NIGHTS[-1]) == before[NIGHTS[-1]]  # a full run over the standing records, and the night before
    monkeypatch.setenv("TRAWL_HOME", str(tmp_path / "again"))
    for night, rows in zip(NIGHTS, nights, strict=True):
        aligned(list(rows.values()), nights=dict.fromkeys(PLATFORMS, night))
        build(night)
    assert {night: made(night) for night in NIGHTS} == before


def ids_go_on() -> None:
    """A work whose records are the same or more has yesterday's id; every old id leads to who holds most of its records."""
    ever = set[str]()
    for earlier, later in zip(NIGHTS, NIGHTS[1:], strict=False):
        old, new, where = works(earlier), works(later), leads(later)
        ever |= set(old.values())
        assert ever <= set(where) and set(where.values()) <= {*new.values(), None}
        held = defaultdict[str, list[str]](list)
        for record_id, work_id in old.items():
            held[work_id].append(new[record_id])
        for work_id, followers in held.items():
            assert where[work_id] in followers
            fresh = set(followers) - set(old.values())
            assert len(set(followers)) > 1 or not fresh  # who stayed together is no new work
    assert sum(value != key for key, value in leads(NIGHTS[-1]).items()) > 0

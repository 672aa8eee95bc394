"""The dedup step: who is whose duplicate, who survives, and who must stay apart."""

from typing import Any

import opencc
import pytest
from a_work import DATE, aligned, day, record

from jobs import dedup, match, merge
from schemas.document import DOCUMENT
from store import lake

TEXT = (
    "周末去了趟江边的旧仓库，现在改成了三层的书店。一楼卖咖啡和明信片，二楼全是绝版的摄影集，三楼的露台能看见对岸的灯塔。"
    "店员说他们从旧船厂收来了四十张橡木桌，每张桌子底下都刻着船的名字。我们坐的那张叫海鸥七号，桌角还留着螺丝孔。"
    "傍晚风大，翻书要用镇纸压住。临走买了一本关于灯塔看守人的小册子，封底印着潮汐表，今年的还没过期。"
)
OTHER = (
    "A kettle that beeps is a kettle that wakes the house, so I opened mine. Six screws, one ribbon cable, and a buzzer "
    "the size of a coin glued over the board. A drop of solder on the pad silences it without touching the safety cut-off."
)


def post(name: str, body: str, number: int = 1, **fields: Any) -> dict[str, Any]:
    return record(f"weibo:{name}", body=body, created_at=day(number), **fields)


def duplicates(*rows: dict[str, Any]) -> dict[str, tuple[str | None, float | None]]:
    """(survivor's smallest record, similarity) of every document, named by its smallest record."""
    aligned(list(rows))
    for step in (match, merge, dedup):
        step.main(["--date", DATE])
    documents = lake.read(lake.partition("documents", step="dedup", date=DATE), DOCUMENT).to_pylist()
    names = {document["work_id"]: document["record_ids"][0] for document in documents}
    return {
        names[d["work_id"]]: (d["duplicate_of"] and names[d["duplicate_of"]], d["duplicate_similarity"])
        for d in documents
    }


@pytest.mark.usefixtures("lake", "spark")
def test_copies_point_to_the_original_and_nothing_is_dropped() -> None:
    rows = [
        post("b", TEXT),
        post("a1", f"值得一看//@某人:{TEXT}", 2, relations=["repost_of:weibo:b"]),
        post("a2", TEXT[: int(len(TEXT) * 0.8)], 3),
        post("a3", opencc.OpenCC("s2t").convert(TEXT), 4),
        post("a4", TEXT.replace("旧仓库", "老库房").replace("傍晚", "黄昏").replace("临走", "走时"), 5),
        post("z", OTHER),
    ]
    found = duplicates(*rows)
    assert {name: of for name, (of, _) in found.items()} == {
        "weibo:b": None,
        "weibo:z": None,
        **{f"weibo:a{n}": "weibo:b" for n in (1, 2, 3, 4)},
    }
    similar = {name: similarity for name, (of, similarity) in found.items() if of}
    assert similar["weibo:a3"] == 1 and all(0.7 <= value <= 1 for value in similar.values() if value is not None)


@pytest.mark.usefixtures("lake", "spark")
def test_siblings_short_texts_and_the_dead_stay_apart() -> None:
    rows = [
        post("1", TEXT, ids={"gtin": "6901234567892"}),
        post("2", TEXT, ids={"gtin": "6901234567908"}),
        post("3", OTHER, status="deleted"),
        post("4", OTHER),
        post("5", "真好看"),
        post("6", "真好看", 2),
        post("7", "真好看呀"),
    ]
    rows.append(record("confluence:8", body=TEXT, created_at=day(1), scope="tenant", tenant="home"))
    found = {name: of for name, (of, _) in duplicates(*rows).items()}
    assert [name for name, of in found.items() if of] == ["weibo:6"] and found["weibo:6"] == "weibo:5"


@pytest.mark.usefixtures("lake", "spark")
def test_a_second_run_writes_the_same_bytes() -> None:
    duplicates(post("1", TEXT), post("2", TEXT, 2), post("3", OTHER))
    first = lake.must(lake.partition("documents", step="dedup", date=DATE))
    dedup.main(["--date", DATE])
    assert lake.must(lake.partition("documents", step="dedup", date=DATE)) == first


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"status": "live"}, {"status": "deleted", "record_count": 9}),
        ({"is_repost": False}, {"is_repost": True, "record_count": 9}),
        ({"record_count": 2}, {"record_count": 1, "popularity": 0.9}),
        ({"popularity": 0.2}, {"popularity": None, "created_at": day(1)}),
        ({"created_at": day(1)}, {"created_at": day(2)}),
        ({"created_at": day(1)}, {"created_at": None}),
    ],
)
def test_the_survivor_is_chosen_in_the_order_of_the_rule(better: dict[str, Any], worse: dict[str, Any]) -> None:
    plain = {
        "status": "live",
        "is_repost": False,
        "record_count": 1,
        "popularity": 0.1,
        "created_at": day(1),
        "ids": None,
        "tenant": None,
    }
    known = {"w2": plain | better | {"work_id": "w2"}, "w1": plain | worse | {"work_id": "w1"}}
    assert dedup.survivors(known, [("w1", "w2", 0.8)]) == [("w1", "w2", 0.8)]


def test_equals_go_by_the_smaller_work() -> None:
    plain = {
        "status": "live",
        "is_repost": False,
        "record_count": 1,
        "popularity": None,
        "created_at": None,
        "ids": None,
        "tenant": None,
    }
    known = {name: plain | {"work_id": name} for name in ("w3", "w1", "w2")}
    linked = [("w1", "w3", 0.7), ("w2", "w3", 0.9)]
    assert dedup.survivors(known, linked) == [("w2", "w1", 0.9), ("w3", "w1", 0.9)]


def test_a_hot_band_stays_connected_without_all_its_pairs() -> None:
    ids = [f"r{n:04d}" for n in range(500)]
    pairs = list(dedup.paired(ids))
    assert len(pairs) < 2 * len(ids) and {second for _, second in pairs} == set(ids[1:])

"""The dedup step: who is whose duplicate, who survives, and who must stay apart."""

from typing import Any

import opencc
import pyarrow as pa
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


KNOWN = pa.schema(
    [
        ("record", pa.int64()),
        ("work_id", pa.string()),
        ("tenant", pa.string()),
        ("is_repost", pa.bool_()),
        ("is_dead", pa.bool_()),
        ("record_count", pa.int64()),
        ("popularity", pa.float64()),
        ("created_at", pa.timestamp("us", "UTC")),
        *((kind, pa.string()) for kind in dedup.KINDS),
    ]
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
def test_a_repost_of_an_earlier_date_and_what_is_less_known_do_not_survive() -> None:
    rows = [
        post("1", TEXT, 1, relations=["link:weibo:9", "repost_of:weibo:2"]),
        post("2", TEXT, 2, relations=["reply_to:weibo:9"]),
        post("3", OTHER, 1),
        post("4", OTHER, 2, ids={"doi": "10.1/x"}),
        record("zhihu:4", body=OTHER, created_at=day(3), ids={"doi": "10.1/x"}),  # of one work with weibo:4
    ]
    found = {name: of for name, (of, _) in duplicates(*rows).items()}
    assert found == {"weibo:2": None, "weibo:1": "weibo:2", "weibo:4": None, "weibo:3": "weibo:4"}


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


def known(**works: dict[str, Any]) -> pa.Table:
    """What `described` says of works of one record each, whose number is the last figure of the name."""
    plain = {"is_repost": False, "is_dead": False, "record_count": 1, "popularity": 0.1, "created_at": day(1)}
    nothing = dict.fromkeys(dedup.KINDS)
    rows = [
        {"record": int(name[-1]), "work_id": name, "tenant": "public", **plain, **nothing, **fields}
        for name, fields in works.items()
    ]
    return pa.Table.from_pylist(rows, schema=KNOWN)


def linked(*links: tuple[int, int, float]) -> pa.Table:
    names = ("first", "second", "similarity")
    table = pa.table({name: [link[place] for link in links] for place, name in enumerate(names)})
    return table.append_column("medium", pa.array(["text"] * len(links), pa.string()))


def found(known: pa.Table, linked: pa.Table) -> list[tuple[Any, ...]]:
    return [tuple(row.values())[:3] for row in dedup.families(known, linked).to_pylist()]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({}, {"is_dead": True, "record_count": 9}),
        ({}, {"is_repost": True, "record_count": 9}),
        ({"record_count": 2}, {"popularity": 0.9}),
        ({"popularity": 0.2}, {"popularity": None}),
        ({"created_at": day(1)}, {"created_at": day(2)}),
        ({"created_at": day(1)}, {"created_at": None}),
    ],
)
def test_the_survivor_is_chosen_in_the_order_of_the_rule(better: dict[str, Any], worse: dict[str, Any]) -> None:
    assert found(known(w2=better, w1=worse), linked((1, 2, 0.8))) == [("w1", "w2", 0.8)]


def test_equals_go_by_the_smaller_work_and_a_family_keeps_its_strongest_links() -> None:
    assert found(known(w3={}, w1={}, w2={}), linked((1, 3, 0.7), (2, 3, 0.9))) == [("w2", "w1", 0.9), ("w3", "w1", 0.9)]


def test_siblings_stay_apart_through_whoever_is_like_both() -> None:
    works = known(w1={"gtin": "1"}, w2={"gtin": "2"}, w3={})
    assert found(works, linked((1, 2, 1.0), (1, 3, 0.8), (2, 3, 0.9))) == [("w3", "w2", 0.9)]


def test_records_of_one_work_are_no_duplicates() -> None:
    rows = known(w1={}, w2={}).to_pylist()
    table = pa.Table.from_pylist([row | {"work_id": "w1"} for row in rows], schema=KNOWN)
    assert found(table, linked((1, 2, 1.0))) == []


@pytest.mark.usefixtures("lake", "spark")
def test_no_text_is_no_family() -> None:
    said = [None, "", "-", "N/A", "n/a", "暂无", "……", "😀😀", "https://a.example/1"]
    rows = [post(f"{n}{title}", body, title=title) for n, body in enumerate(said) for title in (None, "暂无")]
    assert not any(of for of, _ in duplicates(*rows).values())


def test_a_large_family_is_told() -> None:
    table = dedup.families(known(w1={}, w2={}, w3={}), linked((1, 2, 0.9), (2, 3, 0.9)))
    assert dedup.largest(table) == (3, "w1") and dedup.largest(table.slice(0, 0)) == (0, None)

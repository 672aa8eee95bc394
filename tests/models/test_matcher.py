"""Works out of records: what joins, what must stay apart, and that nothing hangs on the order of rows."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from models import bags, identity, keys, likeness, matcher, picture_hash, pieces
from schemas.record import RECORD

SHAPE = pa.schema([RECORD.field(name).remove_metadata() for name in pieces.COLUMNS])
PARTS = "copper garden river signal morning bridge paper winter market stone camera kitchen 山顶 电池 数据 镜头 运动".split()
START = datetime(2026, 1, 1, tzinfo=UTC)


def record(record_id: str, title: str | None, body: str | None = None, **fields: Any) -> dict[str, Any]:
    platform = record_id.partition(":")[0]
    given = {"record_id": record_id, "platform": platform, "title": title, "body": body}
    return {name: None for name in pieces.COLUMNS} | given | fields


def noise(count: int = 60) -> list[dict[str, Any]]:
    """Records that are nobody's work but their own."""
    dice = random.Random(3)
    said = [" ".join(f"{dice.choice(PARTS)} {dice.randrange(9999)}" for _ in range(20)) for _ in range(count)]
    return [record(f"{('weibo', 'rss', 'youtube')[n % 3]}:n{n:03d}", text[:40], text) for n, text in enumerate(said)]


def matched(rows: Sequence[dict[str, Any]], chunk: int = 7) -> dict[str, str]:
    """Smallest record of the work of every record."""
    batch = pa.RecordBatch.from_pylist(list(rows), schema=SHAPE)
    table = pa.Table.from_batches([pieces.pieces(batch)]).sort_by("record_id")
    bag = {name: bags.of(table[name].combine_chunks()) for name in pieces.BAGS.names}
    records, size = likeness.corpus(table, **bag), len(table)
    proposed = [matcher.propose(records, at, min(at + chunk, size)) for at in range(0, size, chunk)]
    shared, _ = keys.shared_keys(table, table["picture"])
    found = matcher.match(table, records, np.concatenate([np.empty(0, matcher.PAIR), *proposed]), shared)
    names = table["record_id"].to_pylist()
    return {name: names[root] for name, root in zip(names, found.roots.tolist(), strict=True)}


def works(rows: Sequence[dict[str, Any]]) -> set[frozenset[str]]:
    """The works of more than one record."""
    root = matched([*rows, *noise()])
    groups = {name: frozenset(other for other in root if root[other] == name) for name in root.values()}
    return {group for group in groups.values() if len(group) > 1}


REVIEW = (
    "Two weeks with the Velora kettle: the lid closes at 371 grams of force, the base stays at 62 degrees "
    "after 940 seconds, and the handle took 45 drops before the paint cracked."
)
OTHERWISE = (
    "Velora kettle, long test. 371 grams close the lid, 62 degrees at the base after 940 seconds, 45 drops survived."
)
CHINESE = "实测 Velora 电水壶两周：盖子合上需要371克的力，940秒之后底座只有62度，摔了45次手柄才掉漆。"


def test_one_thing_in_other_words_is_one_work() -> None:
    assert works([record("rss:1", "The Velora kettle", REVIEW), record("youtube:2", "Velora kettle", OTHERWISE)]) == {
        frozenset({"rss:1", "youtube:2"})
    }


def test_names_and_numbers_join_across_languages() -> None:
    rivals = [
        record(f"weibo:x{n}", None, f"实测 Zumona 台灯：亮度{n * 37}流明，功率{n * 11}瓦，线长{n * 7}米。")
        for n in range(5)
    ]
    assert works([record("rss:1", "The Velora kettle", REVIEW), record("weibo:2", None, CHINESE), *rivals]) == {
        frozenset({"rss:1", "weibo:2"})
    }


@pytest.mark.parametrize(
    ("kind", "value"), [("gtin", "6901234567892"), ("doi", "10.1000/abc"), ("isbn", "9780306406157")]
)
def test_a_shared_identifier_joins_what_text_does_not(kind: str, value: str) -> None:
    rows = [record("rss:1", "A kettle", ids={kind: value}), record("taobao:2", "电水壶 新款", ids={kind: value})]
    assert works(rows) == {frozenset({"rss:1", "taobao:2"})}


@pytest.mark.parametrize(
    ("kind", "values"), [("gtin", ("6901234567892", "6901234567908")), ("model", ("KX-1", "KX-2"))]
)
def test_different_identifiers_stay_apart_however_alike(kind: str, values: tuple[str, str]) -> None:
    rows = [record(f"{p}:1", "Velora kettle", REVIEW, ids={kind: v}) for p, v in zip(("rss", "youtube"), values)]
    assert works(rows) == set()


def test_different_identifiers_stay_apart_through_a_third_record() -> None:
    ids = ({"gtin": "6901234567892"}, None, {"gtin": "6901234567908"})
    rows = [record(f"{p}:1", "Velora kettle", REVIEW, ids=i) for p, i in zip(("rss", "taobao", "youtube"), ids)]
    assert sorted(map(len, works(rows))) == [2]


def test_the_same_number_written_otherwise_is_the_same() -> None:
    ids = ({"gtin": "012345678905", "model": "kx-1000"}, {"gtin": "0012345678905", "model": "KX 1000"})
    assert len(works([record("rss:1", "A kettle", ids=ids[0]), record("taobao:2", "电水壶", ids=ids[1])])) == 1


def test_a_copy_does_not_take_the_originals_partner() -> None:
    day = timedelta(days=1)
    long = f"{REVIEW} {REVIEW[::-1]} The spout pours 12 cups."
    original = record("weibo:9", None, long, created_at=START)
    copy = record("weibo:1", None, long, created_at=START + day)
    repost = record("weibo:2", None, f"so true //@a: {long}", created_at=START + day, relations=["repost_of:weibo:9"])
    partner = record("youtube:5", "Velora kettle", OTHERWISE, created_at=START + day)
    assert works([original, copy, repost, partner]) == {frozenset({"weibo:9", "youtube:5"})}


def test_a_link_joins_unless_it_is_a_list_or_a_relation() -> None:
    video = {
        n: record(f"youtube:{n}", f"Velora kettle part {n}", canonical_url=f"https://y.example/{n}") for n in "1234"
    }
    post = record("weibo:1", None, "Part 1 of my Velora kettle film is here https://y.example/1")
    assert works([video["1"], post]) == {frozenset({"weibo:1", "youtube:1"})}
    listing = record("weibo:1", None, "All parts: " + " ".join(f"https://y.example/{n}" for n in "1234"))
    assert works([*video.values(), listing]) == set()
    assert works([video["1"], post | {"relations": ["reply_to:youtube:1"]}]) == set()


def shown(record_id: str, said: str, sha256: str | None, **fields: Any) -> dict[str, Any]:
    files = [
        {"kind": "video", "sha256": "film"},
        {"kind": "image", "sha256": None},
        {"kind": "image", "sha256": sha256},
    ]
    return record(record_id, None, said, media=files, created_at=START, **fields)


def test_a_picture_joins_texts_that_are_a_little_alike_and_no_others() -> None:
    said = "Velora kettle: 371 grams, 62 degrees", "Our test of the Velora kettle: 62 degrees after lunch"
    assert works([shown("rss:1", said[0], "a1"), shown("weibo:2", said[1], "b2")]) == set()
    assert works([shown("rss:1", said[0], "a1"), shown("weibo:2", said[1], "a1")]) == {frozenset({"rss:1", "weibo:2"})}
    assert works([shown("rss:1", said[0], "a1"), shown("weibo:2", "Snow on the road to the lake", "a1")]) == set()


def test_a_picture_decides_nothing_against_identifiers() -> None:
    ids = {"gtin": "6901234567892"}, {"gtin": "6901234567908"}
    rows = [shown(f"{platform}:1", REVIEW, "a1", ids=own) for platform, own in zip(("rss", "youtube"), ids)]
    assert works(rows) == set()


def test_what_looks_the_same_has_one_name() -> None:
    prints = np.zeros(4, picture_hash.FINGERPRINT)
    prints["shapes"] = 0, 7, 2**64 - 1, 0
    prints["colours"][3] = 255
    files = pa.table({"sha256": list("dacb"), "fingerprint": [one.tobytes() for one in prints]})
    asked = pa.chunked_array([["a", None, "d", "c"], ["b", "unknown", "a"]])
    assert picture_hash.looks(asked, files).to_pylist() == ["a", None, "a", "c", "b", None, "a"]
    assert picture_hash.looks(asked, files.slice(0, 0)).to_pylist() == [None] * 7


PAPER = ("地下水模拟观察：沿海城市与墨砚笙", "Di xia shui mo ni guan cha : yan hai cheng shi yu Mo yan sheng")


def catalogued(title: str, author: str, **fields: Any) -> dict[str, Any]:
    return record("scholar:1", title, author={"name": author}, created_at=START, **fields)


@pytest.mark.parametrize("author", ["Liu Cixin", "Cixin Liu", "CIXIN, Liu"])
def test_a_romanised_title_and_author_join_with_the_chinese(author: str) -> None:
    body = "本文讨论沿海城市地下水的模拟方法，并给出多年观测的结果。"
    paper = record("cnki:2", PAPER[0], body, author={"name": "刘慈欣"}, created_at=START + timedelta(hours=9))
    assert works([paper, catalogued(PAPER[1], author)]) == {frozenset({"cnki:2", "scholar:1"})}
    other = record("cnki:3", "地下水模拟观察：山区流域与霄鹭麟", body, author={"name": "刘慈欣"}, created_at=START)
    assert works([other, catalogued(PAPER[1], author)]) == set()


def test_of_two_papers_that_sound_alike_neither_is_taken() -> None:
    alike = PAPER[0].replace("墨砚笙", "默雁声")
    rows = [record(f"cnki:{n}", title, created_at=START) for n, title in enumerate((PAPER[0], alike))]
    assert works([*rows, catalogued(PAPER[1], "Liu Cixin")]) == set()


@pytest.mark.parametrize(("one", "two"), [("李伟", "Li Wei"), ("李伟", "李薇"), ("华为", "Huawei"), ("Erik", "Eric")])
def test_a_name_that_sounds_the_same_joins_nothing(one: str, two: str) -> None:
    said = [{"author": {"name": name}, "brand": name, "created_at": START} for name in (one, two)]
    snow = [
        record("weibo:1", None, "今天山路上下雪了", **said[0]),
        record("rss:1", "On the road to the lake", **said[1]),
    ]
    assert works(snow) == set()


def similarity(one: dict[str, Any], two: dict[str, Any]) -> float:
    table = pa.Table.from_batches([pieces.pieces(pa.RecordBatch.from_pylist([one, two], schema=SHAPE))])
    bag = {name: bags.of(table[name].combine_chunks()) for name in pieces.BAGS.names}
    return float(likeness.similarity(likeness.corpus(table, **bag), np.array([0]), np.array([1]))[0][0])


@pytest.mark.parametrize(
    ("names", "gained"),
    [
        (("刘慈欣", "刘慈欣"), 1.0),
        (("刘慈欣", "Cixin Liu"), likeness.HEARD),
        (("Katherine Mueller", "Catherine Müller"), likeness.HEARD),
        (("李伟", "李薇"), 0.0),
        (("N/A", "N/A"), 0.0),
    ],
)
@pytest.mark.parametrize("field", ["author", "brand"])
def test_a_name_that_sounds_the_same_counts_half(field: str, names: tuple[str, str], gained: float) -> None:
    def one(row: int, name: str | None) -> dict[str, Any]:
        return record(f"rss:{row}", "snow", **{field: {"name": name} if field == "author" else name})

    named, nameless = (similarity(one(0, a), one(1, b)) for a, b in (names, (None, None)))
    assert named - nameless == pytest.approx(gained)


@pytest.mark.parametrize("title", ["N/A", "暂无", "-", "", None, "……"])
def test_placeholders_say_nothing(title: str | None) -> None:
    assert works([record(f"{platform}:1", title, title) for platform in ("rss", "weibo", "youtube")]) == set()


def test_short_texts_that_many_could_say_are_no_evidence() -> None:
    assert works([record("weibo:1", None, "转发微博"), record("youtube:1", "转发微博")]) == set()


def test_two_lone_records_are_not_one_work_for_want_of_rivals() -> None:
    rows = [record("rss:1", "The Velora kettle", REVIEW), record("weibo:1", None, "Snow on the road to the lake today")]
    assert len(set(matched(rows).values())) == 2
    assert matched(rows[:1]) == {"rss:1": "rss:1"} and matched([]) == {}


def test_a_hot_key_is_left_out_and_counted() -> None:
    rows = [record(f"{('rss', 'weibo')[n % 2]}:{n}", None, ids={"gtin": "6901234567892"}) for n in range(keys.HOT + 1)]
    table = pa.Table.from_batches([pieces.pieces(pa.RecordBatch.from_pylist(rows, schema=SHAPE))])
    shared, hot = keys.shared_keys(table, table["picture"])
    assert (len(shared), hot) == (0, 1)


def test_a_placeholder_that_many_hold_keeps_nothing_apart() -> None:
    zeros = [record(f"{('rss', 'weibo')[n % 2]}:z{n}", None, ids={"gtin": "0" * 13}) for n in range(keys.HOT + 1)]
    pair = [
        record("rss:1", "The Velora kettle", REVIEW, ids={"gtin": "0" * 13}),
        record("youtube:2", "Velora kettle", OTHERWISE, ids={"gtin": "6901234567892"}),
    ]
    assert works([*zeros, *pair]) == {frozenset({"rss:1", "youtube:2"})}


def test_a_books_bar_code_is_its_isbn() -> None:
    ids = ({"gtin": "9780306406157"}, {"isbn": "9780306406157"})
    assert works([record("rss:1", "A kettle", ids=ids[0]), record("taobao:2", "电水壶", ids=ids[1])])


def test_an_id_that_came_twice_is_one_row() -> None:
    rows = [record("rss:1", "kettle"), record("rss:2", "lamp"), record("rss:1", "another kettle")]
    tables = [
        pieces.once(pa.Table.from_batches([pieces.pieces(pa.RecordBatch.from_pylist(given, schema=SHAPE))]))
        for given in (rows, rows[::-1])
    ]
    assert tables[0]["record_id"].to_pylist() == ["rss:1", "rss:2"] and tables[0] == tables[1]


@pytest.mark.parametrize("seed", range(3))
def test_neither_the_order_of_rows_nor_the_split_of_probes_matters(seed: int) -> None:
    rows = [record("rss:1", "The Velora kettle", REVIEW), record("weibo:2", None, CHINESE), *noise()]
    rows += [record("youtube:3", "Velora kettle", OTHERWISE), record("rss:4", "Velora kettle", REVIEW)]
    shuffled = random.Random(seed).sample(rows, len(rows))
    assert matched(shuffled, chunk=1 + 20 * seed) == matched(rows)


def test_the_work_is_named_after_its_smallest_record() -> None:
    assert identity.work_id("rss:1") == identity.work_id("rss:1") != identity.work_id("rss:2")
    assert len(identity.work_id("rss:1")) == 17 and identity.work_id("rss:1").startswith("w")

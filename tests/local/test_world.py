"""The made-up world: same seed, same bytes; what the truth says holds of the texts; days change what they should."""

import gzip
import io
import json
import re
import unicodedata
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from scipy.sparse import csr_matrix

from local.world import NoWorld, World, ids, names, parts, works
from local.world.__main__ import main
from local.world.behaviour import LOGS as _LOGS
from local.world.exports import EXPORTS
from local.world.exports import LOGS as FILE_LOGS
from local.world.exports import drop, exports
from local.world.homes import PAPERS, PLATFORMS, PRIVATE, ROMANISED, SHOPS, UNTITLED
from local.world.plan import Plan
from local.world.write import WorldExists, write

SIMPLIFIER = opencc.OpenCC("t2s")
LOGS = set(_LOGS)
PLAN = Plan(seed=7, works=960, days=3)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """One world for the tests that only read."""
    out = tmp_path_factory.mktemp("world") / "w"
    write(out, PLAN)
    return World(out)


def everything(world: World, day: int) -> dict[str, dict[str, Any]]:
    """Every appearance of a day by record id."""
    pages = (world.page(name, day=day, start=0, size=10**6) for name in PLATFORMS)
    return {f"{one['platform']}:{one['native_id']}": one for page in pages for one in page}


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def shingles(text: str) -> set[str]:
    """Five-letter shingles after what the pipeline normalises: script, width, case, white space."""
    plain = SIMPLIFIER.convert(unicodedata.normalize("NFKC", text).casefold())
    letters = re.sub(r"\s+", "", plain)
    return {letters[at : at + 5] for at in range(len(letters) - 4)}


def test_same_seed_same_bytes_and_another_world_is_refused(tmp_path: Path) -> None:
    small = Plan(seed=3, works=240, days=2)
    write(tmp_path / "a", small)
    write(tmp_path / "b", small)
    first = bytes_of(tmp_path / "a")
    assert first == bytes_of(tmp_path / "b")
    with pytest.raises(WorldExists, match="choose another folder"):
        write(tmp_path / "a", Plan(seed=4, works=240, days=2))
    assert bytes_of(tmp_path / "a") == first
    write(tmp_path / "c", Plan(seed=4, works=240, days=2))
    assert bytes_of(tmp_path / "c")["appearances/rss.jsonl"] != first["appearances/rss.jsonl"]


def test_all_cores_write_what_one_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "one", Plan(seed=3, works=1200, days=1))
    monkeypatch.setattr("local.world.write.WORTH_PROCESSES", 1)
    write(tmp_path / "all", Plan(seed=3, works=1200, days=1))
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "all")


def test_a_broken_run_leaves_no_world_and_can_be_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small, out, made = Plan(seed=3, works=600, days=1), tmp_path / "w", works.work

    def failing(plan: Plan, number: int) -> works.Work:
        if number == 550:
            raise KeyboardInterrupt
        return made(plan, number)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(parts, "work", failing)
        write(out, small)
    with pytest.raises(NoWorld, match="python -m local.world"):
        World(out)
    write(out, small)
    write(tmp_path / "undisturbed", small)
    assert bytes_of(out) == bytes_of(tmp_path / "undisturbed")


def test_a_folder_of_somebody_else_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(WorldExists):
        write(tmp_path, Plan(seed=3, works=120, days=1))
    assert bytes_of(tmp_path) == {"letter.txt": b"mine"}


@given(st.integers(0, 10**8), st.sampled_from(PLATFORMS))
def test_native_ids_lead_back_to_their_work(number: int, platform: str) -> None:
    assert ids.number_of(platform, ids.native_id(platform, number)) == number


@given(st.integers(0, 10**8))
def test_bar_codes_have_the_right_check_digit(number: int) -> None:
    digits = names.gtin(number)
    assert sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(digits)) % 10 == 0


def test_names_are_never_shared() -> None:
    for made in (names.house_han, names.house_latin, names.own_han, names.own_latin, names.model, names.gtin):
        assert len({made(number) for number in range(150_000)}) == 150_000, made.__name__


@pytest.mark.parametrize("platform", PLATFORMS)
def test_pages_are_newest_first_and_join_to_the_whole(world: World, platform: str) -> None:
    whole = world.page(platform, day=1, start=0, size=10**6)
    paged = [one for start in range(0, len(whole), 37) for one in world.page(platform, day=1, start=start, size=37)]
    times = [datetime.fromisoformat(one["created_at"]) for one in whole]
    assert paged == whole and len(whole) == world.size(platform, 1)
    assert times == sorted(times, reverse=True)
    assert world.page(platform, day=1, start=len(whole), size=10) == []


def test_one_item_is_read_as_its_page_shows_it(world: World) -> None:
    for shown in list(everything(world, 2).values())[::7]:
        assert world.get(shown["platform"], shown["native_id"], day=2) == shown
    new = world.page("weibo", day=2, start=0, size=1)[0]
    assert world.get("weibo", new["native_id"], day=0) is None
    assert world.get("weibo", "12", day=2) is None and world.get("youtube", "?", day=2) is None


def test_a_day_adds_changes_and_deletes(world: World) -> None:
    before, after = everything(world, 0), everything(world, 1)
    new = {after[key]["work"] for key in after.keys() - before.keys()}
    changed = [key for key in before if before[key]["counts"] != after[key]["counts"]]
    gone = [key for key in before if after[key]["status"] == "deleted"]
    priced = [key for key in before if before[key]["price"] != after[key]["price"]]
    assert len(new) == round(0.03 * PLAN.works) and before.keys() <= after.keys()
    counted = sum(any(count is not None for count in one["counts"].values()) for one in before.values())
    assert 0.12 < len(changed) / counted < 0.25 and priced
    assert 0 < len(gone) / len(before) < 0.03
    assert all(everything(world, 2)[key]["status"] == "deleted" for key in gone)


def test_truth_names_every_appearance_once(world: World) -> None:
    shown, rows = everything(world, PLAN.days - 1), list(world.truth("works"))
    told = {record: row["work"] for row in rows for record in row["records"]}
    assert told == {key: one["work"] for key, one in shown.items()}
    assert all(len({key.split(":")[0] for key in row["records"]}) == len(row["records"]) for row in rows)
    several = sum(len(row["records"]) > 1 for row in rows) / len(rows)
    assert 0.4 < several < 0.7 and max(len(row["records"]) for row in rows) == 4


def test_near_duplicates_are_near_and_strangers_far(world: World) -> None:
    longest: dict[str, str] = {}
    for one in everything(world, PLAN.days - 1).values():
        longest[one["work"]] = max(longest.get(one["work"], ""), one["body"], key=len)
    bags, edits = {work: shingles(body) for work, body in longest.items()}, defaultdict(list)
    for row in world.truth("duplicates"):
        copy, source = bags[row["work"]], bags[row["of"]]
        edits[row["edit"]].append(len(copy & source) / len(copy | source))
    assert set(edits) == {"truncation", "repost", "reworded", "script"}
    assert min(min(likeness) for likeness in edits.values()) > 0.75
    assert 0.05 < sum(map(len, edits.values())) / PLAN.total < 0.11
    assert _closest_strangers(bags, {row["work"]: row["family"] for row in world.truth("works")}) < 0.42


def _closest_strangers(bags: dict[str, set[str]], family: dict[str, str]) -> float:
    """Greatest Jaccard similarity of two works of different families, over all pairs."""
    column: dict[str, int] = {}
    cells = [(row, column.setdefault(one, len(column))) for row, bag in enumerate(bags.values()) for one in bag]
    rows, columns = np.array(cells).T
    table = csr_matrix((np.ones(len(cells), np.float32), (rows, columns)))
    shared, sizes, kin = (table @ table.T).toarray(), table.sum(1).A1, np.array([family[work] for work in bags])
    likeness = shared / (sizes[:, None] + sizes[None, :] - shared)
    return float(likeness[kin[:, None] != kin[None, :]].max())


def test_copies_stand_beside_their_original_under_another_author(world: World) -> None:
    shown, records = everything(world, PLAN.days - 1), {row["work"]: row["records"] for row in world.truth("works")}
    for row in world.truth("duplicates"):
        (copy,) = (shown[key] for key in records[row["work"]])
        (source,) = (shown[key] for key in records[row["of"]] if shown[key]["platform"] == copy["platform"])
        assert copy["author"] != source["author"] and copy["created_at"] >= source["created_at"]
        assert not copy["links"] and not any(copy["ids"].values())
        assert (copy["repost_of"] == source["native_id"]) == (row["edit"] == "repost")


def test_every_pair_across_languages_can_be_found(world: World) -> None:
    shown, pairs = everything(world, PLAN.days - 1), 0
    for row in world.truth("works"):
        here = [shown[key] for key in row["records"]]
        for one in here:
            for other in (each for each in here if (one["lang"], each["lang"]) == ("zh", "en")):
                latin = set(re.findall(r"[A-Z][a-z]{4,}", other["title"] + other["body"]))
                pairs += 1
                assert len({name for name in latin if name in one["title"] + one["body"]}) >= 2, row["work"]
    assert pairs > 30


def test_queries_are_graded_and_ask_with_the_records_words(world: World) -> None:
    rows, shown = list(world.truth("queries")), everything(world, PLAN.days - 1)
    assert len(rows) >= 60 and {row["lang"] for row in rows} == {"zh", "en", "mixed"}
    for row in rows:
        grades = row["grades"]
        assert 1 <= len(grades) <= 40 and 3 in grades.values()
        assert not any(shown[key]["status"] == "deleted" for key in grades)
        for key in (key for key, grade in grades.items() if grade == 3):
            text = (shown[key]["title"] + shown[key]["body"]).casefold()
            text = text if not re.search("[\u4e00-\u9fff]", text) else re.sub(r"\s", "", text)
            assert sum(word in text for word in row["query"].casefold().split()) >= 1, (row["query"], key)


def test_grades_hold_for_all_records_and_copies(world: World) -> None:
    records = {row["work"]: row["records"] for row in world.truth("works")}
    of = {row["work"]: row["of"] for row in world.truth("duplicates")}
    for row in [*world.truth("queries"), *world.truth("golden")]:
        for work, mine in records.items():
            grades = {row["grades"].get(key) for key in mine} | {
                row["grades"].get(key) for key in records[of.get(work, work)]
            }
            assert len(grades) == 1, (row["query"], work)


def test_ten_golden_queries(world: World) -> None:
    golden = list(world.truth("golden"))
    assert [row["lang"] for row in golden] == ["zh"] * 5 + ["en"] * 5
    assert all(row in list(world.truth("queries")) for row in golden)


def test_labels_do_not_leak(world: World) -> None:
    family = {key: row["family"] for row in world.truth("works") for key in row["records"]}
    part: dict[str, set[str]] = defaultdict(set)
    for row in world.truth("labels"):
        part[family[row["record_id"]]].add(row["part"])
    assert all(len(parts) == 1 for parts in part.values())
    assert set().union(*part.values()) == {"train", "test"}


def test_users_mostly_do_what_they_like(world: World) -> None:
    likes = {row["user_id"]: set(row["likes"]) for row in world.truth("users")}
    events = [event for day in range(PLAN.days) for event in world.events(day)]
    there = everything(world, PLAN.days - 1)
    liked = [
        bool(likes[event["user_id"]] & set(there[f"{event['platform']}:{event['native_id']}"]["tags"]))
        for event in events
        if event["native_id"]
    ]
    assert 0.6 < sum(liked) / len(liked) < 0.95
    assert {event["action"] for event in events} == {"view", "click", "cart", "buy", "search"}
    assert len({event["event_id"] for event in events}) == len(events)
    assert all(event["occurred_at"].startswith("2026-01-02") for event in world.events(1))
    assert list(world.events(99)) == []


def test_a_few_events_stand_in_other_logs_and_none_in_two(world: World) -> None:
    told = {log: [event["event_id"] for day in range(PLAN.days) for event in world.events(day, log)] for log in LOGS}
    assert len(set(sum(told.values(), []))) == sum(map(len, told.values())) == world.counts["events"]
    assert all(0.02 < len(told[log]) / world.counts["events"] < 0.2 for log in ("weblog", "clickstream"))
    assert [event["event_id"] for event in world.events(0, start=3)] == told["ubi"][3:][
        : len(list(world.events(0))) - 3
    ]


def test_what_is_private_stands_alone(world: World) -> None:
    rows = list(world.truth("works"))
    hidden = {key for row in rows for key in row["records"] if key.split(":")[0] in PRIVATE}
    mixed = [row for row in rows if set(row["records"]) & hidden and len(row["records"]) > 1]
    families = Counter(row["family"] for row in rows)
    assert hidden and not mixed
    assert all(families[row["family"]] == 1 for row in rows if set(row["records"]) & hidden)
    assert not any(hidden & set(row["grades"]) for row in world.truth("queries"))
    events = [event for day in range(PLAN.days) for log in LOGS for event in world.events(day, log)]
    assert not hidden & {f"{event['platform']}:{event['native_id']}" for event in events}


def test_each_platform_has_its_share(tmp_path: Path) -> None:
    write(tmp_path / "w", Plan(seed=7, works=1000, days=1))
    counts = World(tmp_path / "w").counts
    total = sum(counts[name] for name in PLATFORMS)
    assert min(counts[name] for name in PLATFORMS) >= 5
    assert 0.45 < sum(counts[name] for name in ("weibo", "taobao", "youtube", "rss")) / total < 0.6


def test_titles_prices_and_addresses_are_as_each_platform_has_them(world: World) -> None:
    shown = everything(world, 0).values()
    assert all(bool(one["title"]) == (one["platform"] not in UNTITLED) for one in shown)
    assert all((one["price"] is None) == (one["platform"] not in SHOPS) for one in shown)
    papers = defaultdict(set)
    for one in (one for one in shown if one["platform"] in PAPERS):
        papers[one["work"], one["lang"], one["platform"] in ROMANISED].add(one["title"])
    assert papers and all(len(titles) == 1 for titles in papers.values())
    addresses = [one["url"] for one in shown if one["platform"] not in PRIVATE | {"scholar"}]
    assert len(set(addresses)) == len(addresses) and all(address.startswith("https://") for address in addresses)


@pytest.mark.parametrize("name", (*EXPORTS, *FILE_LOGS))
def test_exports_hold_what_is_there_and_are_the_same_each_time(world: World, tmp_path: Path, name: str) -> None:
    files = dict(exports(world, name, 1))
    text = b"".join(gzip.decompress(b) if n.endswith(".gz") else b for n, b in files.items()).decode("utf-8")
    assert files == dict(exports(world, name, 1)) and text
    drop(world, 1, tmp_path)
    assert {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} == files
    for one in world.page(name, day=1, start=0, size=10**6) if name in EXPORTS else ():
        told = {"cnki": one["url"], "warc": one["url"], "matter": one["native_id"].partition(":")[2]}
        is_told = json.dumps(told.get(name, one["native_id"]))[1:-1] in text
        assert is_told == (one["status"] == "live" or name in ("faq", "warc"))


def test_logs_tell_of_each_event_once(world: World) -> None:
    for name in FILE_LOGS:
        [(_, content)] = exports(world, name, 1)
        assert len(content.splitlines()) - (name == "clickstream") == len(list(world.events(1, name)))


def test_pictures_are_drawn_the_same_and_differ_by_platform(world: World) -> None:
    shown = [one for one in everything(world, 0).values() if one["pictures"]]
    assert 0.25 < len({one["work"] for one in shown}) / PLAN.works < 0.45
    name = shown[0]["pictures"][0]
    assert world.picture(name) == World(world.path).picture(name)
    assert len({world.picture(one["pictures"][0]) for one in shown[:60]}) == 60
    assert 190 <= Image.open(io.BytesIO(world.picture(name))).width <= 256
    with pytest.raises(KeyError):
        world.picture("w99999999-weibo-0.png")
    with pytest.raises(KeyError):
        world.picture("../secret.png")


def test_the_command_prints_a_table_and_refuses_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(tmp_path / "w"), "--works", "120", "--days", "1"])
    assert "duplicates" in capsys.readouterr().out
    with pytest.raises(SystemExit) as stop:
        main([str(tmp_path / "x"), "--works", "none"])
    assert stop.value.code == 2

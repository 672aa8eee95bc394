"""Dropped files: each one page, once by name and content, nothing outside the folder, nothing huge in memory."""

import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from a_platform import NIGHT, Asked, Reply, paged, pages, policy, rejects, serving, told, window

from jobs import crawl, deletions
from jobs.crawling import phases
from jobs.crawling.files import read
from jobs.platforms import TargetsMissing, Window
from store import archive, cli, crawls

NEXT_NIGHT = "2026-01-02"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "dropped"
    (made / "sub").mkdir(parents=True)
    (made / "a.json").write_text('{"ids": ["1"]}')
    (made / "sub" / "b.csv").write_text("x")
    return made


def take(folder: Path, night: str = NIGHT, **more: Any) -> dict[str, Any]:
    asked = Window(date.fromisoformat(night), (), "")
    return phases.crawl("fake", paged(tier="D"), asked, folder=folder, asks=False, **more)


def names(night: str = NIGHT) -> list[str]:
    return [page["url"] for page in pages(night)]


def test_every_file_is_one_page(lake: Path, folder: Path) -> None:
    take(folder)
    assert names() == ["file:a.json", "file:sub/b.csv"]
    assert pages()[0]["body"] == b'{"ids": ["1"]}' and pages()[0]["content_type"] == "application/json"


def test_a_file_is_taken_once_by_name_and_content(lake: Path, folder: Path) -> None:
    take(folder)
    (folder / "a.json").write_text("changed")
    (folder / "c.json").write_text("x")
    take(folder, NEXT_NIGHT)
    assert names(NEXT_NIGHT) == ["file:a.json", "file:c.json"]
    take(folder, "2026-01-03")
    assert names("2026-01-03") == []


def test_a_file_that_comes_later_is_added_to_the_night(lake: Path, folder: Path) -> None:
    take(folder)
    (folder / "later.json").write_text("{}")
    take(folder)
    assert names() == ["file:a.json", "file:sub/b.csv", "file:later.json"]
    assert [page["sequence"] for page in pages()] == [0, 1, 2]


def test_files_and_the_platform_share_a_night_whichever_comes_first(lake: Path, folder: Path) -> None:
    def numbers(ask: Asked) -> Reply:
        number = int(ask.params["page"])
        return told({"next": number + 1 if number < 3 else None})

    with serving(numbers) as site:
        take(folder)
        phases.crawl("fake", paged(), window(site))
        assert len(pages()) == 5 and len(site.asked) == 3
        (folder / "later.json").write_text("{}")
        take(folder, again=True)  # files ask no network, and take nothing away
        assert len(pages()) == 6 and len(site.asked) == 3
        phases.crawl("fake", paged(), window(site), again=True)
        assert len(site.asked) == 6 and sorted(names())[:3] == ["file:a.json", "file:later.json", "file:sub/b.csv"]
        assert len(pages()) == 6


def test_only_a_night_that_was_walked_to_its_end_proves_anything_gone(lake: Path, folder: Path) -> None:
    take(folder)
    with serving(lambda ask: told({"next": None})) as site:
        phases.crawl("fake", paged(), window(site, NEXT_NIGHT))
    assert deletions.whole_nights("fake", [NIGHT, NEXT_NIGHT, "2026-01-03"]) == [NEXT_NIGHT]


def test_tricks_in_names_are_refused(lake: Path, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("outside")
    (folder / "link.json").symlink_to(tmp_path / "secret")
    (folder / "linked").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    (folder / ".DS_Store").write_text("x")
    (folder / "new\nline.json").write_text("x")
    (folder / "empty.json").write_text("")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.json")).write_text("x")
    take(folder)
    assert names() == ["file:a.json", "file:sub/b.csv"]
    assert rejects() == {
        "link.json": "a link",
        "linked": "a link",
        "pipe": "not a file",
        ".DS_Store": "hidden file",
        "new?line.json": "not a usable name",
        "empty.json": "empty file",
        "?.json": "not a usable name",
    }


def test_a_huge_file_is_refused_without_being_read(lake: Path, folder: Path) -> None:
    import tracemalloc

    with open(folder / "huge.jsonl", "wb") as huge:
        huge.truncate(1 << 30)  # a hole: it costs no disk
    tracemalloc.start()
    take(folder)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rejects() == {"huge.jsonl": "larger than 64 MiB: split it"} and peak < 20 << 20
    assert read("huge.jsonl", folder / "huge.jsonl").body == b""


def test_a_killed_run_takes_every_file_once(lake: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, calls = archive.Spool.append, []

    def fail_on_second(*args: Any, **options: Any) -> int:
        calls.append(1)
        if len(calls) == 2:
            raise OSError("power is gone")
        return before(*args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(archive.Spool, "append", fail_on_second)
        with pytest.raises(OSError, match="power"):
            take(folder)
    take(folder)
    assert names() == ["file:a.json", "file:sub/b.csv"]


@pytest.mark.parametrize(
    ("tier", "credential", "setting", "given", "expected"),
    [
        ("D", False, True, False, (True, False)),
        ("A", True, True, False, (True, True)),  # both
        ("C", False, True, False, (True, False)),  # files stand in for a credential
        ("C", False, False, False, (False, True)),  # which open_window then names
        ("C", True, False, False, (False, True)),
        ("A", True, True, True, (True, False)),  # --files asks no network
    ],
)
def test_where_a_night_comes_from(
    monkeypatch: pytest.MonkeyPatch,
    tier: str,
    credential: bool,
    setting: bool,
    given: bool,
    expected: tuple[bool, bool],
) -> None:
    if credential:
        monkeypatch.setenv("TRAWL_FAKE_KEY", "x")
    if setting:
        monkeypatch.setenv("TRAWL_FAKE_FILES", "/dropped")
    needs = policy(tier=tier, credentials=("TRAWL_FAKE_KEY",))
    folder, asks = crawl.sources("fake", needs, Path("/given") if given else None)
    assert (folder is not None, asks) == expected


def test_a_platform_of_files_without_a_folder_says_what_to_set() -> None:
    with pytest.raises(cli.TrawlError, match="set TRAWL_FAKE_FILES"):
        crawl.sources("fake", policy(tier="D"), None)


def test_a_folder_that_is_not_there_is_one_line(lake: Path, tmp_path: Path) -> None:
    with pytest.raises(cli.TrawlError, match="is no folder"):
        take(tmp_path / "nowhere")
    assert crawls.get("fake", NIGHT) is not None


def test_files_alone_make_the_night_of_a_platform_without_targets(lake: Path, folder: Path) -> None:
    def first(window: Window) -> Any:
        raise TargetsMissing("fake", "feeds")

    asked = Window(date.fromisoformat(NIGHT), (), "")
    phases.crawl("fake", paged(first=first), asked, folder=folder)
    assert names() == ["file:a.json", "file:sub/b.csv"]
    with pytest.raises(TargetsMissing):
        phases.crawl("fake", paged(first=first), Window(date.fromisoformat(NEXT_NIGHT), (), ""))

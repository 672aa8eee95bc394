"""The stand-ins of help desks and forums: what a small world holds comes out of the adapters again."""

from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from jobs import platforms
from jobs.platforms import Page, Reject, Request, Window
from local.platforms.answers import Answer, Appearance, Ask

DESKS = ("askbot", "confluence", "discourse", "hackernews", "stackexchange", "zendesk")
URLS = {
    "zendesk": "https://support.example/hc/articles/{}",
    "stackexchange": "https://stackoverflow.com/questions/{}",
    "hackernews": "https://news.ycombinator.com/item?id={}",
    "askbot": "https://ask.example/question/{}/",
}
WITHOUT_PICTURES = ("hackernews", "stackexchange")
DAY0 = date(2026, 1, 1)
BODIES = (
    "Nur ein Absatz & <b>",
    "为什么会响？\n\n因为 x < y。\n型号：AB-12\n\n完",
    "Why?\n\nSo. See https://x.example/a?b=1&c=2",
)


class SmallWorld:
    """Sixty-five questions; of the first, one is deleted and one rewritten on day 2, when a new one comes too."""

    day0 = DAY0

    def __init__(self, platform: str) -> None:
        self.entries = [self._entry(platform, place) for place in range(66)]

    def _entry(self, platform: str, place: int) -> Appearance:
        native_id, written = str(7_000_000_000 + place), datetime(2025, 12, 1, tzinfo=UTC) + timedelta(hours=place)
        written = datetime(2026, 1, 3, 5, tzinfo=UTC) if place == 65 else written
        return {
            "native_id": native_id,
            "platform": platform,
            "lang": "en",
            "url": URLS.get(platform, "").format(native_id),
            "title": f"Why does number {place} & all <beep>?",
            "body": BODIES[place % len(BODIES)],
            "author": {"id": "12", "name": "Wren & Co"},
            "created_at": written.isoformat(),
            "tags": ["a", "b c"],
            "counts": {"likes": place, "comments": None, "views": 5},
            "pictures": ["p.png", "q.png"] if place % 2 and platform not in WITHOUT_PICTURES else [],
            "ids": {"model": "AB-12"} if place % len(BODIES) == 1 else {},
            "status": "live",
        }

    def _shown(self, place: int, day: int) -> Appearance:
        entry = self.entries[place]
        if day >= 2 and place == 4:
            return entry | {"status": "deleted"}
        return entry | {"body": "Rewritten."} if day >= 2 and place == 3 else entry

    def size(self, platform: str, day: int) -> int:
        return 66 if day >= 2 else 65

    def page(self, platform: str, *, day: int, start: int, size: int) -> list[Appearance]:
        there = [self._shown(place, day) for place in reversed(range(self.size(platform, day)))]
        return there[start : start + size]

    def get(self, platform: str, native_id: str, *, day: int) -> Appearance | None:
        found = [place for place in range(self.size(platform, day)) if self.entries[place]["native_id"] == native_id]
        return self._shown(found[0], day) if found else None

    def events(self, day: int) -> Any:
        return ()

    def picture(self, name: str) -> bytes:
        return b""


def served(name: str, world: Any, request: Request, day: int) -> Answer:
    parts = urlsplit(request.url)
    query = dict(parse_qsl(parts.query)) | dict(request.params)
    headers = {key.lower(): value for key, value in request.headers}
    path = parts.path.removeprefix(f"/{name}/")
    answer: Answer = import_module(f"local.platforms.{name}").answer(
        Ask(path, query, "http://h", day, world, b"", headers)
    )
    return answer


def walk(name: str, world: Any, day: int = 0, since: datetime | None = None) -> list[Any]:
    platform, found = platforms.load(name), list[Any]()
    window = Window(DAY0 + timedelta(days=day), (), f"http://h/{name}", ("user", "stand-in"), since)
    request: Request | None = platform.first(window)
    while request is not None:
        answer = served(name, world, request, day)
        assert answer.status == 200, (request, answer.body)
        query = "&".join(f"{key}={value}" for key, value in request.params)
        asked = Request(f"{request.url}?{query}" if query else request.url, (), request.context)
        page = Page(asked, 200, answer.content_type, datetime.now(UTC), answer.body, "")
        assert platform.claims(page) or name == "hackernews"  # a number and a null say nothing of where they are from
        found += platform.items(page)
        request = platform.following(window, request, page)
    assert not [item for item in found if isinstance(item, Reject)]
    return found


@pytest.mark.parametrize("name", DESKS)
def test_a_crawl_reads_the_whole_world(name: str) -> None:
    world = SmallWorld(name)
    found = {item["native_id"]: item for item in walk(name, world)}
    assert len(found) == 65
    for entry in world.page(name, day=0, start=0, size=100):
        item = found[entry["native_id"]]
        assert (item["title"], item["body"]) == (entry["title"], entry["body"])
        assert item["created_at"] == datetime.fromisoformat(entry["created_at"])
        assert item["author"]["name"] == entry["author"]["name"]
        assert [medium["url"] for medium in item.get("media", ())] == [f"http://h/media/{p}" for p in entry["pictures"]]
        assert not entry["url"] or item["url"] == entry["url"]
        assert item.get("ids", {}) == entry["ids"]
        assert name == "hackernews" or item["tags"] == entry["tags"]


@pytest.mark.parametrize("name", DESKS)
def test_a_later_night_reads_what_changed_and_little_else(name: str) -> None:
    since = datetime.combine(DAY0 + timedelta(days=2), time(), UTC)
    found = {item["native_id"]: item for item in walk(name, SmallWorld(name), day=2, since=since)}
    rewritten, deleted, new = (str(7_000_000_000 + place) for place in (3, 4, 65))
    assert found[rewritten]["body"] == "Rewritten." and new in found
    assert len(found) <= 60  # a list is read to the page that is wholly older


@pytest.mark.parametrize(
    ("name", "status"), [("zendesk", "hidden"), ("hackernews", "deleted"), ("confluence", "deleted")]
)
def test_deletions_reach_us_in_each_platforms_own_way(name: str, status: str) -> None:
    found = {item["native_id"]: item for item in walk(name, SmallWorld(name), day=2)}
    assert not {"title", "body", "author"} & found["7000000004"].keys()
    assert [item["native_id"] for item in found.values() if item.get("status") == status] == ["7000000004"]


@pytest.mark.parametrize("name", ["askbot", "discourse", "stackexchange"])
def test_what_a_forum_deleted_is_no_longer_listed(name: str) -> None:
    found = {item["native_id"] for item in walk(name, SmallWorld(name), day=2)}
    assert len(found) == 65 and "7000000004" not in found


def test_a_question_that_was_deleted_is_gone_when_it_is_asked_for_again() -> None:
    revisiting: Any = platforms.load("stackexchange")
    window = Window(DAY0, (), "http://h/stackexchange", ("key",))
    request = revisiting.revisit(window, ["7000000004", "7000000005"])
    answer = served("stackexchange", SmallWorld("stackexchange"), request, 2)
    gone = list(revisiting.items(Page(request, 200, "", datetime.now(UTC), answer.body, "")))[-1]
    assert gone == {"native_id": "7000000004", "type": "qa", "status": "gone"}


@pytest.mark.parametrize("name", ["zendesk", "confluence"])
def test_without_a_credential_a_platform_refuses_in_its_own_words(name: str) -> None:
    first = platforms.load(name).first(Window(DAY0, (), f"http://h/{name}", ("user", "stand-in")))
    answer = served(name, SmallWorld(name), Request(first.url, first.params), 0)
    [item] = platforms.load(name).items(Page(first, 401, "", datetime.now(UTC), answer.body, ""))
    assert answer.status == 401 and isinstance(item, Reject) and item.reason == "platform error"


@pytest.mark.parametrize("name", DESKS)
def test_a_failure_is_an_error_of_the_platform(name: str) -> None:
    failure: Answer = import_module(f"local.platforms.{name}").failure(503, "service unavailable")
    page = Page(Request("http://h/x"), 503, failure.content_type, datetime.now(UTC), failure.body, "")
    [item] = platforms.load(name).items(page)
    assert isinstance(item, Reject) and item.reason == "platform error"
    assert platforms.load(name).claims(page) or name == "hackernews"

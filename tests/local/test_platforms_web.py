"""The stand-ins of pages and wikis: what the world holds comes out of the adapters again."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, cast
from urllib.parse import urlsplit

import pytest

from jobs import platforms
from jobs.platforms import Page, Reject, Request, Window
from local.platforms import html, mediawiki
from local.platforms.answers import Answer, Ask

DAY0 = date(2026, 1, 1)
BODY = "The keeper & his <lamp>.\nIt burns [oil], ''always''.\n\n  Second part: 100 = 100 {{really}}\n* not a list\n#5 stays"
ANSWERS: dict[str, Callable[[Ask], Answer]] = {"html": html.answer, "mediawiki": mediawiki.answer}


def appearance(platform: str, number: int, day: int) -> dict[str, Any]:
    is_page = platform == "html"
    native_id = f"https://magazine.example/stories/{number:04}" if is_page else str(1000 + number)
    changed = {5: "Changed on day 1. " if day >= 1 else ""}.get(number, "")
    return {
        "native_id": native_id,
        "work": f"w{number}",
        "type": "product" if number % 2 else "document",
        "platform": platform,
        "lang": "zh" if number % 3 else "en",
        "url": native_id if is_page else f"https://wiki.example/?curid={native_id}",
        "title": f"灯塔 {number} & the mole",
        "body": changed + BODY.replace("5", str(number)),
        "author": {"id": "u1", "name": "Ilse"},
        "created_at": f"2026-01-{1 + number // 100:02}T{number % 24:02}:00:00+00:00",
        "tags": ["harbours", "北"],
        "category_path": ["A", "B"],
        "brand": "Alder" if number % 2 else None,
        "price": "49.90" if number % 2 else None,
        "list_price": "59.00" if number % 2 else None,
        "counts": {"likes": number, "comments": 0, "reposts": None, "views": 9, "sales": None},
        "pictures": ["a.png", "b.png"][: number % 3],
        "ids": {"gtin": "4006381333931" if number % 2 else None, "model": "AL-77"},
        "links": [],
        "repost_of": None,
        "comment": "",
        "status": "deleted" if number == 7 and day >= 1 else "live",
    }


class Few:
    """120 appearances on day 0, 125 from day 1 on: one of them changed then, one deleted."""

    day0 = DAY0

    def size(self, platform: str, day: int) -> int:
        return 120 if day == 0 else 125

    def page(self, platform: str, *, day: int, start: int, size: int) -> list[Any]:
        numbers = range(self.size(platform, day))[::-1][start : start + size]
        return [appearance(platform, number, day) for number in numbers]

    def get(self, platform: str, native_id: str, *, day: int) -> Any:
        tail = native_id.rpartition("/")[2]
        number = int(tail) - (0 if platform == "html" else 1000) if tail.isdigit() else -1
        return appearance(platform, number, day) if 0 <= number < self.size(platform, day) else None


def asked(name: str, request: Request, world: Few, day: int) -> Page:
    parts = urlsplit(request.url)
    query = {**dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair), **dict(request.params)}
    path = parts.path.removeprefix(f"/{name}/")
    answer = ANSWERS[name](Ask(path, query, "http://127.0.0.1:1", day, cast(Any, world)))
    full = f"{request.url}?{'&'.join(f'{key}={value}' for key, value in request.params)}"
    return Page(Request(full.rstrip("?")), answer.status, answer.content_type, datetime.now(UTC), answer.body, "")


def walk(name: str, *, day: int = 0, since: datetime | None = None) -> tuple[list[Any], list[str]]:
    platform, world = platforms.load(name), Few()
    window = Window(DAY0, (), f"http://127.0.0.1:1/{name}", since=since)
    request: Request | None = platform.first(window)
    read, urls = list[Any](), list[str]()
    while request is not None:
        page = asked(name, request, world, day)
        urls.append(request.url)
        read += platform.items(page)
        request = platform.following(window, request, page)
    return read, urls


@pytest.mark.parametrize("name", ["html", "mediawiki"])
def test_what_is_served_is_read(name: str) -> None:
    read, _ = walk(name)
    assert not [item for item in read if isinstance(item, Reject)]
    found = {item["native_id"]: item for item in read}
    shown = Few().page(name, day=0, start=0, size=1000)
    assert found.keys() == {one["native_id"] for one in shown} and len(read) == len(found)
    for one in shown:
        item = found[one["native_id"]]
        tidy = "\n".join(line.strip() for line in one["body"].split("\n"))
        assert (item["title"], item["body"], item["url"]) == (one["title"], tidy, one["url"])
        assert item["author"]["name"] == "Ilse" and item["lang"] == one["lang"] and item["tags"] == one["tags"]
        assert item["created_at"] == datetime.fromisoformat(one["created_at"])
        pictures = one["pictures"] if name == "html" else one["pictures"][:1]
        assert [medium["url"] for medium in item.get("media", [])] == [
            f"http://127.0.0.1:1/media/{p}" for p in pictures
        ]


def test_what_pages_tell_of_products() -> None:
    found = {item["native_id"]: item for item in walk("html")[0]}
    product = found["https://magazine.example/stories/0005"]
    assert product["type"] == "product" and product["brand"] == "Alder" and product["category_path"] == ["A", "B"]
    assert {name: str(value) for name, value in product["price"].items()} == {
        "amount": "49.9000",
        "currency": "CNY",
        "list_amount": "59.0000",
    }
    assert product["ids"] == {"gtin": "4006381333931", "model": "AL-77"}
    assert product["engagement"] == {"likes": 5, "views": 9, "comments": 0}
    assert found["https://magazine.example/stories/0004"]["type"] == "document"


def test_the_second_night_of_a_site_asks_for_what_changed() -> None:
    read, urls = walk("html", day=1, since=datetime(2026, 1, 2, 6, tzinfo=UTC))
    pages = [url for url in urls if "/stories/" in url]
    assert "http://127.0.0.1:1/html/stories/0005" in pages and "http://127.0.0.1:1/html/stories/0007" not in pages
    assert len(pages) < 40 and len(read) == len(
        pages
    )  # one changed, five are new, those of the day before by their hour


def test_a_deleted_page_is_gone_when_it_is_asked_for_again() -> None:
    platform: Any = platforms.load("html")
    native_id = "https://magazine.example/stories/0007"
    request = platform.revisit(Window(DAY0, (), "http://127.0.0.1:1/html"), [native_id])
    [item] = platform.items(asked("html", request, Few(), 1))
    assert item == {"native_id": native_id, "type": "page", "status": "gone"}
    [item] = platform.items(asked("html", request, Few(), 0))
    assert item["native_id"] == native_id and "status" not in item


def test_a_page_that_did_not_change_says_so() -> None:
    ask = Ask("stories/0005", {}, "http://127.0.0.1:1", 0, cast(Any, Few()))
    first = html.answer(ask)
    again = html.answer(Ask(ask.path, {}, ask.base, 0, ask.world, headers={"if-none-match": first.headers[0][1]}))
    assert first.status == 200 and again.status == 304 and again.body == b""
    assert html.answer(Ask("stories/9999", {}, ask.base, 0, ask.world)).status == 404
    assert html.answer(Ask("sitemap-9.xml.gz", {}, ask.base, 0, ask.world)).status == 404
    assert (
        b"Sitemap: http://127.0.0.1:1/html/sitemap.xml"
        in html.answer(Ask("robots.txt", {}, ask.base, 0, ask.world)).body
    )


def test_the_second_night_of_a_wiki_reads_its_changes() -> None:
    read, urls = walk("mediawiki", day=1, since=datetime(2026, 1, 2, tzinfo=UTC))
    found = {item["native_id"]: item for item in read}  # the later is the fuller one
    assert found.keys() == {"1005", "1007", *(str(1000 + number) for number in range(120, 125))}
    assert found["1007"]["status"] == "deleted" and found["1005"]["body"].startswith("Changed on day 1.")
    assert found["1005"]["updated_at"] == datetime(2026, 1, 2, 12, tzinfo=UTC) and "created_at" not in found["1005"]
    assert len(urls) == 2


@pytest.mark.parametrize(
    ("name", "path", "query", "status"),
    [
        ("mediawiki", "w/other.php", {}, 404),
        ("mediawiki", "w/api.php", {"action": "edit"}, 200),
        ("html", "nowhere", {}, 404),
    ],
)
def test_what_is_not_there_is_refused_in_the_platforms_own_words(name: str, path: str, query: Any, status: int) -> None:
    answer = ANSWERS[name](Ask(path, query, "http://127.0.0.1:1", 0, cast(Any, Few())))
    page = Page(Request("http://127.0.0.1:1/x"), answer.status, answer.content_type, datetime.now(UTC), answer.body, "")
    [item] = platforms.load(name).items(page)
    assert answer.status == status and (
        item.reason == "platform error" if isinstance(item, Reject) else item["status"] == "gone"
    )

"""What the stand-ins of shops and video sites serve comes out of the adapters again."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from jobs import platforms
from jobs.platforms import Page, Reject, Request, Window
from local.platforms.answers import Answer, Ask
from local.platforms.server import APIS

TARGETS = {"jd": ("22",), "amazon": ("words",), "youtube": ("uploads",)}
IDS = {
    "jd": "100000000{:03}",
    "amazon": "B0AAAAA{:03}@ATVPDKIKX0DER",
    "shopify": "8000000000{:03}",
    "bilibili": "BV1aaaaaa{:03}",
    "peertube": "00000000-0000-4000-8000-000000000{:03}",
}
SHOPS, VIDEOS = ("jd", "amazon", "shopify"), ("bilibili", "peertube")
BASE = "http://127.0.0.1:1"


def appearance(name: str, number: int, size: int) -> dict[str, Any]:
    """Newest first; every seventh is deleted; long and short texts, with and without price and picture."""
    is_shop = name in SHOPS
    return {
        "native_id": IDS[name].format(number),
        "type": "product" if is_shop else "video",
        "lang": ("zh", "en")[number % 2],
        "title": f"澜岚 音箱 {number}",
        "body": "\n\n".join(["低音 & 高音，有力 <3。" * (1 + number % 3 * 12), f"型号：KX-{number:04}"]),
        "author": {"id": "1000000001", "name": "小禾"},
        "created_at": (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=size - number)).isoformat(),
        "tags": ["音箱", "试听"],
        "category_path": ["影音电器", "音箱"],
        "brand": "澜岚",
        "price": "149.90" if is_shop and number % 4 else None,
        "list_price": "199.00" if is_shop and number % 4 == 1 else None,
        "counts": {"likes": 0, "comments": 3, "views": None, "sales": 10},
        "pictures": [f"{number}a.png", f"{number}b.png"][: number % 3],
        "ids": {"gtin": "6900000000014" if number % 2 else None, "model": f"KX-{number:04}"},
        "status": "deleted" if number % 7 == 6 else "live",
    }


class Small:
    """A world of one platform, the same every day."""

    def __init__(self, name: str, size: int) -> None:
        self.shown = [appearance(name, number, size) for number in range(size)]

    def size(self, *_: Any) -> int:
        return len(self.shown)

    def page(self, *_: Any, start: int, size: int, **__: Any) -> list[Any]:
        return self.shown[start : start + size]

    def get(self, _: str, native_id: str, **__: Any) -> Any:
        return next((one for one in self.shown if one["native_id"] == native_id), None)


def served(name: str, world: Small, request: Request) -> tuple[Answer, str]:
    """The stand-in's answer, and the address that it was asked at."""
    parts = urlsplit(request.url)
    query = dict(parse_qsl(parts.query)) | dict(request.params)
    headers = {key.lower(): value for key, value in request.headers}
    path = parts.path.removeprefix(f"/{name}/")
    ask = Ask(path, query, BASE, 0, cast(Any, world), request.body, headers)
    return APIS[name].answer(ask), f"{request.url}?{urlencode(request.params)}" if request.params else request.url


def crawled(name: str, world: Small) -> list[Any]:
    """All that a crawl reads, with its log-in and its signatures."""
    platform: Any = platforms.load(name)
    secrets = ("stand-in",) * len(platform.POLICY.credentials)
    window = Window(date(2026, 1, 2), TARGETS.get(name, ()), f"{BASE}/{name}", secrets)
    if hasattr(platform, "login"):
        told = served(name, world, platform.login(window))[0]
        token = platform.token(Page(Request(""), 200, "", datetime.now(UTC), told.body, ""))
        window = Window(window.date, window.targets, window.base_url, (*secrets, token))
    request: Request | None = platform.first(window)
    read = list[Any]()
    while request is not None:
        sent = platform.signed(window, request, datetime.now(UTC)) if hasattr(platform, "signed") else request
        answer, url = served(name, world, sent)
        assert answer.status == 200, answer.body
        page = Page(Request(url), 200, answer.content_type, datetime.now(UTC), answer.body, "")
        assert platform.claims(page)
        read += platform.items(page)
        request = platform.following(window, request, page)
    return read


def by_id(items: list[Any]) -> dict[str, Any]:
    """The later page holds the fuller item."""
    assert not [item for item in items if isinstance(item, Reject)]
    return {item["native_id"]: item for item in items}


@pytest.mark.parametrize(("name", "size"), [*((name, 260) for name in IDS if name != "amazon"), ("amazon", 95)])
def test_a_crawl_reads_the_whole_world(name: str, size: int) -> None:
    world = Small(name, size)
    found = by_id(crawled(name, world))
    live = [one for one in world.shown if one["status"] == "live"]
    assert {key for key, item in found.items() if item.get("status") != "deleted"} == {one["native_id"] for one in live}
    for one in live:
        item = found[one["native_id"]]
        assert (item["title"], item["body"]) == (one["title"], one["body"])
        assert name == "jd" or item["created_at"] == datetime.fromisoformat(one["created_at"])
        told = one["pictures"][:1] if name in VIDEOS else one["pictures"]
        assert [medium["url"] for medium in item.get("media", [])] == [f"{BASE}/media/{picture}" for picture in told]
        assert name == "amazon" or one["native_id"] in item["url"]


@pytest.mark.parametrize("name", SHOPS)
def test_a_product_comes_back_with_its_price_brand_and_numbers(name: str) -> None:
    world = Small(name, 50)
    found = by_id(crawled(name, world))
    for one in (one for one in world.shown if one["status"] == "live"):
        item = found[one["native_id"]]
        price = item.get("price") or {}
        assert price.get("amount") == (Decimal(one["price"]) if one["price"] else None)
        assert one["list_price"] is None or price["list_amount"] == Decimal(one["list_price"])
        assert item["brand"] == one["brand"] and item["category_path"][-1] == "音箱"
        assert item["ids"]["model"] == one["ids"]["model"]
        assert one["ids"]["gtin"] is None or item["ids"]["gtin"] == one["ids"]["gtin"]
        assert name == "shopify" or not one["price"] or item["author"]["name"] == "小禾"


@pytest.mark.parametrize("name", VIDEOS)
def test_a_video_comes_back_with_its_tags_and_length(name: str) -> None:
    world = Small(name, 50)
    found = by_id(crawled(name, world))
    for one in (one for one in world.shown if one["status"] == "live"):
        item = found[one["native_id"]]
        is_listed_only = name == "peertube" and len(one["body"]) <= 250  # the list tells no tags
        assert item.get("tags", []) == ([] if is_listed_only else one["tags"])
        assert not one["pictures"] or item["media"][0]["duration_s"] == 30 + len(one["body"])


def test_what_bilibili_deleted_is_told() -> None:
    world = Small("bilibili", 20)
    gone = {key for key, item in by_id(crawled("bilibili", world)).items() if item.get("status") == "deleted"}
    assert gone == {one["native_id"] for one in world.shown if one["status"] == "deleted"}


def test_amazon_shows_a_hundred_at_most() -> None:
    assert len([item for item in crawled("amazon", Small("amazon", 130))]) == sum(n % 7 != 6 for n in range(100))


@pytest.mark.parametrize(
    ("name", "path", "status"),
    [
        ("jd", "routerjson", 401),
        ("amazon", "catalog/v1/searchItems", 401),
        ("amazon", "auth/o2/token", 401),
        ("shopify", "cart.json", 404),
        ("bilibili", "arcopen/fn/archive/viewlist", 401),
        ("peertube", "api/v1/videos/none", 404),
    ],
)
def test_a_stand_in_refuses_in_the_platforms_own_words(name: str, path: str, status: int) -> None:
    answer = APIS[name].answer(Ask(path, {}, BASE, 0, cast(Any, Small(name, 1))))
    assert answer.status == status
    page = Page(Request(BASE), status, answer.content_type, datetime.now(UTC), answer.body, "")
    if path != "auth/o2/token":  # an answer that is never archived
        assert [getattr(item, "reason", item) for item in platforms.load(name).items(page)] == ["platform error"]
        assert platforms.load(name).claims(page)


@pytest.mark.parametrize("name", IDS)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
def test_every_failure_is_an_error_of_the_platform(name: str, status: int) -> None:
    answer = APIS[name].failure(status, "why")
    page = Page(Request(BASE), status, answer.content_type, datetime.now(UTC), answer.body, "")
    [item] = platforms.load(name).items(page)
    assert isinstance(item, Reject) and item.reason == "platform error" and platforms.load(name).claims(page)

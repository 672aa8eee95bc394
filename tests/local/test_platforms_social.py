"""What the social stand-ins serve comes out of their adapters again, page by page and night by night."""

from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

import pytest

from jobs import platforms
from jobs.platforms import Page, Reject, Request, Window
from local.platforms.answers import Answer, Ask

BASE = "http://127.0.0.1:1"
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
URLS = {
    "wechat": "https://mp.weixin.qq.com/s?__biz=MzA0==&mid={n}&idx=1",
    "facebook": "https://www.facebook.com/77/posts/{n}",
    "mastodon": "https://mastodon.example/@1000000001/{n}",
    "activitypub": "https://fediverse.example/objects/{n}",
    "bluesky": "https://bsky.app/profile/did:plc:world/post/{n}",
}
IDS = {
    "wechat": "MzA0==:{n}:1",
    "facebook": "77_{n}",
    "mastodon": "{n}",
    "activitypub": "https://fediverse.example/objects/{n}",
    "bluesky": "at://did:plc:world/app.bsky.feed.post/{n}",
}
NAMES = sorted(IDS)
BODIES = (
    "雨后的山路 a < b & c\n第二行\n\n详情：https://trail.example/a/very/long/path/of/rain?x=1",
    "Which sole?\nEAN: 4006381333931",
)
SIZE = 230  # more than one page of every platform


def appearance(name: str, number: int) -> dict[str, Any]:
    """The post of a number; the highest is the newest, two share each second."""
    n = 115000000000000000 + number
    is_zh = number % 2 == 0
    return {
        "native_id": IDS[name].format(n=n),
        "url": URLS[name].format(n=n),
        "lang": "zh" if is_zh else "en",
        "title": f"标题 {number}" if name == "wechat" else "",
        "body": BODIES[number % 2],
        "author": {"id": "did:plc:world" if name == "bluesky" else "1000000001", "name": "小禾"},
        "created_at": (BEGINNING + timedelta(seconds=number // 2)).isoformat(),
        "tags": ["徒步", "wet feet"],
        "counts": {"likes": 0, "comments": number, "reposts": None},
        "pictures": [f"{number}.png", "last.png"][: number % 3],
        "ids": {"gtin": None if is_zh else "4006381333931", "model": None},
        "repost_of": IDS[name].format(n=n - 1) if number % 50 == 7 else None,
        "comment": "同感" if number % 50 == 7 else "",
        "status": "deleted" if number % 10 == 3 else "live",
    }


class Few:
    """A world of SIZE posts, newest first."""

    def __init__(self, name: str) -> None:
        self.posts = [appearance(name, number) for number in reversed(range(SIZE))]

    def page(self, platform: str, *, day: int, start: int, size: int) -> list[Any]:
        return self.posts[start : start + size]

    def get(self, platform: str, native_id: str, *, day: int) -> Any:
        return next((post for post in self.posts if post["native_id"] == native_id), None)

    def size(self, platform: str, day: int) -> int:
        return len(self.posts)


def served(name: str, world: Few, request: Request) -> Answer:
    path = urlsplit(request.url).path.removeprefix(f"/{name}/")
    query = {**dict(parse_qsl(urlsplit(request.url).query)), **dict(request.params)}
    ask = Ask(path, query, BASE, 0, cast(Any, world), request.body, dict(request.headers))
    return cast(Answer, import_module(f"local.platforms.{name}").answer(ask))


def page_of(request: Request, answer: Answer) -> Page:
    return Page(request, answer.status, answer.content_type, BEGINNING, answer.body, "")


def walk(name: str, since: datetime | None = None) -> list[Any]:
    """Everything that a crawl of one platform reads."""
    platform, world = platforms.load(name), Few(name)
    targets = ("world.example",) if name == "bluesky" else ()
    window = Window(date(2026, 1, 2), targets, f"{BASE}/{name}", ("app", "secret"), since)
    if hasattr(platform, "login"):
        asked = platform.login(window)
        token = platform.token(page_of(asked, served(name, world, asked)))  # type: ignore[attr-defined]
        window = Window(window.date, targets, window.base_url, ("app", "secret", token), since)
    request: Request | None = platform.first(window)
    read: list[Any] = []
    while request is not None:
        answer = served(name, world, request)
        assert answer.status == 200, answer.body
        page = page_of(request, answer)
        found = list(platform.items(page))
        assert platform.claims(page) or not found  # an empty list could be anybody's
        read += found
        request = platform.following(window, request, page)
    return read


@pytest.mark.parametrize("name", NAMES)
def test_a_crawl_reads_the_whole_world(name: str) -> None:
    items = walk(name)
    assert not [item for item in items if isinstance(item, Reject)]
    found, tells_deletions = {item["native_id"]: item for item in items}, name in ("wechat", "activitypub")
    told = [post for post in Few(name).posts if tells_deletions or post["status"] != "deleted"]
    assert found.keys() - {post["repost_of"] for post in told} <= {post["native_id"] for post in told} <= found.keys()
    for post in told:
        item = found[post["native_id"]]
        if post["status"] == "deleted":
            assert item["status"] == "deleted"
            continue
        is_repost = post["repost_of"] and name != "wechat"
        assert item["body"] == (post["comment"] if is_repost else post["body"])
        assert (item.get("title") or "") == post["title"] and item["url"].rstrip("/") == post["url"]
        assert item["created_at"] == datetime.fromisoformat(post["created_at"])
        assert item["author"]["name"] == post["author"]["name"]
        assert [medium["url"] for medium in item.get("media") or ()] == [f"{BASE}/media/{p}" for p in post["pictures"]]
        assert not is_repost or item["relations"] == [f"repost_of:{name}:{post['repost_of']}"]
        assert is_repost or (item.get("ids") or {}).get("gtin") == post["ids"]["gtin"]
        assert name == "wechat" or item["engagement"] == {"likes": 0, "comments": post["counts"]["comments"]}
        assert name in ("wechat", "facebook") or item["lang"] == post["lang"]


@pytest.mark.parametrize("name", NAMES)
def test_a_later_night_reads_what_is_new_and_little_more(name: str) -> None:
    since = BEGINNING + timedelta(seconds=105)
    found = {item["native_id"] for item in walk(name, since) if isinstance(item, dict)}
    new = {post["native_id"] for post in Few(name).posts if datetime.fromisoformat(post["created_at"]) > since}
    live = {post["native_id"] for post in Few(name).posts if post["status"] == "live"}
    assert new & live <= found and len(found) < len(live)


def test_a_link_header_goes_the_same_way() -> None:
    world, read = Few("mastodon"), list[str]()
    request: Request | None = Request(f"{BASE}/mastodon/api/v1/timelines/public", (("limit", "40"),))
    while request is not None:
        answer = served("mastodon", world, request)
        read += [item["native_id"] for item in platforms.load("mastodon").items(page_of(request, answer))]  # type: ignore[index]
        links = [value for name, value in answer.headers if name == "Link"]
        request = Request(links[0].partition(">")[0].removeprefix("<")) if links else None
    assert {post["native_id"] for post in world.posts if post["status"] == "live"} <= set(read)


@pytest.mark.parametrize(
    ("name", "path", "status"),
    [
        ("wechat", "cgi-bin/freepublish/batchget", 401),
        ("wechat", "cgi-bin/stable_token", 401),
        ("facebook", "v26.0/me/published_posts", 401),
        ("facebook", "v26.0/me/published_posts?access_token=t&after=x", 400),
        ("mastodon", "api/v1/statuses/1", 404),
        ("activitypub", "inbox", 404),
        ("bluesky", "xrpc/app.bsky.feed.getAuthorFeed", 400),
        ("bluesky", "xrpc/app.bsky.feed.getTimeline", 404),
    ],
)
def test_a_refusal_is_in_the_platforms_own_words(name: str, path: str, status: int) -> None:
    request = Request(f"{BASE}/{name}/{path}")
    answer = served(name, Few(name), request)
    assert answer.status == status
    assert [
        item.reason for item in platforms.load(name).items(page_of(request, answer)) if isinstance(item, Reject)
    ] == ["platform error"]


def test_the_next_address_of_the_graph_holds_the_token_as_the_real_one_does() -> None:
    request = Request(f"{BASE}/facebook/v26.0/me/published_posts", (("access_token", "secret-token"),))
    answer = served("facebook", Few("facebook"), request)
    window = Window(date(2026, 1, 2), (), f"{BASE}/facebook", ("other-token",))
    first = platforms.load("facebook").first(window)
    following = platforms.load("facebook").following(window, first, page_of(first, answer))
    assert b"secret-token" in answer.body and following and "secret-token" not in str(following)

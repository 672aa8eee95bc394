"""The stand-in platforms: what the world holds comes out of the adapters again; errors come when they are asked for."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from jobs import platforms
from jobs.platforms import Page, Reject, Request, Window
from local.platforms import faults, weibo
from local.platforms.__main__ import build, main
from local.platforms.answers import Ask
from local.platforms.server import Server
from local.world import World
from local.world.__main__ import main as make_world
from local.world.homes import PLATFORMS
from models.urls import canonical, links
from store.cli import TrawlError

SOCIAL = ("rss", "taobao", "weibo", "youtube")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("world")
    make_world([str(made / "w"), "--works", "400", "--seed", "3", "--days", "3"])
    return made / "w"


def serving(server: Server) -> Iterator[Server]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def served(folder: Path) -> Iterator[Server]:
    yield from serving(build(folder, {}))


def control(server: Server, **wanted: Any) -> httpx.Response:
    return httpx.put(f"{server.url}/_control", json=wanted)


def walk(server: Server, name: str, night: Any) -> list[Any]:
    """Everything that a crawl of one platform reads, as the engine walks: a Link of recorded pages before `following`."""
    platform = platforms.load(name)
    window = Window(
        night, ("uploads",) if name == "youtube" else (), f"{server.url}/{name}", ("stand-in", "stand-in", "stand-in")
    )
    request: Request | None = platform.first(window)
    read: list[Any] = []
    with httpx.Client() as client:
        while request is not None:
            answer = client.get(request.url, params=dict(request.params) or None).raise_for_status()
            kind = answer.headers["content-type"]
            page = Page(Request(str(answer.url)), 200, kind, datetime.now(UTC), answer.content, "")
            read += platform.items(page)
            link = answer.links.get("recorded", {}).get("url")
            request = Request(link) if link else platform.following(window, request, page)
    return read


def by_id(items: list[Any]) -> dict[str, Any]:
    assert not [item for item in items if isinstance(item, Reject)]
    return {item["native_id"]: item for item in items}


@pytest.mark.parametrize("name", SOCIAL)
def test_a_crawl_reads_the_whole_world(served: Server, folder: Path, name: str) -> None:
    world = World(folder)
    found, shown = by_id(walk(served, name, world.day0)), world.page(name, day=0, start=0, size=10_000)
    assert found.keys() == {one["native_id"] for one in shown}
    for one in shown:
        item = found[one["native_id"]]
        assert (item.get("title") or "") == one["title"]
        assert one["repost_of"] or item["body"] == one["body"] or "https://weibo.com" in one["body"]
        assert item["body"].endswith(one["body"].rstrip()[-20:]) or "https://weibo.com" in one["body"]
        assert item["created_at"] == datetime.fromisoformat(one["created_at"])
        assert item["url"].endswith(one["url"].rsplit("/", 1)[1]) or name == "weibo"
        assert len(item.get("media") or ()) == len(one["pictures"][:1] if name == "youtube" else one["pictures"])
        for kind, value in one["ids"].items():
            assert value is None or item["ids"][kind] == value


def test_links_name_records_by_their_own_addresses(served: Server, folder: Path) -> None:
    world = World(folder)
    found = [item for name in SOCIAL for item in by_id(walk(served, name, world.day0)).values()]
    linked = sum(bool(one["links"]) for name in SOCIAL for one in world.page(name, day=0, start=0, size=10_000))
    told = [url for item in found for url in links(item.get("body"))]
    assert linked and len(told) == linked
    others = (one["url"] for name in PLATFORMS for one in world.page(name, day=0, start=0, size=10_000))
    assert set(told) <= {canonical(item["url"]) for item in found} | set(map(canonical, others))


def test_a_repost_quotes_and_names_its_original() -> None:
    author = {"id": "1000000001", "name": "小禾"}
    original: dict[str, Any] = {
        "native_id": "5000000000000017",
        "author": author,
        "title": "",
        "body": "a & b <3",
        "counts": {},
    }
    original |= {"created_at": "2026-01-01T00:00:00+00:00", "pictures": [], "status": "live", "repost_of": None}
    repost = original | {"native_id": "5000000000000021", "repost_of": "5000000000000017", "comment": "同感"}

    class Two:
        def page(self, *_: Any, **__: Any) -> list[Any]:
            return [repost]

        def get(self, *_: Any, **__: Any) -> Any:
            return original

        def size(self, *_: Any) -> int:
            return 2

    ask = Ask("2/statuses/home_timeline.json", {"access_token": "x"}, "http://h", 0, cast(Any, Two()))
    page = Page(Request("http://h"), 200, "", datetime.now(UTC), weibo.answer(ask).body, "")
    first, second = platforms.load("weibo").items(page)
    assert isinstance(first, dict) and first["relations"] == ["repost_of:weibo:5000000000000017"]
    assert first["body"] == "同感//@小禾:a & b <3"
    assert isinstance(second, dict) and second["body"] == "a & b <3"


def test_deletions_reach_us_in_each_platforms_own_way(served: Server, folder: Path) -> None:
    world = World(folder)
    control(served, day=2).raise_for_status()
    night = world.day0 + timedelta(days=2)
    gone = {
        n: {o["native_id"] for o in world.page(n, day=2, start=0, size=10_000) if o["status"] == "deleted"}
        for n in SOCIAL
    }
    found = {name: by_id(walk(served, name, night)) for name in SOCIAL}
    for name, status in (("weibo", "deleted"), ("youtube", "gone"), ("rss", "deleted")):
        assert {native for native, item in found[name].items() if item.get("status") == status} == gone[name]
    assert sum(map(len, gone.values())) and not gone["taobao"] & found["taobao"].keys()


def test_the_log_tells_a_night_and_no_other(served: Server, folder: Path) -> None:
    world = World(folder)
    events = [item["event"] for item in walk(served, "ubi", world.day0)]
    assert [event["event_id"] for event in events] == [event["event_id"] for event in world.events(0)]
    assert all(event["record_id"].split(":")[0] in PLATFORMS for event in events if event["action"] != "search")
    assert walk(served, "ubi", world.day0 + timedelta(days=1)) == []


def test_pictures_are_pictures(served: Server, folder: Path) -> None:
    [name] = next(
        one["pictures"] for one in World(folder).page("weibo", day=0, start=0, size=500) if len(one["pictures"]) == 1
    )
    assert httpx.get(f"{served.url}/media/{name}").content.startswith(b"\x89PNG")
    assert httpx.get(f"{served.url}/media/../w.png").status_code == 404


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("weibo/2/statuses/home_timeline.json", 403, "error_code"),
        ("taobao/router/rest?method=taobao.tbk.dg.material.optional", 401, "error_response"),
        ("youtube/v3/playlistItems?playlistId=UU", 403, "error"),
    ],
)
def test_without_a_credential_a_platform_refuses_in_its_own_words(
    served: Server, path: str, status: int, field: str
) -> None:
    answer = httpx.get(f"{served.url}/{path}")
    assert answer.status_code == status and field in answer.json()


def test_faults_happen_to_the_request_they_are_set_for(served: Server) -> None:
    url = f"{served.url}/rss/feed.xml"
    whole = httpx.get(url).content
    control(served, faults={"rss": {"2": "503", "3": "cut", "4": "garbage"}}).raise_for_status()
    assert [httpx.get(url).status_code for _ in range(2)] == [200, 503]
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(url)
    assert httpx.get(url).content != whole
    assert httpx.get(url).content == whole
    assert httpx.get(f"{served.url}/_control").json()["requests"] == {"rss": 5}


def test_a_fault_may_be_a_date_another_charset_or_a_wait(served: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "SLOW_S", 0.2)
    url, kinds = f"{served.url}/rss/feed.xml", {"1": "429", "2": "429-date", "3": "charset", "4": "slow"}
    control(served, faults={"rss": kinds}).raise_for_status()
    seconds, date = httpx.get(url), httpx.get(url)
    assert (seconds.status_code, date.status_code, seconds.headers["retry-after"]) == (429, 429, "1")
    wait = parsedate_to_datetime(date.headers["retry-after"]) - datetime.now(UTC)
    assert timedelta(0) < wait <= timedelta(seconds=3)
    with pytest.raises(UnicodeDecodeError):
        httpx.get(url).content.decode()
    began = time.monotonic()
    assert httpx.get(url).status_code == 200 and time.monotonic() - began >= 0.2


def test_an_expired_page_token_is_refused_in_the_platforms_own_words(served: Server) -> None:
    asked = {"key": "k", "playlistId": "u", "pageToken": "P5"}
    control(served, faults={"youtube": {"1": "token"}, "rss": {"1": "token"}}).raise_for_status()
    refused = httpx.get(f"{served.url}/youtube/v3/playlistItems", params=asked)
    assert refused.status_code == 400 and "invalid page token" in refused.json()["error"]["message"]
    assert httpx.get(f"{served.url}/youtube/v3/playlistItems", params=asked).status_code == 200
    assert httpx.get(f"{served.url}/rss/feed.xml").status_code == 400  # which has no tokens


def test_an_item_that_appears_between_two_pages_moves_the_others_down(served: Server, folder: Path) -> None:
    asked = {"access_token": "x", "count": 10}
    whole = [one["native_id"] for one in World(folder).page("weibo", day=0, start=0, size=21)]
    control(served, faults={"weibo": {"2": "shift"}}).raise_for_status()
    first, second, again = (
        [s["mid"] for s in httpx.get(f"{served.url}/weibo/{weibo.TIMELINES[0]}", params=params).json()["statuses"]]
        for params in (asked, asked | {"page": 2}, asked)
    )
    assert first == whole[1:11] and second == whole[10:20] and again == whole[:10]


def test_a_platform_that_is_down_says_so_and_the_others_answer(served: Server) -> None:
    control(served, down=["taobao"]).raise_for_status()
    assert httpx.get(f"{served.url}/taobao/router/rest").json()["error_response"]["code"] == 15
    assert httpx.get(f"{served.url}/taobao/router/rest").status_code == 503
    assert httpx.get(f"{served.url}/rss/feed.xml").status_code == 200


def test_too_many_requests_are_told_to_wait(served: Server) -> None:
    control(served, limit=2).raise_for_status()
    answers = [httpx.get(f"{served.url}/rss/feed.xml") for _ in range(8)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused and all(answer.headers["retry-after"] == "1" for answer in refused)


@pytest.mark.parametrize(
    "wanted",
    [{"day": 3}, {"day": "1"}, {"down": ["x"]}, {"faults": {"weibo": {"1": "boom"}}}, {"limit": 0}, {"dya": 1}],
)
def test_a_wrong_control_changes_nothing(served: Server, wanted: dict[str, Any]) -> None:
    before = httpx.get(f"{served.url}/_control").json()
    answer = control(served, **wanted)
    assert answer.status_code == 400 and answer.json()["error"]
    assert httpx.get(f"{served.url}/_control").json() == before


def test_recorded_pages_come_unchanged_and_in_order(tmp_path: Path) -> None:
    files = {"a.json": b'{"statuses": []}', "b.html": b"<html>\xff</html>", "README.md": b"not a page"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    for server in serving(build(None, {"weibo": tmp_path})):
        first = httpx.get(f"{server.url}/weibo/2/statuses/home_timeline.json?page=1&count=100")
        second = httpx.get(first.links["recorded"]["url"])
        assert [first.content, second.content] == [files["a.json"], files["b.html"]]
        assert second.headers["content-type"] == "text/html" and "recorded" not in second.links
        assert httpx.get(f"{server.url}/weibo/2/statuses/home_timeline.json?page=2").content == b"{}"
        assert httpx.get(f"{server.url}/rss/feed.xml").status_code == 404
        assert [item.reason for item in walk(server, "weibo", datetime.now(UTC).date())] == ["unknown page"]


def test_a_start_that_cannot_be_is_one_line(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(TrawlError, match="local.world"):
        build(tmp_path, {})
    with pytest.raises(TrawlError, match="replay"):
        build(None, {"rss": tmp_path})
    with pytest.raises(TrawlError, match="day 9"):
        build(folder, {}, day=9)
    server = build(folder, {})
    with pytest.raises(TrawlError, match="--port"):
        build(folder, {}, port=server.server_port)
    server.server_close()
    with pytest.raises(SystemExit) as wrong:
        main(["--faults", "weibo:0:x", "--world", str(folder)])
    assert wrong.value.code == 2


def test_the_command_writes_its_address_and_ends_when_told(folder: Path, tmp_path: Path) -> None:
    words = ["-m", "local.platforms", "--world", str(folder), "--port", "0", "--url-file", str(tmp_path / "url")]
    process = subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    url = process.stdout.readline().strip()
    assert url == (tmp_path / "url").read_text().strip()
    assert httpx.get(f"{url}/_control").json()["day"] == 0
    process.terminate()
    assert process.wait(10) == 0

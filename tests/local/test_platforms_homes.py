"""The stand-ins of smart homes: what the world holds comes out of the adapters again, through their own paths."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

import orjson
import pytest

from jobs import platforms
from jobs.platforms import Page, Reject, Request, Window
from local.platforms import homeassistant, smartthings, tuya
from local.platforms.answers import Answer, Appearance, Ask

STANDINS: dict[str, Any] = {"homeassistant": homeassistant, "smartthings": smartthings, "tuya": tuya}
SECRETS = ("a-client-id", "a-secret-key")
AT = datetime(2026, 1, 2, 3, tzinfo=UTC)


def appearance(name: str, number: int) -> Appearance:
    native_id = f"climate.room_{number}" if name == "homeassistant" else f"{name}{number:06d}"
    return {
        "native_id": native_id,
        "type": "device",
        "title": f"书房恒温器 {number}",
        "body": "words of the world",
        "brand": "Norvik",
        "created_at": f"2025-12-{1 + number % 28:02d}T10:00:00+00:00",
        "tags": [f"定时开关 {number}", "quiet mode"],
        "category_path": ["thermostat"],
        "ids": {"gtin": None, "model": f"NV-{number:04d}"},
        "pictures": [],
        "links": [],
        "counts": {},
        "price": None,
        "status": "deleted" if number % 10 == 3 else "live",
    }


class Few:
    """A world of `count` devices on the platform that is asked."""

    def __init__(self, count: int) -> None:
        self.count = count

    def size(self, platform: str, day: int) -> int:
        return self.count

    def page(self, platform: str, *, day: int, start: int, size: int) -> list[Appearance]:
        return [appearance(platform, number) for number in range(self.count)[start : start + size]]

    def get(self, platform: str, native_id: str, *, day: int) -> Appearance | None:
        return {one["native_id"]: one for one in self.page(platform, day=day, start=0, size=self.count)}.get(native_id)


def sent(name: str, world: Few, request: Request) -> Answer:
    """As the server would be asked: the fragment stays here, headers arrive in lower case."""
    parts, headers = urlsplit(request.url), {key.lower(): value for key, value in request.headers}
    ask = Ask(parts.path.lstrip("/"), dict(request.params), "http://h", 0, cast(Any, world), request.body, headers)
    return cast(Answer, STANDINS[name].answer(ask))


def walk(name: str, world: Few) -> tuple[list[Any], int]:
    """Everything a crawl reads, and how many requests it took."""
    platform = cast(Any, platforms.load(name))
    window = Window(date(2026, 1, 2), (), "http://p", SECRETS)
    if hasattr(platform, "login"):
        answer = sent(name, world, platform.signed(window, platform.login(window), AT))
        token = platform.token(Page(Request("http://p"), 200, "", AT, answer.body, ""))
        window = replace(window, credentials=(*SECRETS, token))
    request, read, count = platform.first(window), list[Any](), 0
    while request is not None:
        asked = platform.signed(window, request, AT) if hasattr(platform, "signed") else request
        answer = sent(name, world, asked)
        assert answer.status == 200
        stored = Request(f"{request.url}{'?' if request.params else ''}{urlencode(request.params)}")
        read += platform.items(Page(stored, 200, answer.content_type, AT, answer.body, ""))
        request = platform.following(window, request, Page(request, 200, "", AT, answer.body, ""))
        count += 1
    return read, count


@pytest.mark.parametrize(("name", "requests"), [("homeassistant", 2), ("smartthings", 3), ("tuya", 3 + 226)])
def test_a_crawl_reads_the_whole_home(name: str, requests: int) -> None:
    world = Few(251)
    read, count = walk(name, world)
    assert not [item for item in read if isinstance(item, Reject)] and count == requests
    found = {item["native_id"]: item for item in read if item.get("category_path") != ["services"]}
    shown = [one for one in world.page(name, day=0, start=0, size=251) if one["status"] == "live"]
    assert found.keys() == {one["native_id"] for one in shown}
    for one in shown:
        item = found[one["native_id"]]
        assert item["title"] == one["title"] and "brand" not in item or item["brand"] == one["brand"]
        assert (item.get("created_at") or item["updated_at"]) == datetime.fromisoformat(one["created_at"])
        assert name == "homeassistant" or item["ids"] == {"model": one["ids"]["model"]}
        assert ", ".join(one["tags"]) in [able.get("range") for able in item["functions"]]
        assert " or ".join(one["tags"]) in item["body"]


@pytest.mark.parametrize(
    ("name", "path", "code"),
    [("homeassistant", "api/states", "message"), ("smartthings", "devices", "error"), ("tuya", "v1.0/token", "code")],
)
def test_without_a_credential_a_home_refuses_in_its_own_words(name: str, path: str, code: str) -> None:
    answer = STANDINS[name].answer(Ask(path, {}, "http://h", 0, cast(Any, Few(1))))
    assert answer.status == 401 and code in orjson.loads(answer.body)
    refused = platforms.load(name).items(Page(Request("http://p"), 401, "", AT, answer.body, ""))
    assert [cast(Reject, item).reason for item in refused] == ["platform error"]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("homeassistant", "api/states/climate.room_1"),
        ("smartthings", "devices/smartthings000001"),
        ("smartthings", "devices/smartthings000001/status"),
    ],
)
def test_one_device_alone(name: str, path: str) -> None:
    for number, status in ((1, 200), (3, 404), (9, 404)):
        ask = Ask(
            path.replace("1", str(number)), {}, "http://h", 0, cast(Any, Few(5)), b"", {"authorization": "Bearer x"}
        )
        answer = STANDINS[name].answer(ask)
        read = list(platforms.load(name).items(Page(Request(f"http://p/{path}"), 200, "", AT, answer.body, "")))
        assert answer.status == status and isinstance(read[0], Reject) is (status == 404)

"""The stand-in catalogues of papers: what they serve comes out of the adapters again, page by page and night by night."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

import pytest

from jobs import platforms
from jobs.platforms import Page, Request, Window
from local.platforms import crossref, oai_pmh, openalex
from local.platforms.answers import Answer, Ask

APIS = {"crossref": crossref, "oai_pmh": oai_pmh, "openalex": openalex}
DAY0 = date(2026, 1, 1)
PER_NIGHT = 3
OLD = 260  # more than two pages of every platform but Crossref


def appearance(name: str, number: int) -> dict[str, Any]:
    native_id = {"crossref": f"10.5555/p.{number}", "oai_pmh": f"oai:x:{number}", "openalex": f"W{number + 1}"}[name]
    created_at = datetime(2026, 1, 1, 12, 30, tzinfo=UTC) + timedelta(days=1) * ((number - OLD) // PER_NIGHT + 1)
    return {
        "native_id": native_id,
        "url": f"https://papers.example/{number}",
        "lang": "zh" if number % 2 else "en",
        "title": f"会折叠的纸 {number} & <更多>" if number % 2 else f"Paper that folds itself {number}: a < b",
        "body": (
            f"第 {number} 段\n又一行\n\n条码：4006381333931" if number % 3 else f"One {number} & two <3\n\nthree one"
        ),
        "author": {"id": f"A{number}", "name": "林一山" if number % 2 else "Anna Berg"},
        "created_at": created_at.isoformat(),
        "tags": ["fold", "纸"],
        "category_path": ["Science", "Geometry"],
        "counts": {"likes": 3},
        "ids": {"gtin": "4006381333931" if number % 3 else None, "model": None},
        "pictures": [],
        "status": "live",
    }


class Papers:
    """A world of one platform: three new papers a night; on day 1 one is deleted and one is rewritten."""

    day0 = DAY0

    def __init__(self, name: str) -> None:
        self.name = name

    def size(self, platform: str, day: int) -> int:
        return OLD + PER_NIGHT * day

    def page(self, platform: str, *, day: int, start: int, size: int) -> list[dict[str, Any]]:
        newest = self.size(platform, day) - 1 - start
        return [self._one(number, day) for number in range(newest, max(-1, newest - size), -1)]

    def get(self, platform: str, native_id: str, *, day: int) -> dict[str, Any] | None:
        shown = self.page(platform, day=day, start=0, size=10_000)
        return next((one for one in shown if one["native_id"] == native_id), None)

    def _one(self, number: int, day: int) -> dict[str, Any]:
        changes = {"status": "deleted"} if number == 5 else {"body": "written anew"} if number == 7 else {}
        return appearance(self.name, number) | (changes if day else {})


def answered(name: str, request: Request, world: Any, day: int) -> Answer:
    parts = urlsplit(request.url)
    path, query = parts.path.removeprefix(f"/{name}").lstrip("/"), dict(parse_qsl(parts.query)) | dict(request.params)
    return cast(Answer, APIS[name].answer(Ask(path, query, "http://h", day, world)))


def pages(name: str, world: Any, day: int, since: datetime | None = None) -> Iterator[Page]:
    platform, opened = platforms.load(name), Window(DAY0, (), f"http://h/{name}", ("secret",), since)
    request: Request | None = platform.first(opened)
    while request is not None:
        answer = answered(name, request, world, day)
        assert answer.status == 200
        page = Page(request, 200, answer.content_type, datetime.now(UTC), answer.body, "")
        yield page
        request = platform.following(opened, request, page)


def crawled(name: str, world: Any, day: int, since: datetime | None = None) -> dict[str, Any]:
    found = [item for page in pages(name, world, day, since) for item in platforms.load(name).items(page)]
    assert all(isinstance(item, dict) for item in found)
    return {item["native_id"]: item for item in cast(list[Any], found)}


@pytest.mark.parametrize("name", APIS)
def test_a_crawl_reads_the_whole_world(name: str) -> None:
    world = Papers(name)
    found, shown = crawled(name, world, 0), world.page(name, day=0, start=0, size=10_000)
    assert found.keys() == {one["native_id"] for one in shown}
    for one in shown:
        item, created_at = found[one["native_id"]], datetime.fromisoformat(one["created_at"])
        told = [item[column] for column in ("title", "body", "url", "lang", "tags", "type")]
        assert told == [*(one[column] for column in ("title", "body", "url", "lang", "tags")), "document"]
        assert item["author"]["name"] == one["author"]["name"]
        assert item.get("ids", {}).get("gtin") == one["ids"]["gtin"]
        assert item["created_at"] == (created_at if name == "oai_pmh" else created_at.replace(hour=0, minute=0))
        assert item["time_precision"] == ("second" if name == "oai_pmh" else "day")


def test_a_later_night_asks_for_what_changed_alone() -> None:
    since = datetime(2026, 1, 2, tzinfo=UTC)
    new = [OLD + number for number in range(PER_NIGHT)]
    found = {name: crawled(name, Papers(name), 1, since) for name in APIS}
    ids = {name: {appearance(name, number)["native_id"] for number in new} for name in APIS}
    assert found["oai_pmh"].keys() == ids["oai_pmh"] | {"oai:x:5", "oai:x:7"}
    assert found["oai_pmh"]["oai:x:5"]["status"] == "deleted" and found["oai_pmh"]["oai:x:7"]["body"] == "written anew"
    assert found["crossref"].keys() == ids["crossref"] | {"10.5555/p.7"}  # a withdrawal is not told
    assert found["openalex"].keys() == ids["openalex"]  # known by the day of publication alone
    assert crawled("oai_pmh", Papers("oai_pmh"), 1, datetime(2027, 1, 1, tzinfo=UTC)) == {}


def test_openalex_tells_what_is_gone_when_it_is_asked_for_it() -> None:
    platform, opened = platforms.load("openalex"), Window(DAY0, (), "http://h/openalex", ("secret",))
    request = platform.revisit(opened, ("W6", "W8", "W99999"))  # type: ignore[attr-defined]
    body = answered("openalex", request, Papers("openalex"), 1).body
    told = platform.items(Page(request, 200, "", datetime.now(UTC), body, ""))
    assert {item["native_id"]: item.get("status") for item in cast(Any, told)} == {
        "W6": "gone",
        "W8": None,
        "W99999": "gone",
    }


def test_a_crawl_survives_an_expired_token() -> None:
    world, platform, opened = Papers("oai_pmh"), platforms.load("oai_pmh"), Window(DAY0, (), "http://h/oai_pmh")
    first, _ = list(pages("oai_pmh", world, 0))[:2]
    token = platform.following(opened, first.request, first)
    assert token
    expired = Request(token.url, (("verb", "ListRecords"), ("resumptionToken", "expired")), token.context)
    answer = answered("oai_pmh", expired, world, 0)
    assert b"badResumptionToken" in answer.body
    again = platform.following(opened, expired, Page(expired, 200, "", datetime.now(UTC), answer.body, ""))
    assert again and again.params == first.request.params


@pytest.mark.parametrize(
    ("name", "query", "told"),
    [
        ("openalex", "works", b"API key"),
        ("openalex", "works?api_key=x&cursor=boom", b"Cursor"),
        ("crossref", "works?cursor=boom", b"Cursor"),
        ("crossref", "works?filter=from-index-date:soon", b"Invalid date"),
        ("crossref", "members", b"not found"),
        ("oai_pmh", "?verb=Explode", b"badVerb"),
        ("oai_pmh", "?verb=ListRecords&metadataPrefix=marcxml", b"cannotDisseminateFormat"),
        ("oai_pmh", "?verb=ListRecords&metadataPrefix=oai_dc&from=soon", b"badArgument"),
    ],
)
def test_wrong_questions_are_answered_in_the_platforms_words(name: str, query: str, told: bytes) -> None:
    answer = answered(name, Request(f"http://h/{name}/{query}"), Papers(name), 0)
    assert told in answer.body and (answer.status >= 400) is (name != "oai_pmh")
    assert (
        platforms.load(name).claims(Page(Request("http://h"), 200, "", datetime.now(UTC), answer.body, ""))
        or name == "openalex"
    )


@pytest.mark.parametrize("name", APIS)
def test_payloads_of_the_stand_in_are_claimed(name: str) -> None:
    for page in pages(name, Papers(name), 0):
        assert [one for one in (*APIS, "rss", "cnki", "scholar") if platforms.load(one).claims(page)] == [name]

"""Pages of the web, web archives and wikis: every mapping rule, the walks, and what anyone may send."""

import gzip
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import page
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from jobs import platforms
from jobs.platforms import Page, PageBroken, Reject, Request, TargetsMissing, Window
from schemas.record import RECORD

HTML, WARC, WIKI = (platforms.load(name) for name in ("html", "warc", "mediawiki"))
URL = "https://shop.example/p/1"
WORDS = "The stool is turned from one piece of wood and stands on three legs, so that it never wobbles. " * 3
SINCE = datetime(2026, 1, 1, 12, tzinfo=UTC)


def window(*targets: str, base: str = "", since: datetime | None = None) -> Window:
    return Window(date(2026, 1, 2), targets, base, since=since)


def html(head: str = "", body: str = f"<p>{WORDS}</p>", url: str = URL, status: int = 200) -> Any:
    [item] = HTML.items(
        replace(page(f"<html><head>{head}</head><body>{body}</body></html>".encode(), url), status=status)
    )
    return item


def fact(**facts: Any) -> str:
    return f'<script type="application/ld+json">{orjson.dumps({"@context": "https://schema.org", **facts}).decode()}</script>'


@pytest.mark.parametrize(
    ("facts", "column", "value"),
    [
        ({"@type": "Product"}, "type", "product"),
        ({"@type": "VideoObject"}, "type", "video"),
        ({"@type": ["NewsArticle", "Thing"]}, "type", "document"),
        ({"@type": "MusicEvent"}, "type", "page"),
        ({"@type": "SocialMediaPosting"}, "type", "post"),
        ({"@type": "Dataset"}, "type", "document"),
        ({"@type": "Product", "name": "A &amp; B"}, "title", "A & B"),
        ({"@type": "Article", "headline": "H"}, "title", "H"),
        (
            {"@type": "Article", "author": [{"name": "Ilse", "url": "https://a.example/i"}]},
            "author",
            {"name": "Ilse", "url": "https://a.example/i"},
        ),
        ({"@type": "Article", "author": "Ilse"}, "author", {"name": "Ilse"}),
        ({"@type": "Article", "author": "/people/ilse"}, "author", None),
        ({"@type": "Article", "datePublished": "2026-01-02"}, "time_precision", "day"),
        (
            {"@type": "VideoObject", "uploadDate": "2026-01-02T03:04:05+08:00"},
            "created_at",
            datetime(2026, 1, 1, 19, 4, 5, tzinfo=UTC),
        ),
        ({"@type": "Article", "dateModified": "2026-01-02T00:00:00Z"}, "updated_at", datetime(2026, 1, 2, tzinfo=UTC)),
        (
            {"@type": "Event", "startDate": "2026-05-01"},
            "created_at",
            None,
        ),  # when it happens, not when it was published
        ({"@type": "Event", "location": {"name": "The Mole"}}, "geo", "The Mole"),
        ({"@type": "Article", "inLanguage": "zh-Hans"}, "lang", "zh"),
        ({"@type": "Article", "keywords": "a, b,a"}, "tags", ["a", "b"]),
        ({"@type": "Article", "keywords": ["a", "b"]}, "tags", ["a", "b"]),
        ({"@type": "Product", "brand": {"name": "Alder"}}, "brand", "Alder"),
        ({"@type": "Product", "category": "A > B"}, "category_path", ["A", "B"]),
        ({"@type": "Product", "gtin13": "4006381333931", "sku": 9}, "ids", {"gtin": "4006381333931", "sku": "9"}),
        ({"@type": "Product", "gtin13": "4006381333932"}, "ids", None),  # the check digit is wrong
        ({"@type": "ScholarlyArticle", "sameAs": "https://doi.org/10.5555/AB"}, "ids", {"doi": "10.5555/ab"}),
        ({"@type": "Book", "isbn": "0-306-40615-2"}, "ids", {"isbn": "9780306406157"}),
        (
            {"@type": "Product", "image": ["/a.jpg", "/a.jpg", {"url": "//i.example/b.jpg"}]},
            "media",
            [
                {"kind": "image", "url": "https://shop.example/a.jpg"},
                {"kind": "image", "url": "https://i.example/b.jpg"},
            ],
        ),
        (
            {"@type": "VideoObject", "thumbnailUrl": "/t.jpg", "duration": "PT1M3S"},
            "media",
            [{"kind": "image", "url": "https://shop.example/t.jpg", "duration_s": 63.0}],
        ),
        (
            {"@type": "Product", "aggregateRating": {"ratingValue": "4.5", "reviewCount": 0}},
            "engagement",
            {"rating": 4.5, "rating_count": 0},
        ),
        (
            {
                "@type": "Article",
                "interactionStatistic": {"interactionType": {"@type": "LikeAction"}, "userInteractionCount": "7"},
            },
            "engagement",
            {"likes": 7},
        ),
        (
            {
                "@type": "Article",
                "interactionStatistic": [
                    {"interactionType": "https://schema.org/WatchAction", "userInteractionCount": 0}
                ],
            },
            "engagement",
            {"views": 0},
        ),
    ],
)
def test_what_a_page_tells_machines(facts: dict[str, Any], column: str, value: Any) -> None:
    item = html(f"<title>T</title>{fact(**facts)}")
    assert item.get(column) == value


@pytest.mark.parametrize(
    ("offers", "price"),
    [
        ({"price": "49.9", "priceCurrency": "eur"}, ("49.9000", "EUR", None, None, None)),
        (
            [{"price": 1, "priceCurrency": "EUR"}, {"price": 2, "priceCurrency": "EUR"}],
            ("1.0000", "EUR", None, None, None),
        ),
        (
            {"@type": "AggregateOffer", "lowPrice": "5.29", "highPrice": "9.56", "priceCurrency": "GBP"},
            ("5.2900", "GBP", None, "5.2900", "9.5600"),
        ),
        ({"priceSpecification": {"price": 3, "priceCurrency": "CNY"}}, ("3.0000", "CNY", None, None, None)),
        (
            {
                "price": 3,
                "priceCurrency": "CNY",
                "priceSpecification": [{"priceType": "https://schema.org/ListPrice", "price": 4}],
            },
            ("3.0000", "CNY", "4.0000", None, None),
        ),
        ({"price": "3"}, None),  # an amount of what?
        ({"price": "ask us", "priceCurrency": "EUR"}, None),
        ({"price": 0, "priceCurrency": "EUR"}, ("0.0000", "EUR", None, None, None)),
    ],
)
def test_offers(offers: Any, price: tuple[str | None, ...] | None) -> None:
    found = html(fact(**{"@type": "Product", "name": "n", "offers": offers})).get("price")
    names = ("amount", "currency", "list_amount", "low", "high")
    assert (found and tuple(None if found.get(n) is None else str(found[n]) for n in names)) == price


def test_open_graph_speaks_where_nothing_else_does() -> None:
    told = {
        "og:title": "O",
        "og:type": "product",
        "og:image": "/o.jpg",
        "product:price:amount": "3",
        "product:price:currency": "EUR",
    }
    metas = "".join(f'<meta property="{name}" content="{value}">' for name, value in told.items())
    item = html(f"<title>T</title>{metas}")
    assert (item["title"], item["type"], str(item["price"]["amount"])) == ("O", "product", "3.0000")
    assert item["media"][0]["url"] == "https://shop.example/o.jpg"
    assert html(metas + fact(**{"@type": "Article", "headline": "J"}))["title"] == "J"


def test_questions_with_their_answers() -> None:
    answers = {"acceptedAnswer": {"text": "<p>Yes.</p>"}, "suggestedAnswer": [{"text": "No."}, {"text": "Yes."}]}
    asked = {"@type": "Question", "name": "Does it float?", "text": "I mean the stool.", **answers, "answerCount": 2}
    item = html(fact(**{"@type": "QAPage", "mainEntity": asked}), body="<p>x</p>")
    assert item["type"] == "qa" and item["body"] == "I mean the stool.\nYes.\nNo."
    faq = {
        "@type": "FAQPage",
        "name": "Help",
        "mainEntity": [{**asked, "@type": "Question"}, {"name": "Why?", "acceptedAnswer": {"text": "So."}}],
    }
    item = html(fact(**faq), body="<p>x</p>")
    assert item["title"] == "Help" and item["body"] == "Does it float?\nYes.\nNo.\n\nWhy?\nSo."


@pytest.mark.parametrize(
    ("head", "url", "native_id"),
    [
        ("", "https://www.shop.example/p?utm_source=x&b=1#c", "https://www.shop.example/p?b=1"),
        ('<link rel="canonical" href="/p/2?spm=1">', URL, "https://shop.example/p/2"),
        (
            '<link rel="shortlink canonical" href="https://www.shop.example/p/2">',
            "https://m.shop.example/p/2",
            "https://www.shop.example/p/2",
        ),
        ('<link rel="canonical" href="https://elsewhere.example/p">', URL, URL),  # no page may stand for another site's
        (
            '<link rel="canonical" href="https://elsewhere.example/p">',
            "http://127.0.0.1:8/p",
            "https://elsewhere.example/p",
        ),
        ('<link rel="canonical" href="https://elsewhere.example/p">', "", "https://elsewhere.example/p"),
        ('<link rel="canonical" href="javascript:x">', URL, URL),
        ('<meta property="og:url" content="https://shop.example/p/3">', URL, "https://shop.example/p/3"),
    ],
)
def test_a_page_is_a_record_under_its_address(head: str, url: str, native_id: str) -> None:
    assert html(f"<title>T</title>{head}", url=url)["native_id"] == native_id


def test_a_saved_page_without_an_address_has_an_id_of_its_words() -> None:
    one, same, other = (html(f"<title>{title}</title>", url="") for title in "aab")
    assert one["native_id"] == same["native_id"] != other["native_id"]


@pytest.mark.parametrize("robots", ["noindex", "NONE", "nofollow, noindex"])
def test_a_page_that_asks_not_to_be_indexed_is_hidden(robots: str) -> None:
    item = html(f'<title>T</title><meta name="ROBOTS" content="{robots}">')
    assert item == {"native_id": URL, "type": "page", "status": "hidden", "url": URL}


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_gone_is_a_tombstone(status: int) -> None:
    assert html(status=status) == {"native_id": URL, "type": "page", "status": "gone"}
    away = html('<link rel="canonical" href="https://shop.example/p/9">', url="http://127.0.0.1/p/9", status=status)
    assert away["native_id"] == "https://shop.example/p/9"
    for listing in ("https://shop.example/sitemap.xml", "https://shop.example/a.xml.gz#2026-01-02.0"):
        assert list(HTML.items(replace(page(b"", listing), status=status))) == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"%PDF-1.7", "not a page"),
        (b"", "not a page"),
        (b"<?xml version='1.0'?><rss><channel/></rss>", "not a page"),
        (b"<html><body></body></html>", "no text"),
        (b'{"@context": "https://schema.org"}', "no text"),
        (b"{", "not json"),
        (b"<html><meta charset=utf-8><p>" + b"\xff\xfe\xfd" * 200, None),
    ],
)
def test_what_is_no_page(body: bytes, reason: str | None) -> None:
    [item] = HTML.items(page(body))
    assert reason is None or (isinstance(item, Reject) and item.reason == reason)


def test_lists_and_unchanged_pages_hold_no_items() -> None:
    urlset = b"<?xml version='1.0'?><urlset><url><loc>https://x.example/a</loc></url></urlset>"
    for body in (urlset, gzip.compress(urlset), b"User-agent: *\nSitemap: https://x.example/s.xml"):
        assert list(HTML.items(page(body))) == [] and HTML.claims(page(body))
    assert list(HTML.items(replace(page(b""), status=304))) == []


def test_structured_data_by_itself() -> None:
    told = [
        {
            "@context": "https://schema.org",
            "@type": "Event",
            "name": n,
            "url": f"https://x.example/{n}?utm_source=a",
            "image": "a.jpg",
        }
        for n in "ab"
    ]
    first, second = HTML.items(page(told))
    assert isinstance(first, dict) and first["native_id"] == "https://x.example/a" and "media" not in first
    [product] = HTML.items(page([{"type": "http://schema.org/Product", "properties": {"name": "n", "brand": "b"}}]))
    assert isinstance(product, dict) and product["type"] == "product" and product["brand"] == "b"
    graph = {
        "namespace": {"og": "http://ogp.me/ns#"},
        "properties": [["og:title", "t"], ["og:url", "https://x.example/t"]],
    }
    [shared] = HTML.items(page([graph]))
    assert isinstance(shared, dict) and (shared["title"], shared["native_id"]) == ("t", "https://x.example/t")
    assert all(
        HTML.claims(page(payload))
        for payload in (told, [graph], {"items": [[told[0]]]}, {"json-ld": [], "microdata": []})
    )


@pytest.mark.parametrize(
    "payload",
    [
        {"@context": "https://www.w3.org/ns/activitystreams", "type": "Note"},
        {"@context": ["https://www.w3.org/ns/activitystreams", {"schema": "http://schema.org#"}], "type": "Person"},
        {"items": [{"kind": "youtube#video"}]},
        [],
        {},
        {"query": {}},
        [1],
        "x",
        {"type": "device", "properties": {}},
    ],
)
def test_payloads_of_others_are_not_claimed(payload: Any) -> None:
    assert not any(platform.claims(page(payload)) for platform in (HTML, WARC, WIKI))


@pytest.mark.parametrize(
    ("body", "is_claimed"),
    [
        (b"<!-- x --><!DOCTYPE html><html>", True),
        (b"<?xml version='1.0'?><html xmlns='x'>", True),
        (b"<html><script src='https://mp.weixin.qq.com/a.js'>", False),
        (b"<?xml version='1.0'?><html><a href='https://weibo.cn/1'>", False),
        (b"<?xml version='1.0'?><rss><channel>", False),
        (b"\x1f\x8b damaged", False),
        (b"WARC/1.0\r\n", False),
    ],
)
def test_pages_that_are_claimed(body: bytes, is_claimed: bool) -> None:
    assert HTML.claims(page(body)) is is_claimed


def urlset(*entries: tuple[str, str]) -> bytes:
    listed = "".join(f"<url><loc>{url}</loc>{f'<lastmod>{at}</lastmod>' if at else ''}</url>" for url, at in entries)
    return f"<urlset>{listed}</urlset>".encode()


def walk(opened: Window, answers: dict[str, bytes], platform: Any = HTML) -> list[str]:
    """Addresses in the order they were asked for, without their fragments."""
    request, asked = platform.first(opened), list[str]()
    while request is not None:
        url = request.url.partition("#")[0]
        asked.append(url)
        found = answers.get(url, b"<html><title>x</title></html>" if "/p" in url else None)
        got = page(found or b"", request.url)
        request = platform.following(opened, request, replace(got, status=404) if found is None else got)
        assert len(asked) < 3000
    return asked


def test_the_walk_over_an_index_and_its_sitemaps() -> None:
    site = "https://x.example"
    index = f"<sitemapindex><sitemap><loc>{site}/a.xml</loc></sitemap><sitemap><loc>{site}/gone.xml</loc></sitemap><sitemap><loc>{site}/b.xml.gz</loc></sitemap></sitemapindex>"
    answers = {
        f"{site}/sitemap.xml": index.encode(),
        f"{site}/a.xml": urlset((f"{site}/p1", ""), ("https://elsewhere.example/p", ""), (f"{site}/p2", "")),
        f"{site}/b.xml.gz": gzip.compress(urlset((f"{site}/p3", ""))),
        "https://y.example/robots.txt": b"Sitemap: https://y.example/own.xml",
        "https://y.example/own.xml": b"https://y.example/p4\nhttps://y.example/p5",
    }
    asked = walk(window(f"{site}/", "https://y.example/robots.txt"), answers)
    pages = [url for url in asked if "/p" in url]
    assert pages == [f"{site}/p1", f"{site}/p2", f"{site}/p3", "https://y.example/p4", "https://y.example/p5"]
    assert asked.count(f"{site}/sitemap.xml") == 3  # once for each sitemap that it names


def test_a_long_sitemap_is_read_in_parts_and_nothing_is_lost_when_it_grows() -> None:
    site = "https://x.example"
    listed = [(f"{site}/p{n}", "") for n in range(1201)]
    answers = {f"{site}/sitemap.xml": urlset(*listed)}
    asked = walk(window(site), answers)
    assert [url for url in asked if "/p" in url] == [url for url, _ in listed] and len(asked) == 1204
    opened, request = window(site), HTML.first(window(site))
    for _ in range(501):
        found = HTML.following(
            opened, request, page(answers[f"{site}/sitemap.xml"] if "sitemap" in request.url else b"", request.url)
        )
        assert found is not None
        request = found
    grown = HTML.following(opened, request, page(urlset((f"{site}/pnew", ""), *listed), request.url))
    assert grown is not None and grown.url == f"{site}/p500"
    assert sum(len(value) for _, value in grown.context) < 50_000


@pytest.mark.parametrize(
    ("lastmod", "is_asked"),
    [
        ("", True),  # unknown
        ("long ago", True),
        ("2026-01-01", True),  # the day lasts beyond noon
        ("2025-12-31", False),
        ("2026-01-01T11:59:59Z", False),
        ("2026-01-01T12:00:00Z", True),
        ("2025", False),
        ("2026", True),
    ],
)
def test_what_did_not_change_since_is_not_asked_for(lastmod: str, is_asked: bool) -> None:
    answers = {"https://x.example/sitemap.xml": urlset(("https://x.example/p", lastmod))}
    asked = walk(window("https://x.example", since=SINCE), answers)
    assert ("https://x.example/p" in asked) is is_asked
    assert "https://x.example/p" in walk(window("https://x.example"), answers)


def test_an_index_within_an_index_within_an_index_ends() -> None:
    loop = b"<sitemapindex><sitemap><loc>https://x.example/sitemap.xml</loc></sitemap></sitemapindex>"
    assert len(walk(window("https://x.example"), {"https://x.example/sitemap.xml": loop})) < 10


def test_what_breaks_the_walk_of_sitemaps() -> None:
    opened = window("https://x.example")
    first = HTML.first(opened)
    for status, body in ((200, b"<html>"), (404, b""), (200, b"\x1f\x8b")):
        with pytest.raises(PageBroken, match="no sitemap"):
            HTML.following(opened, first, replace(page(body), status=status))
    assert HTML.following(opened, first, replace(page(b""), status=304)) is None
    with pytest.raises(TargetsMissing, match="TRAWL_HTML_TARGETS"):
        HTML.first(window())


def test_a_page_that_left_its_sitemap_is_asked_for_again() -> None:
    gone = "https://x.example/p?a=1"
    revisit: Callable[..., Request] = HTML.revisit  # type: ignore[attr-defined]
    assert revisit(window("https://x.example"), [gone]).url == gone
    assert revisit(window(base="http://127.0.0.1:1/html"), [gone]).url == "http://127.0.0.1:1/html/p?a=1"


def archive(*records: dict[str, Any], packed: bool = True) -> bytes:
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed)
    for told in records:
        told = {
            "kind": "response",
            "url": "https://x.example/a",
            "status": "200 OK",
            "type": "text/html",
            "body": b"",
            "http": [],
            **told,
        }
        is_http = told["kind"] in ("response", "revisit")
        headers = StatusAndHeaders(told["status"], [("Content-Type", told["type"]), *told["http"]], protocol="HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(
                told["url"],
                told["kind"],
                io.BytesIO(told["body"]),
                http_headers=headers if is_http else None,
                warc_headers_dict={"WARC-Date": "2026-01-02T03:04:05Z", **told.get("more", {})},
                warc_content_type=None if is_http else told["type"],
            )
        )
    return out.getvalue()


TITLED = b"<html><head><title>T</title></head><body><p>x</p></body></html>"


def read(body: bytes) -> list[Any]:
    return list(WARC.items(page(body)))


def test_archives_packed_in_every_way() -> None:
    two = ({"body": TITLED}, {"body": TITLED, "url": "https://x.example/b"})
    plain = archive(*two, packed=False)
    for body in (archive(*two), plain, gzip.compress(plain)):
        assert [item["native_id"] for item in read(body)] == ["https://x.example/a", "https://x.example/b"]
        assert WARC.claims(page(body)) and not HTML.claims(page(body))
    assert read(archive({"body": TITLED}))[0]["updated_at"] == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("record", "outcome"),
    [
        ({"kind": "warcinfo", "type": "application/warc-fields", "body": b"a: b"}, []),
        ({"kind": "request", "type": "application/http; msgtype=request", "body": b"GET / HTTP/1.1\r\n\r\n"}, []),
        ({"kind": "metadata", "type": "application/json", "body": b'{"Envelope": {}}'}, []),
        ({"kind": "metadata", "type": "application/json", "body": b"{"}, []),
        ({"kind": "revisit"}, ["captured unchanged before"]),
        ({"status": "301 Moved"}, ["HTTP 301"]),
        ({"status": "410 Gone"}, [{"native_id": "https://x.example/a", "type": "page", "status": "gone"}]),
        ({"type": "image/png"}, ["not a page"]),
        ({"body": b""}, ["malformed page"]),
        (
            {"body": TITLED, "http": [("X-Robots-Tag", "noindex")]},
            [{"native_id": "https://x.example/a", "type": "page", "status": "hidden"}],
        ),
        ({"kind": "conversion", "type": "text/plain", "body": b"\n"}, ["no text"]),
    ],
)
def test_what_an_archive_holds_beside_pages(record: dict[str, Any], outcome: list[Any]) -> None:
    assert [item.reason if isinstance(item, Reject) else item for item in read(archive(record))] == outcome


def test_the_charset_of_a_capture_is_that_of_its_header() -> None:
    said = "灯塔的灯光能照到二十里外的海面"
    body = f"<html><head><meta charset=utf-8><title>{said}</title></head></html>".encode("gbk")
    assert read(archive({"body": body, "type": "text/html; charset=gb2312"}))[0]["title"] == said


def test_a_capture_that_was_packed_on_its_way() -> None:
    packed = {"body": gzip.compress(TITLED), "http": [("Content-Encoding", "gzip")]}
    assert read(archive(packed))[0]["title"] == "T"
    cut = {**packed, "body": gzip.compress(TITLED * 50)[:-20], "more": {"WARC-Truncated": "length"}}
    assert read(archive(cut))[0]["title"] == "T"


def test_a_damaged_archive_gives_what_stands_before_the_damage() -> None:
    body = archive({"body": TITLED}, {"body": TITLED * 200, "url": "https://x.example/b"})
    first, *rest = read(body[:-40])
    assert first["native_id"] == "https://x.example/a"
    assert [item.reason for item in read(b"WARC/1.0\r\nnonsense")] in ([], ["damaged archive"])
    assert [item.reason for item in read(b"junk")] == ["damaged archive"]


def test_an_archive_that_unpacks_without_end_is_left() -> None:
    bomb = archive({"body": TITLED}) + gzip.compress(
        b"WARC/1.0\r\nContent-Length: 300000000\r\n\r\n" + bytes(300_000_000), 1
    )
    first, last = read(bomb)
    assert first["title"] == "T" and last.reason == "damaged archive" and "TooLarge" in last.detail


def wiki(payload: Any, url: str = "http://p/w/api.php") -> list[Any]:
    return list(WIKI.items(page(payload, url)))


def wiki_page(**columns: Any) -> dict[str, Any]:
    edit = {
        "revid": 2,
        "parentid": 1,
        "timestamp": "2026-01-01T00:00:00Z",
        "user": "u",
        "slots": {"main": {"content": "'''x'''"}},
    }
    return {"pageid": 7, "ns": 0, "title": "T", "revisions": [edit], **columns}


@pytest.mark.parametrize(
    "payload",
    [
        {"query": {"pages": [wiki_page()]}},  # formatversion 2
        {"query": {"pages": {"7": wiki_page()}}},
        {
            "query": {
                "pages": {
                    "7": wiki_page(revisions=[{"*": "'''x'''", "timestamp": "2026-01-01T00:00:00Z", "user": "u"}])
                }
            }
        },
        {
            "query": {
                "pages": {
                    "7": wiki_page(
                        revisions=[{"slots": {"main": {"*": "x"}}, "timestamp": "2026-01-01T00:00:00Z", "user": "u"}]
                    )
                }
            }
        },
        {"query": {"allrevisions": [wiki_page()]}},
        {"query": {"pages": [wiki_page(extract="<p>x</p>")]}},
    ],
)
def test_wiki_pages_of_every_version(payload: Any) -> None:
    [item] = wiki(payload)
    assert (item["native_id"], item["title"], item["body"], item["type"]) == ("7", "T", "x", "document")
    assert item["updated_at"] == datetime(2026, 1, 1, tzinfo=UTC) and "created_at" not in item
    assert item["author"] == {"name": "u"} and WIKI.claims(page(payload))


@pytest.mark.parametrize(
    ("columns", "column", "value"),
    [
        ({"ns": 4}, "type", "page"),
        ({"canonicalurl": "https://w.example/wiki/T"}, "url", "https://w.example/wiki/T"),
        ({"pagelanguage": "zh-hans"}, "lang", "zh"),
        (
            {"original": {"source": "//w.example/a.png", "width": 3}},
            "media",
            [{"kind": "image", "url": "https://w.example/a.png", "width": 3}],
        ),
        (
            {"revisions": [{"parentid": 0, "timestamp": "2025-01-01T00:00:00Z"}]},
            "created_at",
            datetime(2025, 1, 1, tzinfo=UTC),
        ),
        ({"revisions": [{"slots": {"main": {"content": "{}", "contentmodel": "json"}}}]}, "body", None),
        ({"revisions": [{"slots": {"main": {"content": "DOI: 10.5555/ab"}}}]}, "ids", {"doi": "10.5555/ab"}),
        ({"revisions": [{"slots": {"main": {"content": "x [[Category:Harbours]]"}}}]}, "tags", ["Harbours"]),
    ],
)
def test_columns_of_a_wiki_page(columns: dict[str, Any], column: str, value: Any) -> None:
    assert wiki({"query": {"pages": [wiki_page(**columns)]}})[0].get(column) == value


@pytest.mark.parametrize(
    ("entry", "outcome"),
    [
        ({"pageid": 7, "missing": ""}, [("7", "gone")]),
        ({"pageid": 7, "missing": True}, [("7", "gone")]),
        ({"title": "x", "missing": ""}, ["no such page"]),
        (wiki_page(redirect=""), []),
        (wiki_page(revisions=[{"*": "#REDIRECT [[x]]"}]), []),
        (wiki_page(missing=False), [("7", None)]),
        ({"type": "log", "logtype": "delete", "logaction": "delete", "pageid": 7}, [("7", "deleted")]),
        ({"logid": 1, "type": "delete", "action": "delete", "pageid": 0, "logpage": 7}, [("7", "deleted")]),
        ({"logid": 1, "type": "delete", "action": "restore", "pageid": 7, "logpage": 0}, []),
        ({"type": "log", "logtype": "upload", "logaction": "upload", "pageid": 7}, []),
        ({"type": "external", "pageid": 7, "title": "x"}, []),
        ({"type": "edit", "pageid": 7, "title": "x", "timestamp": "2026-01-01T00:00:00Z"}, [("7", None)]),
    ],
)
def test_what_else_a_wiki_lists(entry: dict[str, Any], outcome: list[Any]) -> None:
    found = wiki({"query": {"recentchanges": [entry]}})
    assert [
        item.reason if isinstance(item, Reject) else (item["native_id"], item.get("status")) for item in found
    ] == outcome


def test_every_edit_of_a_history_is_a_version() -> None:
    edits = [
        {"revid": n, "parentid": n - 1, "timestamp": f"2026-01-0{n}T00:00:00Z", "comment": f"c{n}"} for n in (5, 4)
    ]
    edits[1]["parentid"] = 0
    whole, last, made = wiki({"query": {"pages": {"7": {"pageid": 7, "title": "T", "revisions": edits}}}})
    assert whole["created_at"].day == 4 and whole["updated_at"].day == 5
    assert (last["native_id"], last["body"], last["relations"]) == ("7@5", "c5", ["version_of:mediawiki:7"])
    assert made["native_id"] == "7@4"


@pytest.mark.parametrize(
    "payload",
    [{"batchcomplete": ""}, {"query": {"general": {}}}, {"query": {"namespaces": {}}}, {"query": {"allpages": []}}],
)
def test_what_a_wiki_tells_of_itself_is_no_item(payload: Any) -> None:
    assert wiki(payload) == [] and WIKI.claims(page(payload))


def test_a_second_wiki_has_ids_of_its_own() -> None:
    [item] = wiki({"requestid": "b.example", "query": {"pages": [wiki_page()]}})
    assert item["native_id"] == "b.example:7"
    opened = window("https://a.example/w/api.php", "https://b.example/api.php")
    first = WIKI.first(opened)
    assert "requestid" not in dict(first.params)
    second = WIKI.following(opened, first, page({"query": {}}))
    assert second and second.url == "https://b.example/api.php" and dict(second.params)["requestid"] == "b.example"


def test_a_page_whose_text_comes_later_is_left_for_then() -> None:
    bare = {"pageid": 7, "title": "T"}
    assert wiki({"query": {"pages": [bare]}}, "http://p/w/api.php?prop=revisions%7Cinfo") == []
    assert wiki({"query": {"pages": [bare]}})[0]["title"] == "T"


def test_the_walk_over_all_pages_of_a_wiki() -> None:
    opened = window(base="http://p/mediawiki")
    first = WIKI.first(opened)
    assert first.url == "http://p/mediawiki/w/api.php" and dict(first.params)["generator"] == "allpages"
    for told in (
        {"continue": {"gapcontinue": "B", "continue": "||"}},
        {"query-continue": {"allpages": {"gapcontinue": "B"}}},
    ):
        second = WIKI.following(opened, first, page({**told, "query": {"pages": []}}))
        assert second and dict(second.params)["gapcontinue"] == "B" and dict(second.params)["generator"] == "allpages"
    props = {"query-continue": {"allpages": {"gapcontinue": "B"}, "revisions": {"rvcontinue": 5}}}
    third = WIKI.following(opened, first, page(props))
    assert third and dict(third.params)["rvcontinue"] == "5" and "gapcontinue" not in dict(third.params)
    assert (
        WIKI.following(opened, first, page({"continue": {"arvcontinue": None, "continue": "-||"}, "query": {}})) is None
    )
    assert WIKI.following(opened, first, page({"batchcomplete": True, "query": {}})) is None


def test_the_walk_over_what_changed_since() -> None:
    opened = window(base="http://p", since=SINCE)
    first = WIKI.first(opened)
    asked = dict(first.params)
    assert asked["list"] == "recentchanges|logevents" and asked["rcstart"] == asked["lestart"] == "2026-01-01T12:00:00Z"
    changes = [
        {"type": "edit", "pageid": 7},
        {"type": "edit", "pageid": 7},
        {"type": "log", "pageid": 8},
        {"type": "new", "pageid": 0},
    ]
    logged = [{"logid": 1, "type": "delete", "action": action, "pageid": 9} for action in ("delete", "restore")]
    told = {"recentchanges": changes, "logevents": logged}
    texts = WIKI.following(opened, first, page({"continue": {"rccontinue": "c"}, "query": told}))
    assert texts and dict(texts.params)["pageids"] == "7|9" and "revisions" in dict(texts.params)["prop"]
    more = WIKI.following(opened, texts, page({"batchcomplete": True, "query": {"pages": []}}))
    assert more and dict(more.params)["rccontinue"] == "c" and dict(more.params)["rcstart"] == "2026-01-01T12:00:00Z"
    assert WIKI.following(opened, more, page({"query": {"recentchanges": []}})) is None
    long_ago = WIKI.first(window(base="http://p", since=SINCE - timedelta(days=60)))
    assert dict(long_ago.params)["generator"] == "allpages"  # changes are kept for a month


def test_what_breaks_the_walk_of_a_wiki() -> None:
    opened = window(base="http://p")
    for body in (b"<html>", {"error": {"code": "maxlag", "info": "wait"}, "servedby": "a"}):
        with pytest.raises(PageBroken, match="mediawiki"):
            WIKI.following(opened, WIKI.first(opened), page(body))
    assert [item.reason for item in wiki({"error": {"code": "x"}})] == ["platform error"]
    assert WIKI.claims(page({"error": {"code": "x"}, "servedby": "a"}))
    with pytest.raises(TargetsMissing, match="TRAWL_MEDIAWIKI_TARGETS"):
        WIKI.first(window())


NAMES = "query pages pageid revisions slots main content title type logtype missing recentchanges properties @type name offers".split()
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=15,
)


@given(ANY)
@settings(max_examples=120)
def test_no_json_breaks_these_readers(payload: Any) -> None:
    try:
        orjson.dumps(payload)
    except TypeError:  # beyond 64 bits: JSON that nobody writes
        return
    shaped = [payload, {"query": {"pages": payload}}, {"query": {"pages": [payload], "recentchanges": payload}}]
    shaped += [
        [
            {
                "@context": "https://schema.org",
                "@type": "Product",
                "name": "n",
                "offers": payload,
                "author": payload,
                "image": payload,
            }
        ]
    ]
    shaped += [
        [
            {
                "@context": "https://schema.org",
                "@type": "QAPage",
                "name": "n",
                "mainEntity": payload,
                "aggregateRating": payload,
            }
        ]
    ]
    for told in shaped:
        for platform in (HTML, WIKI):
            platform.claims(page(told))
            for item in platform.items(page(told)):
                assert isinstance(item, Reject) or set(item) <= set(RECORD.names)
        script = (
            f'<html><title>t</title><script type="application/ld+json">{orjson.dumps(told).decode()}</script></html>'
        )
        assert all(isinstance(item, dict) for item in HTML.items(page(script.encode(), URL)))


@given(
    st.binary(max_size=200),
    st.sampled_from([b"<html><title>", b"<!doctype html>", b"\x1f\x8b", b"WARC/1.0\r\n", b"{", b"\xff\xfe<\0h\0"]),
)
@settings(max_examples=120)
def test_no_bytes_break_these_readers(body: bytes, start: bytes) -> None:
    for platform in (HTML, WARC, WIKI):
        for told in (start + body, archive({"body": start + body}) if platform is WARC else body):
            platform.claims(page(told))
            assert all(isinstance(item, (dict, Reject)) for item in platform.items(page(told)))


def test_a_golden_archive_is_claimed_by_its_reader_alone() -> None:
    body: Page = page(archive({"body": TITLED}))
    assert [name for name in ("html", "mediawiki", "warc") if platforms.load(name).claims(body)] == ["warc"]

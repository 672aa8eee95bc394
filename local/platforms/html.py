"""A site of the world's pages: an index of packed sitemaps, and the pages themselves with what machines read of them.

A page that was deleted is no longer listed and answers 410. Pages carry an ETag and answer 304 to it.
"""

import gzip
import hashlib
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

import orjson

from local.platforms import changed
from local.platforms.answers import Answer, Appearance, Ask, moment

SIZE = 500
XML = "application/xml; charset=utf-8"
HTML = "text/html; charset=utf-8"
SCHEMA = "http://www.sitemaps.org/schemas/sitemap/0.9"
KINDS = {"product": "Product", "video": "VideoObject", "document": "Article", "post": "SocialMediaPosting"}
ACTIONS = {"likes": "LikeAction", "reposts": "ShareAction", "views": "WatchAction"}


def answer(ask: Ask) -> Answer:
    """The index, a sitemap, robots.txt or a page."""
    if ask.path == "robots.txt":
        return Answer(200, f"User-agent: *\nAllow: /\nSitemap: {_base(ask)}/sitemap.xml\n".encode(), "text/plain")
    if ask.path == "sitemap.xml":
        return _index(ask)
    number = ask.path.removeprefix("sitemap-").removesuffix(".xml.gz")
    if number.isdigit() and ask.path != number:
        return _sitemap(ask, int(number))
    return _page(ask)


def failure(status: int, message: str, path: str = "") -> Answer:
    """A page that says so."""
    body = f"<!DOCTYPE html><html><head><title>{status}</title></head><body><h1>{escape(message)}</h1></body></html>"
    return Answer(status, body.encode(), HTML)


def _base(ask: Ask) -> str:
    return f"{ask.base}/html"


def _index(ask: Ask) -> Answer:
    count = -(-ask.world.size("html", ask.day) // SIZE)
    listed = "".join(f"<sitemap><loc>{_base(ask)}/sitemap-{n}.xml.gz</loc></sitemap>" for n in range(1, count + 1))
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="{SCHEMA}">{listed}</sitemapindex>\n'
    return Answer(200, body.encode(), XML)


def _sitemap(ask: Ask, number: int) -> Answer:
    pages = ask.world.page("html", day=ask.day, start=(number - 1) * SIZE, size=SIZE)
    if not pages:
        return failure(404, "no such sitemap")
    days = changed.days(ask.world, "html", ask.day)
    listed = "".join(_entry(page, ask, days.get(page["native_id"])) for page in pages if page["status"] != "deleted")
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{SCHEMA}">{listed}</urlset>\n'
    return Answer(200, gzip.compress(body.encode(), mtime=0), "application/gzip")


def _entry(page: Appearance, ask: Ask, day: int | None) -> str:
    modified = ask.world.day0 + timedelta(days=day) if day else moment(page).date()
    path = urlsplit(page["url"]).path
    return f"<url><loc>{escape(_base(ask) + path)}</loc><lastmod>{modified.isoformat()}</lastmod></url>"


def _page(ask: Ask) -> Answer:
    some = ask.world.page("html", day=ask.day, start=0, size=1)
    parts = urlsplit(some[0]["url"] if some else "")
    page = ask.world.get("html", f"{parts.scheme}://{parts.netloc}/{ask.path}", day=ask.day)
    if page is None:
        return failure(404, "no such page")
    if page["status"] == "deleted":
        head = f'<head><title>Gone</title><link rel="canonical" href="{escape(page["url"])}"></head>'
        return Answer(410, f"<!DOCTYPE html><html>{head}<body>Gone</body></html>".encode(), HTML)
    body = _html(page, ask).encode()
    tag = f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'
    if ask.headers.get("if-none-match") == tag:
        return Answer(304, b"", HTML, (("ETag", tag),))
    return Answer(200, body, HTML, (("ETag", tag),))


def _html(page: Appearance, ask: Ask) -> str:
    """Navigation and footer around the text, as sites have them."""
    paragraphs = "".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in ask.body(page).split("\n\n"))
    title, facts = escape(page["title"]), orjson.dumps(_facts(page, ask)).decode().replace("<", "\\u003c")
    return f"""<!DOCTYPE html>
<html lang="{page['lang']}"><head><meta charset="utf-8"><title>{title}</title>
<link rel="canonical" href="{escape(page['url'])}"><script type="application/ld+json">{facts}</script></head>
<body><nav><a href="/">Start</a> <a href="/latest">Latest</a></nav>
<main><article><h1>{title}</h1><div itemprop="articleBody">{paragraphs}</div></article></main>
<footer>Pages of a made-up world</footer></body></html>
"""


def _facts(page: Appearance, ask: Ask) -> dict[str, Any]:
    kind = KINDS.get(page["type"], "WebPage")
    named = {"name": page["title"]} if kind in ("Product", "VideoObject") else {"headline": page["title"]}
    counted = [
        {
            "@type": "InteractionCounter",
            "interactionType": f"https://schema.org/{action}",
            "userInteractionCount": page["counts"].get(name),
        }
        for name, action in ACTIONS.items()
        if page["counts"].get(name) is not None
    ]
    facts = {
        "@context": "https://schema.org",
        "@type": kind,
        **named,
        "url": page["url"],
        "inLanguage": page["lang"],
        "datePublished": page["created_at"],
        "author": {"@type": "Person", "name": page["author"]["name"]},
        "keywords": page["tags"],
        "image": [ask.picture_url(name) for name in page["pictures"]],
        "interactionStatistic": counted,
        "commentCount": page["counts"].get("comments"),
        "brand": {"@type": "Brand", "name": page["brand"]} if page["brand"] else None,
        "category": " > ".join(page["category_path"]),
        "gtin13": page["ids"].get("gtin"),
        "mpn": page["ids"].get("model"),
        "offers": _offer(page) if page["price"] else None,
    }
    return {name: value for name, value in facts.items() if value not in (None, "", [])}


def _offer(page: Appearance) -> dict[str, Any]:
    before = {"@type": "UnitPriceSpecification", "priceType": "https://schema.org/ListPrice", "priceCurrency": "CNY"}
    listed = {"priceSpecification": [{**before, "price": page["list_price"]}]} if page["list_price"] else {}
    return {"@type": "Offer", "price": page["price"], "priceCurrency": "CNY", **listed}

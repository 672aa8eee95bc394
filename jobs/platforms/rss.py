"""Feeds: RSS, RDF, Atom and CDF, well-formed or not, one walk per target address, newest first.

Source  GET of each target, or of <base>/feed.xml; paged feeds by their link rel="next" (RFC 5005), deletions by
        at:deleted-entry (RFC 6721)
Units   times in the many forms of feeds; media length in seconds

Products in a feed carry their identifiers in Google's merchant elements (g:gtin, g:mpn, g:price), articles in PRISM
(prism:doi). A next link that leaves the feed's own host is not followed.
"""

import calendar
import hashlib
import html
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import charset_normalizer
import feedparser
from selectolax.lexbor import LexborHTMLParser

from jobs.platforms import Item, Page, Policy, Reject, Request, TargetsMissing, Window, context
from jobs.platforms._reading import at, checked, each, filled, identity, many, shown
from models.identifiers import doi, gtin, labelled_ids, model_number
from models.markup import clean, plain, primary_tag
from models.times import Instant, instant
from models.values import address, count, money, seconds
from schemas.record import TYPES

POLICY = Policy(
    tier="A",
    license="as the feed says",
    requests_per_s=5,
)
DELETED = re.compile(rb"<at:deleted-entry\b[^>]*?\bref\s*=\s*[\"']([^\"']{1,500})[\"']")
DECLARED = re.compile(rb"\xef\xbb\xbf|\xff\xfe|\xfe\xff|\s*<\?xml[^>]*\bencoding\s*=")
NEXT = re.compile(rb"<(?:\w+:)?link\b[^>]*\brel\s*=\s*[\"']next[\"'][^>]*>", re.IGNORECASE)
HREF = re.compile(rb"\bhref\s*=\s*[\"']([^\"']+)[\"']", re.IGNORECASE)
# Possessive: what stands before the root element is read once, however much of it there is.
ROOT = re.compile(
    rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?"
    rb"(?>\s++|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*+(?:\[.*?\])?\s*+>)*+"
    rb"<(?:\w+:)?(rss|feed|rdf|channel)\b",
    re.IGNORECASE | re.DOTALL,
)
PRICE = re.compile(r"([\d.,]+)\s*([A-Z]{3})|([A-Z]{3})\s*([\d.,]+)", re.ASCII)
MEDIA_KINDS = {"image": "image", "audio": "audio", "video": "video"}
MOST_PICTURES = 20


def first(window: Window) -> Request:
    """The first page of the first feed. Raises TargetsMissing."""
    if not window.targets and not window.base_url:
        raise TargetsMissing("rss", "addresses of feeds")
    return _feed(window, 0)


def following(window: Window, request: Request, page: Page) -> Request | None:
    """The feed's next page, then the next feed."""
    target = context(request, "target")
    if not target:
        return None
    host = urlsplit(request.url).netloc
    # The links are looked for in the bytes: reading the whole feed is the reader's work, and slow.
    hrefs = [HREF.search(tag) for tag in NEXT.findall(page.body)]
    for href in filter(None, hrefs):
        url = address(html.unescape(href.group(1).decode("utf-8", "replace")), request.url)
        if url and urlsplit(url).netloc == host and url != request.url:
            return Request(url, (), request.context)
    return _feed(window, int(target) + 1) if int(target) + 1 < len(window.targets) else None


def _feed(window: Window, target: int) -> Request:
    url = window.targets[target] if window.targets else f"{window.base_url}/feed.xml"
    return Request(url, (), (("target", str(target)),))


def _parsed(page: Page) -> Any:
    # A stream, because feedparser takes plain bytes for a file name first.
    headers = {"content-location": page.request.url, "content-type": _content_type(page)}
    return feedparser.parse(io.BytesIO(page.body), response_headers=headers)


def _content_type(page: Page) -> str:
    """As declared; with a charset told from the bytes where nothing declares one and they are not UTF-8."""
    declared = page.content_type or "application/xml"
    if "charset=" in declared.lower() or DECLARED.match(page.body[:200]):
        return declared
    try:
        page.body.decode("utf-8")
        return declared
    except UnicodeDecodeError:
        guess = charset_normalizer.from_bytes(page.body).best()
        return f"application/xml; charset={guess.encoding}" if guess else declared


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per entry, and a tombstone per deleted one."""
    try:
        feed = _parsed(page)
    except Exception as error:  # its lenient parser meets input that nobody foresaw; the page stays archived
        yield Reject("not a feed", f"{type(error).__name__} {error}: {shown(page.body)}")
        return
    entries = many(feed.get("entries"))
    if not entries and not (feed.get("version") or feed.get("feed") or DELETED.search(page.body)):
        yield Reject("not a feed", f"{feed.get('bozo_exception') or 'no feed element'}: {shown(page.body)}")
    yield from each(entries, lambda entry: iter([checked(_entry(entry, feed.feed, page.request.url))]))
    for ref in DELETED.findall(page.body):
        yield {"native_id": ref.decode("utf-8", "replace"), "type": "page", "status": "deleted"}


def claims(page: Page) -> bool:
    """The root element of a feed; RDF says of itself that it is one, as much else is RDF."""
    told = page.body[:8000].replace(b"\0", b"")
    root = ROOT.match(told)
    if root is None or root.group(1).lower() != b"rdf":
        return root is not None
    return any(word in told for word in (b"rss", b"<item", b"channel"))


def _entry(entry: Any, feed: Any, base: str) -> Item:
    content = _longest(entry)
    body = _words(content) or _words(entry.get("summary_detail")) or plain(entry.get("summary"))
    summary = _words(entry.get("summary_detail")) if content else None
    title = _words(entry.get("title_detail")) or plain(entry.get("title"))
    link = address(entry.get("link"), base)
    created_at, precision = (
        _moment(entry, "published") or _moment(entry, "updated") or _moment(entry, "created") or (None, None)
    )
    updated_at, _ = _moment(entry, "updated") or (None, None)
    lang = primary_tag(entry.get("language") or at(content, "language") or feed.get("language"))
    kind = str(entry.get("dc_type") or "").lower()
    return {
        "native_id": _id(entry, link, title, body),
        "type": kind if kind in TYPES else "page",
        "url": link,
        "title": title,
        "body": body,
        "summary": summary if summary != body else None,
        "author": _author(entry),
        "created_at": created_at,
        "time_precision": precision,
        "updated_at": updated_at,
        "lang": lang,
        "lang_source": "declared" if lang else None,
        "media": _media(entry, content, base),
        "engagement": filled(comments=count(entry.get("slash_comments"))),
        "price": _price(entry),
        "brand": clean(entry.get("g_brand")),
        "ids": {**labelled_ids(body), **(_ids(entry) or {})},
        "tags": _tags(entry),
        "geo": _place(entry.get("where")),
    }


def _longest(entry: Any) -> Any:
    contents = [content for content in many(entry.get("content")) if isinstance(at(content, "value"), str)]
    return max(contents, key=lambda content: len(content["value"]), default=None)


def _words(detail: Any) -> str | None:
    """Plain text of a text construct by its declared type."""
    is_markup = str(at(detail, "type") or "").lower() != "text/plain"
    return plain(at(detail, "value")) if is_markup else clean(at(detail, "value"))


def _id(entry: Any, link: str | None, title: str | None, body: str | None) -> str | None:
    """The entry's own id; a bare number is only unique on its host; else the link; else a hash of the words."""
    given = identity(entry.get("id"))
    if given and given.isdigit():
        return f"{urlsplit(link or '').hostname or 'feed'}:{given}"
    if not (given or link or title or body):
        return None
    return given or link or hashlib.blake2b(f"{title}\n{body}".encode(), digest_size=12).hexdigest()


def _moment(entry: Any, name: str) -> Instant | None:
    """feedparser lets a missing `updated` answer with `published`: ask the dict itself."""
    parsed, told = (dict.get(entry, key) for key in (f"{name}_parsed", name))
    read = instant(told)
    if read or not parsed:
        return read
    try:
        moment = datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (ValueError, OverflowError):
        return None
    return moment, "day" if re.fullmatch(r"\s*\d{4}-?\d\d-?\d\d\s*", str(told)) else "second"


def _author(entry: Any) -> dict[str, Any] | None:
    detail = entry.get("author_detail")
    name = clean(at(detail, "name") or entry.get("author"))
    return filled(name=name, url=address(at(detail, "href")))


def _media(entry: Any, content: Any, base: str) -> list[dict[str, Any]]:
    """Pictures, sounds and videos: media:content, enclosures, thumbnails, then pictures inside the text; each once."""
    found = [_medium(medium, base) for medium in many(entry.get("media_content")) + many(entry.get("enclosures"))]
    found += [_medium(medium, base, kind="image") for medium in many(entry.get("media_thumbnail"))]
    if "<img" in str(at(content, "value")):
        pictures = LexborHTMLParser(content["value"]).css("img[src]")[:MOST_PICTURES]
        found += [
            _medium({**picture.attributes, "url": picture.attributes.get("src")}, base, kind="image")
            for picture in pictures
        ]
    return list({medium["url"]: medium for medium in reversed(found) if medium}.values())[::-1]


def _medium(medium: Any, base: str, kind: str = "") -> dict[str, Any] | None:
    url, mime = address(at(medium, "url") or at(medium, "href"), base), clean(at(medium, "type"))
    kind = kind or MEDIA_KINDS.get(str(at(medium, "medium") or (mime or "").split("/")[0]), "")
    if not url or not kind:
        return None
    size = {name: count(at(medium, name)) for name in ("width", "height")}
    duration_s = seconds(at(medium, "duration"))
    return filled(kind=kind, url=url, alt=clean(at(medium, "alt")), mime=mime, duration_s=duration_s, **size)


def _price(entry: Any) -> dict[str, Any] | None:
    """g:sale_price before g:price: "34.90 CNY"."""
    listed, sale = (_amount(entry.get(name)) for name in ("g_price", "g_sale_price"))
    paid = sale or listed
    if paid is None:
        return None
    return {
        "amount": paid[0],
        "currency": paid[1],
        **(filled(list_amount=listed[0] if listed and sale else None) or {}),
    }


def _amount(text: Any) -> tuple[Any, str] | None:
    match = PRICE.fullmatch(str(text or "").strip())
    amount = money(match.group(1) or match.group(4)) if match else None
    return (amount, match.group(2) or match.group(3)) if match and amount is not None else None


def _ids(entry: Any) -> dict[str, str] | None:
    read = {
        "gtin": gtin(entry.get("g_gtin")),
        "model": model_number(entry.get("g_mpn")),
        "doi": doi(entry.get("prism_doi")),
    }
    return filled(**read)


def _tags(entry: Any) -> list[str]:
    words = [clean(at(tag, "label")) or clean(at(tag, "term")) for tag in many(entry.get("tags"))]
    return list(dict.fromkeys(word for word in words if word))


def _place(where: Any) -> str | None:
    """Latitude and longitude of a point; feedparser gives longitude first."""
    point = at(where, "coordinates") if at(where, "type") == "Point" else None
    return f"{point[1]:g},{point[0]:g}" if point else None

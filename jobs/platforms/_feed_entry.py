"""One entry of a feed as a record: its words, files, price and identifiers, whichever dialect says them."""

import calendar
import hashlib
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from jobs.platforms import Item
from jobs.platforms._reading import at, filled, identity, many
from models.identifiers import doi, gtin, labelled_ids, model_number
from models.markup import clean, plain, primary_tag
from models.times import Instant, instant
from models.values import address, count, money, seconds
from schemas.record import TYPES

PRICE = re.compile(r"([\d.,]+)\s*([A-Z]{3})|([A-Z]{3})\s*([\d.,]+)", re.ASCII)
MEDIA_KINDS = {"image": "image", "audio": "audio", "video": "video"}
MOST_PICTURES = 20


def record(entry: Any, feed: Any, base: str) -> Item:
    """Columns of one entry as feedparser tells it; `base` is the address that its links are relative to."""
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

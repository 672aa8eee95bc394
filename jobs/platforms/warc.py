"""WARC: pages out of web archives, that of Common Crawl among them: whole captures, their text, or their heads.

Source  files of the formats WARC 1.0 and 1.1, WET (extracted text) and WAT (JSON of the head), each record packed by
        itself, all of them together, or none (https://iipc.github.io/warc-specifications)
Units   see _webpage.py; where a page tells no time of its own, updated_at is Last-Modified, else when it was captured

A capture is one record under its address: of one address the last capture stands. Drop the WARC of a crawl, or its WET,
or its WAT, not several: they hold the same pages, more or less whole. Captures of 404 and 410 are tombstones.
"""

import zlib
from collections.abc import Iterator
from typing import Any

import orjson
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from jobs.platforms import Item, Page, Policy, Reject
from jobs.platforms import _webpage as webpage
from jobs.platforms._reading import BROKEN, at, checked, shown
from models.markup import clean
from models.packed import Opened, TooLarge, head
from models.times import instant
from models.urls import canonical

POLICY = Policy(tier="D", license="as the page says")
MOST_READ = 4_000_000  # bytes of one capture that are read
HTML = ("text/html", "application/xhtml+xml")
GONE = ("404", "410")
DAMAGE = (ArchiveLoadFailed, OSError, EOFError, zlib.error, TooLarge, *BROKEN)


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per capture of a page; what is about captures, or no page, is none."""
    try:
        for record in ArchiveIterator(Opened(page.body), arc2warc=True):
            yield from _read(record)
    except DAMAGE as error:
        yield Reject("damaged archive", f"{type(error).__name__} {error}: {shown(page.body[:80])}")


def _read(record: ArcWarcRecord) -> Iterator[Item | Reject]:
    url = str(record.rec_headers.get_header("WARC-Target-URI") or "").strip("<>")
    kind, media_type = record.rec_type, _media_type(record)
    if kind == "revisit":
        yield Reject("captured unchanged before", url)
    elif kind in ("response", "resource"):
        yield from _capture(record, url, media_type)
    elif kind == "conversion" and media_type == "text/plain":
        yield _extracted(record, url)
    elif kind == "metadata" and media_type == "application/json":
        yield from _head_of(record)


def _media_type(record: ArcWarcRecord) -> str:
    headers = record.http_headers or record.rec_headers
    return str(headers.get_header("Content-Type") or "").partition(";")[0].strip().lower()


def _capture(record: ArcWarcRecord, url: str, media_type: str) -> Iterator[Item | Reject]:
    headers = record.http_headers
    status = headers.get_statuscode() if headers else "200"
    if status in GONE:
        yield webpage.tombstone(b"", url)
    elif status != "200":
        yield Reject(f"HTTP {status[:3]}", url)
    elif media_type and media_type not in HTML:
        yield Reject("not a page", f"{media_type} at {url}")
    else:
        declared = str(headers.get_header("Content-Type") or "") if headers else ""
        is_hidden = "noindex" in str(headers and headers.get_header("X-Robots-Tag")).lower()
        for item in webpage.page(_content(record), declared, url):
            yield item if isinstance(item, Reject) else _dated(record, _hidden(item) if is_hidden else item)


def _hidden(item: Item) -> Item:
    return {"native_id": item["native_id"], "type": item["type"], "status": "hidden"}


def _content(record: ArcWarcRecord) -> bytes:
    """The beginning of the payload, decoded; as much of it as a cut-off capture holds."""
    parts, size, stream = list[bytes](), 0, record.content_stream()
    try:
        while size < MOST_READ and (part := stream.read(1 << 16)):
            parts.append(part)
            size += len(part)
    except DAMAGE:
        pass
    return b"".join(parts)


def _dated(record: ArcWarcRecord, item: Item) -> Item:
    """With a time, for its capture says when the page stood like this."""
    if item.get("updated_at") or item.get("created_at") or item.get("status"):
        return item
    headers = record.http_headers
    told = [headers.get_header("Last-Modified") if headers else None, record.rec_headers.get_header("WARC-Date")]
    read = next(filter(None, map(instant, told)), None)
    return {**item, "updated_at": read[0]} if read else item


def _extracted(record: ArcWarcRecord, url: str) -> Item | Reject:
    """The text of a page, whose first line is its title."""
    title, _, body = _content(record).decode("utf-8", "replace").partition("\n")
    told = {"native_id": canonical(url), "type": "page", "url": url, "title": clean(title), "body": clean(body)}
    return _checked(record, told)


def _head_of(record: ArcWarcRecord) -> Iterator[Item | Reject]:
    """The head of a page; those of requests and of the archive itself hold none."""
    envelope = at(_json(_content(record)), "Envelope")
    told = at(envelope, "Payload-Metadata", "HTTP-Response-Metadata", "HTML-Metadata", "Head")
    url = at(envelope, "WARC-Header-Metadata", "WARC-Target-URI")
    if not isinstance(told, dict) or not isinstance(url, str):
        return
    metas = [meta for meta in told.get("Metas") or () if isinstance(meta, dict)]
    named = {str(meta.get("name") or meta.get("property")).lower(): meta.get("content") for meta in metas}
    yield _checked(
        record,
        {
            "native_id": canonical(url),
            "type": "page",
            "url": url,
            "title": clean(told.get("Title")) or clean(named.get("og:title")),
            "body": clean(named.get("description") or named.get("og:description")),
        },
    )


def _json(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return None


def _checked(record: ArcWarcRecord, item: Item) -> Item | Reject:
    read = checked(item)
    return read if isinstance(read, Reject) else _dated(record, read)


def claims(page: Page) -> bool:
    """The first record of an archive, packed or not."""
    return head(page.body, 16).startswith(b"WARC/")

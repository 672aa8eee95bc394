"""Feeds: RSS, RDF, Atom and CDF, well-formed or not, one walk per target address, newest first.

Source  GET of each target, or of <base>/feed.xml; paged feeds by their link rel="next" (RFC 5005), deletions by
        at:deleted-entry (RFC 6721)
Units   times in the many forms of feeds; media length in seconds

Products in a feed carry their identifiers in Google's merchant elements (g:gtin, g:mpn, g:price), articles in PRISM
(prism:doi). A next link that leaves the feed's own host is not followed.
"""

import html
import io
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import charset_normalizer
import feedparser

from jobs.platforms import Item, Page, Policy, Reject, Request, TargetsMissing, Window, _feed_entry, context
from jobs.platforms._reading import checked, each, many, shown
from models.values import address

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
    yield from each(entries, lambda entry: iter([checked(_feed_entry.record(entry, feed.feed, page.request.url))]))
    for ref in DELETED.findall(page.body):
        yield {"native_id": ref.decode("utf-8", "replace"), "type": "page", "status": "deleted"}


def claims(page: Page) -> bool:
    """The root element of a feed; RDF says of itself that it is one, as much else is RDF."""
    told = page.body[:8000].replace(b"\0", b"")
    root = ROOT.match(told)
    if root is None or root.group(1).lower() != b"rdf":
        return root is not None
    return any(word in told for word in (b"rss", b"<item", b"channel"))

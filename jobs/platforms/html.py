"""Pages of the web, found by the sitemaps of their sites: every page is one record under its address.

Source  GET of each target: a sitemap, an index of them, a robots.txt that names them, packed or not; of a site its
        /sitemap.xml. Then every page that they list (https://www.sitemaps.org/protocol.html)
Also    saved pages, and structured data by itself: JSON-LD, or what extractors write of it
Units   see _webpage.py

A page whose lastmod lies before `since` is not asked for. A sitemap lists up to 50,000 pages: BATCH of them travel with
the request, then it is asked for again and read on after the last of these. 404 and 410 are tombstones, noindex hides.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import orjson

from jobs.platforms import Item, Page, PageBroken, Policy, Reject, Request, TargetsMissing, Window
from jobs.platforms import _webpage as webpage
from jobs.platforms import _webpage_thing, context
from jobs.platforms._reading import checked, decoded, each, shown
from models import structured
from models.packed import head
from models.sitemaps import Entry, Sitemap, sitemap
from models.urls import canonical

POLICY = Policy(
    tier="A",
    license="as the page says",
    for_people=True,
)
REVISIT_SIZE = 1
BATCH = 500
DEEPEST = 2  # from a robots.txt to an index to a sitemap; an index within an index is against the protocol
GONE = (404, 410)
LIST = re.compile(r"(?:\.xml|\.xml\.gz|\.txt)$|/sitemap[^/]*$", re.IGNORECASE)
PAGE = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|script|title|meta|div)\b", re.I | re.S
)
MARKUP = re.compile(rb"<(?:!doctype html|html|head|body|title|meta|script|div|p|h1|article|section|span|table)\b", re.I)
LISTS = re.compile(rb"<(?:\w+:)?(?:urlset|sitemapindex)\b|^\s*sitemap\s*:\s*http", re.IGNORECASE | re.MULTILINE)
# Saved pages that their own platform's reader knows better.
OTHERS = (b"mp.weixin.qq.com", b"weixin.sogou.com", b"weibo.cn")
SCHEMA = re.compile(r"https?://(?:schema\.org|microformats\.org)(?:/|$)")


def first(window: Window) -> Request:
    """The sitemap of the first target. Raises TargetsMissing."""
    if not window.targets and not window.base_url:
        raise TargetsMissing("html", "addresses of sites or sitemaps")
    return _target(window, 0)


def following(window: Window, request: Request, page: Page) -> Request | None:
    """The next page of the sitemap, or the next sitemap, then the next target. Raises PageBroken."""
    target = context(request, "target")
    if not target:
        return None
    stack, queue = orjson.loads(context(request, "stack")), orjson.loads(context(request, "queue", "[]"))
    if context(request, "step") == "list":
        queue = _read(window, request, page, stack)
    if queue:
        return Request(queue[0], (), _steps("page", int(target), stack, queue[1:]))
    if stack:
        return _list(window, int(target), stack)
    return _target(window, int(target) + 1) if int(target) + 1 < max(1, len(window.targets)) else None


def _read(window: Window, request: Request, page: Page, stack: list[list[Any]]) -> list[str]:
    """The next pages of a list; the stack tells where to go on, and where to go down."""
    url, taken, last, depth = stack.pop()
    found = _listed(page, is_child=depth > 0)
    urls = [entry.url for entry in found.entries if _is_new(entry, window) and _is_of(entry.url, url)]
    start = urls.index(last) + 1 if last in urls else taken
    size = 1 if found.is_index else BATCH
    batch = urls[start : start + size]
    if start + size < len(urls):
        stack.append([url, start + size, batch[-1], depth])
    if found.is_index:
        stack += [[child, 0, "", depth + 1] for child in batch if depth < DEEPEST]
    return [] if found.is_index else batch


def _listed(page: Page, *, is_child: bool) -> Sitemap:
    """Nothing where nothing changed, or a sitemap that an index names is not there."""
    if page.status == 304 or (is_child and page.status in GONE):
        return Sitemap(False, [])
    found = sitemap(page.body) if page.status == 200 else None
    if found is None:
        raise PageBroken("html", f"{page.request.url}, HTTP {page.status}, is no sitemap: {shown(page.body[:80])}")
    return found


def _is_new(entry: Entry, window: Window) -> bool:
    """Changed since, or of unknown change; a day lasts until its end."""
    if window.since is None or entry.changed_at is None:
        return True
    moment, precision = entry.changed_at
    return moment + timedelta(days=365 if precision == "year" else precision == "day") >= window.since


def _is_of(url: str, listing: str) -> bool:
    """A sitemap speaks for its own host alone."""
    return _host(url) == _host(listing)


def _host(url: str) -> str:
    return urlsplit(url).netloc.lower().removeprefix("www.")


def _target(window: Window, target: int) -> Request:
    url = window.targets[target] if window.targets else window.base_url
    return _list(window, target, [[url if LIST.search(url) else f"{url.rstrip('/')}/sitemap.xml", 0, "", 0]])


def _list(window: Window, target: int, stack: list[list[Any]]) -> Request:
    """The fragment is never sent: it has the list asked for as if for the first time, since a 304 lists nothing."""
    url, taken, *_ = stack[-1]
    return Request(f"{url}#{window.date}.{taken}", (), _steps("list", target, stack, []))


def _steps(step: str, target: int, stack: list[list[Any]], queue: list[str]) -> tuple[tuple[str, str], ...]:
    told = {"step": step, "target": str(target), "stack": orjson.dumps(stack).decode()}
    return (*told.items(), ("queue", orjson.dumps(queue).decode()))


def revisit(window: Window, native_ids: list[str]) -> Request:
    """The page that its sitemap lists no longer: gone, or only not listed. Where one base stands for all, there."""
    parts = urlsplit(native_ids[0])
    base = f"{parts.scheme}://{parts.netloc}" if window.targets else window.base_url.rstrip("/")
    return Request(f"{base}{parts.path}{'?' if parts.query else ''}{parts.query}")


def items(page: Page) -> Iterator[Item | Reject]:
    """The record of the page; nothing of a list. Of structured data by itself a record per thing it is about."""
    url, start = page.request.url, head(page.body)
    if page.status == 304 or LISTS.search(start):
        return
    if page.status in GONE:
        if not LIST.search(urlsplit(url).path):
            yield webpage.tombstone(page.body, url)
    elif start.lstrip()[:1] in (b"{", b"["):
        yield from _told(page)
    elif not MARKUP.search(start) and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield Reject("not a page", shown(page.body[:80]))
    else:
        yield from webpage.page(page.body, page.content_type, url)


def _told(page: Page) -> Iterator[Item | Reject]:
    payload = decoded(page)
    if isinstance(payload, Reject):
        yield payload
        return
    found = list(each([payload], lambda told: each(structured.mains(structured.things(told)), _thing)))
    yield from found or [Reject("no text", shown(page.body))]


def _thing(thing: structured.Thing) -> Iterator[Item | Reject]:
    """Its addresses are absolute or unknown: the file does not tell which page it was taken from."""
    is_graph = any(name.startswith("og:") for name in thing)
    item = _webpage_thing.described({} if is_graph else thing, thing if is_graph else {}, "")
    item["body"] = item["body"] or item.pop("summary")
    native_id = canonical(item["url"]) or webpage.digest(orjson.dumps(thing, default=str).decode())
    yield checked(item | {"native_id": native_id, "lang_source": "declared" if item["lang"] else None})


def claims(page: Page) -> bool:
    """A page for people that no other platform saved, a sitemap, or structured data in the words of schema.org."""
    start = head(page.body)
    if start.lstrip()[:1] in (b"{", b"["):
        return _is_told(decoded(page))
    is_page = bool(PAGE.match(start)) and not any(mark in page.body[:200_000] for mark in OTHERS)
    return is_page or bool(LISTS.search(start))


def _is_told(payload: Any) -> bool:
    """JSON-LD of schema.org, or the JSON that extractors make of microdata, OpenGraph, RDFa, microformats, Dublin Core."""
    told = payload
    for _ in range(3):
        told = told[0] if isinstance(told, list) and told else told
        told = told["items"] if isinstance(told, dict) and told.keys() == {"items"} else told
    if not isinstance(told, dict):
        return False
    kinds = [str(kind) for kind in structured.listed(told.get("@context")) + structured.listed(told.get("type"))]
    is_listed = any(isinstance(told.get(name), list) for name in ("json-ld", "microdata"))
    is_typed = any(SCHEMA.match(kind) or (kind.startswith("h-") and "properties" in told) for kind in kinds)
    is_paired = isinstance(told.get("properties", told.get("elements")), list) and bool(
        {"namespace", "namespaces"} & told.keys()
    )
    return is_listed or is_typed or is_paired or ("@id" in told and any(key.startswith("http") for key in told))

"""Pages, web archives and wikis, counted with the standard library alone."""

import gzip
import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from tests.samples import Expected

AROUND = re.compile(r"Organization|WebSite|BreadcrumbList|Business|Restaurant|Action|Person|ImageObject|Place$")
TIMES = ("datePublished", "uploadDate", "dateCreated", "published_time", "DCTERMS.issued", "article#published")


class _Page(HTMLParser):
    """Title, addresses, names and times that a page tells."""

    def __init__(self) -> None:
        super().__init__()
        self.told: dict[str, str] = {}
        self.scripts: list[str] = []
        self.words = 0
        self.scopes: list[str] = []
        self.tops: list[str] = []
        self._open: list[str] = []
        self._prop = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "link" and "canonical" in told.get("rel", ""):
            self.told.setdefault("canonical", told.get("href", ""))
        if tag == "meta":
            self.told.setdefault(told.get("property") or told.get("name") or "", told.get("content", ""))
        if "itemscope" in told:
            self.scopes.append(told.get("itemtype", ""))
            self.tops += [told.get("itemtype", "")] if "itemprop" not in told else []
        self._prop = told.get("itemprop", "") if len(self.scopes) == 1 and "itemscope" not in told else ""
        self._open = [*self._open[-50:], "ld" if "ld+json" in told.get("type", "") else tag]

    def handle_endtag(self, tag: str) -> None:
        self._open, self._prop = self._open[:-1], ""

    def handle_data(self, data: str) -> None:
        inside = self._open[-1] if self._open else ""
        if inside == "ld":
            self.scripts.append(data)
        elif inside == "title":
            self.told.setdefault("title", data)
        elif inside not in ("script", "style"):
            self.words += len(data.split())
            if self._prop and data.strip():
                self.told.setdefault(f"item {self._prop}", data)


def _page(path: Path) -> list[Expected]:
    page = _Page()
    page.feed(path.read_text("utf-8", "replace"))
    told, things = page.told, [thing for script in page.scripts for thing in _things(_loose(script))]
    address = told.get("canonical") or told.get("og:url")
    if "noindex" in told.get("robots", ""):
        return [Expected(address or told.get("title", ""), False, False)]
    named = [thing for thing in things if _name(thing) and not AROUND.search(_type(thing))]
    is_one = bool(page.tops) and page.tops.count(page.tops[0]) == 1
    item = told.get("item name") if is_one and not AROUND.search(page.tops[0]) else None
    alone = _name(named[0]) if len(named) == 1 else ""
    title = " ".join((alone or told.get("og:title") or item or told.get("title") or _any_name(things)).split())
    if not (title or page.words):
        return []
    has_time = any(name in thing for thing in things for name in TIMES)
    return [Expected(address or title, True, has_time or any(name in key for key in told for name in TIMES))]


def _any_name(things: list[dict[str, Any]]) -> str:
    return next(filter(None, map(_name, things)), "")


def _loose(script: str) -> Any:
    """JSON with comments and control characters in it."""
    text = re.sub(r"^\s*(//.*|<!--.*?-->)|(?<=,)\s*//.*$", "", script, flags=re.MULTILINE)
    try:
        return json.loads(re.sub(r",\s*}", "}", text), strict=False)
    except ValueError:
        return None


def _things(told: Any) -> Iterator[dict[str, Any]]:
    if isinstance(told, list):
        for one in told:
            yield from _things(one)
    elif isinstance(told, dict):
        lists = [told[key] for key in ("@graph", "json-ld", "microdata", "items") if isinstance(told.get(key), list)]
        if lists:
            yield from _things(lists)
            return
        inner, properties = told.get("mainEntity"), told.get("properties", told.get("elements"))
        if isinstance(properties, list):
            pairs = [(p.get("name"), p.get("content")) if isinstance(p, dict) else tuple(p) for p in properties]
            yield {**told, **dict(reversed(pairs))}
        else:
            yield inner if isinstance(inner, dict) else {**told, **(properties or {})}


def _type(thing: dict[str, Any]) -> str:
    return str(thing.get("@type") or thing.get("type") or "")


def _name(thing: dict[str, Any], names: str = "name|headline|title") -> str:
    for key, value in thing.items():
        if re.search(rf"(?:^|[:#/.])(?:{names})$", key):
            first = value[0] if isinstance(value, list) and value else value
            first = first.get("@value", "") if isinstance(first, dict) else first
            if isinstance(first, str) and first.strip():
                return first.strip()
    return ""


def _described(path: Path) -> list[Expected]:
    """Structured data by itself: the things with a name that are not what stands around every page."""
    things = [thing for thing in _things(_loose(path.read_text("utf-8"))) if _name(thing)]
    return [_thing(thing) for thing in things if not AROUND.search(_type(thing))] or [_thing(t) for t in things[:1]]


def _thing(thing: dict[str, Any]) -> Expected:
    addresses = [_name(thing, "url"), _name(thing, "@id"), _name(thing, "id")]
    address = next((told for told in addresses if told.startswith("http")), "").partition("?")[0]
    return Expected(address or _name(thing), True, any(name in key for key in thing for name in TIMES))


def html_schemaorg(path: Path) -> list[Expected]:
    """A page is one item; of a file of structured data every thing with a name."""
    return _page(path) if path.suffix in (".html", ".htm") else _described(path)


def warc(path: Path) -> list[Expected]:
    """Captured pages, their extracted text, their heads."""
    body = path.read_bytes()
    return list(_captures(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body))


def _captures(body: bytes) -> Iterator[Expected]:
    place = 0
    while (place := body.find(b"WARC/", place)) >= 0:
        end = body.index(b"\r\n\r\n", place)
        lines = [line.partition(":") for line in body[place:end].decode().splitlines()[1:]]
        head = {name.lower(): value.strip() for name, _, value in lines}
        size = int(head["content-length"])
        yield from _capture(head, body[end + 4 : end + 4 + size])
        place = end + 4 + size


def _capture(head: dict[str, str], block: bytes) -> Iterator[Expected]:
    kind, url = head["warc-type"], head.get("warc-target-uri", "")
    if kind == "response":
        status, is_page = block.split(b" ", 2)[1][:3], b"html" in block.partition(b"\r\n\r\n")[0].lower()
        if status in (b"404", b"410") or (status == b"200" and is_page):
            yield Expected(url, status == b"200", status == b"200")
    elif kind == "conversion":
        yield Expected(url, True, True)
    elif kind == "metadata" and b"HTML-Metadata" in block:
        envelope = json.loads(block)["Envelope"]
        yield Expected(envelope["WARC-Header-Metadata"]["WARC-Target-URI"], b'"Title"' in block, True)


def mediawiki(path: Path) -> list[Expected]:
    """Pages, the edits of a page's history, changed pages, deletions."""
    query = json.loads(path.read_bytes()).get("query", {})
    pages = query.get("pages", [])
    pages = list(pages.values()) if isinstance(pages, dict) else pages
    found = [
        one for page in [*pages, *query.get("allpages", []), *query.get("allrevisions", [])] for one in _wiki(page)
    ]
    changes = [change for change in query.get("recentchanges", []) if change["type"] in ("edit", "new")]
    return found + [Expected(str(change["pageid"]), True, "timestamp" in change) for change in changes]


def _wiki(page: dict[str, Any]) -> Iterator[Expected]:
    edits = page.get("revisions", [])
    if "pageid" in page and "redirect" not in page:
        yield Expected(str(page["pageid"]), "missing" not in page, bool(edits))
        for edit in edits if len(edits) > 1 else []:
            yield Expected(str(edit["revid"]), True, True)


COUNTERS: dict[str, Callable[[Path], list[Expected]]] = {
    "html_schemaorg": html_schemaorg,
    "mediawiki": mediawiki,
    "warc": warc,
}

"""One page of the web as a record: what it tells machines first, then its text, then what is left of it.

Units   counts and rating of the day it was fetched, rating on the page's own scale
"""

import hashlib
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from lxml.etree import LxmlError
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from jobs.platforms import Item, Reject, _webpage_thing
from jobs.platforms._reading import BROKEN, checked, shown
from models import structured
from models.charset import decoded
from models.identifiers import labelled_ids
from models.maintext import main_text
from models.markup import bounded, clean, plain, primary_tag
from models.structured import Thing, words
from models.times import instant
from models.urls import canonical
from models.values import address

LEGIBLE = 0.01  # share of characters beyond ASCII that may be lost before a page counts as unreadable
UNREAD = (*BROKEN, LxmlError)
HOME = re.compile(r"^(?:www|m|mobile|amp|wap)\.")
AWAY = re.compile(r"|localhost|[\d.]+|.*:.*")


def page(body: bytes, content_type: str, url: str) -> Iterator[Item | Reject]:
    """The record of the page that `url` shows; hidden where the page asks not to be indexed."""
    read = decoded(body, content_type)
    if read.lost > LEGIBLE and read.text.count("\ufffd") > 10:
        yield Reject("unreadable characters", f"{read.lost:.0%} lost as {read.charset}: {shown(read.text)}")
        return
    html = bounded(read.text)
    try:
        yield _record(_tree(html), html, url)
    except UNREAD as error:
        yield Reject("malformed page", f"{type(error).__name__} {error}: {shown(html)}")


def _record(tree: HtmlElement, html: str, url: str) -> Item | Reject:
    told = structured.in_page(tree, url)
    own = _believed(_link(tree, url), url) or _believed(address(words(told.graph, "og:url"), url), url) or address(url)
    if _is_unindexed(tree):
        return {"native_id": canonical(own) or digest(html), "type": "page", "status": "hidden", "url": own}
    main = _about(told, own or url)
    is_home = urlsplit(own or "").netloc == urlsplit(url).netloc
    item = _webpage_thing.described(main, told.graph, url if is_home else own or "")
    first = next(iter(structured.mains(told.json_ld + told.microdata)), {})
    item["title"] = item.get("title") or _title(tree) or plain(words(first, "name", "headline"))
    summary = item.pop("summary", None) or clean(_meta(tree, "description", "dcterms.abstract", "dc.description"))
    text = main_text(html, told=item.get("body") or summary).text
    item["body"] = text.removeprefix(f"{item['title']}\n").lstrip() if text else None
    lang = item.get("lang") or primary_tag(tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang"))
    if not item.get("created_at"):
        item["created_at"], item["time_precision"] = _moment(tree)
    item |= {"lang": lang, "lang_source": "declared" if lang else None}
    item |= {"summary": summary if summary != item["body"] else None}
    item["url"] = own or item.get("url")
    item["native_id"] = canonical(item["url"]) or digest(html)
    item["ids"] = {**labelled_ids(item["body"]), **(item.get("ids") or {})}
    return checked(item)


def tombstone(body: bytes, url: str) -> Item:
    """Of a page that is there no more: under the address that it still tells, else under that it was asked for at."""
    try:
        own = _believed(_link(_tree(bounded(decoded(body).text)), url), url)
    except UNREAD:
        own = None
    return {"native_id": canonical(own or address(url)), "type": "page", "status": "gone"}


def _tree(html: str) -> HtmlElement:
    return document_fromstring(html.encode("utf-8", "replace"), parser=HTMLParser(encoding="utf-8"))


def _believed(own: str | None, url: str) -> str | None:
    """The address that a page gives itself: on its own site, for none may stand for another's; anywhere where it was
    not asked for at home, because the host is a number or unknown.
    """
    theirs, ours = (HOME.sub("", urlsplit(told or "").hostname or "") for told in (own, url))
    is_away = AWAY.fullmatch(ours) is not None
    return own if own and (is_away or theirs == ours or theirs.endswith(f".{ours}")) else None


def digest(text: str) -> str:
    """Identity of a page that tells no address of its own."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=12).hexdigest()


def _about(told: structured.Told, url: str) -> Thing:
    """JSON-LD goes before microdata where both tell of one kind."""
    page = canonical(address(url))
    found = [
        structured.about(things, lambda name: bool(page) and canonical(address(name, url)) == page)
        for things in (told.json_ld, told.microdata)
    ]
    return min(filter(None, found), key=structured.rank, default={})


def _link(tree: HtmlElement, url: str) -> str | None:
    found = tree.xpath("//link[contains(concat(' ', @rel, ' '), ' canonical ')]/@href")
    return address(found[0], url) if found else None


def _meta(tree: HtmlElement, *names: str) -> str | None:
    for element in tree.iter("meta"):
        if str(element.get("name") or "").lower() in names and element.get("content"):
            return str(element.get("content"))
    return None


def _is_unindexed(tree: HtmlElement) -> bool:
    told = str(_meta(tree, "robots", "trawl") or "").lower()
    return bool({"noindex", "none"} & set(re.split(r"[\s,]+", told)))


def _title(tree: HtmlElement) -> str | None:
    found = [clean(element.text_content()) for element in (*tree.iter("title"), *tree.iter("h1"))]
    return next(filter(None, found), None) or clean(_meta(tree, "dc.title", "dcterms.title", "citation_title"))


def _moment(tree: HtmlElement) -> tuple[Any, str | None]:
    names = ("date", "dcterms.issued", "dcterms.created", "dc.date", "dc.date.issued", "citation_publication_date")
    return instant(_meta(tree, *names)) or (None, None)

"""Confluence: pages, blog posts, comments and attachments of a wiki, oldest change first, then what lies in the bin.

Source  GET /rest/api/content/search by CQL `lastmodified`, 50 a page (more are cut off where bodies are asked for), by
        the `_links.next` of the answer; then /rest/api/content?status=trashed
        (https://docs.atlassian.com/ConfluenceServer/rest/latest, terms as of 2026-01)
Also    single contents and old versions, which are versions of their page
Units   ISO 8601 with offset; CQL counts minutes in the zone of the account, which the overlap of a day covers

Everything belongs to the tenant: who may see a page is not told. Bodies are storage format, XHTML with macros.
"""

import html
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from jobs.platforms import Item, Page, PageBroken, Policy, Reject, Request, Window, context
from jobs.platforms._desk import basic, below, parsed, peek, root, standing
from jobs.platforms._reading import at, decoded, each, filled, identity, many, shown
from models.identifiers import labelled_ids
from models.markup import clean, plain
from models.pictures import pictures
from models.times import instant
from models.values import address, count

POLICY = Policy(
    tier="C",
    license="own data",
    credentials=("TRAWL_CONFLUENCE_USER", "TRAWL_CONFLUENCE_TOKEN"),
    requests_per_s=5,
    is_private=True,
    masks=True,
)
SIZE = 50
EXPAND = "body.storage,version,history,space,ancestors,container,metadata.labels"
PATH = "/rest/api/content"
TYPES = {"page": "document", "blogpost": "document", "attachment": "document", "comment": "post"}
STATUSES = {"trashed": "deleted", "deleted": "deleted", "draft": "hidden", "archived": "hidden"}
MEDIA = ("image", "audio", "video")
SILENT = re.compile(r"<ac:(task-id|task-status|parameter)\b[^>]*>.*?</ac:\1>", re.DOTALL)
CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
ATTACHED = re.compile(r"<ri:attachment\b[^>]*?\bri:filename=\"([^\"]+)\"")
LINKED = re.compile(r"<ac:image\b[^>]*>\s*<ri:url\b[^>]*?\bri:value=\"([^\"]+)\"")
EMBEDDED = re.compile(r"<ac:image\b[^>]*>.*?</ac:image>", re.DOTALL)


def first(window: Window) -> Request:
    """The contents that changed longest ago. Raises AddressMissing."""
    since = f"{window.since:%Y-%m-%d %H:%M}" if window.since else "1970-01-01 00:00"
    cql = f'lastmodified >= "{since}" and type in (page, blogpost, comment, attachment) order by lastmodified'
    return _ask(window, f"{PATH}/search", (("cql", cql), ("expand", EXPAND), ("limit", str(SIZE))), step="search")


def following(window: Window, request: Request, page: Page) -> Request | None:
    """The next page; after the last the bin, to its last. Raises PageBroken."""
    step, payload = context(request, "step"), decoded(page)
    if not step:
        return None
    if not isinstance(at(payload, "results"), list):
        raise PageBroken("confluence", shown(page.body))
    further = at(payload, "_links", "next")
    if isinstance(further, str) and f"{PATH}" in further:
        # Below our own address: the answer may name the host by another name, and gives the path without its context.
        return _ask(window, further[further.index(PATH) :], (), step=step)
    if step == "search":
        return _ask(window, PATH, (("status", "trashed"), ("limit", "200")), step="bin")
    return None


def _ask(window: Window, path: str, params: tuple[tuple[str, str], ...], *, step: str) -> Request:
    address_of = root(window, "confluence", "the address of the wiki")
    user, token = window.credentials[:2]
    return Request(f"{address_of}{path}", params, (("step", step),), (basic(user, token),))


def claims(page: Page) -> bool:
    """A content, a list of them or of nothing, or an error."""
    payload = peek(page)
    if not isinstance(payload, dict):
        return False
    if "statusCode" in payload and "message" in payload:
        return True
    is_list = isinstance(payload.get("results"), list) and {"limit", "start"} & payload.keys()
    links = at(payload, "_links", "self") or at(payload, "_expandable", "space") or at(payload, "_links", "webui")
    is_content = str(payload.get("type")) in TYPES and ("_expandable" in payload or "history" in payload)
    return (bool(is_list) and "/rest/api/" in str(links)) or is_content


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per page, blog post, comment and attachment; spaces are no items."""
    site = below(page.request.url, PATH) or ""
    for payload in parsed(page.body):
        if isinstance(payload, Reject):
            yield payload
        elif at(payload, "statusCode") is not None and at(payload, "id") is None:
            yield Reject("platform error", shown(payload))
        else:
            base = address(at(payload, "_links", "base")) or site
            entries = many(payload["results"]) if at(payload, "results") is not None else [payload]
            yield from each(entries, lambda entry: _content(entry, base))


def _content(content: dict[str, Any], base: str) -> Iterator[Item | Reject]:
    content = content["content"] if isinstance(content.get("content"), dict) else content  # a hit of /rest/api/search
    kind = str(content.get("type"))
    if kind in TYPES:
        yield standing(_item(content, address(at(content, "_links", "base")) or base))
    elif kind not in ("global", "personal", "space"):
        yield Reject("unknown content", shown(content))


def _item(content: dict[str, Any], base: str) -> Item:
    own, storage = identity(content.get("id")), at(content, "body", "storage", "value")
    markup = storage if isinstance(storage, str) else at(content, "body", "view", "value")
    body = _words(markup)
    written, precision = instant(at(content, "history", "createdDate")) or (None, None)
    changed, exact = instant(at(content, "version", "when")) or (None, None)
    author = at(content, "history", "createdBy") or at(content, "version", "by")
    is_old = at(content, "history", "latest") is False and at(content, "version", "number") is not None
    return {
        "native_id": f"{own}.v{count(content['version']['number'])}" if own and is_old else own,
        "type": TYPES[str(content.get("type"))],
        "status": STATUSES.get(str(content.get("status")), "live"),
        "url": _url(content, base, "webui"),
        "title": clean(content.get("title")),
        "body": body,
        "author": _author(author),
        "created_at": written or changed,
        "time_precision": precision or exact,
        "updated_at": changed,
        "media": _media(content, markup, base),
        "category_path": _path(content),
        "ids": labelled_ids(body),
        "tags": [tag for label in _labels(content) if (tag := clean(at(label, "name")))],
        "relations": _relations(content, own, is_old=is_old),
    }


def _words(markup: Any) -> str | None:
    """Storage format as text: code stands in CDATA, tasks are lines, numbers and settings of macros say nothing."""
    if not isinstance(markup, str):
        return None
    markup = CDATA.sub(lambda match: html.escape(match.group(1)).replace("\n", "<br/>"), SILENT.sub("", markup))
    markup = EMBEDDED.sub("", markup)
    return plain(re.sub(r"</ac:(task-body|task|plain-text-body|rich-text-body)>", "<br/>", markup))


def _url(content: dict[str, Any], base: str, name: str) -> str | None:
    path = at(content, "_links", name)
    return address(f"{base}{path}") if isinstance(path, str) and path.startswith("/") and base else None


def _author(user: Any) -> dict[str, Any] | None:
    name = clean(at(user, "displayName")) or clean(at(user, "publicName"))
    return filled(id=identity(at(user, "accountId"), at(user, "userKey"), at(user, "username")), name=name)


def _media(content: dict[str, Any], markup: Any, base: str) -> list[dict[str, Any]]:
    """What an attachment is, or the pictures that a page shows: linked ones, its own attachments, plain HTML."""
    mime = at(content, "extensions", "mediaType") or at(content, "metadata", "mediaType")
    kind, url = str(mime or "").partition("/")[0], _url(content, base, "download")
    if kind in MEDIA and url:
        return [{"kind": kind, "url": url, "mime": str(mime)}]
    if not isinstance(markup, str):
        return []
    own = f"{base}/download/attachments/{identity(content.get('id'))}" if base else ""
    shown_here = [name for image in EMBEDDED.findall(markup) for name in ATTACHED.findall(image)] if own else []
    urls = [address(html.unescape(url)) for url in LINKED.findall(markup)]
    urls += [f"{own}/{quote(html.unescape(name))}" for name in shown_here]
    return [{"kind": "image", "url": url} for url in dict.fromkeys(urls) if url] + pictures(markup, base)


def _path(content: dict[str, Any]) -> list[str]:
    """The space, then the pages above."""
    space = clean(at(content, "space", "name")) or clean(at(content, "space", "key"))
    above = [clean(at(page, "title")) for page in many(content.get("ancestors"))]
    return [name for name in (space, *above) if name]


def _labels(content: dict[str, Any]) -> list[Any]:
    labels = at(content, "metadata", "labels", "results")
    return labels if isinstance(labels, list) else []


def _relations(content: dict[str, Any], own: str | None, *, is_old: bool) -> list[str]:
    told = at(content, "_expandable", "container")
    path = told.rpartition("/content/")[2] if isinstance(told, str) and "/content/" in told else None
    container = identity(at(content, "container", "id"), path)
    named = {"attachment": "part_of", "comment": "reply_to"}.get(str(content.get("type")))
    relations = [f"{named}:confluence:{container}"] if named and container else []
    return relations + ([f"version_of:confluence:{own}"] if is_old and own else [])

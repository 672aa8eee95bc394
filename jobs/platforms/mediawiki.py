"""MediaWiki: the pages of wikis, through the action API of each: all of them, then what changed.

Source  GET api.php of each target (or <base>/w/api.php) with action=query: generator=allpages, 50 a request, goes on by
        `continue`; later list=recentchanges|logevents from `since` on, then the changed pages by their ids
        (https://www.mediawiki.org/wiki/API:Query, terms as of 2026-01)
Also    both formats of answers, and `query-continue` of wikis before 1.26; allpages, allrevisions, histories
Units   times of edits

A page is a record under its id; of a second wiki with the wiki's host before it, which travels as `requestid`. Of a page
with its history, every edit is a version of it. Redirects are no items. A change list names pages before their text is
read: the later page of a night holds the fuller one.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import orjson

from jobs.platforms import Item, Page, PageBroken, Policy, Reject, Request, TargetsMissing, Window, context
from jobs.platforms._reading import asked, at, checked, decoded, each, filled, identity, many, shown
from models import wikitext
from models.identifiers import labelled_ids
from models.markup import clean, plain, primary_tag
from models.times import instant
from models.values import address, count

POLICY = Policy(tier="A", license="as the wiki says, mostly CC BY-SA")
SIZE = 50
KEPT = timedelta(days=30)  # how long recent changes reach back at least
PROPS = (
    ("prop", "revisions|info|pageimages"),
    ("rvprop", "ids|timestamp|user|userid|comment|content"),
    ("rvslots", "main"),
    ("inprop", "url"),
    ("piprop", "original"),
    ("pilimit", str(SIZE)),
)
CHANGES = (
    ("list", "recentchanges|logevents"),
    ("rcdir", "newer"),
    ("rcprop", "ids|title|timestamp|user|loginfo|redirect"),
    ("rctype", "edit|new|log"),
    ("rcnamespace", "0"),
    ("rclimit", "40"),  # together no more ids than can be asked for at once
    ("letype", "delete"),
    ("ledir", "newer"),
    ("leprop", "ids|title|type|timestamp"),
    ("lenamespace", "0"),
    ("lelimit", "10"),
)
LISTS = ("allpages", "allrevisions", "recentchanges", "logevents", "search", "random")
ANSWERS = ("pages", *LISTS, "general", "namespaces", "statistics", "normalized", "redirects")
COMMON = (("action", "query"), ("format", "json"), ("formatversion", "2"), ("maxlag", "5"))


def first(window: Window) -> Request:
    """All pages of the first wiki, or its changes. Raises TargetsMissing."""
    if not window.targets and not window.base_url:
        raise TargetsMissing("mediawiki", "addresses of api.php of wikis")
    return _opening(window, 0)


def following(window: Window, request: Request, page: Page) -> Request | None:
    """The changed pages, then the next page of the list, then the next wiki. Raises PageBroken."""
    target, step, more = (context(request, name) for name in ("target", "step", "more"))
    if not target:
        return None
    payload = decoded(page)
    if isinstance(payload, Reject) or at(payload, "error") is not None:
        raise PageBroken("mediawiki", payload.detail if isinstance(payload, Reject) else shown(payload["error"]))
    if step != "texts":
        more = _more(payload)
        if step == "changes" and (ids := _changed(payload)):
            return _query(window, int(target), (("pageids", "|".join(ids)), *PROPS), step="texts", more=more)
    if more:
        return _listing(window, int(target), dict(orjson.loads(more)))
    return _opening(window, int(target) + 1) if int(target) + 1 < len(window.targets) else None


def _opening(window: Window, target: int) -> Request:
    return _listing(window, target, {})


def _listing(window: Window, target: int, more: dict[str, str]) -> Request:
    """All pages; or the changes since, where they are still told."""
    since = window.since
    if since is None or since < datetime(*window.date.timetuple()[:3], tzinfo=UTC) - KEPT:
        every = (("generator", "allpages"), ("gaplimit", str(SIZE)), ("gapfilterredir", "nonredirects"))
        return _query(window, target, (*every, *PROPS, *more.items()), step="pages")
    moment = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return _query(window, target, (*CHANGES, ("rcstart", moment), ("lestart", moment), *more.items()), step="changes")


def _query(window: Window, target: int, params: tuple[tuple[str, str], ...], *, step: str, more: str = "") -> Request:
    url = window.targets[target] if window.targets else f"{window.base_url}/w/api.php"
    named = (("requestid", urlsplit(url).netloc),) if target else ()
    steps = (("target", str(target)), ("step", step), ("more", more))
    return Request(url, (*COMMON, *named, *dict(params).items()), steps)


def _more(payload: Any) -> str:
    """Parameters that go on, as JSON; of the old style those of properties before those of the list."""
    told = at(payload, "continue")
    if not isinstance(told, dict):
        parts = {name: part for name, part in (at(payload, "query-continue") or {}).items() if isinstance(part, dict)}
        props = [part for name, part in parts.items() if name in ("revisions", "info", "pageimages")]
        told = {key: value for part in props or parts.values() for key, value in part.items()}
    given = {key: str(value) for key, value in told.items() if value is not None}
    return orjson.dumps(given).decode() if given.keys() - {"continue"} else ""


def _changed(payload: Any) -> list[str]:
    """Ids of the pages that were made, edited or restored, each once."""
    changes = [*many(at(payload, "query", "recentchanges")), *many(at(payload, "query", "logevents"))]
    is_there = ("edit", "new", "restore")
    ids = [identity(at(told, "pageid")) for told in changes if (at(told, "action") or at(told, "type")) in is_there]
    return list(dict.fromkeys(native_id for native_id in ids if native_id and native_id != "0"))


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per page and per edit of a history, a tombstone per deleted page."""
    payload = decoded(page)
    if isinstance(payload, Reject):
        yield payload
        return
    if at(payload, "error") is not None:
        yield Reject("platform error", shown(payload["error"]))
        return
    wiki, query = clean(at(payload, "requestid")), at(payload, "query")
    is_partial = "revisions" in asked(page.request).get("prop", "")  # their text comes on another page
    for entry in each(_entries(query), lambda entry: _page(entry, is_partial)):
        yield entry if isinstance(entry, Reject) or not wiki else _scoped(entry, wiki)


def _entries(query: Any) -> list[Any]:
    pages = at(query, "pages")
    found = list(pages.values()) if isinstance(pages, dict) else many(pages)
    for name in LISTS:
        found += many(at(query, name))
    return found


def _scoped(item: Item, wiki: str) -> Item:
    """Ids count anew in every wiki."""
    relations = [f"version_of:mediawiki:{wiki}:{relation.split(':')[2]}" for relation in item.get("relations") or ()]
    return {**item, "native_id": f"{wiki}:{item['native_id']}", **({"relations": relations} if relations else {})}


def _page(entry: dict[str, Any], is_partial: bool) -> Iterator[Item | Reject]:
    if "logid" in entry or entry.get("type") in ("log", "external", "categorize"):
        yield from _logged(entry)
        return
    native_id = identity(entry.get("pageid"))
    if _is(entry, "missing") or _is(entry, "invalid"):
        gone = {"native_id": native_id, "type": "page", "status": "gone"}
        yield gone if native_id else Reject("no such page", shown(entry))
        return
    edits = [edit for edit in many(entry.get("revisions")) if isinstance(edit, dict)]
    if _is(entry, "redirect") or (edits and wikitext.is_redirect(_content(edits[0]) or "")):
        return
    if is_partial and not edits and "pageid" in entry:
        return
    yield checked(_record(entry, edits))
    if len(edits) > 1:
        yield from each(edits, lambda edit: iter([checked(_version(entry, edit))]))


def _is(entry: dict[str, Any], flag: str) -> bool:
    """Flags are "" in the first format, true in the second."""
    return flag in entry and entry[flag] is not False


def _logged(entry: dict[str, Any]) -> Iterator[Item]:
    """Deletions; what else was logged is about no page's text."""
    ids = (identity(entry.get(name)) for name in ("logpage", "pageid"))
    native_id = next((told for told in ids if told and told != "0"), None)
    kind, action = entry.get("logtype", entry.get("type")), entry.get("logaction", entry.get("action"))
    if native_id and kind == action == "delete":
        yield {"native_id": native_id, "type": "page", "status": "deleted"}


def _record(entry: dict[str, Any], edits: list[dict[str, Any]]) -> Item:
    latest = edits[0] if edits else entry
    edited, made = instant(latest.get("timestamp")), instant(_first(edits, entry).get("timestamp"))
    source = _content(latest) if edits else None
    lang = primary_tag(entry.get("pagelanguage"))
    body = plain(entry.get("extract")) or (wikitext.text(source) if source else None)
    image = address(at(entry, "original", "source") or at(entry, "thumbnail", "source"), upgrade=True)
    return {
        "native_id": identity(entry.get("pageid")),
        "type": "document" if entry.get("ns", 0) == 0 else "page",
        "url": address(entry.get("canonicalurl") or entry.get("fullurl")),
        "title": clean(entry.get("title")),
        "body": body or plain(entry.get("snippet")),
        "author": _author(latest),
        "created_at": made[0] if made else None,
        "time_precision": made[1] if made else None,
        "updated_at": edited[0] if edited else None,
        "lang": lang,
        "lang_source": "declared" if lang else None,
        "media": [filled(kind="image", url=image, **_size(at(entry, "original")))] if image else [],
        "ids": labelled_ids(body),
        "tags": wikitext.categories(source) if source else [],
    }


def _first(edits: list[dict[str, Any]], entry: dict[str, Any]) -> dict[str, Any]:
    """The edit that made the page, where it is told."""
    made = next((edit for edit in edits if edit.get("parentid") == 0), None)
    return made or (entry if entry.get("type") == "new" else {})


def _version(entry: dict[str, Any], edit: dict[str, Any]) -> Item:
    """One edit: its text where it is given, else what its author said of it."""
    page, edited = identity(entry.get("pageid")), instant(edit.get("timestamp"))
    source, edit_id = _content(edit), identity(edit.get("revid"))
    return {
        "native_id": f"{page}@{edit_id}" if page and edit_id else None,
        "type": "document",
        "title": clean(entry.get("title")),
        "body": wikitext.text(source or str(edit.get("comment") or "")),
        "author": _author(edit),
        "created_at": edited[0] if edited else None,
        "time_precision": edited[1] if edited else None,
        "relations": [f"version_of:mediawiki:{page}"],
    }


def _content(edit: dict[str, Any]) -> str | None:
    """The source, in the place of each version; that of scripts and data is no text."""
    slot = at(edit, "slots", "main") or edit
    told = next((slot[name] for name in ("content", "*") if isinstance(slot.get(name), str)), None)
    return told if slot.get("contentmodel", "wikitext") == "wikitext" else None


def _author(edit: dict[str, Any]) -> dict[str, Any] | None:
    native_id = identity(edit.get("userid"))
    return filled(id=None if native_id == "0" else native_id, name=clean(edit.get("user")))


def _size(picture: Any) -> dict[str, Any]:
    return {name: count(at(picture, name)) for name in ("width", "height")}


def claims(page: Page) -> bool:
    """Answers to action=query and its errors, in either format."""
    payload = decoded(page)
    if at(payload, "servedby") is not None and at(payload, "error", "code") is not None:
        return True
    query = at(payload, "query")
    is_lone = isinstance(payload, dict) and payload.keys() == {"batchcomplete"}
    return is_lone or (isinstance(query, dict) and any(name in query for name in ANSWERS))

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

from jobs.platforms import (
    Item,
    Page,
    PageBroken,
    Policy,
    Reject,
    Request,
    TargetsMissing,
    Window,
    _mediawiki_pages,
    context,
)
from jobs.platforms._reading import asked, at, decoded, each, identity, many, shown
from models.markup import clean

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
    for entry in each(_entries(query), lambda entry: _mediawiki_pages.read(entry, is_partial)):
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


def claims(page: Page) -> bool:
    """Answers to action=query and its errors, in either format."""
    payload = decoded(page)
    if at(payload, "servedby") is not None and at(payload, "error", "code") is not None:
        return True
    query = at(payload, "query")
    is_lone = isinstance(payload, dict) and payload.keys() == {"batchcomplete"}
    return is_lone or (isinstance(query, dict) and any(name in query for name in ANSWERS))

"""Facebook: posts, photos and videos of Pages through the Graph API, newest first.

Source  GET /v26.0/{page}/published_posts, /videos, /photos, 100 a page by cursor; without targets the Page of the token,
        `me` (https://developers.facebook.com/docs/graph-api/reference/page, terms as of 2026-01)
Also    Pages and events; objects by id ({id: object}); single objects
Units   lengths in seconds; counts at fetch time

`paging.next` carries the access token: it only tells that there is more, and the next request is made from its cursor.
Addresses of pictures expire (`oe`, hexadecimal epoch), links to the outside come wrapped (l.facebook.com).
"""

import re
from collections.abc import Iterator
from typing import Any

from jobs.platforms import Item, Page, PageBroken, Policy, Reject, Request, Window, _facebook_objects, context
from jobs.platforms._posts import is_past, worded
from jobs.platforms._reading import asked, at, checked, decoded, each, identity, many, shown
from models.values import address

POLICY = Policy(
    tier="C",
    license="Meta platform terms",
    default_url="https://graph.facebook.com",
    credentials=("TRAWL_FACEBOOK_TOKEN",),
    requests_per_s=1,
    redact=("access_token",),
)
VERSION = "v26.0"
SUMMARY = "limit(0).summary(total_count)"
EDGES = {
    "published_posts": "id,message,story,created_time,updated_time,permalink_url,from,status_type,is_hidden,message_tags,"
    "place,parent_id,full_picture,shares,attachments{title,description,type,media_type,media,url,unshimmed_url,"
    f"subattachments}},comments.{SUMMARY},reactions.{SUMMARY}",
    "videos": f"id,title,description,created_time,updated_time,permalink_url,from,length,picture,views,likes.{SUMMARY},"
    f"comments.{SUMMARY}",
    "photos": "id,name,alt_text,created_time,updated_time,link,from,images,page_story_id",
}
CURSORS = ("after", "until", "__paging_token")  # what a next address may carry besides what we ask anyway
GRAPH_ID = re.compile(r"\d+(?:_\d+)?", re.ASCII)
GRAPH_KEYS = {"created_time", "updated_time", "permalink_url", "fan_count", "start_time", "global_brand_page_name"}


def first(window: Window) -> Request:
    """The newest posts of the first Page."""
    return _edge(window, target=0, edge=0)


def following(window: Window, request: Request, page: Page) -> Request | None:
    """The next page of the edge by its cursor, then the next edge, then the next Page. Raises PageBroken."""
    if not context(request, "target"):
        return None
    target, edge, payload = int(context(request, "target")), int(context(request, "edge")), decoded(page)
    if isinstance(payload, Reject) or at(payload, "error") is not None:
        raise PageBroken("facebook", shown(page.body))
    cursor = _cursor(payload)
    if cursor and not is_past((at(entry, "created_time") for entry in many(at(payload, "data"))), window.since):
        return _edge(window, target=target, edge=edge, cursor=cursor)
    if edge + 1 < len(EDGES):
        return _edge(window, target=target, edge=edge + 1)
    return _edge(window, target=target + 1, edge=0) if target + 1 < len(window.targets) else None


def _cursor(payload: Any) -> dict[str, str]:
    """Where the next page begins; nothing on the last one, whose cursors lead to an empty page."""
    following = address(at(payload, "paging", "next"))
    if not following:
        return {}
    after = identity(at(payload, "paging", "cursors", "after"))
    told = {"after": after} if after else asked(Request(following))
    return {name: value for name, value in told.items() if name in CURSORS and value}


def _edge(window: Window, *, target: int, edge: int, cursor: dict[str, str] | None = None) -> Request:
    name, owner = list(EDGES)[edge], window.targets[target] if window.targets else "me"
    params = [("fields", EDGES[name]), ("limit", "100"), *(cursor or {}).items()]
    params += [("type", "uploaded")] if name == "photos" else []
    if window.since and name == "published_posts":
        params.append(("since", str(int(window.since.timestamp()))))
    steps = (("target", str(target)), ("edge", str(edge)))
    url = f"{window.base_url}/{VERSION}/{owner}/{name}"
    return Request(url, (*params, ("access_token", window.credentials[0])), steps)


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per post, photo, video, event and Page."""
    payload = decoded(page)
    if isinstance(payload, Reject):
        yield payload
    elif at(payload, "error") is not None:
        yield Reject("platform error", shown(payload["error"]))
    else:
        yield from each(_entries(payload), lambda entry: iter([checked(worded(_facebook_objects.item(entry)))]))


def claims(page: Page) -> bool:
    """Objects with a Graph id and Graph times, lists with Graph paging, errors with a trace id."""
    if not any(
        mark in page.body for mark in (b"_time", b"fan_count", b"fbtrace_id", b"permalink_url", b"graph.facebook")
    ):
        return False
    payload = decoded(page)
    if at(payload, "error", "fbtrace_id") or "graph.facebook.com" in str(at(payload, "paging")):
        return True
    entries = [] if isinstance(payload, Reject) else _entries(payload)[:3]
    return any(_is_graph(entry) for entry in entries)


def _is_graph(entry: Any) -> bool:
    told = at(entry, "id")
    return isinstance(told, str) and bool(GRAPH_ID.fullmatch(told)) and bool(GRAPH_KEYS & entry.keys())


def _entries(payload: Any) -> list[Any]:
    """Of a list, of a single object, of objects by their ids."""
    if isinstance(at(payload, "data"), list):
        return list(payload["data"])
    if not isinstance(payload, dict) or at(payload, "id") is not None:
        return many(payload)
    return [entry for key, entry in payload.items() if GRAPH_ID.fullmatch(key)]

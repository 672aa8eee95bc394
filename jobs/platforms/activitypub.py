"""ActivityPub: what actors of many servers published, newest first: the walk over their outboxes.

Source  GET of each target actor, or of <base>/actor; its `outbox` (OrderedCollection), `first`, then `next` of every
        OrderedCollectionPage (https://www.w3.org/TR/activitypub/, 2018-01; profiles of servers as of 2026-01)
Also    single objects, activities, actors and collections of them (_activity_objects.py)
Units   lengths as ISO 8601

Only what is addressed to as:Public is read. An actor who does not want to be found (`discoverable`) or indexed
(`indexable`) is left alone: neither its page nor its outbox is read. A collection is followed on its actor's host only.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from jobs.platforms import Item, Page, PageBroken, Policy, Reject, Request, TargetsMissing, Window
from jobs.platforms import _activity_objects as objects
from jobs.platforms import context
from jobs.platforms._posts import is_past
from jobs.platforms._reading import at, decoded, each, identity, many, shown
from models.values import address

POLICY = Policy(
    tier="A",
    license="as the author says",
    requests_per_s=1,
)
ACCEPT = (
    ("Accept", 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'),
)
COLLECTIONS = {"Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"}
MEANT = {"attributedTo", "actor", "object", "to", "cc", "inbox", "outbox", "orderedItems", "totalItems", "former_type"}


def first(window: Window) -> Request:
    """The first actor. Raises TargetsMissing."""
    if not window.targets and not window.base_url:
        raise TargetsMissing("activitypub", "addresses of actors")
    return _actor(window, 0)


def following(window: Window, request: Request, page: Page) -> Request | None:
    """After an actor its outbox, page by page down to `since`; then the next actor. Raises PageBroken."""
    target = context(request, "target")
    if not target:
        return None
    payload = decoded(page)
    if not isinstance(payload, dict):
        raise PageBroken("activitypub", shown(page.body))
    url = address(_onward(payload, window), request.url)
    if url and url != request.url and urlsplit(url).netloc == urlsplit(request.url).netloc:
        return Request(url, (), request.context, ACCEPT)
    return _actor(window, int(target) + 1) if int(target) + 1 < len(window.targets) else None


def _onward(payload: dict[str, Any], window: Window) -> Any:
    """Address of the next page: a collection that holds its first page goes on where that one does."""
    if "outbox" in payload:
        return payload["outbox"] if objects.is_open(payload) else None
    inside = payload.get("first")
    held = inside if isinstance(inside, dict) and _members(inside) else payload
    if is_past((_stamp(member) for member in _members(held)), window.since):
        return None
    return identity(held.get("next")) or identity(inside) or identity(at(inside, "id"))


def _members(collection: Any) -> list[Any]:
    return many(at(collection, "orderedItems")) or many(at(collection, "items"))


def _stamp(member: Any) -> Any:
    return at(member, "published") or at(member, "object", "published") or at(member, "object", "object", "published")


def _actor(window: Window, target: int) -> Request:
    url = window.targets[target] if window.targets else f"{window.base_url}/actor"
    return Request(url, (), (("target", str(target)),), ACCEPT)


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per object, whatever activities and collections wrap it, and a tombstone per deleted one."""
    payload = decoded(page)
    if isinstance(payload, Reject):
        yield payload
    elif isinstance(at(payload, "error"), str) and at(payload, "type") is None:
        yield Reject("platform error", shown(payload))
    else:
        yield from each(_unpacked(payload), objects.read)


def _unpacked(payload: Any) -> Iterator[Any]:
    """The things of a collection; names of things that it only refers to are none."""
    kinds = {kind for kind in many(at(payload, "type")) if isinstance(kind, str)}
    if isinstance(payload, list) or kinds & COLLECTIONS:
        inside = at(payload, "first")
        found = payload if isinstance(payload, list) else _members(payload) or _members(inside)
        yield from (member for member in found if isinstance(member, dict))
    elif isinstance(payload, dict):
        yield payload


def claims(page: Page) -> bool:
    """The vocabulary of ActivityStreams: by its context, or by a known type with what such a thing has."""
    if page.body.lstrip()[:1] not in (b"{", b"[") or b'"type"' not in page.body:
        return False
    payload = decoded(page)
    one = payload[0] if isinstance(payload, list) and payload else payload
    if "www.w3.org/ns/activitystreams" in str(at(one, "@context")):
        return True
    kind = at(one, "type")
    is_known = isinstance(kind, str) and (kind in objects.KINDS or kind in COLLECTIONS)
    return is_known and (kind == "Tombstone" or bool(address(at(one, "id"))) and bool(MEANT & one.keys()))

"""Our own behaviour log: what users searched, viewed, clicked, put into the cart and bought, one JSON object a line.

Source  GET /events.jsonl?date=YYYY-MM-DD, `from` and `size` count lines; the schema is UBI, User Behavior Insights 1.3
        (https://github.com/o19s/ubi)
Units   position counts from 1; timestamps are UTC

An event names what it acted on by object_id_field "record_id". An event without id gets a hash of its line, so that a
line which is delivered twice stays one event.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

import orjson

from jobs.platforms import Item, Page, Policy, Reject, Request, Window, context
from jobs.platforms._reading import at, each, identity, shown
from models.markup import clean
from models.times import instant
from models.values import count

POLICY = Policy(
    tier="C",
    license="own data",
    requests_per_s=20,
)
SIZE = 5000
ACTIONS = {
    "search": ("search", "query", "on_search"),
    "view": ("view", "item_view", "product_view", "impression"),
    "click": ("click", "item_click", "product_click", "click_through"),
    "cart": ("cart", "add_to_cart", "item_add_to_cart"),
    "buy": ("buy", "purchase", "transaction", "item_purchase"),
}
OURS = {theirs: ours for ours, names in ACTIONS.items() for theirs in names}


def first(window: Window) -> Request:
    """The first lines of the night."""
    return _lines(window, 0)


def following(window: Window, request: Request, page: Page) -> Request | None:
    """The lines after these; None after a page that is not full."""
    start = context(request, "from")
    return _lines(window, int(start) + SIZE) if start and page.body.count(b"\n") >= SIZE else None


def _lines(window: Window, start: int) -> Request:
    params = (("date", window.date.isoformat()), ("from", str(start)), ("size", str(SIZE)))
    return Request(f"{window.base_url}/events.jsonl", params, (("from", str(start)),))


def items(page: Page) -> Iterator[Item | Reject]:
    """{"event": ...} per line."""
    yield from each((line for line in page.body.splitlines() if line.strip()), _line)


def _line(line: bytes) -> Iterator[Item | Reject]:
    try:
        event = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        yield Reject("not json", f"{error}: {shown(line)}")
        return
    yield _event(event, line)


def _event(event: Any, line: bytes) -> Item | Reject:
    told, user = instant(at(event, "timestamp")), identity(at(event, "user_id"), at(event, "client_id"))
    action = OURS.get(str(at(event, "action_name") or "").lower())
    if action is None:
        return Reject("unknown action", shown(line))
    if told is None or user is None:
        return Reject("no time" if told is None else "no user", shown(line))
    details = at(event, "event_attributes")
    is_record = at(details, "object", "object_id_field") == "record_id"
    made = {
        "event_id": identity(at(event, "event_id")) or hashlib.blake2b(line, digest_size=12).hexdigest(),
        "user_id": user,
        "action": action,
        "record_id": identity(at(details, "object", "object_id")) if is_record else None,
        "query": clean(at(event, "user_query")),
        "position": count(at(details, "position", "ordinal")),
        "occurred_at": told[0],
    }
    return {"event": made}

"""Our own behaviour log: what users searched, viewed, clicked, put into the cart and bought, one JSON object a line.

Source  GET /events.jsonl?date=YYYY-MM-DD, `from` and `size` count lines; the schema is UBI, User Behavior Insights 1.3
        (https://github.com/o19s/ubi)
Also    events and queries as one JSON object, as a list, or as hits of the indices that the UBI plugins fill
Units   position counts from 1; timestamps are UTC

An event names what it acted on by object_id_field "record_id". An event without id gets a hash of its content, so that
one which is delivered twice stays one. A query is a search; a request to search carries none but the time of its page.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import orjson

from jobs.platforms import Item, Page, Policy, Reject, Request, Window, context
from jobs.platforms._events import event
from jobs.platforms._reading import at, decoded, each, identity, many, shown
from models.times import instant
from models.values import count

POLICY = Policy(
    tier="C",
    license="own data",
    requests_per_s=20,
)
SIZE = 5000
MARKS = (b'"action_name"', b'"user_query"')


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
    """{"event": ...} per event or query."""
    whole = decoded(page)
    if isinstance(whole, Reject):
        lines = (line for line in page.body.splitlines() if line.strip())
        yield from each(lines, lambda line: _line(line, page.fetched_at))
        return
    told = at(whole, "hits", "hits") if at(whole, "hits") is not None else whole
    yield from each(many(told), lambda one: iter([_event(at(one, "_source") or one, page.fetched_at)]))


def claims(page: Page) -> bool:
    """Events and queries of this schema."""
    return page.body.lstrip()[:1] in (b"{", b"[") and any(mark in page.body for mark in MARKS)


def _line(line: bytes, fetched_at: datetime) -> Iterator[Item | Reject]:
    try:
        yield _event(orjson.loads(line), fetched_at)
    except orjson.JSONDecodeError as error:
        yield Reject("not json", f"{error}: {shown(line)}")


def _event(told: Any, fetched_at: datetime) -> Item | Reject:
    source = orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
    asked = at(told, "ext", "ubi")
    query = asked if asked is not None else told
    is_query = at(told, "action_name") is None and at(query, "user_query") is not None
    moment = instant(at(told, "timestamp")) or ((fetched_at, "day") if asked is not None else None)
    details = at(told, "event_attributes")
    is_record = at(details, "object", "object_id_field") == "record_id"
    return event(
        "search" if is_query else at(told, "action_name"),
        source=source,
        user=identity(at(query, "user_id"), at(query, "client_id")),
        at=moment[0] if moment else None,
        event_id=identity(at(told, "event_id"), at(query, "query_id") if is_query else None),
        record_id=identity(at(details, "object", "object_id")) if is_record else None,
        query=at(query, "user_query"),
        position=count(at(details, "position", "ordinal")),
    )

"""Hacker News: every item by its number, from the highest downwards, after those that changed of late.

Source  GET /v0/maxitem.json, /v0/updates.json, /v0/item/{id}.json, one item a request, no key
        (https://github.com/HackerNews/API, terms as of 2026-01)
Units   epoch seconds; score is votes, descendants are all comments below

A story is a post whose own address is its discussion; the page that it points to ends the body. Comments reply to their
parent, options are part of their poll. Deleted and dead items are tombstones; an item that is null is not there (yet).
"""

from collections.abc import Iterator
from typing import Any

from jobs.platforms import Item, Page, PageBroken, Policy, Reject, Request, Window, context
from jobs.platforms._desk import parsed, peek, standing
from jobs.platforms._reading import at, decoded, each, filled, identity, many
from models.identifiers import labelled_ids
from models.markup import plain
from models.times import instant
from models.values import address, count, score

POLICY = Policy(
    tier="A",
    license="Hacker News, texts by their authors",
    default_url="https://hacker-news.firebaseio.com",
    requests_per_s=10,
)
SITE = "https://news.ycombinator.com"
TYPES = ("story", "comment", "job", "poll", "pollopt")
MOST_MISSING = 20  # numbers in a row without an item: the walk has left what there is


def first(window: Window) -> Request:
    """The highest number."""
    return Request(f"{window.base_url}/v0/maxitem.json", (), (("step", "highest"),))


def following(window: Window, request: Request, page: Page) -> Request | None:
    """What changed, item by item; then numbers downwards, to the first item before `since`. Raises PageBroken."""
    step, payload = context(request, "step"), decoded(page)
    if step == "highest":
        if not isinstance(payload, int):
            raise PageBroken("hackernews", f"no highest number: {page.body[:80]!r}")
        return Request(f"{window.base_url}/v0/updates.json", (), (("step", "updates"), ("highest", str(payload))))
    if step == "updates":
        changed = [str(n) for n in many(at(payload, "items")) if isinstance(n, int) and not isinstance(n, bool)]
        return _next(window, changed, int(context(request, "highest")), missing=0)
    if step == "changed":
        changed = context(request, "changed").split(",")[1:]
        return _next(window, changed, int(context(request, "highest")), missing=0)
    if step == "walk":
        return _down(window, int(context(request, "number")), int(context(request, "missing")), payload)
    return None


def _next(window: Window, changed: list[str], highest: int, *, missing: int) -> Request | None:
    if changed:
        steps = (("step", "changed"), ("changed", ",".join(changed)), ("highest", str(highest)))
        return Request(f"{window.base_url}/v0/item/{changed[0]}.json", (), steps)
    if highest < 1:
        return None
    steps = (("step", "walk"), ("number", str(highest)), ("missing", str(missing)))
    return Request(f"{window.base_url}/v0/item/{highest}.json", (), steps)


def _down(window: Window, number: int, missing: int, payload: Any) -> Request | None:
    """A broken item is passed over: the next number needs no token."""
    written = instant(at(payload, "time"))
    if window.since and written and written[0] < window.since:
        return None
    missing = missing + 1 if payload is None else 0
    return _next(window, [], number - 1, missing=missing) if missing < MOST_MISSING else None


def claims(page: Page) -> bool:
    """An item, one a line, or the list of changed numbers."""
    payload = peek(page)
    entry = payload[0] if isinstance(payload, list) and payload else payload
    if not isinstance(entry, dict):
        return False
    numbers = entry.get("items")
    if isinstance(numbers, list) and set(entry) <= {"items", "profiles"}:
        return all(isinstance(number, int) for number in numbers)
    return isinstance(entry.get("id"), int) and entry.get("type") in TYPES and bool({"by", "time"} & entry.keys())


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per item; none for a number, for nothing, and for the list of changes."""
    yield from each(parsed(page.body), _entry)


def _entry(entry: Any) -> Iterator[Item | Reject]:
    if isinstance(entry, Reject):
        yield entry
    elif at(entry, "error") is not None:
        yield Reject("platform error", str(entry["error"]))
    elif at(entry, "id") is not None:
        yield standing(_post(entry))


def _post(entry: dict[str, Any]) -> Item:
    number, name = identity(entry["id"]), identity(entry.get("by"))
    created_at, precision = instant(entry.get("time")) or (None, None)
    text, link = _words(entry.get("text")), address(entry.get("url"))
    body = "\n\n".join(part for part in (text, link) if part)
    return {
        "native_id": number,
        "type": "post",
        "status": "deleted" if entry.get("deleted") is True else "hidden" if entry.get("dead") is True else "live",
        "url": f"{SITE}/item?id={number}",
        "title": plain(entry.get("title")),
        "body": body,
        "author": filled(id=name, name=name, url=f"{SITE}/user?id={name}" if name else None),
        "created_at": created_at,
        "time_precision": precision,
        "engagement": filled(score=score(entry.get("score")), comments=count(entry.get("descendants"))),
        "ids": labelled_ids(body),
        "relations": _relations(entry),
    }


def _words(text: Any) -> str | None:
    """Paragraphs are parted by a lone <p> and never closed."""
    return plain(text.replace("<p>", "<br><br>")) if isinstance(text, str) else None


def _relations(entry: dict[str, Any]) -> list[str]:
    is_option = entry.get("type") == "pollopt"
    above = identity(entry.get("poll"), entry.get("parent")) if is_option else identity(entry.get("parent"))
    return [f"{'part_of' if is_option else 'reply_to'}:hackernews:{above}"] if above else []

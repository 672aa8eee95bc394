"""What every platform's reader does: decode a page, reach into it without trust, refuse with a reason."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from jobs.platforms import Item, Page, Reject, Request, Window, context

BROKEN = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError)
Reader = Callable[[Any], Iterator[Item | Reject]]
MOST_BROKEN = 3  # pages in a row that are no JSON, before the walk is given up


def decoded(page: Page) -> Any:
    """The JSON of a page, or a Reject. API answers are UTF-8 by definition and never guessed at."""
    try:
        return orjson.loads(page.body.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        return Reject("not json", f"{error} at {shown(page.body[:80])}")


def turned(
    window: Window, request: Request, page: Page, *, ask: Callable[..., Request], has_more: Callable[[Any, int], bool]
) -> Request | None:
    """The next numbered page while `has_more(payload, number)`; then the next target. A broken page is passed over."""
    target, number, broken = (context(request, name) for name in ("target", "page", "broken"))
    if not target:
        return None
    payload = decoded(page)
    passed = int(broken) + 1 if isinstance(payload, Reject) else 0
    if passed < MOST_BROKEN if passed else has_more(payload, int(number)):
        return ask(window, target=int(target), page=int(number) + 1, broken=passed)
    return ask(window, target=int(target) + 1, page=1) if int(target) + 1 < len(window.targets) else None


def cursored(window: Window, request: Request, cursor: Any, *, ask: Callable[..., Request]) -> Request | None:
    """The page behind the cursor, or without one the first page of the next target."""
    target = int(context(request, "target"))
    if cursor:
        return ask(window, target=target, cursor=str(cursor))
    return ask(window, target=target + 1, cursor="*") if target + 1 < len(window.targets) else None


def each(things: Iterable[Any], read: Reader) -> Iterator[Item | Reject]:
    """What `read` makes of every thing; one that breaks it is refused and the rest goes on."""
    for thing in things:
        try:
            yield from read(thing)
        except BROKEN as error:
            yield Reject("malformed item", f"{type(error).__name__} {error}: {shown(thing)}")


def checked(item: Item) -> Item | Reject:
    """The item without its empty columns; refused without an id, and without words unless it is a tombstone."""
    kept = {name: value for name, value in item.items() if value or value not in (None, "", [], {})}
    if not (kept.get("title") or kept.get("body")) and kept.get("status", "live") == "live":
        return Reject("no text", shown(kept))
    return kept if kept.get("native_id") else Reject("no id", shown(kept))


def filled(**values: Any) -> dict[str, Any] | None:
    """A struct of the values that are given; None when none is."""
    kept = {name: value for name, value in values.items() if value is not None}
    return kept or None


def at(thing: Any, key: str, *keys: str) -> Any:
    """Value under a path of keys; None where the path leaves the objects."""
    thing = thing.get(key) if isinstance(thing, dict) else None  # most paths are one key: no loop for them
    for key in keys:
        thing = thing.get(key) if isinstance(thing, dict) else None
    return thing


def many(thing: Any) -> list[Any]:
    """A list: of a list, of {"any_name": [...]} with one key (XML turned JSON), of a single object; [] of nothing."""
    if isinstance(thing, dict) and len(thing) == 1 and isinstance(inner := next(iter(thing.values())), list):
        return inner
    return thing if isinstance(thing, list) else [] if thing in (None, "", {}) else [thing]


def identity(*values: Any) -> str | None:
    """The first value that can be an id, as a string."""
    for value in values:
        if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()[:500]
    return None


def asked(request: Request) -> dict[str, str]:
    """Parameters of a request, wherever they stand."""
    try:
        return {**dict(parse_qsl(urlsplit(request.url).query)), **dict(request.params)}
    except ValueError:
        return dict(request.params)


def shown(thing: Any) -> str:
    """The first 300 characters of anything."""
    try:
        return thing[:1200].decode("utf-8", "replace")[:300] if isinstance(thing, bytes) else str(thing)[:300]
    except RecursionError:
        return f"a {type(thing).__name__} nested too deep to be shown"

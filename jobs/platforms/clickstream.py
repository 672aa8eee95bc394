"""Clickstreams: tables of what visitors of a shop did, as files in CSV.

Source  files that a person exported; columns are known by their names, in the styles of the public data sets of shops
Units   times are UTC where they name no zone; epoch seconds or milliseconds

An event type that is none of ours is refused, and stays visible so. Ids are text: those of 19 digits are no numbers.
Empty cells are null. What was acted on is the shop's own id, or a `record_id` where the table has that column.
"""

import csv
import io
from collections.abc import Iterator

from jobs.platforms import Item, Page, Policy, Reject
from jobs.platforms._events import OURS, event
from jobs.platforms._reading import each, shown
from models.times import instant
from models.values import count

POLICY = Policy(tier="D", license="own data")
STYLES = {
    "time": ("event_time", "timestamp", "occurred_at", "event_timestamp", "datetime", "time", "ts", "created_at"),
    "user": ("user_id", "visitorid", "visitor_id", "userid", "customer_id", "client_id", "uid", "user")
    + ("user_session", "session_id", "sessionid"),
    "action": ("event_type", "event", "action_name", "action", "behavior_type", "behavior", "type"),
    "record": ("record_id", "product_id", "itemid", "item_id", "productid", "object_id", "sku"),
    "query": ("user_query", "search_query", "search_term", "query", "keyword"),
    "position": ("position", "rank"),
    "id": ("event_id", "eventid"),
}
NEEDED = ("time", "user", "action")
BARE = ("user_id", "item_id", "category_id", "behavior_type", "timestamp")  # a well-known log that has no header
NULLS = ("", "null", "none", "nan", "na", "\\n")
LONGEST_HEADER = 2000


def items(page: Page) -> Iterator[Item | Reject]:
    """{"event": ...} per row."""
    text = page.body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    names = _names(text)
    if names is None:
        if text.strip():
            yield Reject("not a clickstream", shown(text))
        return
    is_bare = tuple(names) == BARE
    for number, row in enumerate(_rows(text)):
        if isinstance(row, Reject):
            yield row
        elif row and (number or is_bare):
            yield from each([dict(zip(names, row, strict=False))], _event)


def claims(page: Page) -> bool:
    """A header that names time, user and action, or the log without header."""
    return _names(page.body[:LONGEST_HEADER].removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")) is not None


def _names(text: str) -> list[str] | None:
    first = next(_rows(text.lstrip("\r\n").partition("\n")[0][:LONGEST_HEADER]), None)
    if not first or isinstance(first, Reject):
        return None
    names = [name.strip().lower() for name in first]
    if all(set(STYLES[kind]) & set(names) for kind in NEEDED):
        return names
    is_bare = len(names) == len(BARE) and names[3] in OURS and names[4].isdigit()
    return list(BARE) if is_bare else None


def _rows(text: str) -> Iterator[list[str] | Reject]:
    """Rows of the table; the separator is the one that the first line has most of."""
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",\t;|", key=head.count))
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Reject("malformed row", f"line {reader.line_num}: {error}")


def _event(row: dict[str, str]) -> Iterator[Item | Reject]:
    cells = {name: value.strip() for name, value in row.items() if value.strip().lower() not in NULLS}
    found = {kind: next((cells[name] for name in names if name in cells), None) for kind, names in STYLES.items()}
    moment = instant((found["time"] or "").removesuffix(" UTC"))
    yield event(
        found["action"],
        source="\t".join(f"{name}={value}" for name, value in sorted(cells.items())).encode("utf-8", "replace"),
        user=found["user"],
        at=moment[0] if moment else None,
        event_id=found["id"],
        record_id=found["record"],
        query=found["query"],
        position=count(found["position"]),
    )

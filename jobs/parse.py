"""The pages of one platform and night as Arrow batches of records, events and rejects (the inner half of align)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from jobs import platforms
from jobs.platforms import Page, Policy, Reject, Request
from models import harmless, records
from schemas.event import EVENT
from schemas.media import MEDIA_FILE
from schemas.record import RECORD
from schemas.reject import REJECT
from store import archive, lake
from store import rows as rows_door
from store import settings

Row = dict[str, Any]
ROWS_PER_BATCH = 2000
MISFITS = (pa.ArrowException, TypeError, ValueError, OverflowError, KeyError, AttributeError)
CHECKED = {"record": RECORD, "event": EVENT}
REQUIRED = {kind: [c.name for c in schema if not c.nullable] for kind, schema in CHECKED.items()}
KINDS = {"record": RECORD, "event": EVENT, "reject": REJECT}
KEYS = {"record": "record_id", "event": "event_id", "reject": "ref"}
SCRATCH = "scratch/align"
READ = "read"  # status of a page of which anything could be read
SEEN = pa.schema(
    [
        *((name, pa.string()) for name in ("platform", "night", "kind", "key", "status", "file")),
        *((name, pa.int64()) for name in ("page", "place", "row")),
    ]
)  # an item and where its row lies, or a page (kind "page")
EMPTY_EVENT: Row = dict.fromkeys(EVENT.names)
Held = tuple[Row | Reject, Page, int, int]  # an item, and the numbers of its page and of its place there


@dataclass(frozen=True)
class Parsed:
    """Rows of one kind with the numbers of their pages and of their places there."""

    kind: str
    rows: pa.RecordBatch
    pages: list[int]
    places: list[int]


@dataclass(frozen=True)
class Batch:
    """Rows by kind, and of each page whether anything on it could be read."""

    parsed: list[Parsed]
    is_read: dict[int, bool]


def night(platform: str, date: str, *, part: int = 0, parts: int = 1) -> Iterator[Parsed]:
    """Every item of the night, by kind and in the order of the pages; of `parts` readers, number `part` reads its own."""
    for batch in _batches(platform, date, part, parts):
        yield from batch.parsed


def _batches(platform: str, date: str, part: int, parts: int) -> Iterator[Batch]:
    path, adapter = lake.partition("pages", platform=platform, date=date), platforms.load(platform)
    read = Reading(platform, adapter.POLICY, _hashes(platform, date), settings.tenant())
    held = list[Held]()
    for stored in archive.pages(path, part=part, parts=parts):
        number = stored["sequence"]
        page = _page(stored, f"{path}#{number}")
        held += [(item, page, number, place) for place, item in enumerate(adapter.items(page))]
        if len(held) >= ROWS_PER_BATCH:
            yield _checked(read, held)
            held = []
    yield _checked(read, held)


def staged(platform: str, date: str, *, part: int, parts: int) -> Iterator[pa.RecordBatch]:
    """Batches of SEEN: the items of a reader's share, their rows put aside, and its pages.

    What a later page of the same batch shows again is left out: of a night, the page that showed an item last counts.
    """
    for number, batch in enumerate(_batches(platform, date, part, parts)):
        for parsed in batch.parsed:
            file = f"{SCRATCH}/{platform}-{date}/{part}-{number}-{parsed.kind}.arrow"
            yield _put_aside(parsed, {"platform": platform, "night": date, "kind": parsed.kind, "file": file})
        yield _seen({"platform": platform, "night": date, "kind": "page"}, _of_pages(batch.is_read), len(batch.is_read))


def _put_aside(parsed: Parsed, named: dict[str, str]) -> pa.RecordBatch:
    keys = parsed.rows[KEYS[parsed.kind]].to_pylist()
    if parsed.kind == "reject":
        keys = [f"{ref}.{place:06d}" for ref, place in zip(keys, parsed.places, strict=True)]
    last = list(dict(zip(keys, range(len(keys)), strict=True)).values())
    rows = parsed.rows if len(last) == len(keys) else parsed.rows.take(pa.array(last))
    rows_door.stage(named["file"], rows)
    found: dict[str, Any] = {
        "key": [keys[number] for number in last],
        "page": [parsed.pages[number] for number in last],
        "place": [parsed.places[number] for number in last],
        "row": range(len(last)),
    }
    return _seen(named, found | ({"status": rows["status"]} if parsed.kind == "record" else {}), len(last))


def _of_pages(is_read: dict[int, bool]) -> dict[str, Any]:
    return {"page": list(is_read), "status": [READ if one else None for one in is_read.values()]}


def _seen(named: dict[str, str], found: dict[str, Any], size: int) -> pa.RecordBatch:
    """Rows of SEEN: values that are the same for all of them, columns, and nulls for the rest."""
    columns = [
        (
            pa.repeat(named[column.name], size)
            if column.name in named
            else pa.array(found.get(column.name, [None] * size), column.type)
        )
        for column in SEEN
    ]
    return pa.RecordBatch.from_arrays(columns, schema=SEEN)


def _checked(read: "Reading", held: list[Held]) -> Batch:
    """Checked as a whole, since that is quick: cleaned only where something is not clean, one by one where it does not fit."""
    try:
        batch = _by_kind(held, [read.unchecked(item, page) for item, page, _, _ in held])
        if all(harmless.is_clean(column) for one in batch.parsed if one.kind in CHECKED for column in one.rows):
            return batch
    except MISFITS:
        pass
    clean: list[Held] = [(harmless.cleaned(item), *where) for item, *where in held]
    try:
        return _by_kind(clean, [read.unchecked(item, page) for item, page, _, _ in clean])
    except MISFITS:
        return _by_kind(clean, [read.outcome(item, page) for item, page, _, _ in clean])


def _by_kind(held: list[Held], outcomes: list[Row]) -> Batch:
    parsed, is_read = [], dict[int, bool]()
    for row, (_, _, page, _) in zip(outcomes, held, strict=True):
        is_read[page] = is_read.get(page, False) or "reject" not in row
    for kind, schema in KINDS.items():
        own = [(row[kind], page, place) for row, (_, _, page, place) in zip(outcomes, held, strict=True) if kind in row]
        if own:
            rows, pages, places = map(list, zip(*own, strict=True))
            parsed.append(Parsed(kind, pa.RecordBatch.from_pylist(rows, schema=schema), pages, places))
    return Batch(parsed, is_read)


def _hashes(platform: str, date: str) -> dict[str, str]:
    path = lake.partition("media", platform=platform, date=date)
    if lake.manifest(path) is None:  # a platform without pictures
        return {}
    table = lake.read(path, MEDIA_FILE, columns=["url", "sha256"])
    return dict(zip(table["url"].to_pylist(), table["sha256"].to_pylist(), strict=True))


def _page(stored: Row, ref: str) -> Page:
    request = Request(stored["url"])
    return Page(request, stored["status"], stored["content_type"], stored["fetched_at"], stored["body"], ref)


@dataclass(frozen=True)
class Reading:
    """What turns the items of one platform into rows."""

    platform: str
    policy: Policy
    hashes: dict[str, str]
    tenant: str | None

    def outcome(self, item: Row | Reject, page: Page) -> Row:
        """One of record, event, reject: whatever is wrong with an item costs that item alone."""
        try:
            row = self.unchecked(item, page)
            for kind, schema in CHECKED.items():
                pa.RecordBatch.from_pylist([row[kind]] if kind in row else [], schema=schema)
            return row
        except MISFITS as error:
            named = "a reject" if isinstance(item, Reject) else item.get("native_id")
            return {"reject": self._reject(page, "wrong type", f"{named}: {error}")}

    def unchecked(self, item: Row | Reject, page: Page) -> Row:
        """The same, but for values that do not fit their columns."""
        if isinstance(item, Reject):
            return {"reject": self._reject(page, item.reason, item.detail)}
        try:
            return (
                {"event": _whole("event", EMPTY_EVENT | item["event"])} if "event" in item else self._record(item, page)
            )
        except records.Unreadable as error:
            return {"reject": self._reject(page, error.reason, error.detail)}

    def _record(self, item: Row, page: Page) -> Row:
        row = records.record(
            item,
            platform=self.platform,
            crawled_at=page.fetched_at,
            raw_ref=page.ref,
            hashes=self.hashes,
            license=self.policy.license,
            max_age_days=self.policy.max_age_days,
            tenant=self.tenant,
            is_private=self.policy.is_private,
            masks=self.policy.masks,
        )
        return {"record": _whole("record", row)}

    def _reject(self, page: Page, reason: str, detail: str) -> Row:
        return {"step": "align", "platform": self.platform, "ref": page.ref, "reason": reason, "detail": detail[:500]}


def _whole(kind: str, row: Row) -> Row:
    for name in REQUIRED[kind]:
        if row[name] is None:
            raise records.Unreadable("missing field", name)
    return row

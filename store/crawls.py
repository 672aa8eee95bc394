"""Where every crawl stands. A page is one transaction: `commit` writes the position and every note about it together."""

import dataclasses
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from store import ledger
from store.crawl_tables import CRAWLS, DROPPED, LIVES, PLANS, REFUSALS, VISITS

Note = tuple[sa.Table, dict[str, Any]]


@dataclass(frozen=True)
class Crawl:
    """One window of one platform: how far it has come. `next_request` is as the crawl stored it, without secrets."""

    platform: str
    date: str
    began_at: str
    targets: tuple[str, ...] = ()
    phase: str = "files"
    next_request: str | None = None
    sequence: int = 0
    offset: int = 0
    counts: dict[str, Any] = field(default_factory=dict)
    walk_from: dict[str, Any] = field(default_factory=dict)
    is_walked: bool = False
    is_whole: bool = True


def get(platform: str, date: str) -> Crawl | None:
    """Where a crawl stands; None before its first page."""
    with ledger.begin(CRAWLS) as connection:
        wanted = sa.select(CRAWLS).where(CRAWLS.c.platform == platform, CRAWLS.c.date == date)
        row = connection.execute(wanted).mappings().first()
    if row is None or row["phase"] is None:  # the latter: of a version that kept less
        return None
    told = {name: json.loads(row[name]) for name in ("counts", "walk_from")}
    told["targets"] = tuple(json.loads(row["targets"]))
    return Crawl(**{**row, **told, "is_walked": bool(row["is_walked"]), "is_whole": bool(row["is_whole"])})


def commit(crawl: Crawl, notes: Iterable[Note] = ()) -> None:
    """One page: from here a killed crawl goes on."""
    with ledger.begin(*LIVES) as connection:
        _put(connection, crawl)
        for table, note in notes:
            ledger.put(connection, table, note)


def _put(connection: sa.Connection, crawl: Crawl) -> None:
    row = {**vars(crawl), "is_walked": int(crawl.is_walked), "is_whole": int(crawl.is_whole)}
    row |= {name: json.dumps(row[name], sort_keys=True) for name in ("counts", "walk_from", "targets")}
    ledger.put(connection, CRAWLS, row)


def restart(crawl: Crawl) -> None:
    """Forget what this window has learned, and begin it."""
    with ledger.begin(*LIVES) as connection:
        for table in (PLANS, REFUSALS, VISITS, DROPPED):
            _forget(connection, table, crawl)
        _put(connection, crawl)


def rewalk(crawl: Crawl) -> Crawl:
    """Go back to before the first page of the walk, and forget what it has learned; dropped files stay."""
    back = {"offset": 0, "sequence": 0, "counts": {}, **crawl.walk_from}
    begun = dataclasses.replace(crawl, **back, phase="files", next_request=None, is_walked=False, is_whole=True)
    with ledger.begin(*LIVES) as connection:
        for table in (PLANS, VISITS, REFUSALS):
            _forget(connection, table, crawl)
        _put(connection, begun)
    return begun


def _forget(connection: sa.Connection, table: sa.Table, crawl: Crawl) -> None:
    connection.execute(sa.delete(table).where(table.c.platform == crawl.platform, table.c.date == crawl.date))


def done(crawl: Crawl) -> Crawl:
    """The window is published: what it learned counts from now on, what it replaces is forgotten."""
    newer = sa.select(VISITS.c.url).where(VISITS.c.platform == crawl.platform, VISITS.c.date == crawl.date)
    older = (VISITS.c.platform == crawl.platform, VISITS.c.date < crawl.date, VISITS.c.url.in_(newer))
    ended = dataclasses.replace(crawl, phase="done", next_request=None)
    with ledger.begin(*LIVES) as connection:
        connection.execute(sa.delete(VISITS).where(*older))
        _forget(connection, PLANS, crawl)
        _put(connection, ended)
    return ended


def watermark(platform: str, before: str, targets: Iterable[str]) -> datetime | None:
    """When the last complete crawl of these targets before this date began: at the start of its night, or sooner.

    A night that is crawled late, or a made-up one, is answered as of its date: only what is older was surely seen.
    """
    wanted = (CRAWLS.c.platform == platform, CRAWLS.c.date < before, CRAWLS.c.phase == "done")
    whole = sa.and_(*wanted, CRAWLS.c.is_walked == 1, CRAWLS.c.is_whole == 1)
    with ledger.begin(CRAWLS) as connection:
        rows = connection.execute(sa.select(CRAWLS).where(whole).order_by(CRAWLS.c.date.desc())).mappings().all()
    for row in rows:
        if set(targets) <= set(json.loads(row["targets"])):
            night = datetime.fromisoformat(row["date"]).replace(tzinfo=UTC)
            return min(night, datetime.fromisoformat(row["began_at"]))
    return None


def plan(crawl: Crawl) -> list[str] | None:
    """The items that this crawl asks for again; None before they were chosen."""
    wanted = (PLANS.c.platform == crawl.platform, PLANS.c.date == crawl.date)
    with ledger.begin(PLANS) as connection:
        found = connection.execute(sa.select(PLANS.c.native_ids).where(*wanted)).scalars().first()
    return None if found is None else list(json.loads(found))


def planned(crawl: Crawl, native_ids: list[str]) -> Note:
    """Notes the items to ask for again."""
    return PLANS, {"platform": crawl.platform, "date": crawl.date, "native_ids": json.dumps(native_ids)}


def refused(crawl: Crawl, ref: str, reason: str, detail: str = "") -> Note:
    """Notes something that was not taken."""
    row = {"platform": crawl.platform, "date": crawl.date, "ref": ref[:500], "reason": reason}
    return REFUSALS, {**row, "detail": detail[:500]}


def refusals(crawl: Crawl) -> Iterator[dict[str, Any]]:
    """What this crawl did not take, by reference and reason."""
    wanted = sa.select(REFUSALS).where(REFUSALS.c.platform == crawl.platform, REFUSALS.c.date == crawl.date)
    with ledger.begin(REFUSALS) as connection:
        for row in connection.execute(wanted.order_by(REFUSALS.c.ref, REFUSALS.c.reason)).mappings():
            yield {"ref": row["ref"], "reason": row["reason"], "detail": row["detail"] or None}

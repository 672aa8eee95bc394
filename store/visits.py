"""What the platforms were seen to be: quotas used, validators of addresses, honesty and robots.txt of hosts, files taken.

What a crawl learns of an address or a file counts for later crawls only once its own pages are published.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from store import ledger
from store.crawl_tables import CRAWLS, DROPPED, HONESTY, QUOTAS, ROBOTS, VISITS
from store.crawls import Crawl, Note, get

LONGEST = 600  # characters


@dataclass(frozen=True)
class Visit:
    """What the last answer of an address said of itself."""

    etag: str = ""
    last_modified: str = ""
    lastmod: str = ""
    content_hash: str = ""
    fetched_at: str = ""
    fail_count: int = 0


def _value(statement: sa.Select[Any], table: sa.Table) -> Any:
    with ledger.begin(table, CRAWLS) as connection:
        return connection.execute(statement).scalars().first()


def used(platform: str, day: str) -> int:
    """Units of the platform's quota used on this day of its own zone."""
    wanted = (QUOTAS.c.platform == platform, QUOTAS.c.day == day)
    return int(_value(sa.select(QUOTAS.c.units).where(*wanted), QUOTAS) or 0)


def spend(platform: str, day: str, units: int) -> None:
    """Count units before they are asked for: a killed crawl has spent them too."""
    same = (QUOTAS.c.platform == platform, QUOTAS.c.day == day)
    with ledger.begin(QUOTAS) as connection:
        ledger.put_first(connection, QUOTAS, {"platform": platform, "day": day, "units": 0})
        connection.execute(sa.update(QUOTAS).where(*same).values(units=QUOTAS.c.units + units))


def key(url: str) -> str:
    """An address as it is looked up: PostgreSQL indexes no value of more than 2,700 bytes."""
    return url if len(url) <= LONGEST else f"{url[:100]}#{hashlib.sha256(url.encode('utf-8', 'replace')).hexdigest()}"


def visit(platform: str, url: str, before: str) -> Visit | None:
    """What the newest published crawl before this date saw at an address."""
    is_done = sa.and_(CRAWLS.c.platform == VISITS.c.platform, CRAWLS.c.date == VISITS.c.date, CRAWLS.c.phase == "done")
    wanted = sa.select(VISITS).join(CRAWLS, is_done).where(VISITS.c.platform == platform, VISITS.c.url == key(url))
    with ledger.begin(VISITS, CRAWLS) as connection:
        row = connection.execute(wanted.where(VISITS.c.date < before).order_by(VISITS.c.date.desc())).mappings().first()
    return Visit(**{name: row[name] for name in Visit.__dataclass_fields__}) if row else None


def visited(crawl: Crawl, url: str, visit: Visit) -> Note:
    """Notes what an address said of itself."""
    return VISITS, {"platform": crawl.platform, "url": key(url), "date": crawl.date, **vars(visit)}


def agreed(host: str, kind: str) -> int:
    """Checks in a row in which the content confirmed what the host said of its age."""
    return int(_value(sa.select(HONESTY.c.agreed).where(HONESTY.c.host == host, HONESTY.c.kind == kind), HONESTY) or 0)


def honest(host: str, kind: str, agreed: int) -> Note:
    """Notes the outcome of a check."""
    return HONESTY, {"host": host, "kind": kind, "agreed": agreed}


def robots(host: str) -> tuple[datetime, int, str] | None:
    """When a host's robots.txt was asked for, with which status, and what it says."""
    with ledger.begin(ROBOTS) as connection:
        row = connection.execute(sa.select(ROBOTS).where(ROBOTS.c.host == host)).mappings().first()
    return (datetime.fromisoformat(row["fetched_at"]), row["status"], row["body"]) if row else None


def save_robots(host: str, fetched_at: datetime, status: int, body: str) -> None:
    """Keep a host's robots.txt."""
    row = {"host": host, "fetched_at": fetched_at.isoformat(), "status": status, "body": body}
    with ledger.begin(ROBOTS) as connection:
        ledger.put(connection, ROBOTS, row)


def is_taken(platform: str, name: str, sha256: str, crawl: Crawl) -> bool:
    """True where a published crawl, or this one, took a file of this name and content."""
    wanted = (DROPPED.c.platform == platform, DROPPED.c.name == name, DROPPED.c.sha256 == sha256)
    date = _value(sa.select(DROPPED.c.date).where(*wanted), DROPPED)
    if date is None or date == crawl.date:
        return date is not None
    return (found := get(platform, date)) is not None and found.phase == "done"


def taken(crawl: Crawl, name: str, sha256: str) -> Note:
    """Notes a file."""
    return DROPPED, {"platform": crawl.platform, "name": name, "sha256": sha256, "date": crawl.date}


def urls(crawl: Crawl) -> Iterator[str]:
    """The addresses that this crawl visited."""
    wanted = sa.select(VISITS.c.url).where(VISITS.c.platform == crawl.platform, VISITS.c.date == crawl.date)
    with ledger.begin(VISITS) as connection:
        yield from connection.execute(wanted).scalars()

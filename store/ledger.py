"""The ledger: what every step did for every platform and date, and where a crawl stands.

SQLite on one machine, PostgreSQL where `TRAWL_LEDGER` names one.
"""

import contextlib
import functools
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from store import settings

METADATA = sa.MetaData()
STEPS = sa.Table(
    "steps",
    METADATA,
    *(sa.Column(name, sa.String, primary_key=True) for name in ("step", "platform", "date")),
    sa.Column("state", sa.String, nullable=False),  # running, done, failed
    sa.Column("started_at", sa.String, nullable=False),
    sa.Column("seconds", sa.Float),
    sa.Column("counts", sa.Text, nullable=False),
    sa.Column("error", sa.Text),
)
CRAWLS = sa.Table(
    "crawls",
    METADATA,
    *(sa.Column(name, sa.String, primary_key=True) for name in ("platform", "date")),
    sa.Column("next_request", sa.Text),  # null when the walk is complete
    sa.Column("sequence", sa.Integer, nullable=False),  # pages committed
    sa.Column("offset", sa.BigInteger, nullable=False),  # bytes of the archive committed
    sa.Column("counts", sa.Text, nullable=False),
)


@functools.cache
def _engine(url: str) -> sa.Engine:
    if url.startswith("sqlite:///"):
        settings.home().mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url, connect_args={"timeout": 60} if url.startswith("sqlite") else {})
    for table in METADATA.sorted_tables:
        with contextlib.suppress(sa.exc.OperationalError, sa.exc.ProgrammingError):  # another process was first
            table.create(engine, checkfirst=True)
    return engine


def _begin() -> contextlib.AbstractContextManager[sa.Connection]:
    return _engine(settings.ledger_url()).begin()


def _replace(table: sa.Table, row: dict[str, Any]) -> None:
    """One row by its primary key, old or new, never neither."""
    same = sa.and_(*(column == row[column.name] for column in table.primary_key))
    with _begin() as connection:
        connection.execute(sa.delete(table).where(same))
        connection.execute(sa.insert(table).values(**row))


@contextlib.contextmanager
def step(name: str, date: str, platform: str = "") -> Iterator[dict[str, Any]]:
    """Records a step as running, then done with the counts put into the yielded dict, or failed with the error."""
    started, counts = time.monotonic(), dict[str, Any]()
    row = {"step": name, "platform": platform, "date": date, "started_at": datetime.now(UTC).isoformat()}
    _replace(STEPS, {**row, "state": "running", "counts": "{}"})
    try:
        yield counts
    except BaseException as error:
        _replace(STEPS, {**row, **_ending("failed", started, counts), "error": str(error)[:2000]})
        raise
    _replace(STEPS, {**row, **_ending("done", started, counts)})


def _ending(state: str, started: float, counts: dict[str, Any]) -> dict[str, Any]:
    return {
        "state": state,
        "seconds": round(time.monotonic() - started, 2),
        "counts": json.dumps(counts, sort_keys=True),
    }


def dates(name: str, platform: str = "", until: str = "9999") -> list[str]:
    """Dates up to `until` whose step is done, oldest first."""
    wanted = (STEPS.c.step == name, STEPS.c.platform == platform, STEPS.c.date <= until, STEPS.c.state == "done")
    with _begin() as connection:
        return list(connection.execute(sa.select(STEPS.c.date).where(*wanted).order_by(STEPS.c.date)).scalars())


def latest(name: str, platform: str = "", until: str = "9999") -> str | None:
    """Newest date up to `until` whose step is done."""
    return max(dates(name, platform, until), default=None)


def platforms(name: str, until: str = "9999") -> dict[str, str]:
    """Every platform that ever finished the step, with its newest date up to `until`."""
    query = sa.select(STEPS.c.platform, sa.func.max(STEPS.c.date)).group_by(STEPS.c.platform).order_by(STEPS.c.platform)
    wanted = query.where(STEPS.c.step == name, STEPS.c.platform != "", STEPS.c.date <= until, STEPS.c.state == "done")
    with _begin() as connection:
        return {platform: date for platform, date in connection.execute(wanted)}


def summary(date: str) -> list[dict[str, Any]]:
    """What every step did for this date, in the order of their start."""
    with _begin() as connection:
        rows = connection.execute(sa.select(STEPS).where(STEPS.c.date == date).order_by(STEPS.c.started_at)).mappings()
        return [{**row, "counts": json.loads(row["counts"])} for row in rows]


def crawl(platform: str, date: str) -> dict[str, Any] | None:
    """Where a crawl stands: next_request, sequence, offset, counts; None before its first page."""
    with _begin() as connection:
        wanted = sa.select(CRAWLS).where(CRAWLS.c.platform == platform, CRAWLS.c.date == date)
        row = connection.execute(wanted).mappings().first()
    return {**row, "counts": json.loads(row["counts"])} if row else None


def save_crawl(
    platform: str, date: str, *, next_request: str | None, sequence: int, offset: int, counts: dict[str, Any]
) -> None:
    """Commit a page: from here a killed crawl goes on."""
    row = {"platform": platform, "date": date, "next_request": next_request, "sequence": sequence, "offset": offset}
    _replace(CRAWLS, {**row, "counts": json.dumps(counts, sort_keys=True)})

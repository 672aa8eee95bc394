"""The ledger: what every step did for every platform and date.

SQLite on one machine, PostgreSQL where `TRAWL_LEDGER` names one. `python -m store.ledger` prints it, a line per window.
"""

import contextlib
import functools
import importlib
import json
import os
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from store import cli, settings

METADATA = sa.MetaData()
STEPS = sa.Table(
    "steps",
    METADATA,
    *(sa.Column(name, sa.String, primary_key=True) for name in ("step", "platform", "date")),
    sa.Column("state", sa.String, nullable=False),  # running, done, stopped (softly: it goes on), failed, expired
    sa.Column("started_at", sa.String, nullable=False),
    sa.Column("seconds", sa.Float),
    sa.Column("counts", sa.Text, nullable=False),
    sa.Column("error", sa.Text),
)


@functools.cache
def _engine(url: str, process: int) -> sa.Engine:
    """One per process: a connection does not survive a fork."""
    if url.startswith("sqlite:///"):
        settings.home().mkdir(parents=True, exist_ok=True)
    address = url.replace("postgresql://", "postgresql+psycopg://", 1)
    try:
        engine = sa.create_engine(address, connect_args={"timeout": 60} if url.startswith("sqlite") else {})
    except (sa.exc.ArgumentError, ImportError) as error:
        raise cli.TrawlError(f"TRAWL_LEDGER is no address of a database that can be used here: {error}") from error
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _tune)
    return engine


def _tune(connection: Any, _: object) -> None:
    """A commit appends to the log and waits for no disk: after a power cut the last ones may be missing, never torn."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


@functools.cache
def _made(engine: sa.Engine, table: sa.Table) -> sa.Table:
    """The table, made where it is missing, with the columns that it did not have yet."""
    with contextlib.suppress(sa.exc.DBAPIError):  # another process was first
        table.create(engine, checkfirst=True)
    there = {column["name"] for column in sa.inspect(engine).get_columns(table.name)}
    for column in (column for column in table.columns if column.name not in there):
        kind = column.type.compile(engine.dialect)
        with contextlib.suppress(sa.exc.DBAPIError), engine.begin() as connection:
            connection.execute(sa.text(f'ALTER TABLE {table.name} ADD COLUMN "{column.name}" {kind}'))
    return table


def begin(*tables: sa.Table) -> contextlib.AbstractContextManager[sa.Connection]:
    """One transaction over these tables."""
    engine = _engine(settings.ledger_url(), os.getpid())
    try:
        for table in tables:
            _made(engine, table)
    except sa.exc.OperationalError as error:
        raise cli.TrawlError(f"the ledger does not answer: {error.orig}; check TRAWL_LEDGER") from error
    return engine.begin()


def put(connection: sa.Connection, table: sa.Table, row: dict[str, Any]) -> None:
    """One whole row by its primary key, old or new, never neither."""
    connection.execute(_upsert(table, connection.dialect.name), {name: _storable(row[name]) for name in row})


def put_first(connection: sa.Connection, table: sa.Table, row: dict[str, Any]) -> None:
    """A row, unless there is one of its primary key."""
    connection.execute(_insert(table, connection.dialect.name).on_conflict_do_nothing(), row)


def _storable(value: Any) -> Any:
    """Text without what a database refuses in it: halves of surrogate pairs, and for PostgreSQL NUL."""
    if not isinstance(value, str):
        return value
    return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def _insert(table: sa.Table, dialect: str) -> Any:
    # PostgreSQL's imports all its drivers: .1 s of every step that does not need them
    return importlib.import_module(f"sqlalchemy.dialects.{dialect}").insert(table)


@functools.cache
def _upsert(table: sa.Table, dialect: str) -> sa.Insert:
    statement = _insert(table, dialect)
    keys = [column.name for column in table.primary_key]
    changed = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
    upsert: sa.Insert = statement.on_conflict_do_update(index_elements=keys, set_=changed)
    return upsert


def _replace(row: dict[str, Any]) -> None:
    with begin(STEPS) as connection:
        put(connection, STEPS, {"seconds": None, "error": None, **row})


@contextlib.contextmanager
def step(name: str, date: str, platform: str = "") -> Iterator[dict[str, Any]]:
    """Records a step as running, then done with the counts put into the yielded dict, stopped softly, or failed.

    A failure that must not end the others is put into the counts, under `error`.
    """
    started, counts = time.monotonic(), dict[str, Any]()
    row = {"step": name, "platform": platform, "date": date, "started_at": datetime.now(UTC).isoformat()}
    _replace({**row, "state": "running", "counts": "{}"})
    try:
        yield counts
    except BaseException as error:
        state = "stopped" if isinstance(error, cli.SoftStop) else "failed"
        _replace({**row, **_ending(state, started, counts), "error": str(error)[:2000]})
        raise
    told = counts.pop("error", None)
    _replace({**row, **_ending("failed" if told else "done", started, counts), "error": told})


def _ending(state: str, started: float, counts: dict[str, Any]) -> dict[str, Any]:
    return {
        "state": state,
        "seconds": round(time.monotonic() - started, 2),
        "counts": json.dumps(counts, sort_keys=True),
    }


def expire(name: str, date: str, platform: str = "") -> None:
    """What a step made was removed because its time was over: the window is known and no longer done."""
    same = (STEPS.c.step == name, STEPS.c.platform == platform, STEPS.c.date == date)
    with begin(STEPS) as connection:
        connection.execute(sa.update(STEPS).where(*same).values(state="expired"))


def dates(name: str, platform: str = "", until: str = "9999") -> list[str]:
    """Dates up to `until` whose step is done, oldest first."""
    wanted = (STEPS.c.step == name, STEPS.c.platform == platform, STEPS.c.date <= until, STEPS.c.state == "done")
    with begin(STEPS) as connection:
        return list(connection.execute(sa.select(STEPS.c.date).where(*wanted).order_by(STEPS.c.date)).scalars())


def latest(name: str, platform: str = "", until: str = "9999") -> str | None:
    """Newest date up to `until` whose step is done."""
    return max(dates(name, platform, until), default=None)


def platforms(name: str, until: str = "9999") -> dict[str, str]:
    """Every platform that ever finished the step, with its newest date up to `until`."""
    query = sa.select(STEPS.c.platform, sa.func.max(STEPS.c.date)).group_by(STEPS.c.platform).order_by(STEPS.c.platform)
    wanted = query.where(STEPS.c.step == name, STEPS.c.platform != "", STEPS.c.date <= until, STEPS.c.state == "done")
    with begin(STEPS) as connection:
        return {platform: date for platform, date in connection.execute(wanted)}


def summary(date: str) -> list[dict[str, Any]]:
    """What every step did for this date, in the order of their start."""
    return _steps(STEPS.c.date == date)


def _steps(*wanted: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
    with begin(STEPS) as connection:
        rows = connection.execute(sa.select(STEPS).where(*wanted).order_by(STEPS.c.started_at)).mappings()
        return [{**row, "counts": json.loads(row["counts"])} for row in rows]


def windows(name: str, platform: str, start: str, end: str) -> list[dict[str, Any]]:
    """A row per date from `start` to `end` included; one that was never begun is planned."""
    found = {row["date"]: row for row in _steps(STEPS.c.step == name, STEPS.c.platform == platform)}
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    nights = [(first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1)]
    planned: dict[str, Any] = {"platform": platform, "state": "planned", "seconds": None, "counts": {}, "error": None}
    return [found.get(night, {**planned, "date": night}) for night in nights]


def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("store.ledger", description="Every window of a step: platform, date, state, counts.")
    parser.add_argument("--step", default="crawl", help="job, crawl where none is given")
    parser.add_argument("--platform", help="one platform instead of all")
    parser.add_argument("--from", dest="start", type=cli.day, help="first date; the oldest known where none is given")
    parser.add_argument("--to", dest="end", type=cli.day, help="last date, included; the newest known")
    args = parser.parse_args(argv)
    known = _steps(STEPS.c.step == args.step)
    nights = sorted(row["date"] for row in known)
    names = [args.platform] if args.platform else sorted({row["platform"] for row in known})
    if not (nights or (args.start and args.end)) or not names:
        raise cli.TrawlError(
            f"the ledger knows no {args.step}: run jobs.{args.step}, or give --platform, --from and --to"
        )
    print(f"{'platform':<14} {'date':<10} {'state':<8} {'seconds':>8}  counts")
    for name in names:
        for row in windows(args.step, name, args.start or nights[0], args.end or nights[-1]):
            print(_line(row))


def _line(row: dict[str, Any]) -> str:
    counts = ", ".join(f"{key} {value}" for key, value in row["counts"].items())
    told = ": ".join(filter(None, (counts, " ".join((row["error"] or "").split()))))
    seconds = "" if row["seconds"] is None else f"{row['seconds']:.1f}"
    return f"{row['platform']:<14} {row['date']:<10} {row['state']:<8} {seconds:>8}  {told}".rstrip()


if __name__ == "__main__":
    cli.run(main)

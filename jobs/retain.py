"""Keep nothing longer than its platform allows: what was not refreshed in time is removed.

In   records  the standing records of every platform whose policy has `max_age_days`
     pages    its archive
Out  records  the same partitions; a record past its time is a tombstone, `gone`, without content
     pages, records   partitions older than that are deleted, manifest first

Run again, it finds nothing left to do.
"""

import logging
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from jobs import platforms
from schemas.record import RECORD
from store import archive, cli, lake, ledger

log = logging.getLogger(__name__)
KEPT_NIGHTS = 2  # of standing records: tonight's and the one it is compared with
IDENTITY = (
    "record_id",
    "platform",
    "native_id",
    "type",
    "crawled_at",
    "scope",
    "tenant",
    "license",
    "raw_ref",
    "content_hash",
)


def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("jobs.retain", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--date", type=cli.day, required=True, help="night, YYYY-MM-DD")
    args = parser.parse_args(argv)
    with ledger.step("retain", args.date) as counts:
        total: Counter[str] = Counter({"expired": 0, "pages_deleted": 0, "records_deleted": 0})
        for name in cli.progress(platforms.names(), total=len(platforms.names()), unit="platforms"):
            if max_age_days := platforms.load(name).POLICY.max_age_days:
                total.update(retain(name, args.date, max_age_days))
        counts.update(total)
    log.info("%s", dict(total))


def retain(platform: str, night: str, max_age_days: int) -> dict[str, int]:
    """Remove what is past its time on this night; counts of records expired and partitions deleted."""
    limit = (date.fromisoformat(night) - timedelta(days=max_age_days)).isoformat()
    standing = ledger.dates("align", platform, night)
    kept = standing[-KEPT_NIGHTS:]
    deleted = {"pages_deleted": 0, "records_deleted": 0}
    for day in (day for day in ledger.dates("crawl", platform, night) if day < limit):
        _delete("pages", "crawl", platform, day)
        deleted["pages_deleted"] += 1
    for day in standing[:-KEPT_NIGHTS]:
        _delete("records", "align", platform, day)
        deleted["records_deleted"] += 1
    _delete_spools(platform, limit)
    end = datetime.fromisoformat(night).replace(tzinfo=UTC)
    return {"expired": sum(_expire(platform, day, end) for day in kept), **deleted}


def _delete(table: str, step: str, platform: str, day: str) -> None:
    """The ledger first: who asks it for a night never meets half of one."""
    ledger.expire(step, day, platform)
    lake.delete(lake.partition(table, platform=platform, date=day))


def _delete_spools(platform: str, limit: str) -> None:
    """Pages of crawls that were never finished."""
    folder = archive.spool(platform, limit).parent
    for path in folder.glob(f"{platform}-????-??-??.pages.zst") if folder.exists() else ():
        if path.name.removeprefix(f"{platform}-")[:10] < limit:
            path.unlink(missing_ok=True)


def _expire(platform: str, day: str, now: datetime) -> int:
    """Rewrite one standing partition where something in it is past its time; how many records were."""
    path = lake.partition("records", platform=platform, date=day)
    found = sum(pc.sum(is_expired(batch, now)).as_py() or 0 for batch in _batches(path))
    if found:
        before = lake.must(path)
        tables = (pa.Table.from_batches([expired(batch, now)]) for batch in _batches(path))
        lake.write(path, tables, RECORD, inputs=before.inputs, extra=before.extra)
    return int(found)


def _batches(path: str) -> Iterator[pa.RecordBatch]:
    yield from lake.batches(path, RECORD)


def is_expired(batch: pa.RecordBatch, now: datetime) -> pa.BooleanArray:
    """One flag per record: it holds content that had to be refreshed before `now`."""
    late = pc.less(batch.column("retain_until"), pa.scalar(now, pa.timestamp("us", tz="UTC")))
    return pc.fill_null(late, False)


def expired(batch: pa.RecordBatch, now: datetime) -> pa.RecordBatch:
    """The records, those past their time as tombstones: who they were, and no more."""
    late = is_expired(batch, now)
    columns = [_column(batch, column, late) for column in RECORD]
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema([column.remove_metadata() for column in RECORD]))


def _column(batch: pa.RecordBatch, column: pa.Field, late: pa.BooleanArray) -> pa.Array:
    values = batch.column(column.name).cast(column.type)
    if column.name in IDENTITY:
        return values
    if column.name == "status":
        is_deleted = pc.equal(values, "deleted")
        return pc.if_else(pc.and_(late, pc.invert(is_deleted)), "gone", values)
    # Not if_else: it knows no lists of structs.
    places = pc.if_else(late, pa.scalar(None, pa.int64()), pa.array(range(len(values)), pa.int64()))
    return values.take(places)


if __name__ == "__main__":
    cli.run(main)

"""Bring every platform's pages into the one common shape.

In   pages    tonight's answers of each platform that was crawled (with --full: of every night so far)
     records  the standing records of the night before
Out  records  one row per item, standing after tonight, deletions included; one partition per platform
     events   one row per thing a user did tonight
     rejects  items that could not be read, with the reason

A mapping fix is a re-run with --full: the archive is parsed again, nothing is fetched again.
"""

import logging
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pyarrow as pa

from jobs import parse, platforms
from schemas.derive import spark_schema
from schemas.event import EVENT
from schemas.record import RECORD
from schemas.reject import REJECT
from store import cli, lake, ledger, spark

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("jobs.align", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--date", type=cli.day, required=True, help="night, YYYY-MM-DD")
    parser.add_argument("--full", action="store_true", help="parse the whole archive again instead of tonight's pages")
    args = parser.parse_args(argv)
    crawled = [name for name, night in ledger.platforms("crawl", args.date).items() if night == args.date]
    if not crawled:
        raise cli.TrawlError(f"no platform was crawled for {args.date}: run jobs.crawl for that date first")
    session = spark.session("align")
    with ExitStack() as steps:
        counts = {name: steps.enter_context(ledger.step("align", args.date, name)) for name in crawled}
        nights = {name: ledger.dates("crawl", name, args.date) if args.full else [args.date] for name in crawled}
        parsed = parse_pages(session, nights).persist()
        for name in cli.progress(crawled, total=len(crawled), unit="platforms"):
            counts[name].update(align(session, parsed, name, nights[name], full=args.full))
            log.info("%s: %s", name, counts[name])
        parsed.unpersist()


def parse_pages(session: "SparkSession", nights: dict[str, list[str]]) -> "DataFrame":
    """One row per item: platform, night, page, and one of record, event, reject."""
    rows = [(name, night) for name, dates in nights.items() for night in dates]
    kinds = {"record": RECORD, "event": EVENT, "reject": REJECT}
    shape = ", ".join(f"{kind} {spark_schema(schema).simpleString()}" for kind, schema in kinds.items())
    pages = session.createDataFrame(rows, "platform string, night string").repartition(len(rows), "platform", "night")
    return spark.map_arrow(pages, _parse, f"platform string, night string, page long, place long, {shape}")


def _parse(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for row in batch.to_pylist():
            yield from parse.night(row["platform"], row["night"])


def align(
    session: "SparkSession", parsed: "DataFrame", name: str, nights: list[str], *, full: bool
) -> dict[str, object]:
    """Write one platform's partitions; counts in, out, rejected by reason."""
    from pyspark.sql import functions as F

    tonight = nights[-1]
    mine = parsed.where((F.col("platform") == name) & F.col("night").isin(nights))
    events = (
        mine.where((F.col("night") == tonight) & F.col("event").isNotNull())
        .select("event.*")
        .dropDuplicates(["event_id"])
    )
    rejects = mine.where((F.col("night") == tonight) & F.col("reject").isNotNull()).select("reject.*")
    found = mine.where(F.col("record").isNotNull()).select("night", "page", "place", "record.*")
    before = [] if full else _before(name, tonight)
    earlier = spark.read(session, before, RECORD).select(
        F.lit("").alias("night"), F.lit(0).alias("page"), F.lit(0).alias("place"), "*"
    )
    records = standing(found.unionByName(earlier), swept(mine) if platforms.load(name).POLICY.sweep else "")
    inputs = [lake.partition("pages", platform=name, date=night) for night in nights] + before
    keys = {"platform": name, "date": tonight}
    made = spark.write(records, lake.partition("records", **keys), RECORD, key=["record_id"], inputs=inputs)
    seen = spark.write(events, lake.partition("events", **keys), EVENT, key=["event_id"], inputs=inputs)
    path = lake.partition("rejects", step="align", **keys)
    spark.write(rejects, path, REJECT, key=["ref", "reason", "detail"], inputs=inputs)
    reasons = Counter(row["reason"] for row in lake.read(path, REJECT, columns=["reason"]).to_pylist())
    return {"out": made.rows, "events": seen.rows, "rejected": sum(reasons.values()), "reasons": dict(reasons)}


def _before(name: str, tonight: str) -> list[str]:
    """The standing partition of the newest night before this one, if any."""
    earlier = [night for night in ledger.dates("align", name, tonight) if night < tonight]
    return [lake.partition("records", platform=name, date=earlier[-1])] if earlier else []


def swept(parsed: "DataFrame") -> str:
    """The newest night whose every page could be read; empty for none: a broken page proves nothing gone."""
    from pyspark.sql import functions as F

    is_read = F.col("record").isNotNull() | F.col("event").isNotNull()
    pages = parsed.groupBy("night", "page").agg(F.max(is_read).alias("is_read"))
    nights = pages.groupBy("night").agg(F.min("is_read").alias("is_read")).where("is_read")
    return nights.agg(F.coalesce(F.max("night"), F.lit(""))).collect()[0][0]  # type: ignore[no-any-return]


def standing(records: "DataFrame", whole: str) -> "DataFrame":
    """One row per record_id, as last seen; what the sweep of the night `whole` (or none) did not show is gone."""
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    newest = Window.partitionBy("record_id").orderBy(F.desc("night"), F.desc("page"), F.desc("place"))
    last = records.withColumn("rank", F.row_number().over(newest)).where("rank = 1")
    is_unseen = (F.col("night") < whole) & F.col("status").isin("live", "hidden")
    return last.withColumn("status", F.when(is_unseen, "gone").otherwise(F.col("status"))).select(*RECORD.names)


if __name__ == "__main__":
    cli.run(main)

"""Bring every platform's pages into the one common shape.

In   pages    tonight's answers of each platform that was crawled (with --full: of every night so far)
     records  the standing records of the night before
Out  records  one row per item, standing after tonight, deletions included; one partition per platform
     events   one row per thing a user did tonight
     rejects  items that could not be read, with the reason

A platform of which more than a fifth would be gone in one night keeps its last records, as one that failed does, until
--allow-deletions says that it is true. A mapping fix is a re-run with --full: the archive is parsed again, nothing is fetched again.
With --payload it prints the records of raw files instead, and writes nothing.
"""

import logging
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.sql import functions as F

from jobs import deletions, parse, payload, platforms, standing
from schemas.derive import spark_schema
from schemas.record import RECORD
from store import cli, lake, ledger, objects, rows, spark

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Row, SparkSession

READERS = 8  # tasks that read the pages of a night, and more where some are large
SHARE_BYTES = 4 << 20  # of compressed pages that one task reads: about 30,000 records

log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("jobs.align", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--date", type=cli.day, help="night, YYYY-MM-DD")
    what.add_argument("--payload", nargs="+", type=Path, metavar="FILE", help="raw payloads, or folders of them")
    parser.add_argument("--full", action="store_true", help="parse the whole archive again instead of tonight's pages")
    parser.add_argument(
        "--platform", choices=platforms.names(), help="whose payloads they are; told from them if left out"
    )
    parser.add_argument(
        "--allow-deletions", action="store_true", help="believe that more than a fifth of a platform is gone tonight"
    )
    args = parser.parse_args(argv)
    if args.payload:
        return payload.show(args.payload, args.platform)
    crawled = [name for name, night in ledger.platforms("crawl", args.date).items() if night == args.date]
    if not crawled:
        raise cli.TrawlError(f"no platform was crawled for {args.date}: run jobs.crawl for that date first")
    session = spark.session("align")
    with ExitStack() as steps:
        counts = {name: steps.enter_context(ledger.step("align", args.date, name)) for name in crawled}
        nights = {name: ledger.dates("crawl", name, args.date) if args.full else [args.date] for name in crawled}
        before = {name: [] if args.full else _before(name, args.date) for name in crawled}
        for name, told in align(session, nights, before, args.date, allowed=args.allow_deletions).items():
            counts[name].update(told)
            log.log(logging.ERROR if "error" in told else logging.INFO, "%s: %s", name, told)


def _before(name: str, tonight: str) -> list[str]:
    """The standing partition of the newest night before this one, if any."""
    earlier = [night for night in ledger.dates("align", name, tonight) if night < tonight]
    return [lake.partition("records", platform=name, date=earlier[-1])] if earlier else []


def align(
    session: "SparkSession", nights: dict[str, list[str]], before: dict[str, list[str]], tonight: str, *, allowed: bool
) -> dict[str, dict[str, object]]:
    """Write the partitions of every platform in `nights`; counts out and rejected by reason.

    A platform that would lose too much is not written: it keeps its last records, and its counts hold the error.
    """
    parsed = parse_pages(session, nights).persist()
    stood = standing_before(session, before)
    told = standing.told(parsed).collect()
    whole = standing.swept(told, {name: _whole(name, nights[name]) for name in nights})
    parts = _parts(nights, before, tonight, told)
    seen = parsed.where((F.col("kind") == "record") | (F.col("night") == tonight)).where("kind != 'page'")
    both = seen.unionByName(stood).withColumn("part", F.concat_ws("/", "kind", "platform"))
    now = standing.standing(spark.spread(both, parts, key=["key"]), whole)
    may_refuse = any(before.values()) and not allowed
    refused = deletions.refused(standing.losses(stood, now.persist())) if may_refuse else {}
    kept = [name for name in nights if name not in refused]
    written = _written(now, {part: parts[part] for part in parts if part.partition("/")[2] in kept}, kept)
    for file in [file for row in told for file in row["files"]]:
        objects.remove(file)
    now.unpersist()
    parsed.unpersist()
    return written | {name: {"error": str(error)} for name, error in refused.items()}


def _whole(name: str, nights: Sequence[str]) -> list[str]:
    """The nights that prove what they did not show to be gone."""
    return deletions.whole_nights(name, nights) if platforms.load(name).POLICY.sweep else []


def _parts(
    nights: dict[str, list[str]], before: dict[str, list[str]], tonight: str, told: Sequence["Row"]
) -> dict[str, spark.Part]:
    """What is to be written, by kind and platform."""
    rows = Counter[str]()
    for row in told:
        rows[f"{row['kind']}/{row['platform']}"] += row["count"]
    for name, paths in before.items():
        rows[f"record/{name}"] += sum(lake.must(path).rows for path in paths)
    inputs = {name: [*_pages(name, nights[name]), *before[name]] for name in nights}
    named = [(f"{kind}/{name}", kind, name) for name in nights for kind in parse.KINDS]
    return {
        part: spark.Part(_path(kind, name, tonight), parse.KINDS[kind], inputs[name], rows[part])
        for part, kind, name in named
    }


def _path(kind: str, name: str, tonight: str) -> str:
    step = {"step": "align"} if kind == "reject" else {}
    return lake.partition(f"{kind}s", **step, platform=name, date=tonight)


def _written(now: "DataFrame", parts: dict[str, spark.Part], names: Sequence[str]) -> dict[str, dict[str, object]]:
    """Records, events and rejects of these platforms, by one job."""
    mine = now.where(F.col("platform").isin(list(names))).select("piece", "key", "status", "file", "row")
    made = spark.write_each(mine, parts, _filled, key=["key"])
    return {
        name: {
            "out": made[f"record/{name}"].rows,
            "events": made[f"event/{name}"].rows,
            **_refused(made[f"reject/{name}"]),
        }
        for name in names
    }


def _filled(part: str, own: pa.Table) -> pa.Table:
    """The rows themselves; a record has the status that the nights have given it."""
    kind = part.partition("/")[0]
    table = rows.gathered(own["file"], own["row"], parse.KINDS[kind])
    if kind != "record":
        return table
    return table.set_column(table.schema.get_field_index("status"), "status", own["status"])


def _pages(name: str, nights: Sequence[str]) -> list[str]:
    return [lake.partition("pages", platform=name, date=night) for night in nights]


def _refused(made: lake.Manifest) -> dict[str, object]:
    batches = [batch for file in made.files for batch in lake.file_batches(file.path, ["reason"])]
    reasons = Counter(reason for batch in batches for reason in batch["reason"].to_pylist())
    return {"rejected": made.rows, "reasons": dict(reasons)}


def parse_pages(session: "SparkSession", nights: dict[str, list[str]]) -> "DataFrame":
    """A row of parse.SEEN per item."""
    shares = [share for name, dates in nights.items() for night in dates for share in _shares(name, night)]
    # From one partition rows are dealt out in turn: no task gets two while another has none.
    pages = session.createDataFrame(shares, "platform string, night string, part int, parts int").coalesce(1)
    spread = pages.repartition(min(len(shares), max(READERS, sum(share[3] > 1 for share in shares))))
    return spark.map_arrow(spread, _parse, spark_schema(parse.SEEN).simpleString())


def standing_before(session: "SparkSession", before: dict[str, list[str]]) -> "DataFrame":
    """A row of parse.SEEN per record that stood before tonight, of no night."""
    files = [(file.path,) for file in lake.files(chain(*before.values()), RECORD)]
    listed = session.createDataFrame(files, "file string").coalesce(1).repartition(max(1, min(len(files), READERS)))
    found = spark.map_arrow(listed, _stood, f"record_id string, platform string, status string, {rows.REFERENCE}")
    return found.selectExpr(
        *("platform", "'' as night", "'record' as kind", "record_id as key", "status", "file"),
        *("0L as page", "0L as place", "row"),
    )


def _stood(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for path in batch["file"].to_pylist():
            yield from rows.numbered(path, ["record_id", "platform", "status"])


def _shares(name: str, night: str) -> list[tuple[str, str, int, int]]:
    """The reading of a night's pages in as many shares as their size asks for."""
    size = sum(file.bytes for file in lake.must(lake.partition("pages", platform=name, date=night)).files)
    parts = 1 + size // SHARE_BYTES
    return [(name, night, part, parts) for part in range(parts)]


def _parse(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for row in batch.to_pylist():
            yield from parse.staged(row["platform"], row["night"], part=row["part"], parts=row["parts"])


if __name__ == "__main__":
    cli.run(main)

"""Find which records of all platforms are the same work.

In   records  the standing records of every platform, its newest good partition up to the date, deletions included
Out  works    one row per record: its work, and why it joined

Shared identifiers and links first, then text: candidates from blocking, a transparent score, clusters of at most one
record per platform (models/matcher.py has the formula, models/likeness.py the features).

Spark reads the records and makes their pieces, and asks a shared index for every record's nearest ones. The index,
the candidate pairs and the clusters are held by the driver: 3 to 5 GB for a million records, whose collection needs
spark.driver.memory and spark.driver.maxResultSize of that order.
"""

import logging
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from models import keys, matcher, pieces
from models.likeness import Corpus
from schemas.derive import spark_schema
from schemas.record import RECORD
from schemas.work import WORK
from store import cli, lake, ledger, spark

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

PROBES = 1000  # records that one call of the index answers for
TASKS = 64

log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("jobs.match", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--date", type=cli.day, required=True, help="night, YYYY-MM-DD")
    args = parser.parse_args(argv)
    nights = ledger.platforms("align", until=args.date)
    if not nights:
        raise cli.TrawlError(f"no platform has records up to {args.date}: run jobs.align for that date first")
    inputs = [lake.partition("records", platform=name, date=night) for name, night in nights.items()]
    session = spark.session("match")
    with ledger.step("match", args.date) as counts:
        table = gather(spark.read(session, inputs, RECORD))
        works = match(session, table, counts)
        files = [works.slice(at, lake.ROWS_PER_FILE) for at in range(0, len(works), lake.ROWS_PER_FILE)]
        lake.write(lake.partition("works", date=args.date), files, WORK, inputs=inputs)
    log.info("%s", counts)


def gather(records: "DataFrame") -> pa.Table:
    """Pieces of all records, in the order of their ids."""
    found = spark.map_arrow(
        records.select(*pieces.COLUMNS), _pieces, spark_schema(pieces.PIECES).simpleString()
    ).toArrow()
    return found.cast(pieces.PIECES).sort_by("record_id").combine_chunks()


def _pieces(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield from (pieces.pieces(batch) for batch in batches)


def match(session: "SparkSession", table: pa.Table, counts: dict[str, Any]) -> pa.Table:
    """WORK rows of the records in `table`; `counts` is told what happened."""
    records = pieces.corpus_of(table)
    shared, hot = keys.shared_keys(table)
    found = matcher.match(table, records, proposals(session, records), shared)
    works = to_works(table, found, shared)
    counts.update(found.counts, shared_keys=len(shared), hot_keys=hot)
    counts.update({"in": len(table), "out": len(works), "works": len(set(works["work_id"].to_pylist()))})
    return works


def proposals(session: "SparkSession", records: Corpus) -> pa.Table:
    """PAIR rows that all records propose, from Spark's workers over one index that they share."""
    size, shape = len(records.groups), spark_schema(matcher.PAIR).simpleString()
    first_rows = range(0, size, PROBES)
    rows = session.range(0, size, PROBES, numPartitions=max(1, min(len(first_rows), TASKS)))
    with spark.shared(records) as index:

        def propose(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for batch in batches:
                for first in batch["id"].to_pylist():
                    yield from matcher.propose(index(), first, min(first + PROBES, size)).to_batches()

        return spark.map_arrow(rows, propose, shape).toArrow().cast(matcher.PAIR)


def to_works(table: pa.Table, found: matcher.Matched, shared: pa.Table) -> pa.Table:
    """WORK rows in the order of record_id; evidence of an edge stands on both its records."""
    record_ids = table["record_id"].to_pylist()
    reasons = _reasons(record_ids, found, shared)
    rows = [
        {"record_id": record_id, "platform": platform, "work_id": matcher.work_id(record_ids[root]), "evidence": why}
        for record_id, platform, root, why in zip(
            record_ids, table["platform"].to_pylist(), found.roots.tolist(), reasons, strict=True
        )
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema([column.remove_metadata() for column in WORK]))


def _reasons(record_ids: list[str], found: matcher.Matched, shared: pa.Table) -> list[list[dict[str, Any]]]:
    """Evidence per row: what the two records of each taken edge share, or their likeness."""
    held = defaultdict[tuple[int, int], list[tuple[str, str | None]]](list)
    for row in shared.to_pylist():
        held[row["first"], row["second"]].append((row["kind"], row["value"]))
    reasons: list[list[dict[str, Any]]] = [[] for _ in record_ids]
    edges = zip(found.firsts.tolist(), found.seconds.tolist(), found.scores.tolist(), strict=True)
    for one, two, score in sorted(edges):
        for kind, value in held.get((one, two), [("text", None)]):
            why = {"kind": kind, "value": value, "score": round(score, 4)}
            reasons[one].append({"other_id": record_ids[two], **why})
            reasons[two].append({"other_id": record_ids[one], **why})
    return reasons


if __name__ == "__main__":
    cli.run(main)

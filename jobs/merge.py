"""Merge the records of each work into one document, and say of every field where it came from.

In   works      one row per record and the work it belongs to
     identities which earlier ids lead to a work
     records    the partitions that the works were made from
Out  documents  one row per work (step=merge)

Each column follows the rule that its schema names; columns come from live records, from others only where none is live.
"""

import logging
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.sql import functions as F

from jobs import merging
from models import content, text
from schemas.derive import spark_schema
from schemas.document import DOCUMENT
from schemas.identity import IDENTITY
from schemas.record import RECORD
from schemas.work import WORK
from store import cli, lake, ledger, spark

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

log = logging.getLogger(__name__)

TEXTUAL = ("title_key", "text_hash")


def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("jobs.merge", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--date", type=cli.day, required=True, help="night, YYYY-MM-DD")
    args = parser.parse_args(argv)
    source, moved = (lake.partition(table, date=args.date) for table in ("works", "identities"))
    inputs = lake.must(source).inputs  # the very records that were matched, whatever came since
    session = spark.session("merge")
    with ledger.step("merge", args.date) as counts:
        records, works = dated(session, inputs), spark.read(session, [source], WORK)
        documents = merge(records, works, spark.read(session, [moved], IDENTITY), until=args.date)
        path = lake.partition("documents", step="merge", date=args.date)
        made = spark.write(documents, path, DOCUMENT, key=["work_id"], inputs=[source, moved, *inputs])
        counts.update({"in": lake.must(source).rows, "out": made.rows})
    log.info("%s", counts)


def dated(session: "SparkSession", paths: Sequence[str]) -> "DataFrame":
    """The records of these partitions with the `night` that each was made on."""
    keys = [dict(part.split("=", 1) for part in path.split("/")[1:]) for path in paths]
    nights = F.create_map(*(F.lit(key[name]) for key in keys for name in ("platform", "date")))
    return spark.read(session, paths, RECORD).withColumn("night", nights[F.col("platform")])


def merge(records: "DataFrame", works: "DataFrame", identities: "DataFrame", *, until: str) -> "DataFrame":
    """One DOCUMENT row per work, from standing records, their works, and the ids that lead to these.

    What is ranked is ranked by a few columns: whole records are sorted twice, to meet what is said of them and their work.
    """
    standing = merging.standing(records, until=until)
    ranked = merging.ranked(standing.join(works.select("record_id", "work_id", "evidence"), "record_id"))
    members = records.join(ranked.select("record_id", *merging.RANKED), "record_id")
    former = F.sort_array(F.collect_list("work_id")).alias("former_ids")
    led = identities.where("leads_to != work_id").groupBy(F.col("leads_to").alias("work_id")).agg(former)
    merged = members.groupBy("work_id").agg(*merging.aggregates()).join(led, on="work_id", how="left")
    documents = merged.select(*merging.columns(), *(F.lit(None).cast("string").alias(name) for name in TEXTUAL))
    shape = spark_schema(DOCUMENT)
    return spark.map_arrow(documents.select(*DOCUMENT.names), with_hashes, shape.simpleString())


def with_hashes(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The rows with the exact key of their title and the hash of their text."""
    for batch in batches:
        titles, bodies = batch["title"].to_pylist(), batch["body"].to_pylist()
        made = {
            "title_key": [text.title_key(title) if title else None for title in titles],
            "text_hash": [content.text_hash(*both) for both in zip(titles, bodies, strict=True)],
        }
        columns = [pa.array(made[name], pa.string()) if name in made else batch[name] for name in batch.schema.names]
        yield pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


if __name__ == "__main__":
    cli.run(main)

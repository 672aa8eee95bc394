"""Say of every document its language, its tokens for search, and of posts the sentiment.

In   documents    one row per work, after dedup
     models       models/name=sentiment of the lake, where jobs.train has put one
Out  annotations  one row per document

Without a trained model the sentiment is null and everything else is as usual.
"""

import json
import logging
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from schemas.annotation import ANNOTATION
from schemas.derive import spark_schema
from schemas.document import DOCUMENT
from store import cli, lake, ledger, objects, spark

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

PER_WORKER = 5000  # documents: fewer take less time than another worker takes to load its models
MODEL = "models/name=sentiment/index.json"

log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("jobs.annotate", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--date", type=cli.day, required=True, help="night, YYYY-MM-DD")
    args = parser.parse_args(argv)
    source = lake.partition("documents", step="dedup", date=args.date)
    with ledger.step("annotate", args.date) as counts:
        documents = spark.read(spark.session("annotate"), [source], DOCUMENT)
        model = trained()
        path, key = lake.partition("annotations", date=args.date), ["work_id"]
        extra = {"sentiment_model": model["model_id"] if model else None}
        found = annotate(documents, model, workers=1 + lake.must(source).rows // PER_WORKER)
        made = spark.write(found, path, ANNOTATION, key=key, inputs=[source], extra=extra)
        felt = len(lake.read(path, ANNOTATION, columns=["sentiment"])["sentiment"].drop_null())
        counts.update({"in": lake.must(source).rows, "out": made.rows, "rejected": 0, "with_sentiment": felt})
        log.info("%s documents annotated, %s of them with a sentiment by %s", made.rows, felt, extra["sentiment_model"])


def trained() -> dict[str, Any] | None:
    """The index of the model that jobs.train put last: model_id, folder, files; None where there is none."""
    raw = objects.get_bytes(MODEL)
    return json.loads(raw) if raw else None


def annotate(documents: "DataFrame", model: dict[str, Any] | None, *, workers: int) -> "DataFrame":
    """One row per document; `model` is the index of a trained classifier, loaded by each of at most so many workers."""

    def annotated(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        from jobs import language  # by name, not by value: a worker loads its models once

        return map(lambda batch: language.annotated(batch, model), batches)

    wanted = documents.select("work_id", "type", "title", "body", "platforms").coalesce(workers)
    return spark.map_arrow(wanted, annotated, spark_schema(ANNOTATION).simpleString())


if __name__ == "__main__":
    cli.run(main)

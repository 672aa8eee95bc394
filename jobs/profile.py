"""What every user likes, from what they did: a vector, and the tags that weigh most.

In   events      every night of every platform, up to this one
     works       which work a record belongs to
     documents   one row per work, after dedup; deleted ones still tell what somebody liked
     embeddings  tonight's
Out  profiles    one row per user with an event that reached a document with a vector
     rejects     records acted on that reach none, with the reason
"""

import logging
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from schemas.derive import spark_schema
from schemas.document import DOCUMENT
from schemas.embedding import EMBEDDING
from schemas.event import EVENT
from schemas.profile import PROFILE
from schemas.reject import REJECT
from schemas.work import WORK
from store import cli, lake, ledger, spark

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

# Our own choice, in the order of what an action costs the user; a search acts on nothing
ACTION_WEIGHTS = {"view": 1.0, "click": 2.0, "cart": 4.0, "buy": 8.0}
HALF_LIFE_DAYS = 30.0
TASTES = 10
USERS_PER_BATCH = 1000

log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("jobs.profile", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--date", type=cli.day, required=True, help="night, YYYY-MM-DD")
    args = parser.parse_args(argv)
    paths = {
        "works": lake.partition("works", date=args.date),
        "documents": lake.partition("documents", step="dedup", date=args.date),
        "embeddings": lake.partition("embeddings", date=args.date),
    }
    with ledger.step("profile", args.date) as counts:
        session, nights = spark.session("profile"), events_until(args.date)
        tables = zip(paths.values(), (WORK, DOCUMENT, EMBEDDING))
        works, documents, embeddings = (spark.read(session, [path], schema) for path, schema in tables)
        actions = reach(spark.read(session, nights, EVENT), works, documents, embeddings).persist()
        inputs = [*nights, *paths.values()]
        made = spark.write(
            profile(actions, args.date),
            lake.partition("profiles", date=args.date),
            PROFILE,
            key=["user_id"],
            inputs=inputs,
        )
        path = lake.partition("rejects", step="profile", date=args.date)
        refused = spark.write(unreached(actions), path, REJECT, key=["ref"], inputs=inputs)
        counts.update({"in": actions.count(), "out": made.rows, "rejected": refused.rows})
        actions.unpersist()
        log.info("%s", counts)


def events_until(night: str) -> list[str]:
    """The event partitions of all platforms up to this night."""
    return [
        lake.partition("events", platform=platform, date=day)
        for platform in ledger.platforms("align", night)
        for day in ledger.dates("align", platform, night)
    ]


def reach(events: "DataFrame", works: "DataFrame", documents: "DataFrame", embeddings: "DataFrame") -> "DataFrame":
    """One row per event on a record: user_id, action, record_id, occurred_at, work_id, tags, vector; null where none."""
    from pyspark.sql import functions as F

    texts = embeddings.where("modality = 'text'").select(F.col("content_hash").alias("text_hash"), "vector")
    labels = F.array_distinct(F.flatten(F.array(*(F.coalesce(c, F.array()) for c in ("tags", "category_path")))))
    known = documents.select("work_id", "text_hash", labels.alias("tags"))
    acted = events.where(F.col("record_id").isNotNull() & F.col("action").isin(*ACTION_WEIGHTS))
    return (
        acted.dropDuplicates(["event_id"])
        .select("event_id", "user_id", "action", "record_id", "occurred_at")
        .join(works.select("record_id", "work_id"), on="record_id", how="left")
        .join(known, on="work_id", how="left")
        .join(texts, on="text_hash", how="left")
    )


def unreached(actions: "DataFrame") -> "DataFrame":
    """REJECT rows, one per record that was acted on and has no document or no vector."""
    from pyspark.sql import functions as F

    reason = F.when(F.col("work_id").isNull(), "record is unknown").otherwise("document has no text vector")
    return (
        actions.where("vector IS NULL")
        .groupBy(F.col("record_id").alias("ref"), reason.alias("reason"))
        .agg(F.concat(F.count("*").cast("string"), F.lit(" events")).alias("detail"))
        .withColumns({"step": F.lit("profile"), "platform": F.substring_index("ref", ":", 1)})
    )


def profile(actions: "DataFrame", night: str) -> "DataFrame":
    """One row per user; ages are counted from the end of the night's day, so that a rerun gives the same."""
    from pyspark.sql import functions as F

    end = (date.fromisoformat(night) + timedelta(days=1)).isoformat()
    weighed = actions.where("vector IS NOT NULL").withColumn("weight", weight(F.to_timestamp(F.lit(end))))
    # Floating sums depend on their order, which Spark does not promise: sort, then add
    total = F.aggregate(F.array_sort(F.collect_list("weight")), F.lit(0.0), lambda sum, one: sum + one)
    per_work = weighed.groupBy("user_id", "work_id").agg(
        total.alias("weight"),
        F.count("*").alias("events"),
        F.max("occurred_at").alias("last_event_at"),
        F.any_value("tags").alias("tags"),
        F.any_value("vector").alias("vector"),
    )
    ordered = per_work.repartition("user_id").sortWithinPartitions("user_id", "work_id")
    return spark.map_arrow(ordered, _profiles, spark_schema(PROFILE).simpleString())


def weight(end: "Column") -> "Column":
    """Weight of the action, halved every HALF_LIFE_DAYS before `end`."""
    from pyspark.sql import functions as F

    actions = F.create_map(*(F.lit(part) for pair in ACTION_WEIGHTS.items() for part in pair))
    age_days = F.greatest(F.unix_micros(end) - F.unix_micros("occurred_at"), F.lit(0)) / F.lit(86_400_000_000)
    return actions[F.col("action")] * F.pow(F.lit(0.5), age_days / HALF_LIFE_DAYS)


def _profiles(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Rows of one user follow each other, across batches too."""
    shape = pa.schema([column.remove_metadata() for column in PROFILE])
    shape = shape.set(shape.get_field_index("taste_vector"), pa.field("taste_vector", pa.list_(pa.float32())))
    users = groupby((row for batch in batches for row in _rows(batch)), key=lambda row: row["user_id"])
    made = ({"user_id": user, **_liked(list(acted))} for user, acted in users)
    while some := list(islice(made, USERS_PER_BATCH)):
        yield pa.RecordBatch.from_pylist(some, schema=shape)


def _rows(batch: pa.RecordBatch) -> Iterator[dict[str, Any]]:
    """The rows as dicts, their vectors as arrays: lists of Python floats cost a hundred times the memory."""
    vectors = batch["vector"].flatten().to_numpy().reshape(batch.num_rows, -1)
    for row, vector in zip(batch.drop_columns(["vector"]).to_pylist(), vectors):
        yield {**row, "vector": vector}


def _liked(works: list[dict[str, Any]]) -> dict[str, Any]:
    """Counts, tastes and the vector Σ weight * vector, made unit length, of one user's works in order of work_id."""
    weights = np.array([work["weight"] for work in works])
    vector = (weights[:, None] * np.array([work["vector"] for work in works], np.float64)).sum(0)
    length = np.linalg.norm(vector)
    return {
        "event_count": sum(work["events"] for work in works),
        "last_event_at": max(work["last_event_at"] for work in works),
        "tastes": tastes(works, total=weights.sum()),
        "taste_vector": (vector / length).astype(np.float32) if length > 0 else None,
    }


def tastes(works: list[dict[str, Any]], *, total: float) -> list[dict[str, Any]]:
    """The heaviest tags, by weight and then by name; each weight is a share of all that the user did."""
    weights: dict[str, float] = {}
    for work in works:
        for tag in work["tags"]:
            weights[tag] = weights.get(tag, 0.0) + work["weight"]
    best = sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))[:TASTES]
    return [{"tag": tag, "weight": round(weight / total, 6)} for tag, weight in best]


if __name__ == "__main__":
    cli.run(main)

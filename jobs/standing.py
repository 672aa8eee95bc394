"""How nights fold into the standing records of a platform: frames of parse.SEEN in, frames out (the middle of align).

Only where a row lies travels: its platform, night, kind, key and status beside it.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Row

LIVING = ("live", "hidden")


def told(seen: "DataFrame") -> "DataFrame":
    """A row per platform, night and kind: how many there are, in which `files`; for pages, whether every one `is_read`."""
    return seen.groupBy("platform", "night", "kind").agg(
        F.count("kind").alias("count"), F.collect_set("file").alias("files"), F.count("status").alias("read")
    )


def swept(told: "Iterable[Row]", whole: dict[str, list[str]]) -> dict[str, str]:
    """By platform, the newest of its nights in `whole` whose every page could be read: a broken page proves nothing gone."""
    read = [row for row in told if row["kind"] == "page" and row["read"] == row["count"]]
    return dict(
        sorted((row["platform"], row["night"]) for row in read if row["night"] in whole.get(row["platform"], ()))
    )


def standing(seen: "DataFrame", whole: dict[str, str]) -> "DataFrame":
    """One row per key, as last seen; a record that the sweep of its platform's night in `whole` did not show is gone.

    Rows are where store.spark.spread put them, and stay there; they come sorted by piece and key.
    """
    newest = Window.partitionBy("piece", "key", "task").orderBy(F.desc("night"), F.desc("page"), F.desc("place"))
    last = seen.withColumn("rank", F.row_number().over(newest)).where("rank = 1").drop("rank")
    nights = F.create_map(*(F.lit(value) for pair in {"": "", **whole}.items() for value in pair))
    is_unseen = (F.col("night") < nights[F.col("platform")]) & F.col("status").isin(*LIVING)
    return last.withColumn("status", F.when(is_unseen, "gone").otherwise(F.col("status")))


def losses(stood: "DataFrame", now: "DataFrame") -> dict[str, tuple[int, int]]:
    """By platform: how many records lived before tonight, and how many of them are gone or deleted now."""
    lived = stood.where(F.col("status").isin(*LIVING)).select("key")
    is_lost = (~F.col("status").isin(*LIVING)).cast("long").alias("is_lost")
    both = lived.join(now.where("kind = 'record'").select("key", "platform", is_lost), on="key", how="inner")
    rows = both.groupBy("platform").agg(F.count("is_lost").alias("live"), F.sum("is_lost").alias("lost")).collect()
    return {row["platform"]: (row["live"], row["lost"]) for row in rows}

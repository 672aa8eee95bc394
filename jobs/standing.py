"""How nights fold into the standing records of a platform: frames in, frames out (the middle of align)."""

from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F

from schemas.record import RECORD

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

LIVING = ("live", "hidden")


def seen(parsed: "DataFrame", stood: "DataFrame") -> "DataFrame":
    """Every record with the night, page and place it was seen at; those that stood before have none."""
    told = parsed.where("record is not null").select("night", "page", "place", "record.*")
    return told.unionByName(stood.selectExpr("'' as night", "0L as page", "0L as place", "*"))


def swept(parsed: "DataFrame", whole: dict[str, list[str]]) -> dict[str, str]:
    """By platform, the newest of its nights in `whole` whose every page could be read: a broken page proves nothing gone."""
    is_read = F.col("record").isNotNull() | F.col("event").isNotNull()
    pages = parsed.groupBy("platform", "night", "page").agg(F.max(is_read).alias("is_read"))
    nights = pages.groupBy("platform", "night").agg(F.min("is_read").alias("is_read")).where("is_read").collect()
    found = sorted((row["platform"], row["night"]) for row in nights if row["night"] in whole.get(row["platform"], ()))
    return dict(found)


def standing(records: "DataFrame", whole: dict[str, str]) -> "DataFrame":
    """One row per record_id, as last seen; what the sweep of its platform's night in `whole` did not show is gone."""
    newest = Window.partitionBy("record_id").orderBy(F.desc("night"), F.desc("page"), F.desc("place"))
    last = records.withColumn("rank", F.row_number().over(newest)).where("rank = 1")
    nights = F.create_map(*(F.lit(value) for pair in {"": "", **whole}.items() for value in pair))
    is_unseen = (F.col("night") < nights[F.col("platform")]) & F.col("status").isin(*LIVING)
    return last.withColumn("status", F.when(is_unseen, "gone").otherwise(F.col("status"))).select(*RECORD.names)


def losses(stood: "DataFrame", records: "DataFrame") -> dict[str, tuple[int, int]]:
    """By platform: how many records lived before tonight, and how many of them are gone or deleted now."""
    lived = stood.where(F.col("status").isin(*LIVING)).select("record_id")
    now = records.select("record_id", "platform", (~F.col("status").isin(*LIVING)).cast("long").alias("is_lost"))
    both = lived.join(now, on="record_id", how="inner").groupBy("platform")
    rows = both.agg(F.count("is_lost").alias("live"), F.sum("is_lost").alias("lost")).collect()
    return {row["platform"]: (row["live"], row["lost"]) for row in rows}

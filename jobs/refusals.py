"""What an index refused: kept with body and reason in the lake, and too much when it is more than a night may lose."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from schemas.dead_letter import DEAD_LETTER
from schemas.reject import REJECT
from store import cli, dead, lake, spark

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

REFUSED_SHARE = 0.001


class TooManyRefused(cli.TrawlError):
    """Elasticsearch, or our own check, refused more documents than a night may lose."""

    def __init__(self, index: str, *, refused: int, total: int, rejects: str, reason: str) -> None:
        super().__init__(
            f"{index}: {refused:,} of {total:,} documents refused, mostly because {reason}:"
            f" see {rejects}, correct the data, run again"
        )


def keep(refusals: "DataFrame", date: str, *, index: str, inputs: Sequence[str]) -> int:
    """Write the dead letters and the rejects of the night and count them."""
    from pyspark.sql import functions as F

    letters = refusals.select(
        F.lit(index).alias("index"),
        *("ref", "reason", "detail", F.col("status").cast("long"), F.col("attempts").cast("long")),
        F.sha2("body", 256).alias("body_sha256"),
        "body",
        F.lit("dead").alias("state"),
    )
    spark.write(letters, dead.partition(date), DEAD_LETTER, key=["ref"], inputs=inputs)
    named = refusals.select("ref", "reason", "detail")
    rejects = named.select(F.lit("index").alias("step"), F.lit(None).cast("string").alias("platform"), "*")
    return spark.write(rejects, path(date), REJECT, key=["ref", "reason"], inputs=inputs).rows


def must_be_few(refusals: "DataFrame", date: str, *, index: str, refused: int, total: int) -> None:
    """TooManyRefused above the share of `total` documents that a night may lose."""
    from pyspark.sql import functions as F

    if refused > max(1, int(total * REFUSED_SHARE)):
        most = refusals.groupBy("reason").count().sort(F.desc("count"), "reason").first()
        reason = str(most["reason"]) if most else ""
        raise TooManyRefused(index, refused=refused, total=total, rejects=path(date), reason=reason)


def path(date: str) -> str:
    """The rejects of the night."""
    return lake.partition("rejects", step="index", date=date)

"""The merge rules as Spark columns: how the values of several records become one.

newest    of updated_at, else created_at, else crawled_at; then crawled_at; then the smaller record_id
earliest  the smallest value; longest: most characters or items; max: the largest, property by property
trust     the record whose type stands first in TRUST; union: all values, the newest record's first, each once
Where a rule cannot decide, the newest record wins. `ids` are merged property by property, other objects whole.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.sql import Column, Window
from pyspark.sql import functions as F

from schemas.document import DOCUMENT, MERGED
from schemas.fields import meta

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

# Whom to believe, first to last. A paper's or product's own page names the thing; a post talks about it.
TRUST = {
    "title": ("document", "product", "video", "qa", "device", "page", "post"),
    "brand": ("product", "device", "document", "video", "page", "qa", "post"),
}
WHOLE = "title"  # the document's type is that of the record whom this field's order trusts most
EACH = ("ids",)  # objects whose properties are found separately
COUNTS = ("likes", "reposts", "comments", "views", "saves", "sales")
ORDERED = ("record_id", "status", "updated_at", "created_at", "crawled_at", "content_hash", "raw_ref")
RANKED = ("work_id", "evidence", "newness", "speaks", "popularity", "age")
MILLIONTHS = 1_000_000
ONE_SIDED = ("apart", "stayed")  # evidence that concerns two works, or stands on one of two records


def standing(records: "DataFrame", *, until: str) -> "DataFrame":
    """What the order of the records hangs on, their age in days, their share of popularity on their platform, 0 to 1.

    Popularity is the rank of the sum of log(1 + count) among the platform's live records that give any count.
    """
    given = [F.col(f"engagement.{name}") for name in COUNTS]
    is_told = (F.col("status") == "live") & F.coalesce(*given).isNotNull()
    total = F.round(sum(map(_log, given), F.lit(0.0)), 9)
    rank = F.percent_rank().over(Window.partitionBy("platform", is_told).orderBy(total))
    popularity = F.when(is_told, (rank * MILLIONTHS).cast("long"))
    age = F.datediff(F.lit(until), F.to_date("night"))
    return records.select(*ORDERED, popularity.alias("popularity"), age.cast("long").alias("age"))


def _log(count: Column) -> Column:
    return F.log1p(F.greatest(F.coalesce(count, F.lit(0)), F.lit(0)).cast("double"))


def ranked(members: "DataFrame") -> "DataFrame":
    """Records of works with `newness` (1 is the oldest of the work) and `speaks`: live, or none of the work is."""
    moment = F.coalesce("updated_at", "created_at", "crawled_at")
    order = Window.partitionBy("work_id").orderBy(
        moment, "crawled_at", F.desc("record_id"), F.desc("content_hash"), F.desc("raw_ref")
    )
    is_live = F.col("status") == "live"
    any_live = F.max(is_live).over(Window.partitionBy("work_id"))
    return members.withColumn("newness", F.row_number().over(order)).withColumn("speaks", is_live | ~any_live)


def aggregates() -> list[Column]:
    """What is gathered per work: a winner per field, and what concerns the work as a whole."""
    speaks = F.col("speaks")
    return [
        *(winner.alias(name) for name, winner in _winners().items()),
        _best(F.struct("type"), speaks, _trust(WHOLE)).alias("typed"),
        _best(F.struct("status"), speaks, F.col("newness")).alias("newest"),
        F.collect_set(F.when(speaks, F.col("platform"))).alias("on"),
        F.collect_set("record_id").alias("held"),
        F.sum(F.when(speaks, F.col("popularity"))).alias("popular"),
        F.count(F.when(speaks, F.col("popularity"))).alias("popular_on"),
        F.max("crawled_at").alias("seen"),
        F.max(F.when(speaks, F.col("age"))).alias("age"),
        F.collect_list(F.struct("record_id", "evidence")).alias("reasons"),
    ]


def _winners() -> dict[str, Column]:
    found = dict[str, Column]()
    for name in MERGED:
        for part in _parts(name):
            found[f"won {part}"] = _union(part) if _rule(name) == "union" else _best(_cell(part), *_order(name, part))
    return found


def _rule(name: str) -> str:
    return meta(DOCUMENT.field(name), "merge")


def _parts(name: str) -> list[str]:
    """The column, or its properties where each is found separately."""
    kind = DOCUMENT.field(name).type
    separate = name in EACH or _rule(name) == "max" and pa.types.is_struct(kind)
    return [f"{name}.{inner.name}" for inner in kind] if separate else [name]


def _cell(part: str) -> Column:
    return F.struct(F.col(part).alias("value"), "platform", "record_id")


def _best(cell: Column, is_given: Column, order: Column) -> Column:
    return F.max_by(cell, F.when(is_given, order))


def _order(name: str, part: str) -> tuple[Column, Column]:
    value, newness = F.col(part), F.col("newness")
    kind = DOCUMENT.field(name).type
    is_given = F.col("speaks") & value.isNotNull()
    if pa.types.is_string(kind):
        is_given &= value != ""
    if pa.types.is_list(kind):
        is_given &= F.size(value) > 0
    ranks: dict[str, Callable[[], Column]] = {
        "newest": lambda: newness,
        "earliest": lambda: F.struct(-F.unix_micros(value), newness),
        "longest": lambda: F.struct(F.size(value) if pa.types.is_list(kind) else F.length(value), newness),
        "max": lambda: F.struct(value.cast("double"), newness),
        "trust": lambda: _trust(name),
    }
    return is_given, ranks[_rule(name)]()


def _trust(name: str) -> Column:
    place = F.array_position(F.lit(list(TRUST[name])), F.col("type"))
    return F.struct(-F.when(place == 0, F.lit(len(TRUST[name]) + 1)).otherwise(place), F.col("newness"))


def _union(part: str) -> Column:
    is_given = F.col("speaks") & (F.size(part) > 0)
    return F.collect_list(F.when(is_given, F.struct((-F.col("newness")).alias("age"), _cell(part).alias("cell"))))


def columns() -> list[Column]:
    """DOCUMENT's columns out of what was gathered, but those that are made from text."""
    status = F.col("newest.status")
    image = F.filter(_value("media"), lambda file: (file["kind"] == "image") & file["sha256"].isNotNull())
    return [
        F.col("work_id"),
        F.col("typed.type").alias("type"),
        status.alias("status"),
        *(_value(name).alias(name) for name in MERGED),
        F.sort_array("on").alias("platforms"),
        F.sort_array("held").alias("record_ids"),
        F.col("former_ids"),
        F.size("held").cast("long").alias("record_count"),
        (F.col("popular") / F.col("popular_on") / MILLIONTHS).alias("popularity"),
        F.col("seen").alias("crawled_at"),
        _why().alias("why_merged"),
        _provenance().alias("provenance"),
        F.get(image, 0)["sha256"].alias("image_hash"),
        F.lit(None).cast("string").alias("duplicate_of"),
        F.lit(None).cast("double").alias("duplicate_similarity"),
        F.lit(None).cast("string").alias("duplicate_by"),
        (F.col("age") > 0).alias("is_stale"),
        F.col("age").alias("stale_days"),
    ]


def _won(part: str) -> Column:
    return F.col(f"`won {part}`")


def _value(name: str) -> Column:
    if _rule(name) == "union":
        values = F.array_distinct(F.flatten(F.transform(F.sort_array(_won(name)), lambda row: row["cell"]["value"])))
        return F.when(F.size(values) > 0, values)
    parts = _parts(name)
    if parts == [name]:
        return _won(name)["value"]
    properties = [_won(part)["value"].alias(part.rpartition(".")[2]) for part in parts]
    return F.when(F.coalesce(*(_won(part)["record_id"] for part in parts)).isNotNull(), F.struct(*properties))


def _provenance() -> Column:
    """Winner of each field, in the order of the schema; of a union everyone who gave to it, newest first."""
    found = [_credits(part, _rule(name)) for name in MERGED for part in _parts(name)]
    return F.filter(F.flatten(F.array(*found)), lambda credit: credit["record_id"].isNotNull())


def _credits(part: str, rule: str) -> Column:
    if rule == "union":
        return F.transform(F.sort_array(_won(part)), lambda row: _credit(part, row["cell"], rule))
    return F.array(_credit(part, _won(part), rule))


def _credit(part: str, cell: Column, rule: str) -> Column:
    return F.struct(
        F.lit(part).alias("field"),
        cell["platform"].alias("platform"),
        cell["record_id"].alias("record_id"),
        F.lit(rule).alias("rule"),
    )


def _why() -> Column:
    """ "weibo:12 and taobao:9 share gtin 0690...; rss:a and youtube:b are alike in text, 0.87"; null for one record."""
    told = F.transform(
        F.sort_array("reasons"),
        lambda row: F.transform(
            F.filter(row["evidence"], lambda why: (why["other_id"] > row["record_id"]) | why["kind"].isin(*ONE_SIDED)),
            lambda why: _sentence(row["record_id"], why),
        ),
    )
    lines = F.flatten(told)
    return F.when(F.size(lines) > 0, F.array_join(lines, "; "))


def _sentence(record_id: Column, why: Column) -> Column:
    one, two, score = record_id, why["other_id"], F.format_number(why["score"], 2)
    alike = F.format_string("%s and %s are alike in text, %s", one, two, score)
    share = F.format_string("%s and %s share %s %s, %s", one, two, why["kind"], why["value"], score)
    told = {
        "text": alike,
        "picture": F.format_string("%s and %s show the same picture, %s", one, two, score),
        "same": F.format_string("%s and %s are the same: %s", one, two, why["value"]),
        "apart": F.format_string("%s is kept apart from %s: %s", one, two, why["value"]),
        "stayed": F.format_string("%s is gone and stays with %s, with which it was before", one, two),
    }
    return F.coalesce(*(F.when(why["kind"] == kind, sentence) for kind, sentence in told.items()), share)

"""Build a generation: documents with their annotations and vectors in a new index, profiles in a second one.

In   documents    one row per work, after dedup; those that are live
     annotations  one row per work
     embeddings   one row per content, model and modality
     profiles     one row per user; none are indexed where the step has not run
Out  generation   one document per work, `_id` is work_id; `_meta` of its mapping is written last
     dead_letters documents that were refused, with body and reason; `<generation>-dead-letters` shows them to analysts
     rejects      the same without the bodies

An unfinished generation of this name is built anew; one that people search is never touched. The step fails when
more than one document and more than 0.1 % are refused.
"""

import logging
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from elasticsearch import Elasticsearch

from jobs.bodies import indexed, vector_sizes
from jobs.load import Loaded, load
from schemas.annotation import ANNOTATION
from schemas.dead_letter import DEAD_LETTER
from schemas.derive import es_mapping, es_property
from schemas.document import DOCUMENT
from schemas.embedding import EMBEDDING, VECTORS
from schemas.generation import MAPPING, VERSION
from schemas.profile import PROFILE
from schemas.reject import REJECT
from store import bulk, cli, dead, elastic, lake, ledger, loading, lock, settings, spark

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

log = logging.getLogger(__name__)

REFUSED_SHARE = 0.001
TEXTS = [column.name for column in DOCUMENT if es_property(column).get("type") == "text"]


class GenerationIsLive(cli.TrawlError):
    """The name given is what people search now."""

    def __init__(self, generation: str) -> None:
        super().__init__(f"{generation} is live and is not rebuilt under its readers: choose another --generation")


class TooManyRefused(cli.TrawlError):
    """Elasticsearch, or our own check, refused more documents than a night may lose."""

    def __init__(self, index: str, *, refused: int, total: int, rejects: str, reason: str) -> None:
        super().__init__(
            f"{index}: {refused:,} of {total:,} documents refused, mostly because {reason}:"
            f" see {rejects}, correct the data, run again"
        )


def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("jobs.index", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--date", type=cli.day, required=True, help="night, YYYY-MM-DD")
    parser.add_argument("--generation", type=elastic.generation, required=True, help="<alias>-YYYYMMDD-HHMMSS")
    args = parser.parse_args(argv)
    es = elastic.client()
    if args.generation in elastic.live(es, settings.alias()):
        raise GenerationIsLive(args.generation)
    with ledger.step("index", args.date) as counts, lock.held(es, f"index of {args.generation}"):
        counts.update(build(spark.session("index"), es, args.date, generation=args.generation))
    log.info("%s: %s", args.generation, counts)


def build(session: "SparkSession", es: Elasticsearch, date: str, *, generation: str) -> dict[str, int]:
    """Both indices of a generation; counts in, out, rejected, profiles."""
    inputs = {
        "documents": (lake.partition("documents", step="dedup", date=date), DOCUMENT),
        "annotations": (lake.partition("annotations", date=date), ANNOTATION),
        "embeddings": (lake.partition("embeddings", date=date), EMBEDDING),
    }
    documents, annotations, embeddings = (spark.read(session, [path], table) for path, table in inputs.values())
    models = one_model(embeddings)
    wide = searchable(documents, annotations, embeddings)
    loading.create(es, generation, MAPPING)
    loaded = load(es, generation, wide, key="work_id", sizes=vector_sizes(VECTORS), version=elastic.version(date))
    paths = [path for path, _ in inputs.values()]
    refused = keep_refusals(loaded, date, index=generation, inputs=paths)
    dead.publish(es, generation, date)
    users = build_profiles(session, es, date, generation=generation)
    found = settled(es, generation, MAPPING, sent=loaded.indexed)
    counts = {"in": found + refused, "out": found, "rejected": refused, "profiles": users}
    made_from = {"run": generation, "date": date, "schema_version": VERSION, **models, "counts": counts}
    loading.complete(es, generation, made_from)
    return counts


def one_model(embeddings: "DataFrame") -> dict[str, str | None]:
    """Names of the models the vectors come from; TrawlError where two are mixed, whose vectors cannot be compared."""
    found: dict[str, str | None] = {"text_model": None, "image_model": None}
    for row in embeddings.select("modality", "model_id").distinct().sort("modality", "model_id").collect():
        name = f"{row['modality']}_model"
        if found.get(name):
            raise cli.TrawlError(
                f"embeddings hold two models, {found[name]} and {row['model_id']}: run jobs.embed again"
            )
        found[name] = row["model_id"]
    return found


def searchable(documents: "DataFrame", annotations: "DataFrame", embeddings: "DataFrame") -> "DataFrame":
    """One row per live document, duplicates included: every column that the lake has, vectors by content hash."""
    from pyspark.sql import functions as F

    def short(name: str) -> "Column":
        # a worker never holds the whole of a text for which the writer will refuse its document
        text, most = F.col(name), bulk.DOCUMENT_BYTES
        return F.when(F.octet_length(text) > most, F.left(text, F.lit(most))).otherwise(text)

    def vectors(modality: str) -> "DataFrame":
        chosen = embeddings.where(F.col("modality") == modality)
        return chosen.select(
            F.col("content_hash").alias(f"{modality}_hash"), F.col("vector").alias(f"{modality}_vector")
        )

    return (
        documents.where(F.col("status") == "live")
        .withColumns({name: short(name) for name in TEXTS})
        .join(annotations, on="work_id", how="left")
        .join(vectors("text"), on="text_hash", how="left")
        .join(vectors("image"), on="image_hash", how="left")
        .select(*indexed(DOCUMENT, ANNOTATION, VECTORS))
    )


def keep_refusals(loaded: Loaded, date: str, *, index: str, inputs: Sequence[str]) -> int:
    """Write the rejects and count them; TooManyRefused above the share a night may lose."""
    from pyspark.sql import functions as F

    letters = loaded.refusals.select(
        F.lit(index).alias("index"),
        *("ref", "reason", "detail", F.col("status").cast("long"), F.col("attempts").cast("long")),
        F.sha2("body", 256).alias("body_sha256"),
        "body",
        F.lit("dead").alias("state"),
    )
    spark.write(letters, dead.partition(date), DEAD_LETTER, key=["ref"], inputs=inputs)
    path = lake.partition("rejects", step="index", date=date)
    named = loaded.refusals.select("ref", "reason", "detail")
    rejects = named.select(F.lit("index").alias("step"), F.lit(None).cast("string").alias("platform"), "*")
    refused = spark.write(rejects, path, REJECT, key=["ref", "reason"], inputs=inputs).rows
    total = loaded.indexed + refused
    if refused > max(1, int(total * REFUSED_SHARE)):
        most = loaded.refusals.groupBy("reason").count().sort(F.desc("count"), "reason").first()
        reason = str(most["reason"]) if most else ""
        raise TooManyRefused(index, refused=refused, total=total, rejects=path, reason=reason)
    return refused


def build_profiles(session: "SparkSession", es: Elasticsearch, date: str, *, generation: str) -> int:
    """The profiles' index of the generation, empty where that night has no profiles; rows in it."""
    index, path = elastic.profiles(generation), lake.partition("profiles", date=date)
    paths = [path] if lake.manifest(path) else []
    mapping = es_mapping(PROFILE)
    loading.create(es, index, mapping)
    rows = spark.read(session, paths, PROFILE).select(*indexed(PROFILE))
    loaded = load(es, index, rows, key="user_id", sizes=vector_sizes(PROFILE), version=elastic.version(date))
    for bad in loaded.refusals.sort("ref").take(1):
        raise cli.TrawlError(f"{index}: profile {bad['ref']} refused: {bad['reason']}: {bad['detail']}")
    return settled(es, index, mapping, sent=loaded.indexed)


def settled(es: Elasticsearch, index: str, mapping: Mapping[str, Any], *, sent: int) -> int:
    """Documents of the index made ready to search; TrawlError when fewer than were sent."""
    found = loading.settle(es, index, mapping)
    if found != sent:
        raise cli.TrawlError(f"{index} holds {found:,} of {sent:,} documents sent: an id came twice; run again")
    return found


if __name__ == "__main__":
    cli.run(main)

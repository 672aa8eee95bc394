"""Documents as a generation holds them: one row per live document with its annotations and vectors."""

import hashlib
from typing import TYPE_CHECKING

from jobs.bodies import indexed
from schemas.annotation import ANNOTATION
from schemas.derive import es_property
from schemas.document import DOCUMENT
from schemas.embedding import EMBEDDING, VECTORS
from store import bulk, cli, lake, spark

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

TABLES = {"documents": DOCUMENT, "annotations": ANNOTATION, "embeddings": EMBEDDING}
TEXTS = [column.name for column in DOCUMENT if es_property(column).get("type") == "text"]


def paths(date: str) -> dict[str, str]:
    """By table the partition that a generation of this night is made from."""
    steps = {"documents": {"step": "dedup"}}
    return {name: lake.partition(name, **steps.get(name, {}), date=date) for name in TABLES}


def made_from(date: str) -> str:
    """Digest of the files of these partitions: another one once a step has made one of them anew with other rows."""
    files = [file.sha256 for path in paths(date).values() for file in lake.must(path).files]
    return hashlib.sha256("\n".join(files).encode()).hexdigest()


def tables(session: "SparkSession", date: str) -> "tuple[DataFrame, DataFrame, DataFrame]":
    """Documents, annotations and embeddings of a night."""
    found = paths(date)
    documents, annotations, embeddings = (spark.read(session, [found[name]], kind) for name, kind in TABLES.items())
    return documents, annotations, embeddings


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


def _short(name: str) -> "Column":
    """A worker never holds the whole of a text for which the writer will refuse its document."""
    from pyspark.sql import functions as F

    text, most = F.col(name), bulk.DOCUMENT_BYTES
    return F.when(F.octet_length(text) > most, F.left(text, F.lit(most))).otherwise(text)


def described(documents: "DataFrame", annotations: "DataFrame") -> "DataFrame":
    """One row per live document, duplicates included: every column of the mapping but the vectors."""
    return (
        documents.where("status = 'live'")
        .withColumns({name: _short(name) for name in TEXTS})
        .join(annotations, on="work_id", how="left")
        .select(*indexed(DOCUMENT, ANNOTATION))
    )


def searchable(documents: "DataFrame", annotations: "DataFrame", embeddings: "DataFrame") -> "DataFrame":
    """The same with the vectors, by content hash."""
    from pyspark.sql import functions as F

    def vectors(modality: str) -> "DataFrame":
        chosen = embeddings.where(F.col("modality") == modality)
        return chosen.select(
            F.col("content_hash").alias(f"{modality}_hash"), F.col("vector").alias(f"{modality}_vector")
        )

    return (
        described(documents, annotations)
        .join(vectors("text"), on="text_hash", how="left")
        .join(vectors("image"), on="image_hash", how="left")
        .select(*indexed(DOCUMENT, ANNOTATION, VECTORS))
    )

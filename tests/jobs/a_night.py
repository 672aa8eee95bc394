"""A small night in the lake, and a generation made of it without Spark."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
from elasticsearch import Elasticsearch

from jobs.bodies import bodies, vector_sizes
from models import text
from schemas.annotation import ANNOTATION
from schemas.derive import es_mapping
from schemas.document import DOCUMENT
from schemas.embedding import EMBEDDING, IMAGE_DIMS, TEXT_DIMS, VECTORS
from schemas.generation import COLUMNS, MAPPING, VERSION
from schemas.profile import PROFILE
from store import elastic, lake, loading
from store.bulk import Document, bulk

DATE = "2026-01-02"
CRAWLED = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
Row = Mapping[str, Any]


def vector(seed: int, size: int) -> list[float]:
    """A float32 row of unit length."""
    row = np.random.default_rng(seed).normal(size=size).astype(np.float32)
    return list((row / np.linalg.norm(row)).tolist())


def document(number: int, platform: str, **fields: Any) -> dict[str, Any]:
    """A live document of one record; every column of DOCUMENT."""
    given = {
        "work_id": f"w{number:03d}",
        "type": "product",
        "status": "live",
        "title": f"red shoe {number}",
        "title_key": text.title_key(fields.get("title", f"red shoe {number}")),
        "price": {"amount": Decimal("12.5000"), "currency": "CNY", "list_amount": None},
        "platforms": [platform],
        "record_ids": [f"{platform}:{number}"],
        "record_count": 1,
        "crawled_at": CRAWLED,
        "text_hash": f"t{number}",
        "image_hash": f"i{number}" if number % 2 else None,
    }
    return {name: None for name in DOCUMENT.names} | given | fields


def documents(count: int = 12) -> list[dict[str, Any]]:
    """Weibo and taobao in turns; the last one is gone, the one before it a near-duplicate of the first."""
    rows = [document(number, ("weibo", "taobao")[number % 2]) for number in range(count)]
    rows[-1] |= {"status": "deleted"}
    rows[-2] |= {"duplicate_of": "w000", "duplicate_similarity": 0.9, "duplicate_by": "text"}
    return rows


def embeddings(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """A text vector for every document and an image vector for those with a picture."""
    sizes = {"text": TEXT_DIMS, "image": IMAGE_DIMS}
    return [
        {"content_hash": row[f"{kind}_hash"], "model_id": f"{kind}-model", "modality": kind, "vector": vector(n, size)}
        for n, row in enumerate(rows)
        for kind, size in sizes.items()
        if row[f"{kind}_hash"]
    ]


def annotation(row: Row) -> dict[str, Any]:
    """What the language models would say of the title of a document."""
    return {"work_id": row["work_id"], "language": "en", "title_tokens": " ".join(text.tokens(row["title"] or ""))}


def put(path: str, rows: Sequence[Row], schema: pa.Schema) -> None:
    """One partition."""
    lake.write(path, [pa.Table.from_pylist(list(rows), schema=schema)], schema)


def put_night(rows: Sequence[Row], vectors: Sequence[Row] | None = None) -> None:
    """Documents, annotations and embeddings of DATE."""
    put(lake.partition("documents", step="dedup", date=DATE), rows, DOCUMENT)
    put(lake.partition("annotations", date=DATE), [annotation(row) for row in rows], ANNOTATION)
    put(lake.partition("embeddings", date=DATE), embeddings(rows) if vectors is None else vectors, EMBEDDING)


def generation(es: Elasticsearch, name: str, rows: Sequence[Row], *, date: str = DATE) -> None:
    """A complete generation of these documents with their vectors, by the same writer as the job."""
    loading.create(es, name, MAPPING)
    loading.create(es, elastic.profiles(name), es_mapping(PROFILE))
    found = {row["content_hash"]: row["vector"] for row in embeddings(rows)}
    wide = [{**row, **{f"{k}_vector": found.get(row[f"{k}_hash"]) for k in ("text", "image")}} for row in rows]
    wide = [{**row, **annotation(row)} for row in wide]
    live = [row for row in wide if row["status"] == "live"]
    made = bodies(pa.RecordBatch.from_pylist(live, schema=COLUMNS), "work_id", sizes=vector_sizes(VECTORS))
    ready: list[Document] = [body for body in made if isinstance(body, tuple)]
    taken = sum(sent.indexed for sent in bulk(es, name, ready))
    assert taken == len(live) == loading.settle(es, name, MAPPING)
    meta = {
        "run": name,
        "date": date,
        "schema_version": VERSION,
        "text_model": "text-model",
        "image_model": "image-model",
    }
    loading.complete(es, name, {**meta, "counts": {"in": taken, "out": taken, "rejected": 0}})

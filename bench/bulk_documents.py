"""Documents in the shape of a night's, any number of them: texts of a made-up world, vectors in clusters.

Wide ones have every column of the index, provenance and all; plain ones five fields with 2 kB of Chinese and English.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from jobs.bodies import indexed
from local.world import World
from models import text
from schemas.document import DOCUMENT
from schemas.embedding import TEXT_DIMS, VECTORS

ROWS = 1_000  # of a batch, as Spark hands them over
PLATFORMS = ("jd", "weibo", "youtube", "rss")  # goods, posts, videos, articles; Chinese and English
CLUSTERS, SPREAD = 300, 0.6  # vectors of texts lie in clusters: spread evenly, no graph could tell them apart
MERGED_AT = datetime(2026, 1, 4, tzinfo=UTC)
VECTOR = VECTORS.field("text_vector")
WIDE = pa.schema([DOCUMENT.field(name) for name in indexed(DOCUMENT)])
PLAIN = pa.schema([DOCUMENT.field(name) for name in ("work_id", "type", "title", "body", "lang")])
PLAIN_BYTES = 2_000  # of the body


def write(path: Path, world: World, count: int, shape: pa.Schema = WIDE) -> None:
    """An Arrow stream of `count` documents with vectors, the same ones every time."""
    whole = shape.append(VECTOR).remove_metadata()
    texts = [row for platform in PLATFORMS for row in world.page(platform, day=world.days, start=0, size=5_000)]
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, whole) as out:
        for start, rows in zip(range(0, count, ROWS), vectors(count), strict=True):
            out.write_batch(_batch(texts, start, rows, whole))


def vectors(count: int) -> Iterator[np.ndarray]:
    """Unit rows of float32, a batch at a time."""
    dice = np.random.default_rng(7)
    middles = dice.normal(size=(CLUSTERS, TEXT_DIMS))
    for start in range(0, count, ROWS):
        size = min(ROWS, count - start)
        rows = middles[dice.integers(CLUSTERS, size=size)] + SPREAD * dice.normal(size=(size, TEXT_DIMS))
        yield (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def _batch(texts: list[dict[str, Any]], start: int, rows: np.ndarray, whole: pa.Schema) -> pa.RecordBatch:
    made_of = _document if "provenance" in whole.names else _plain
    documents = [made_of(texts, number) for number in range(start, start + len(rows))]
    table = pa.RecordBatch.from_pylist(documents, schema=whole.remove(len(whole) - 1))
    made = pa.FixedSizeListArray.from_arrays(pa.array(rows.reshape(-1)), TEXT_DIMS)
    return pa.RecordBatch.from_arrays([*table.columns, made], schema=whole)


def _plain(texts: list[dict[str, Any]], number: int) -> dict[str, Any]:
    """The same as `_document` with a body of PLAIN_BYTES, of both languages."""
    half = len(texts) // 2
    bodies = (texts[(number + other) % len(texts)]["body"] for other in (0, half, 1, half + 1, 2, half + 2))
    body = "\n".join(bodies).encode()[:PLAIN_BYTES].decode(errors="ignore")
    return {**_document(texts, number), "body": body}


def _document(texts: list[dict[str, Any]], number: int) -> dict[str, Any]:
    """A work of one record that says one of the texts."""
    said = texts[number % len(texts)]
    record = f"{said['platform']}:{number}"
    won = [
        {"field": name, "platform": said["platform"], "record_id": record, "rule": "newest"}
        for name in ("title", "body")
    ]
    return {
        "work_id": f"w{number:015x}",
        "type": said["type"],
        "status": "live",
        "title": said["title"],
        "title_key": text.title_key(said["title"]),
        "body": said["body"],
        "author": {"name": said["author"]["name"]},
        "created_at": MERGED_AT - timedelta(minutes=number % 10_000),
        "lang": said["lang"],
        "tags": said["tags"],
        "platforms": [said["platform"]],
        "record_ids": [record],
        "record_count": 1,
        "crawled_at": MERGED_AT,
        "provenance": won,
    }

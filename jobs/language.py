"""What a worker says of a batch of documents: language, tokens, and of posts the sentiment."""

import functools
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from models import content, text
from schemas.annotation import ANNOTATION
from store import cli, objects

if TYPE_CHECKING:
    from models.sentiment import Classifier

BODY_CHARACTERS = 20_000  # as much as a long article; a pasted log file would cost minutes and find nothing
FELT_PLATFORM = "weibo"  # whatever its type, what stands there is a post

_NOT_FELT: dict[str, Any] = {"sentiment": None, "sentiment_score": None}


def annotated(batch: pa.RecordBatch, model: dict[str, Any] | None) -> pa.RecordBatch:
    """ANNOTATION rows of documents (work_id, type, title, body, platforms); `model` is a trained classifier's index."""
    rows = batch.to_pylist()
    feelings = iter(_feelings([row for row in rows if _is_post(row)], model))
    found = [_language(row) | (next(feelings) if _is_post(row) else _NOT_FELT) for row in rows]
    return pa.RecordBatch.from_pylist(found, schema=pa.schema([column.remove_metadata() for column in ANNOTATION]))


def _is_post(row: dict[str, Any]) -> bool:
    return row["type"] == "post" or FELT_PLATFORM in (row["platforms"] or [])


def _language(row: dict[str, Any]) -> dict[str, Any]:
    body = (row["body"] or "")[:BODY_CHARACTERS]
    return {
        "work_id": row["work_id"],
        "language": text.language(content.text_for_embedding(row["title"], body)),
        "title_tokens": " ".join(text.tokens(row["title"] or "")) or None,
        "body_tokens": " ".join(text.tokens(body)) or None,
    }


def _feelings(posts: list[dict[str, Any]], model: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Label and probability of each post; nulls without a model and for a post without words."""
    texts = [content.text_for_embedding(row["title"], row["body"]) for row in posts]
    if model is None or not any(texts):
        return [_NOT_FELT for _ in posts]
    found = _classifier(json.dumps(model)).predict(texts)
    return [
        {"sentiment": label, "sentiment_score": score} if post else _NOT_FELT
        for post, (label, score) in zip(texts, found)
    ]


@functools.cache
def _classifier(index: str) -> "Classifier":
    """The trained model, fetched out of the lake once per worker."""
    import torch

    from models import sentiment

    model = json.loads(index)
    torch.set_num_threads(1)  # Spark runs a worker per core
    with tempfile.TemporaryDirectory() as scratch:
        for name in model["files"]:
            data = objects.get_bytes(f"{model['folder']}/{name}")
            if data is None:
                raise cli.TrawlError(f"{model['folder']}/{name} is gone from the lake: run jobs.train again")
            Path(scratch, name).write_bytes(data)
        return sentiment.load(Path(scratch))

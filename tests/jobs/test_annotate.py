"""Language, tokens and sentiment of documents."""

import json
from pathlib import Path

from pyspark.sql import SparkSession
from understood import document, put_documents

from jobs import annotate, train
from models import sentiment_training
from schemas.annotation import ANNOTATION
from store import lake as door
from store import objects

NIGHT = "2026-01-02"
PATH = "annotations/date=2026-01-02"
DOCUMENTS = (
    document("w1", "紅色運動鞋 X-200", "Running shoes"),
    document("w2", None, "great sound, love it", type="post"),
    document("w3", "很好", type="qa", platforms=["rss", "weibo"]),
    document("w4", None, type="post"),
)


def test_tokens_and_language_without_a_model(spark: SparkSession, lake: Path) -> None:
    put_documents(NIGHT, *DOCUMENTS)
    annotate.main(["--date", NIGHT])
    rows = {row["work_id"]: row for row in door.read(PATH, ANNOTATION).to_pylist()}
    assert rows["w1"]["title_tokens"] == "红色 运动 运动鞋 x-200 x200 x 200"
    assert rows["w1"]["body_tokens"] == "run shoe" and rows["w1"]["language"] == "mixed"
    assert [rows[work]["language"] for work in ("w2", "w3", "w4")] == ["en", "zh", "und"]
    assert rows["w4"]["title_tokens"] is None and rows["w4"]["body_tokens"] is None
    assert all(row["sentiment"] is None for row in rows.values())


def test_posts_have_a_sentiment_with_a_model_and_a_rerun_has_the_same_bytes(spark: SparkSession, lake: Path) -> None:
    put_documents(NIGHT, *DOCUMENTS)
    texts = ["great sound, love it", "terrible noise", "很好", "糟糕"] * 8
    labels = ["positive", "negative"] * 16
    train.put(sentiment_training.train(texts, labels, base="tiny", epochs=12, seed=0), {"labels": [], "per_language": {},
              "confusion": [], "posts": 0, "accuracy": 0.0, "macro_f1": 0.0})  # fmt: skip
    annotate.main(["--date", NIGHT])
    rows = {row["work_id"]: row for row in door.read(PATH, ANNOTATION).to_pylist()}
    assert [rows[work]["sentiment"] for work in ("w1", "w2", "w3", "w4")] == [None, "positive", "positive", None]
    assert rows["w2"]["sentiment_score"] > 0.5
    first = door.manifest(PATH)
    annotate.main(["--date", NIGHT])
    assert door.manifest(PATH) == first and first is not None
    assert first.extra["sentiment_model"] == json.loads(objects.get_bytes(annotate.MODEL) or b"")["model_id"]

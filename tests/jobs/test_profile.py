"""What users like, weighed by action and age."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyspark.sql import SparkSession
from understood import document, done, put, put_documents

from jobs import profile
from schemas.embedding import EMBEDDING, TEXT_DIMS
from schemas.event import EVENT
from schemas.profile import PROFILE
from schemas.reject import REJECT
from schemas.work import WORK
from store import lake as door

NIGHT = "2026-01-31"
END = datetime(2026, 2, 1, tzinfo=UTC)


def axis(number: int) -> list[float]:
    return [float(number == place) for place in range(TEXT_DIMS)]


def event(number: int, action: str, record: str | None, days: float) -> dict[str, Any]:
    at = END - timedelta(days=days)
    return {"event_id": f"e{number}", "user_id": "u1", "action": action, "record_id": record, "occurred_at": at}


@pytest.fixture
def night(lake: Path) -> None:
    """A deleted shoe, a lamp without a vector, a sound; events of two days."""
    shoe = document("w1", "shoe", status="deleted", tags=["shoe", "red"], category_path=["sport", "shoe"])
    lamp, sound = document("w2", "lamp", tags=["lamp"]), document("w3", "sound", tags=["sound"])
    put_documents(NIGHT, shoe, lamp, sound)
    put(
        f"works/date={NIGHT}",
        WORK,
        [{"record_id": f"taobao:{n}", "platform": "taobao", "work_id": f"w{n}"} for n in (1, 2, 3)],
    )
    vectors = [(shoe, axis(0)), (sound, axis(1))]
    put(f"embeddings/date={NIGHT}", EMBEDDING, [
        {"content_hash": found["text_hash"], "model_id": "m", "modality": "text", "vector": row} for found, row in vectors
    ])  # fmt: skip
    put(
        "events/platform=ubi/date=2026-01-01", EVENT, [event(1, "buy", "taobao:1", 30), event(2, "view", "taobao:3", 0)]
    )
    later = [event(3, "view", "taobao:3", 0), event(4, "view", "taobao:2", 0), event(5, "search", None, 0)]
    put(f"events/platform=ubi/date={NIGHT}", EVENT, [*later, event(6, "view", "taobao:9", 0)])
    for day in ("2026-01-01", NIGHT):
        done("align", day, "ubi")


def test_profile_weighs_action_and_age(spark: SparkSession, night: None) -> None:
    profile.main(["--date", NIGHT])
    (row,) = door.read(f"profiles/date={NIGHT}", PROFILE).to_pylist()
    assert row["user_id"] == "u1" and row["event_count"] == 3 and row["last_event_at"] == END
    expected = np.array([8 * 0.5, 1 + 1])  # bought 30 days ago, seen twice now
    assert np.allclose(row["taste_vector"][:2], expected / np.linalg.norm(expected), atol=1e-6)
    assert [(taste["tag"], round(taste["weight"], 3)) for taste in row["tastes"]] == [
        ("red", 0.667), ("shoe", 0.667), ("sport", 0.667), ("sound", 0.333),
    ]  # fmt: skip
    refused = door.read(f"rejects/step=profile/date={NIGHT}", REJECT).to_pylist()
    assert sorted((found["ref"], found["reason"]) for found in refused) == [
        ("taobao:2", "document has no text vector"),
        ("taobao:9", "record is unknown"),
    ]


def test_a_rerun_has_the_same_bytes(spark: SparkSession, night: None) -> None:
    profile.main(["--date", NIGHT])
    first = door.must(f"profiles/date={NIGHT}")
    profile.main(["--date", NIGHT])
    assert door.must(f"profiles/date={NIGHT}") == first

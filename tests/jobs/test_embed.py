"""Every content once: reuse by hash, resume by shard, rejects by reason."""

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from understood import document, put_documents

from jobs import embed
from models import encoder
from schemas.embedding import EMBEDDING
from schemas.reject import REJECT
from store import lake as door
from store import ledger, objects

FIRST, SECOND = "2026-01-01", "2026-01-02"


def picture(colour: str) -> str:
    """A picture in the lake; its hash."""
    out = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(out, "PNG")
    sha = hashlib.sha256(out.getvalue()).hexdigest()
    objects.put_bytes(f"blobs/{sha[:2]}/{sha}", out.getvalue())
    return sha


def rows(night: str) -> dict[tuple[str, str], list[float]]:
    found = door.read(f"embeddings/date={night}", EMBEDDING).to_pylist()
    assert [row["content_hash"] for row in found] == sorted(row["content_hash"] for row in found)
    return {(row["modality"], row["content_hash"]): row["vector"] for row in found}


def counts(night: str) -> dict[str, Any]:
    return next(row["counts"] for row in ledger.summary(night) if row["step"] == "embed")


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An encoder of texts that is quick, and remembers what it was asked; it fails on "kill"."""
    asked: list[str] = []

    def encode(texts: Sequence[str]) -> embed.Computed:
        if "kill" in texts:
            raise KeyboardInterrupt
        asked.extend(texts)
        return np.array([[len(text), 1, 0] for text in texts], np.float32), [None] * len(texts)

    monkeypatch.setitem(embed.LOADERS, "text", lambda: encode)
    return asked


def test_vectors_are_made_once_and_what_is_broken_is_rejected(lake: Path) -> None:
    red, gone, sha = picture("red"), "ab" * 32, hashlib.sha256(b"html").hexdigest()
    objects.put_bytes(f"blobs/{sha[:2]}/{sha}", b"html")
    one = document("w1", "Running shoes", "red", image_hash=red)
    put_documents(
        FIRST, one, document("w2", None, image_hash=gone), document("w3", "Running shoes", "red", image_hash=sha)
    )
    embed.main(["--date", FIRST])
    made = rows(FIRST)
    assert set(made) == {("text", one["text_hash"]), ("image", red)}
    assert np.allclose([np.linalg.norm(vector) for vector in made.values()], 1, atol=1e-5)
    assert counts(FIRST)["reasons"] == {"picture is not in the lake": 1, "picture cannot be read": 1}
    refused = door.read(f"rejects/step=embed/date={FIRST}", REJECT).to_pylist()
    assert {row["ref"] for row in refused} == {gone, sha}
    manifest = door.must(f"embeddings/date={FIRST}")
    assert manifest.extra["models"]["text"] == encoder.model_id("minilm")


def test_the_second_night_computes_only_what_is_new(lake: Path, counted: list[str]) -> None:
    put_documents(FIRST, document("w1", "one"), document("w2", "two"))
    embed.main(["--date", FIRST])
    assert sorted(counted) == ["one", "two"]
    put_documents(SECOND, document("w2", "two"), document("w3", "three"))
    embed.main(["--date", SECOND])
    assert sorted(counted) == ["one", "three", "two"]
    assert len(rows(SECOND)) == 2 and counts(SECOND)["reused"] == 1 and counts(SECOND)["computed"] == 1


def test_a_killed_run_loses_one_shard_and_ends_the_same(
    lake: Path, counted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embed, "SHARD", 1)
    put_documents(FIRST, *(document(f"w{number}", text) for number, text in enumerate(("a", "bb", "kill", "longer"))))
    with pytest.raises(KeyboardInterrupt):
        embed.main(["--date", FIRST])
    assert counted == ["a", "bb"] and door.manifest(f"embeddings/date={FIRST}") is None
    monkeypatch.setattr(embed, "_before", lambda night: [])
    monkeypatch.setitem(embed.LOADERS, "text", lambda: lambda texts: (np.ones((len(texts), 3), np.float32), [None]))
    embed.main(["--date", FIRST])
    vectors = sorted(rows(FIRST).values())
    assert vectors == [[1, 1, 0], [1, 1, 1], [1, 1, 1], [2, 1, 0]]  # a and bb were kept, the others made anew
    assert not list((lake / "embeddings").glob("parts/*/*"))


def test_a_night_without_documents_has_an_empty_partition(lake: Path) -> None:
    put_documents(FIRST)
    embed.main(["--date", FIRST])
    assert door.must(f"embeddings/date={FIRST}").rows == 0

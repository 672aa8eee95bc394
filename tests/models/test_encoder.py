"""Texts as vectors."""

from pathlib import Path

import numpy as np
import pytest
import torch

from models import bert, encoder
from models.errors import ModelMissing

TEXTS = ["a quiet morning by the lake", "a calm dawn beside the water", "noise cancelling headphones", ""]


@pytest.fixture(scope="module")
def minilm() -> encoder.Encoder:
    return encoder.load("minilm")


def test_rows_are_unit_float32_and_near_for_near_meanings(minilm: encoder.Encoder) -> None:
    rows = minilm.encode(TEXTS)
    assert rows.shape == (4, minilm.dims) and rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert rows[0] @ rows[1] > 0.5 > rows[0] @ rows[2]


def test_order_and_company_do_not_matter(minilm: encoder.Encoder) -> None:
    texts = [*TEXTS, "long " * 300, "x" * 100_000, "红色运动鞋"]
    rows = minilm.encode(texts)
    assert np.array_equal(rows, minilm.encode(texts[::-1])[::-1])
    alone = np.concatenate([minilm.encode([text]) for text in texts])
    assert (rows * alone).sum(1).min() > 0.999
    assert minilm.encode([]).shape == (0, minilm.dims)


def test_identity_is_name_and_weights(minilm: encoder.Encoder) -> None:
    assert minilm.model_id == encoder.model_id("minilm") and minilm.model_id.startswith("minilm-")
    assert minilm.languages == ("en",)


def test_batches_hold_every_row_once_within_the_budget() -> None:
    ids = [[1] * length for length in (3, 9, 1, 4, 30, 4)]
    batches = list(encoder.packed(ids, budget=16))
    assert sorted(row for rows in batches for row in rows) == list(range(6))
    assert all(len(rows) == 1 or len(rows) * max(len(ids[row]) for row in rows) <= 16 for rows in batches)


def test_a_missing_model_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    for name in (str(tmp_path / "none"), str(tmp_path), "nobody/no-such-model"):
        with pytest.raises(ModelMissing) as caught:
            encoder.load(name)
        assert name in str(caught.value) and "\n" not in str(caught.value) and caught.value.one_line


def test_the_plain_forward_pass_is_that_of_transformers() -> None:
    from transformers import AutoModel

    place = encoder._place("minilm")
    theirs = AutoModel.from_pretrained(place, dtype=torch.float32, local_files_only=True).eval()
    ids, mask = torch.tensor([[101, 2417, 10818, 102], [101, 4937, 102, 0]]), torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]])
    with torch.inference_mode():
        ours = bert.load(place, dtype=torch.float32, device="cpu").states(ids, mask)
        wanted = theirs(input_ids=ids, attention_mask=mask).last_hidden_state
    assert torch.allclose(ours[mask.bool()], wanted[mask.bool()], atol=1e-5)


def test_another_kind_of_model_goes_through_transformers(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "roberta"}')
    assert not bert.is_plain(tmp_path) and bert.is_plain(encoder._place("minilm"))

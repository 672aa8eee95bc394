"""The sentiment classifier: learns, repeats itself, survives a save."""

from pathlib import Path

import pytest

from models import evaluate, sentiment, sentiment_training, weights
from models.errors import ModelMissing

WORDS = {
    "positive": ["great sound, I love it", "很好，非常喜欢"],
    "negative": ["terrible noise, I hate it", "糟糕，非常失望"],
    "neutral": ["the box is grey and square", "盒子是灰色的"],
}
ROWS = [(f"{text} {number}", label) for number in range(16) for label, texts in WORDS.items() for text in texts]


def trained() -> sentiment.Classifier:
    texts, labels = zip(*ROWS)
    return sentiment_training.train(texts, labels, base="tiny", epochs=12, seed=3)


def test_learns_repeats_itself_and_survives_a_save(tmp_path: Path) -> None:
    made = trained()
    asked = [text for texts in WORDS.values() for text in texts]
    found = made.predict(asked)
    assert [label for label, _ in found] == [label for label in WORDS for _ in range(2)]
    assert all(1 / 3 < share <= 1 for _, share in found)
    made.save(tmp_path / "one")
    trained().save(tmp_path / "two")
    assert weights.model_id("sentiment", tmp_path / "one") == weights.model_id("sentiment", tmp_path / "two")
    assert sentiment.load(tmp_path / "one").predict(asked) == found
    assert made.predict([]) == []


def test_a_folder_without_a_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="jobs.train"):
        sentiment.load(tmp_path)


def test_report() -> None:
    made = evaluate.report(["a", "a", "b", "b"], ["a", "b", "b", "b"], groups=["zh", "en", "en", "en"])
    assert (made["accuracy"], made["macro_f1"]) == (0.75, 0.7333)  # F1 2/3 and 4/5
    assert made["confusion"] == [[1, 1], [0, 2]]
    assert made["per_language"]["zh"] == {"posts": 1, "accuracy": 1.0, "macro_f1": 1.0}
    assert "| zh | 1 | 1.0000 | 1.0000 |" in evaluate.page(made, title="Sentiment")

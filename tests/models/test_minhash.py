"""Sketches find what the exact measure calls near-duplicates, and the measure is the set formula."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import minhash

WORDS = "river stone 运动 红色 camera 山顶 lens battery 厨房 paper winter 数据 signal market bridge 早晨 garden copper".split()


def grams(text: str) -> set[str]:
    return {text[n : n + minhash.GRAM] for n in range(len(text) - minhash.GRAM + 1)}


def document(seed: int, words: int = 120) -> list[str]:
    dice = random.Random(seed)
    return [f"{dice.choice(WORDS)}{dice.randrange(999)}" for _ in range(words)]


@settings(deadline=None)  # the first call compiles
@given(st.text("abcde ", min_size=24, max_size=80), st.text("abcde ", min_size=24, max_size=80))
def test_similarity_is_that_of_the_sets(first: str, second: str) -> None:
    a, b = grams(first), grams(second)
    assert minhash.jaccard([first], [second])[0] == pytest.approx(len(a & b) / len(a | b))


@pytest.mark.parametrize("seed", range(5))
def test_every_pair_over_the_threshold_shares_a_key(seed: int) -> None:
    dice = random.Random(seed)
    original = document(seed)
    edits = {
        "truncated": original[: int(len(original) * 0.85)],
        "commented": ["so", "true", *original],
        "reworded": [dice.choice(WORDS) if dice.random() < 0.03 else word for word in original],
    }
    keys = set(minhash.band_keys([" ".join(original)])[0])
    for edit, words in edits.items():
        text = " ".join(words)
        assert minhash.jaccard([text], [" ".join(original)])[0] >= minhash.THRESHOLD, edit
        assert keys & set(minhash.band_keys([text])[0]), edit


def test_unrelated_texts_are_hardly_ever_candidates() -> None:
    texts = [" ".join(document(seed)) for seed in range(200)]
    seen = [key for keys in minhash.band_keys(texts) for key in keys]
    assert len(seen) - len(set(seen)) < len(seen) / 200


def test_script_case_and_punctuation_do_not_count() -> None:
    assert minhash.plain("東京攝影展", "Hello, WORLD! https://a.example/x") == minhash.plain(
        "东京摄影展", "hello world"
    )


def test_a_short_text_is_only_the_duplicate_of_an_equal_one() -> None:
    assert list(minhash.jaccard(["nice video", "nice video"], ["nice video", "nice videos"])) == [1.0, 0.0]
    first, second, none = minhash.band_keys(["nice video", "nice videos", ""])
    assert len(first) == 1 and first != second and none == []

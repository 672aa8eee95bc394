"""Sketches name equal texts, find what the exact measure calls near-duplicates, and estimate it; plain Python checks them."""

import random
import unicodedata

import numpy as np
import opencc
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import candidates, folding, minhash
from models.grams import PLACEHOLDERS

WORDS = "river stone 运动 红色 camera 山顶 lens battery 厨房 paper winter 数据 signal market bridge 早晨 garden copper".split()
SIMPLER = opencc.OpenCC("t2s")
ANY = st.text(max_size=60)
LONG = st.text("abcde ", min_size=40, max_size=90)


def sketches(texts: list[str], seed: int = 0) -> np.ndarray:
    nothing = pa.nulls(len(texts), pa.string())
    return minhash.sketches(nothing, minhash.array(texts), np.full(len(texts), seed, np.uint64))


def jaccard(first: str, second: str) -> float:
    return float(minhash.jaccard(minhash.array([first]), minhash.array([second]))[0])


def folded(text: str) -> str:
    data = np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)
    out = np.empty(2 * len(data) + 2, np.uint32)
    size = folding.fold(data, 0, len(data), *folding.table(), out, 0)
    return out[:size].tobytes().decode("utf-32-le").rstrip(" ")


def plain(text: str) -> str:
    """The folding of a text without addresses, character by character."""
    kept = []
    for character in text:
        form = unicodedata.normalize("NFKC", character).casefold() if ord(character) < folding.SIZE else " "
        form = unicodedata.normalize("NFKD", SIMPLER.convert(form))
        letters = [c for c in form if unicodedata.combining(c) < folding.ACCENT and unicodedata.category(c) != "Cf"]
        kept += [c if unicodedata.category(c)[0] in "LNM" else " " for c in letters][: folding.LONGEST]
    return " ".join(word for word in "".join(kept).split(" ") if word)


def grams(text: str) -> set[str]:
    return {text[n : n + minhash.GRAM] for n in range(len(text) - minhash.GRAM + 1)}


def document(seed: int, words: int = 120) -> list[str]:
    dice = random.Random(seed)
    return [f"{dice.choice(WORDS)}{dice.randrange(999)}" for _ in range(words)]


@settings(deadline=None)  # the first call compiles
@given(LONG, LONG)
def test_similarity_is_that_of_the_sets(first: str, second: str) -> None:
    one, two = folded(first), folded(second)
    if min(len(one), len(two)) < minhash.SHORTEST:
        assert jaccard(first, second) == (one == two)
    else:
        a, b = grams(one), grams(two)
        assert jaccard(first, second) == pytest.approx(len(a & b) / len(a | b))


@given(ANY)
def test_folding_is_that_of_its_characters(text: str) -> None:
    if "://" not in text:
        assert folded(text) == plain(text.encode("utf-8", "ignore").decode())


@given(st.lists(ANY, max_size=8), st.integers(0, 3))
def test_equal_foldings_have_equal_names_wherever_they_lie_in_arrow(texts: list[str], skip: int) -> None:
    skip = min(skip, len(texts))
    column, seeds = minhash.array(texts)[skip:], np.zeros(len(texts) - skip, np.uint64)
    names = minhash.sketches(column, pa.nulls(len(column), pa.string()), seeds)["text"]
    nothing = {folded(word) for word in PLACEHOLDERS}
    nothing |= {f"{folded(a)} {folded(b)}" for a in PLACEHOLDERS for b in PLACEHOLDERS}
    said = ["" if (words := folded(text)) in nothing else words for text in texts[skip:]]
    for one, first in zip(names, said, strict=True):
        assert (one == 0) == (first == "")
        assert [other == one for other in names] == [second == first for second in said]


@pytest.mark.parametrize(
    "data", [b"\xff", b"\xe4\xb8", b" \xc3", b"\xf0\x9f\x98", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\0"]
)
def test_bytes_that_are_no_text_are_blanks(data: bytes) -> None:
    column = pa.array([b"one " + data, b"one", data], pa.binary()).view(pa.string())
    names = minhash.sketches(column, pa.nulls(3, pa.string()), np.zeros(3, np.uint64))["text"]
    assert names[0] == names[1] and names[2] == 0


def test_a_text_of_ten_megabytes_is_one_text() -> None:
    first, second = sketches(["long words " * 1_000_000, "long words " * 999_999 + "long  words"])
    assert first["text"] == second["text"] and first["grams"] == 11_000_000 - 1 - minhash.GRAM + 1


def test_texts_of_different_seeds_never_meet() -> None:
    one, two = sketches([" ".join(document(1))]), sketches([" ".join(document(1))], seed=5)
    assert one["text"] != two["text"] and not np.intersect1d(minhash.band_keys(one), minhash.band_keys(two)).size


def test_the_estimate_is_as_good_as_theory_says() -> None:
    """Error of one permutation hashing with optimal densification is at most that of MinHash, sqrt(J (1 - J) / BINS)."""
    dice = random.Random(3)
    firsts = [document(seed) for seed in range(400)]
    seconds = [[w if dice.random() > seed / 1200 else "other" + w for w in text] for seed, text in enumerate(firsts)]
    one, two = ([" ".join(text) for text in side] for side in (firsts, seconds))
    truth = minhash.jaccard(minhash.array(one), minhash.array(two))
    errors = minhash.likeness(sketches(one), sketches(two)) - truth
    assert np.abs(errors.mean()) < 0.006
    assert np.sqrt((errors**2).mean()) < 1.15 * np.sqrt((truth * (1 - truth)).mean() / minhash.BINS)


@pytest.mark.parametrize("seed", range(5))
def test_every_pair_over_the_threshold_shares_a_key(seed: int) -> None:
    dice = random.Random(seed)
    original = document(seed)
    edits = {
        "truncated": original[: int(len(original) * 0.85)],
        "commented": ["so", "true", *original],
        "reworded": [dice.choice(WORDS) if dice.random() < 0.03 else word for word in original],
    }
    keys = minhash.band_keys(sketches([" ".join(original)]))
    for edit, words in edits.items():
        text = " ".join(words)
        assert jaccard(text, " ".join(original)) >= minhash.THRESHOLD, edit
        assert np.intersect1d(keys, minhash.band_keys(sketches([text]))).size, edit


def test_unrelated_texts_are_hardly_ever_candidates() -> None:
    seen = minhash.band_keys(sketches([" ".join(document(seed)) for seed in range(200)])).ravel()
    assert len(seen) - len(np.unique(seen)) < len(seen) / 200


def test_script_case_accents_addresses_and_punctuation_do_not_count() -> None:
    title, body = minhash.array(["東京攝影展", "东京摄影展"]), minhash.array(
        ["Café, WORLD! https://a.example/x", "cafe\u0301 world"]
    )
    first, second = minhash.sketches(title, body, np.zeros(2, np.uint64))
    assert first["text"] == second["text"]
    assert folded("看http://t.cn/A1b这里") == "看 这里"
    assert folded("a\ud800b\0c") == "ab c"


def test_a_short_text_is_only_the_duplicate_of_an_equal_one() -> None:
    assert [jaccard("nice video", other) for other in ("nice video", "nice videos")] == [1.0, 0.0]
    first, second, none = sketches(["nice video", "nice videos", ""])
    assert first["text"] != second["text"] and none["text"] == 0 and not candidates.keys(sketches(["nice video"])).size

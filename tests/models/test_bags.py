"""What a record says, read from bytes, is what plain Python reads from its text; and what that makes of two records."""

import random
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models import bags, blocking, grams, likeness, nearest, pieces, text
from models.bags import Bags

WORD = st.text("abkxZ0159电水壶機é", min_size=1, max_size=5)
TEXT = st.lists(st.tuples(WORD, st.sampled_from([" ", "-", ".", "/", ",", "。", " (", "; "])), max_size=12).map(
    lambda parts: "".join(word + joint for word, joint in parts)
)


def plainly(said: str) -> str:
    """Without accents, which count no more than case does."""
    return said.replace("é", "e")


def counts(bag: Bags, row: int) -> list[int]:
    return sorted(int(entry & bags.MOST) for entry in bag.entries[bag.starts[row] : bag.starts[row + 1]])


@settings(deadline=None)  # the first call compiles
@example("", "Z Z Z Z 壶 壶 壶壶 Z-0 Z ")
@given(TEXT, TEXT)
def test_grams_marks_and_script_are_those_of_the_text(title: str, body: str) -> None:
    found = bags.said(pa.array([None, title]), pa.array(["x", body]))
    title, body = (said if grams.words_only(said) else "" for said in (title, body))
    whole = plainly(f"{title} {body}")
    words = grams.words_only(whole)
    columns = sorted(Counter(words[n : n + 3] for n in range(len(words) - 2)).values())
    got = counts(found.grams, 1)
    # two 3-grams share a column once in some ten thousand texts
    assert got == columns or (len(got) < len(columns) and sum(got) == sum(columns))
    assert counts(found.marks, 1) == sorted(Counter(grams.marks(whole)).values())
    assert bool(found.is_han[1]) == (text.language(whole) in ("zh", "mixed"))
    own = grams.words_only(plainly(title))
    in_title = found.grams.entries[found.grams.starts[1] :] & bags.TITLE != 0
    assert in_title.sum() == len({own[n : n + 3] for n in range(len(own) - 2)}) or len(got) < len(columns)


@given(TEXT)
def test_equal_names_have_equal_numbers(name: str) -> None:
    other = f"  {name.upper()}!"
    one, two, none = bags.names(pa.array([name, other, "N/A"]))
    assert none == 0 and (one == two) and bool(one) == bool(grams.words_only(name))


def table(said: list[str], platforms: int = 3) -> pa.Table:
    rows = [
        {"record_id": f"r{n:06}", "platform": f"p{n % platforms}", "title": t[:30], "body": t}
        for n, t in enumerate(said)
    ]
    schema = pa.schema([pa.field(name, kind) for name, kind in KINDS.items()])
    return pa.Table.from_batches([pieces.pieces(pa.RecordBatch.from_pylist(rows, schema=schema))])


def corpus(said: list[str]) -> likeness.Corpus:
    made = table(said)
    return likeness.corpus(made, **{name: bags.of(made[name].combine_chunks()) for name in pieces.BAGS.names})


IDS = pa.struct([(name, pa.string()) for name in pieces.NAMES])
KINDS = dict.fromkeys(pieces.COLUMNS, pa.string()) | {
    "author": pa.struct([("name", pa.string())]),
    "created_at": pa.timestamp("us", "UTC"),
    "ids": IDS,
    "media": pa.list_(pa.struct([("kind", pa.string()), ("sha256", pa.string())])),
    "relations": pa.list_(pa.string()),
}


def spoken(seed: int, count: int) -> list[str]:
    dice = random.Random(seed)
    return [" ".join(f"{dice.choice('abcdef')}{dice.randrange(40)}" for _ in range(20)) for _ in range(count)]


def estimate(records: likeness.Corpus, one: int, two: int) -> float:
    """What models/nearest.py says that it reckons, the long way."""

    def shared(index: blocking.Index) -> list[float]:
        terms = (index.terms[index.ends[row] : index.ends[row + 1]] for row in (one, two))
        return index.idf[np.intersect1d(*terms)].astype(float).tolist()

    grams, marks = (shared(index) for index in (records.text, records.marks))
    sought, told = records.text.sought.astype(float), records.marks.told.astype(float)
    cosine = sum(known**2 for known in grams) / max(np.sqrt(sought[one] * sought[two]), 1e-9)
    return float(
        nearest.TEXT * cosine
        + likeness.WEIGHTS["marks"] * sum(marks) / max(min(told[one], told[two]), 1e-9)
        + likeness.WEIGHTS["information"] * min(sum(marks) / likeness.ENOUGH, 1)
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_nearest_are_those_of_all(seed: int) -> None:
    records = corpus(spoken(seed, 60))
    probes, others = likeness.candidates(records, 10, 20)
    for probe in range(10, 20):
        values = [estimate(records, probe, other) * (other != probe) for other in range(60)]
        alike = [row for row in np.argsort(-np.array(values), kind="stable").tolist() if values[row] > nearest.FLOOR]
        best = [
            row for group in range(3) for row in [r for r in alike if records.groups[r] == group][: nearest.NEAREST]
        ]
        assert others[probes == probe].tolist() == best
    assert 0 < len(probes) < 10 * 59


def test_likeness_is_the_same_from_either_side_to_the_last_bit() -> None:
    records = corpus(spoken(1, 40))
    ones, others = (side.ravel() for side in np.meshgrid(np.arange(40), np.arange(40), indexing="ij"))
    found = likeness.similarity(records, ones, others)[0].reshape(40, 40)
    assert np.array_equal(found, found.T)
    most = sum(likeness.WEIGHTS[name] for name in ("text", "title", "marks", "information"))
    assert np.allclose(np.diag(found), most)


def test_what_all_say_is_looked_up_by_nobody() -> None:
    """A title of a hundred times HOT costs what HOT costs: the same for one of a million."""
    said = [f"velora kettle, the best of its kind {n % 7}" for n in range(blocking.HOT + 1)] + spoken(2, 50)
    records = corpus(said)
    for index in (records.text, records.marks):
        lists = np.diff(index.heads)
        assert lists.max() <= blocking.HOT
        assert np.diff(index.ends).max() <= blocking.TERMS
        for row in range(len(index)):
            assert lists[index.terms[index.ends[row] : index.ends[row + 1]]].sum() <= blocking.STEPS

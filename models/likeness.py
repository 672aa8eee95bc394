"""How alike two records are: one number from features that a reader can check, over many pairs at once."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.blocking import Ids, Ints, Postings, Vectors, compact, information, nearest, postings, vectors
from models.grams import Bags

Floats = NDArray[np.float64]

# What one unit of a feature adds. Set by hand so that the same figures serve products, papers and posts: measured on
# Abt-Buy, Amazon-Google, DBLP-ACM and a made-up world, none of which has weights of its own.
WEIGHTS = {
    "text": 4.0,  # cosine of the character 3-grams of title and body
    "title": 8.0,  # share of one title's information, squared, that the other text holds, the better direction
    "marks": 3.0,  # share of the information in names and numbers, of the record that has less of it
    "information": 5.0,  # that information itself, full at ENOUGH nats: what two long texts share by chance is little
    "author": 1.0,  # the same name
    "brand": 1.0,  # the same brand
    "time": 1.0,  # exp(-days apart / 30)
}
ENOUGH = 20.0
DAYS = 30.0
SPOKEN = 12  # 3-grams: of a shorter text or title, likeness counts in proportion; "nice video" is said of many things
REPEAT_TEXT, REPEAT_MARKS, REPEAT_GRAMS = 0.8, 0.95, 150  # a repeat: long, its words and its names and numbers the same


@dataclass(frozen=True)
class Corpus:
    """All records, in the order of their ids: what the similarity of any two is computed from.

    `text` holds 3-grams of title and body, `titles` those of the title alone with the same information, `marks` names
    and numbers; `groups` numbers the platforms, `scripts` the scripts, `authors` and `brands` the names (-1 none),
    `days` is NaN where unknown.
    """

    text: Vectors
    titles: Vectors
    marks: Vectors
    by_text: Postings
    by_marks: Postings
    groups: Ids
    scripts: Ids
    authors: Ints
    brands: Ints
    days: Floats


def corpus(*, text: Bags, titles: Bags, marks: Bags, **known: NDArray[Any]) -> Corpus:
    """The records made comparable: weights and inverted indices from their bags."""
    text, titles = compact(text, titles)
    [marks] = compact(marks)
    idf = information(text, int(max(text.columns.max(initial=0), titles.columns.max(initial=0))) + 1)
    said, named = vectors(text, idf), vectors(marks, information(marks, int(marks.columns.max(initial=0)) + 1))
    return Corpus(said, vectors(titles, idf), named, postings(said), postings(named), **known)


def candidates(records: Corpus, first: int, last: int) -> tuple[Ints, Ints]:
    """Pairs (smaller row, larger row) that rows first..last propose: alike in text, or in names and numbers."""
    channels = ((records.text, records.by_text), (records.marks, records.by_marks))
    found = [nearest(rows, index, groups=records.groups, first=first, last=last) for rows, index in channels]
    probes, others = (np.concatenate(side) for side in zip(*found, strict=True))
    return unique_pairs(probes, others, len(records.groups))


def unique_pairs(firsts: Ints, seconds: Ints, size: int) -> tuple[Ints, Ints]:
    """Each pair once, the smaller row first, in ascending order."""
    keys = np.unique(np.minimum(firsts, seconds) * size + np.maximum(firsts, seconds))
    return keys // size, keys % size


def similarity(records: Corpus, firsts: Ints, seconds: Ints) -> tuple[Floats, NDArray[np.bool_]]:
    """The weighted sum of each pair's features, and whether one text repeats the other."""
    features = {**_of_text(records, firsts, seconds), **_of_names(records, firsts, seconds)}
    sizes = np.diff(records.text.starts)
    is_long = np.minimum(sizes[firsts], sizes[seconds]) >= REPEAT_GRAMS
    is_repeat = is_long & (features["text"] >= REPEAT_TEXT) & (features["marks"] >= REPEAT_MARKS)
    total = np.zeros(len(firsts))
    for name, weight in WEIGHTS.items():
        total += weight * features[name]
    return total, is_repeat


def _of_text(records: Corpus, firsts: Ints, seconds: Ints) -> dict[str, Floats]:
    text, titles, marks = records.text, records.titles, records.marks
    shared = _shared(marks, marks, firsts, seconds, marks.idf)
    least = np.minimum(marks.told[firsts], marks.told[seconds])
    told = np.maximum(titles.told_rare, 1e-9)
    named = [
        _shared(titles, text, one, two, titles.rare) / told[one] for one, two in ((firsts, seconds), (seconds, firsts))
    ]
    return {
        "text": _cosine(text, firsts, seconds) * np.minimum(_full(text)[firsts], _full(text)[seconds]),
        "title": np.maximum(named[0] * _full(titles)[firsts], named[1] * _full(titles)[seconds]),
        "marks": shared / np.maximum(least, 1e-9),
        "information": np.minimum(shared / ENOUGH, 1.0),
    }


def _of_names(records: Corpus, firsts: Ints, seconds: Ints) -> dict[str, Floats]:
    def is_same(names: Ints) -> Floats:
        return np.asarray((names[firsts] == names[seconds]) & (names[firsts] >= 0), np.float64)

    apart: Floats = np.abs(records.days[firsts] - records.days[seconds])
    close: Floats = np.nan_to_num(np.exp(-apart / DAYS))
    return {"author": is_same(records.authors), "brand": is_same(records.brands), "time": close}


def _full(rows: Vectors) -> Floats:
    """1 for a row that says enough to be recognised by, less for a shorter one."""
    return np.asarray(np.minimum(np.diff(rows.starts) / SPOKEN, 1.0), np.float64)


def _cosine(rows: Vectors, firsts: Ints, seconds: Ints) -> Floats:
    out = np.zeros(len(firsts))
    _dot(rows.starts, rows.columns, rows.weights, rows.starts, rows.columns, rows.weights, firsts, seconds, out)
    return out


def _shared(rows: Vectors, others: Vectors, firsts: Ints, seconds: Ints, values: NDArray[np.float32]) -> Floats:
    """Sum of `values` over the entries of row `firsts` whose column row `seconds` of `others` has too."""
    out = np.zeros(len(firsts))
    ones = np.broadcast_to(np.float32(1), len(others.columns))  # takes no memory
    _dot(rows.starts, rows.columns, values, others.starts, others.columns, ones, firsts, seconds, out)
    return out


@njit(cache=True, nogil=True)
def _dot(starts, columns, values, starts2, columns2, values2, firsts, seconds, out):  # type: ignore
    for pair in range(len(out)):
        at, end = starts[firsts[pair]], starts[firsts[pair] + 1]
        at2, end2 = starts2[seconds[pair]], starts2[seconds[pair] + 1]
        while at < end and at2 < end2:
            if columns[at] == columns2[at2]:
                out[pair] += values[at] * values2[at2]
                at += 1
                at2 += 1
            elif columns[at] < columns2[at2]:
                at += 1
            else:
                at2 += 1

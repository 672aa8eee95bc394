"""What a row's texts are made of: words, 3-grams, codes and numbers, as sparse rows with their information."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import xxhash
from numpy.typing import NDArray

from models.blocking import Ids, Ints, Weights, information, owners
from models.grams import Bags, gram_bags, words_only
from models.text import HAN, normalise

CHARACTERS = 600  # of a text: what is said later seldom tells records apart and costs as much
_RUN = re.compile(rf"[{HAN}]+|\d+(?:\.\d+)?|[^\W\d_{HAN}]+")
_CODE = re.compile(rf"[^\W_{HAN}]+(?:[-./+][^\W_{HAN}]+)*")
_JOINT = re.compile(r"[^\w]")
_COMMA = re.compile(r"(?<=\d)[, ](?=\d{3}(?!\d))")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Rows:
    """Sparse rows: `columns[starts[i]:starts[i + 1]]` ascending; `unit` makes a row unit length, `idf` is in nats."""

    starts: Ints
    columns: Ids
    unit: Weights
    idf: Weights
    total: NDArray[np.float32]  # information of each row

    @property
    def width(self) -> int:
        return int(self.columns.max(initial=-1)) + 1


def clean(text: str) -> str:
    """One spelling, cut to CHARACTERS; empty for a placeholder."""
    return normalise(text)[:CHARACTERS] if words_only(text) else ""


def words(text: str) -> list[str]:
    """Words of a cleaned text: letters and numbers apart ("500gb" is 500, gb), Han in pairs."""
    found: list[str] = []
    for run in _RUN.findall(_COMMA.sub("", text)):
        if run[0] >= "\u3005" and re.match(f"[{HAN}]", run):
            found += [run[at : at + 2] for at in range(max(1, len(run) - 1))]
        else:
            found.append(run.removesuffix(".0").lstrip("0") or "0" if run[0].isdigit() else run)
    return found


def codes(text: str) -> list[str]:
    """Model numbers and the like: joined runs with a digit and at least three signs, "kx-2107" as kx2107 and parts."""
    found: list[str] = []
    for run in _CODE.findall(text):
        parts = _JOINT.split(run)
        for part in dict.fromkeys((_JOINT.sub("", run), *parts)):
            if len(part) >= 3 and any(map(str.isdigit, part)) and not (part.isdigit() and len(part) < 4):
                found.append(part)
    return found


def numbers(text: str) -> list[str]:
    """Numbers of a text, wherever they stand: "2.0" is 2."""
    return [found.removesuffix(".0").lstrip("0") or "0" for found in _NUMBER.findall(_COMMA.sub("", text))]


def bags(texts: Iterable[str], split: Callable[[str], list[str]]) -> Bags:
    """One bag of hashed pieces per text; columns are numbered by the order of their hashes."""
    known: dict[str, int] = {}
    found = [[known.setdefault(word, len(known)) for word in split(text)] for text in texts]
    hashes = np.array([xxhash.xxh3_64_intdigest(word.encode()) for word in known], np.uint64)
    order = np.argsort(np.argsort(hashes, kind="stable"), kind="stable")
    owner = np.repeat(np.arange(len(found)), [len(row) for row in found])
    flat = np.array([place for row in found for place in row], np.int64)
    keys, counts = np.unique(owner * max(1, len(known)) + (order[flat] if len(flat) else flat), return_counts=True)
    starts = np.searchsorted(keys, np.arange(len(found) + 1) * max(1, len(known))).astype(np.int64)
    return Bags(starts, (keys % max(1, len(known))).astype(np.int32), counts.astype(np.int32))


def grams(texts: Sequence[str]) -> Bags:
    """Character 3-grams with the blanks around words."""
    raw = gram_bags([f" {' '.join(_RUN.findall(text))} " if text else "" for text in texts])
    used, places = np.unique(raw.columns, return_inverse=True)
    del used
    return Bags(raw.starts, places.astype(np.int32), raw.counts)


def joined(one: Bags, other: Bags) -> Bags:
    """Both bags of every text as one."""
    owner = np.concatenate([owners(one.starts), owners(other.starts)])
    order = np.argsort(owner, kind="stable")
    columns = np.concatenate([one.columns, other.columns + one.columns.max(initial=-1) + 1])
    return Bags(one.starts + other.starts, columns[order], np.concatenate([one.counts, other.counts])[order])


def rows(bag: Bags, idf: NDArray[np.float64] | None = None) -> Rows:
    """TF-IDF rows of unit length."""
    told = (information(bag, int(bag.columns.max(initial=-1)) + 1) if idf is None else idf)[bag.columns]
    size, owner = len(bag.starts) - 1, owners(bag.starts)
    raw = (1 + np.log(bag.counts)) * told
    length = np.sqrt(np.bincount(owner, raw * raw, minlength=size))
    total = np.bincount(owner, told, minlength=size)
    unit = raw / np.maximum(length, 1e-12)[owner]
    return Rows(bag.starts, bag.columns, unit.astype(np.float32), told.astype(np.float32), total.astype(np.float32))

"""Texts as sparse vectors of hashed pieces: character n-grams for likeness, marks (names, numbers) across languages.

The pieces are hashed into DIMS columns: no vocabulary is kept, the same text has the same vector everywhere.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.text import HAN, normalise

Ints = NDArray[np.int64]

GRAM = 3
DIMS = 1 << 22  # more distinct 3-grams than a million records of both scripts have
CHARACTERS = 1200  # of a text: what is said later seldom tells records apart and costs as much
PLACEHOLDERS = frozenset(
    "na n/a none null nil unknown untitled test todo 暂无 无 未知 无标题 暂无标题 默认标题 标题".split()
)

_REST = re.compile(r"[\W_]+")
_ADDRESS = re.compile(r"https?://\S+")
_COMMA = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_MARK = re.compile(rf"[^\W_{HAN}]+(?:[-./][^\W_{HAN}]*\d[^\W_{HAN}]*)*")
_MIX = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9))


@dataclass(frozen=True)
class Bags:
    """One bag of hashed pieces per text: `columns[starts[i]:starts[i + 1]]`, ascending, and how often each occurs."""

    starts: Ints
    columns: NDArray[np.int32]
    counts: NDArray[np.int32]


def words_only(text: str | None) -> str:
    """Normalised text whose addresses and punctuation are blanks; empty for a placeholder such as "N/A" or "暂无"."""
    flat = normalise(_ADDRESS.sub(" ", text or ""))
    return "" if flat in PLACEHOLDERS else _REST.sub(" ", flat).strip()


def gram_bags(texts: Sequence[str]) -> Bags:
    """Character 3-grams of each text; a text shorter than that has none."""
    points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    owner = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    if points.size < GRAM:
        return _bags(np.empty(0, np.int64), np.empty(0, np.int64), len(texts))
    windows = points.size - GRAM + 1
    mixed = np.zeros(windows, np.uint64)
    for place, factor in enumerate(_MIX):
        mixed = (mixed ^ points[place : place + windows]) * factor
        mixed ^= mixed >> np.uint64(29)
    is_inside = owner[:windows] == owner[GRAM - 1 :]
    return _bags(owner[:windows][is_inside], (mixed[is_inside] % DIMS).astype(np.int64), len(texts))


def marks(text: str | None) -> list[str]:
    """Words and numbers outside Han text, model numbers whole ("kx-2107"), numbers without their thousands' commas."""
    return _MARK.findall(_COMMA.sub("", normalise(_ADDRESS.sub(" ", text or ""))))


def _bags(owners: Ints, columns: Ints, size: int) -> Bags:
    keys, counts = np.unique(owners * DIMS + columns, return_counts=True)
    starts = np.searchsorted(keys, np.arange(size + 1) * DIMS).astype(np.int64)
    return Bags(starts, (keys % DIMS).astype(np.int32), counts.astype(np.int32))

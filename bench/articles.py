"""Articles with planted near-duplicates, of any number, the same for a seed: who copies whom is known exactly.

One in ten articles has 1 to 4 copies, spread over all files; of a copy up to 3 % of the words are replaced (how many, each
copy draws for itself). 70 % are English of about 1.7 kB (a little longer), 15 % Chinese of 600 characters, 15 % short,
of 15 to 40 words. Words are drawn with the skew of language from a made-up vocabulary.
"""

import functools
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from schemas.document import DOCUMENT
from schemas.record import RECORD
from schemas.work import WORK
from store import lake

PER_FILE = 25_000
COPIED, MOST_COPIES, EDITS = 0.1, 4, 0.03
WORDS, SKEW = 20_000, 2.5
DATE = "2026-01-01"
LETTERS, HAN = "etaoinshrdlucmfwypvbgkjqxz", range(0x4E00, 0x9FA0)

Ints = NDArray[np.int64]


def write(count: int, seed: int) -> int:
    """Records, works and documents of this many articles (or a few less) into the lake; how many there are."""
    families, copies = plan(count, seed)
    files = max(2, len(families) // PER_FILE)
    spread = (families + copies) % files
    tasks = [(families[spread == file], copies[spread == file], seed) for file in range(files)]
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:  # a fork would hold the session's sockets
        put(pool.map(_records, tasks), len(families))
    return len(families)


def put(texts: Iterator[tuple[list[str], list[str]]], count: int) -> None:
    """Each (names, texts) as records of one work each, and the works and documents that belong to them."""
    path, names = lake.partition("records", platform="made", date=DATE), []

    def tables() -> Iterator[pa.Table]:
        for ids, bodies in texts:
            names.extend(ids)
            given = {"record_id": ids, "native_id": ids, "body": bodies, "raw_ref": ids, "content_hash": ids}
            yield _table(given, {"platform": "made", "type": "post", "status": "live"}, RECORD)

    lake.write(path, tables(), RECORD)
    works = _table({"record_id": names, "work_id": names}, {"platform": "made"}, WORK)
    lake.write(lake.partition("works", date=DATE), [works], WORK, inputs=[path])
    given: dict[str, list[Any]] = {"work_id": names, "record_ids": [[name] for name in names]}
    documents = _table(given, {"type": "post", "status": "live", "record_count": 1}, DOCUMENT)
    lake.write(lake.partition("documents", step="merge", date=DATE), [documents], DOCUMENT)


def _table(given: Mapping[str, Sequence[Any]], same: Mapping[str, Any], schema: pa.Schema) -> pa.Table:
    """Rows of these columns, of the same value everywhere, and of nothing."""
    size = len(next(iter(given.values())))
    instants = pa.array(np.zeros(size, np.int64)).cast(pa.timestamp("us", tz="UTC"))
    repeated = {name: pa.array([value] * size) for name, value in same.items()}
    columns: dict[str, Any] = {**repeated, "crawled_at": instants, **given}
    return pa.table([columns[f.name] if f.name in columns else pa.nulls(size, f.type) for f in schema], schema.names)


def plan(count: int, seed: int) -> tuple[Ints, Ints]:
    """Family and number within it of every article; 0 is the original."""
    dice = np.random.default_rng(seed)
    sizes = 1 + dice.integers(1, MOST_COPIES + 1, count) * (dice.random(count) < COPIED)
    sizes = sizes[: np.searchsorted(np.cumsum(sizes), count, side="right")]
    families = np.repeat(np.arange(len(sizes)), sizes)
    return families, np.arange(len(families)) - np.repeat(np.cumsum(sizes) - sizes, sizes)


def _records(task: tuple[Ints, Ints, int]) -> tuple[list[str], list[str]]:
    families, copies, seed = task
    names = [f"made:{family}-{copy}" for family, copy in zip(families.tolist(), copies.tolist(), strict=True)]
    return names, [article(seed, *both) for both in zip(families.tolist(), copies.tolist(), strict=True)]


def article(seed: int, family: int, copy: int) -> str:
    """The text of one article; every copy has edits of its own."""
    dice = np.random.default_rng((seed, family))
    kind = dice.random()
    length, words, joint = (
        (250, english(), " ") if kind < 0.7 else (300, chinese(), "") if kind < 0.85 else (0, english(), " ")
    )
    places = _draw(dice, length or int(dice.integers(15, 41)))
    if copy:
        edits = np.random.default_rng((seed, family, copy))
        is_edited = edits.random(len(places)) < edits.random() * EDITS
        places[is_edited] = _draw(edits, int(is_edited.sum()))
    return joint.join([words[place] for place in places.tolist()])


def _draw(dice: np.random.Generator, count: int) -> Ints:
    return (WORDS * dice.random(count) ** SKEW).astype(np.int64)


@functools.cache
def english() -> list[str]:
    """Words of two to ten letters; the common ones are short."""
    dice = np.random.default_rng(1)
    lengths = np.minimum(2 + np.log2(1 + np.arange(WORDS)) * 0.4 + dice.random(WORDS) * 3, 10).astype(int)
    return ["".join(LETTERS[int(26 * u**1.5)] for u in dice.random(length)) for length in lengths]


@functools.cache
def chinese() -> list[str]:
    """Words of two characters, out of some 3,000."""
    dice = np.random.default_rng(2)
    return ["".join(chr(HAN[int(3000 * u)]) for u in dice.random(2)) for _ in range(WORDS)]

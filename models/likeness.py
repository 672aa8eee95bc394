"""How alike two records are: one number from features that a reader can check, over many pairs at once."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

from models import sounds
from models.bags import MOST, SHIFT, TITLE, Bags
from models.blocking import LOGS, Ids, Index, Ints, index
from models.nearest import nearest
from models.pieces import SOUNDS, numbered

Floats = NDArray[np.float64]

# What one unit of a feature adds. Set by hand so that the same figures serve products, papers and posts: measured on
# Abt-Buy, Amazon-Google, DBLP-ACM and a made-up world, none of which has weights of its own.
WEIGHTS = {
    "text": 4.0,  # cosine of the character 3-grams of title and body
    # share of one title's information, squared, that the other text holds, the better direction; whole where two titles
    # of two scripts sound the same (models/sounds.py), a short one in proportion
    "title": 8.0,
    "marks": 3.0,  # share of the information in names and numbers, of the record that has less of it
    "information": 5.0,  # that information itself, full at ENOUGH nats: what two long texts share by chance is little
    "author": 1.0,  # the same name, HEARD of it for one that only sounds the same
    "brand": 1.0,  # the same brand, likewise
    "time": 1.0,  # exp(-days apart / 30)
}
ENOUGH = 20.0
DAYS = 30.0
HEARD = 0.5  # 李伟 and 李薇 are both Li Wei
READ_OUT = 20  # letters: of a shorter title, that it sounds the same in the other script counts in proportion
SHORTEST = 5  # letters of a title that is looked for by its sound
HOT = 20  # records of a script whose titles sound the same: more have no title of their own
SPOKEN = 12  # 3-grams: of a shorter text or title, likeness counts in proportion; "nice video" is said of many things
REPEAT_TEXT, REPEAT_MARKS, REPEAT_GRAMS = 0.8, 0.95, 150  # a repeat: long, its words and its names and numbers the same
SLOTS = 4096  # of the table of a probe's pieces: three times CHARACTERS, a power of two
BITS = 1 << 15  # for the columns of a probe: one piece in thirty of the longest others seems to be there and is not


@dataclass(frozen=True)
class Corpus:
    """All records, in the order of their ids: what the similarity of any two is computed from.

    `text` indexes the 3-grams of title and body, `marks` names and numbers; `groups` numbers the platforms; `authors` and
    `brands` are numbers of names (0 none), `days` is NaN where unknown.
    """

    text: Index
    marks: Index
    groups: Ids
    is_han: NDArray[np.bool_]
    authors: Ints
    brands: Ints
    author_sounds: Ints
    brand_sounds: Ints
    title_sounds: Ints
    days: Floats
    heard: tuple[Ints, Ints]


def corpus(table: pa.Table, *, grams: Bags, marks: Bags) -> Corpus:
    """The comparable records of a table of models/pieces.PLAIN, in its order, with their bags."""
    is_han = np.asarray(table["is_han"], np.bool_)
    authors, brands = (np.asarray(table[name], np.int64) for name in ("author", "brand"))
    groups = numbered(table["platform"]).astype(np.int32)
    of_author, of_brand, of_title = (np.asarray(table[name], np.int64) for name in SOUNDS)
    made = index(grams), index(marks), groups, is_han, authors, brands, of_author, of_brand, of_title
    return Corpus(*made, table["days"].to_numpy(), _heard(of_title))


def _heard(titles: Ints) -> tuple[Ints, Ints]:
    """Rows whose titles sound the same in two scripts; both orders of each pair, ascending."""
    told = np.flatnonzero(sounds.size(titles) >= SHORTEST)
    told = told[np.argsort(titles[told], kind="stable")]
    han, latin = (told[titles[told] & 1 == bit] for bit in (1, 0))
    first, last = (np.searchsorted(titles[latin] >> 1, titles[han] >> 1, side) for side in ("left", "right"))
    others = last - first
    alike = np.unique(titles[han], return_inverse=True, return_counts=True)
    others[(others > HOT) | (alike[2][alike[1]] > HOT)] = 0
    one = np.repeat(han, others)
    two = latin[np.arange(len(one)) - np.repeat(np.cumsum(others) - others - first, others)]
    order = np.lexsort((np.append(two, one), np.append(one, two)))
    return np.append(one, two)[order], np.append(two, one)[order]


def candidates(records: Corpus, first: int, last: int) -> tuple[Ints, Ints]:
    """Pairs (probe, other) that rows first..last propose: they seem or sound alike; probes ascending."""
    share, nat = WEIGHTS["marks"], WEIGHTS["information"] / ENOUGH
    text, marks, groups = records.text, records.marks, records.groups
    found = nearest(text, marks, groups=groups, share=share, nat=nat, enough=ENOUGH, first=first, last=last)
    return _with_heard(records, *found, first, last)


def _with_heard(records: Corpus, probes: Ints, others: Ints, first: int, last: int) -> tuple[Ints, Ints]:
    """The same pairs with those that the rows first..last hear; each once."""
    begin, end = np.searchsorted(records.heard[0], (first, last))
    if begin == end:
        return probes, others
    size = len(records.groups)
    heard = records.heard[0][begin:end] * size + records.heard[1][begin:end]
    pairs = probes * size + others
    more = heard[~np.isin(heard, pairs)]
    pairs = np.append(pairs, more)
    pairs = pairs[np.argsort(pairs // size, kind="stable")]
    return pairs // size, pairs % size


def similarity(records: Corpus, probes: Ints, others: Ints) -> tuple[Floats, NDArray[np.bool_]]:
    """The weighted sum of each pair's features, and whether one text repeats the other; probes ascending."""
    found, is_repeat = features(records, probes, others)
    total = np.zeros(len(probes))
    for name, weight in WEIGHTS.items():
        total += weight * found[name]
    return total, is_repeat


def features(records: Corpus, probes: Ints, others: Ints) -> tuple[dict[str, Floats], NDArray[np.bool_]]:
    """The features of each pair by the names in WEIGHTS, and whether one text repeats the other; probes ascending."""
    of_text, of_marks = np.empty((4, len(probes))), np.empty((4, len(probes)))
    for rows, out in ((records.text, of_text), (records.marks, of_marks)):
        _compare(rows.starts, rows.entries, rows.idf, rows.lengths, LOGS, probes, others, out)
    found = _of_text(records, probes, others, of_text) | _of_names(records, probes, others)
    found |= _of_marks(records.marks, probes, others, of_marks[1])
    is_long = np.minimum(_sizes(records.text, probes), _sizes(records.text, others)) >= REPEAT_GRAMS
    return found, is_long & (of_text[0] >= REPEAT_TEXT) & (found["marks"] >= REPEAT_MARKS)


def _of_text(records: Corpus, probes: Ints, others: Ints, found: Floats) -> dict[str, Floats]:
    rows = records.text
    least = np.minimum(_full(_sizes(rows, probes)), _full(_sizes(rows, others)))
    named = [
        shared / np.maximum(rows.told_rare[one], 1e-9) * _full(rows.in_title[one])
        for one, shared in ((probes, found[2]), (others, found[3]))
    ]
    heard = np.where(sounds.same(*(titles := (records.title_sounds[probes], records.title_sounds[others]))), 1.0, 0.0)
    heard *= (titles[0] & 1 != titles[1] & 1) * np.minimum(sounds.size(titles[0]) / READ_OUT, 1.0)
    return {"text": found[0] * least, "title": np.maximum(np.maximum(*named), heard)}


def _of_marks(rows: Index, probes: Ints, others: Ints, shared: Floats) -> dict[str, Floats]:
    least = np.minimum(rows.told[probes], rows.told[others])
    return {"marks": shared / np.maximum(least, 1e-9), "information": np.minimum(shared / ENOUGH, 1.0)}


def _of_names(records: Corpus, probes: Ints, others: Ints) -> dict[str, Floats]:
    def is_same(names: Ints, heard: Ints) -> Floats:
        is_one = (names[probes] == names[others]) & (names[probes] != 0)
        return np.where(is_one, 1.0, HEARD * sounds.same(heard[probes], heard[others]))

    apart: Floats = np.abs(records.days[probes] - records.days[others])
    close: Floats = np.nan_to_num(np.exp(-apart / DAYS))
    author, brand = is_same(records.authors, records.author_sounds), is_same(records.brands, records.brand_sounds)
    return {"author": author, "brand": brand, "time": close}


def _sizes(rows: Index, at: Ints) -> Ints:
    return rows.starts[at + 1] - rows.starts[at]


def _full(sizes: Ints | Ids) -> Floats:
    """1 for a text that says enough to be recognised by, less for a shorter one; of sizes in 3-grams."""
    return np.asarray(np.minimum(sizes / SPOKEN, 1.0), np.float64)


@njit(cache=True, nogil=True)
def _compare(starts, entries, idf, lengths, logs, probes, others, out):  # type: ignore
    """Per pair the cosine, and of the shared pieces the idf, and its squares over the title of the probe and of the other.

    A probe's pieces are put into a table once; those of the others are looked up there, in the same order from either
    side. Most are not there: a bit for each column tells so without a branch.
    """
    columns, known = np.empty(SLOTS, np.int32), np.empty((SLOTS, 3), np.float32)  # log of count, idf, 1 in a title
    bits, found = np.empty(BITS // 64, np.uint64), np.empty(SLOTS, np.uint32)
    last = np.int64(-1)
    for pair in range(len(probes)):
        probe, other = probes[pair], others[pair]
        if probe != last:
            _fill(entries[starts[probe] : starts[probe + 1]], idf, logs, columns, known, bits)
            last = probe
        dot, told, in_probe, in_other = 0.0, 0.0, 0.0, 0.0
        for entry in found[: _maybe(entries[starts[other] : starts[other + 1]], bits, found)]:
            slot = _slot(columns, np.int32(entry >> SHIFT))
            if columns[slot] < 0:
                continue
            own, rarity = np.float64(known[slot, 0]), np.float64(known[slot, 1])
            dot += (own * rarity) * (logs[entry & MOST] * rarity)
            told += rarity
            in_probe += rarity * rarity * known[slot, 2]
            in_other += rarity * rarity * (entry & TITLE != 0)
        out[0, pair] = dot / max(np.float64(lengths[probe]) * lengths[other], 1e-12)
        out[1, pair], out[2, pair], out[3, pair] = told, in_probe, in_other


@njit(cache=True, nogil=True)
def _fill(entries, idf, logs, columns, known, bits):  # type: ignore
    columns[:], bits[:] = -1, 0
    for entry in entries:
        column = np.int32(entry >> SHIFT)
        slot = _slot(columns, column)
        columns[slot] = column
        known[slot, 0], known[slot, 1], known[slot, 2] = logs[entry & MOST], idf[column], entry & TITLE != 0
        bits[column >> 6 & (BITS // 64 - 1)] |= np.uint64(1) << np.uint64(column & 63)


@njit(cache=True, nogil=True)
def _maybe(entries, bits, found):  # type: ignore
    """Put the entries whose column has its bit set before the others; how many."""
    count = 0
    for entry in entries:
        column = entry >> SHIFT
        found[count] = entry
        count += bits[column >> 6 & (BITS // 64 - 1)] >> np.uint64(column & 63) & np.uint64(1)
    return count


@njit(cache=True, nogil=True)
def _slot(columns, column):  # type: ignore
    """Where a column is in the table, or would be."""
    slot = column & (SLOTS - 1)
    while columns[slot] >= 0 and columns[slot] != column:
        slot = (slot + 1) & (SLOTS - 1)
    return slot

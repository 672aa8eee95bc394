"""Which candidates teach, which set the threshold, which are measured: by the splits given, else by halves of the truth."""

from dataclasses import dataclass

import numpy as np
import xxhash
from numpy.typing import NDArray

from bench.er import Folder, Ints, Labelled
from models.linkage.candidates import Pairs
from models.linkage.groups import components
from models.linkage.labelled import Labels

TRAIN, VALID, MEASURED = 0, 1, 2
PART = np.array([TRAIN] * 3 + [VALID] + [MEASURED] * 4)  # of eight true groups


@dataclass(frozen=True)
class Parts:
    """Places among the candidates; `gold` are the keys (first x size + second) that count, `counted` the candidates.

    `apart` may not teach. `test` (keys, truth) is None where no test split is given.
    """

    train: Labels
    valid: Labels
    apart: Ints
    counted: NDArray[np.bool_]
    gold: Ints
    test: tuple[Ints, NDArray[np.bool_]] | None


def keys(folder: Folder, labelled: Labelled) -> Ints:
    """One number for each labelled pair, as candidates have."""
    return labelled.left * size(folder) + labelled.right + (len(folder.left.ids) if folder.right else 0)


def size(folder: Folder) -> int:
    """Rows of all tables."""
    return len(folder.left.ids) + (len(folder.right.ids) if folder.right else 0)


def parts(folder: Folder, pairs: Pairs) -> Parts:
    """The parts of two tables' candidates."""
    gold = np.unique(keys(folder, folder.gold)[folder.gold.is_match])
    if not {"train", "valid"} <= set(folder.splits):
        return _halves(folder, pairs, gold)
    there = pairs.firsts * size(folder) + pairs.seconds
    labels = {name: _labels(keys(folder, split), split.is_match, there) for name, split in folder.splits.items()}
    apart = np.concatenate([labels[name].places for name in labels if name != "train"])
    test = folder.splits.get("test")
    told = (keys(folder, test), test.is_match) if test else None
    return Parts(labels["train"], labels["valid"], apart, np.ones(len(there), np.bool_), gold, told)


def _labels(wanted: Ints, is_match: NDArray[np.bool_], there: Ints) -> Labels:
    order = np.argsort(wanted, kind="stable")
    wanted, is_match = wanted[order], is_match[order]
    is_there = np.isin(wanted, there)
    return Labels(np.searchsorted(there, wanted[is_there]), is_match[is_there])


def _halves(folder: Folder, pairs: Pairs, gold: Ints) -> Parts:
    part = part_of_rows(folder, gold)
    one, two = part[pairs.firsts], part[pairs.seconds]
    truth = np.isin(pairs.firsts * size(folder) + pairs.seconds, gold)
    train, valid = (np.flatnonzero((one == wanted) & (two == wanted)) for wanted in (TRAIN, VALID))
    counted = (one == MEASURED) & (two == MEASURED)
    apart = np.flatnonzero((one != TRAIN) | (two != TRAIN))
    measured = gold[part[gold // size(folder)] == MEASURED]
    return Parts(Labels(train, truth[train]), Labels(valid, truth[valid]), apart, counted, measured, None)


def part_of_rows(folder: Folder, gold: Ints) -> Ints:
    """TRAIN, VALID or MEASURED of every row; rows of one true group are in one part, so that no truth leaks."""
    ids = [*(f"L{i}" for i in folder.left.ids), *(f"R{i}" for i in (folder.right.ids if folder.right else ()))]
    part = np.array([PART[xxhash.xxh3_64_intdigest(name.encode()) % len(PART)] for name in ids])
    pairs = Pairs(gold // len(ids), gold % len(ids))
    for rows in components(pairs, np.ones(len(gold), np.bool_), len(ids)):
        part[rows] = part[rows[0]]
    return part

"""Folders of tables to match, with their truth: two tables, or one that holds the same thing several times."""

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.charset import decoded
from store.cli import TrawlError

Ints = NDArray[np.int64]
SPLITS = ("train", "valid", "test")
TRUTH = re.compile(r"gold|(?:^|[_-])gt|truth|match|mapping", re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """Rows of one file: their ids in order, and the values of every other column."""

    ids: list[str]
    columns: dict[str, list[str]]


@dataclass(frozen=True)
class Labelled:
    """Pairs of rows (left, right) and whether they are the same thing."""

    left: Ints
    right: Ints
    is_match: NDArray[np.bool_]


@dataclass(frozen=True)
class Folder:
    """`right` is None where one table is matched with itself; then left < right in every pair."""

    name: str
    left: Table
    right: Table | None
    gold: Labelled
    splits: dict[str, Labelled]
    notes: list[str]


def folders(root: Path) -> list[Path]:
    """The folder itself where it holds tables, else those of its folders that do."""
    found = [folder for folder in (root, *sorted(root.iterdir())) if folder.is_dir() and _truth(folder)]
    if not found:
        raise TrawlError(f"{root} holds no tables with a truth file: give a folder with two tables and a gold.csv")
    return found


def read(folder: Path) -> Folder:
    """Tables, truth and labelled splits of one folder. Raises TrawlError where ids are not unique."""
    truth = _truth(folder)
    assert truth
    files = [f for f in sorted(folder.glob("*.csv")) if f != truth and f.stem not in SPLITS]
    if len(files) not in (1, 2):
        raise TrawlError(f"{folder} holds {len(files)} tables: one or two CSV files beside the truth are needed")
    pairs = _rows(truth)
    tables = [
        _table(file, {row[place] for row in pairs for place in ((0, 1) if len(files) == 1 else (side,))})
        for side, file in enumerate(files)
    ]
    left, right = tables[0], tables[1] if len(tables) == 2 else None
    notes: list[str] = []
    gold = _labelled(pairs, left, right, truth, notes)
    splits = {
        name: _labelled(_rows(folder / f"{name}.csv"), left, right, folder / f"{name}.csv", notes)
        for name in SPLITS
        if (folder / f"{name}.csv").exists()
    }
    _withhold(left, right, gold, notes)
    return Folder(folder.name, left, right, gold, splits, notes)


def _truth(folder: Path) -> Path | None:
    found = [file for file in sorted(folder.glob("*.csv")) if TRUTH.search(file.stem)]
    return found[0] if found else None


def _rows(file: Path) -> list[list[str]]:
    text = decoded(file.read_bytes()).text.lstrip("\ufeff")
    head = text[: text.find("\n") + 1] or text
    delimiter = max(",;|\t", key=head.count)
    return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]


def _table(file: Path, wanted: set[str]) -> Table:
    """The id column is the first whose values are all different and name the rows that the truth names."""
    head, *rows = _rows(file)
    rows = [[*row, *[""] * (len(head) - len(row))] for row in rows]
    columns = {name or f"column {place}": [row[place] for row in rows] for place, name in enumerate(head)}
    name = max(columns, key=lambda name: len(wanted.intersection(columns[name])))
    ids = columns.pop(name)
    if len(set(ids)) < len(ids):
        seen: set[str] = set()
        twice = next(value for value in ids if value in seen or seen.add(value))  # type: ignore[func-returns-value]
        raise TrawlError(f"{file}: id {twice!r} stands in several rows of column {name!r}: make the ids unique")
    return Table(ids, columns)


def _labelled(pairs: list[list[str]], left: Table, right: Table | None, file: Path, notes: list[str]) -> Labelled:
    one = {value: row for row, value in enumerate(left.ids)}
    two = one if right is None else {value: row for row, value in enumerate(right.ids)}
    known = [(one[row[0]], two[row[1]], row[2:3] != ["0"]) for row in pairs if row[0] in one and row[1] in two]
    lost = len(pairs) - len(known) - (pairs[:1] != [] and pairs[0][0] not in one)  # the header names no row
    if lost:
        notes.append(f"{file.name}: {lost} of {len(pairs)} pairs name rows that no table has; left out")
    if right is None:
        known = [(min(a, b), max(a, b), same) for a, b, same in known if a != b]
    unique = sorted(dict.fromkeys(known))
    columns = np.array([(a, b) for a, b, _ in unique], np.int64).reshape(-1, 2)
    return Labelled(columns[:, 0], columns[:, 1], np.array([same for *_, same in unique], np.bool_))


def _withhold(left: Table, right: Table | None, gold: Labelled, notes: list[str]) -> None:
    """A column whose equality is the truth itself is a label, not data: the matcher must not see it."""
    if right is None:
        return
    for name in [name for name in left.columns if name in right.columns]:
        held: dict[str, int] = {}
        for value in left.columns[name]:
            held[value] = held.get(value, 0) + 1
        equal = sum(held.get(value, 0) for value in right.columns[name] if value)
        same = sum(left.columns[name][a] == right.columns[name][b] != "" for a, b in zip(gold.left, gold.right))
        if equal == same == len(gold.left) > 0:
            del left.columns[name], right.columns[name]
            notes.append(f"column {name!r} is the truth itself: withheld")

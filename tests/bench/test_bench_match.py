import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from a_linkage import catalogue, shops

from bench import er
from store.cli import TrawlError


def write(path: Path, head: list[str], rows: list[list[str]], **kind: str) -> None:
    encoding = kind.pop("encoding", "utf-8")
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, **kind).writerows([head, *rows])


def write_table(path: Path, columns: dict[str, list[str]], name: str, **kind: str) -> None:
    ids = [f"{name}{n}" for n in range(len(next(iter(columns.values()))))]
    write(path, ["key", *columns], [list(row) for row in zip(ids, *columns.values(), strict=True)], **kind)


def two_tables(folder: Path, **kind: str) -> Path:
    left, right, truth = shops(160, seed=4, alone=20)
    write_table(folder / "tableA.csv", left, "a", **kind)
    write_table(folder / "tableB.csv", right, "b", **kind)
    write(folder / "gold.csv", ["one", "two"], [[f"a{a}", f"b{b}"] for a, b in sorted(truth)])
    return folder


def measured(folder: Path) -> dict[str, float]:
    done = subprocess.run([sys.executable, "-m", "bench.match", str(folder)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_two_tables_without_splits_are_measured_on_the_half_that_taught_nothing(tmp_path: Path) -> None:
    found = measured(two_tables(tmp_path))
    assert found["f1"] > 0.9 and found["unlabelled_f1"] > 0.85 and found["blocking_recall"] > 0.98
    assert found["test_f1"] is None


def test_one_table_with_headless_truth_and_another_delimiter(tmp_path: Path) -> None:
    columns, owner = catalogue(80, seed=11)
    write_table(tmp_path / "books.csv", columns, "r", delimiter="|")
    pairs = [[f"r{a}", f"r{b}"] for a in range(len(owner)) for b in range(a) if owner[a] == owner[b]]
    write(tmp_path / "books_gt.csv", pairs[0], pairs[1:], delimiter="|")
    folder = er.read(tmp_path)
    assert folder.right is None and len(folder.gold.left) == len(pairs)
    found = measured(tmp_path)
    assert found["unlabelled_f1"] > 0.8 and found["f1"] > 0.8


def test_a_table_in_another_encoding_reads_the_same(tmp_path: Path) -> None:
    columns, _ = catalogue(80, seed=11)
    read = []
    for encoding in ("utf-8-sig", "gb18030"):
        folder = tmp_path / encoding
        folder.mkdir()
        write_table(folder / "books.csv", columns, "r", encoding=encoding)
        write(folder / "books_gt.csv", ["r1", "r2"], [])
        read.append(er.read(folder).left)
    assert read[0] == read[1] and read[0].columns == columns


def test_an_id_in_two_rows_is_refused_by_name(tmp_path: Path) -> None:
    two_tables(tmp_path)
    file = tmp_path / "tableB.csv"
    file.write_text(file.read_text() + file.read_text().splitlines()[1] + "\n")
    with pytest.raises(TrawlError, match="tableB.csv: id 'b0' stands in several rows of column 'key'"):
        er.read(tmp_path)


def test_a_column_that_is_the_truth_is_withheld(tmp_path: Path) -> None:
    left, right, truth = shops(40, seed=4)
    left["group"] = [f"g{n}" for n in range(40)]
    owner = {b: a for a, b in truth}
    right["group"] = [f"g{owner[n]}" for n in range(40)]
    write_table(tmp_path / "tableA.csv", left, "a")
    write_table(tmp_path / "tableB.csv", right, "b")
    write(tmp_path / "gold.csv", ["one", "two"], [[f"a{a}", f"b{b}"] for a, b in truth])
    assert "group" not in er.read(tmp_path).left.columns


def test_pairs_that_name_no_row_are_counted(tmp_path: Path) -> None:
    two_tables(tmp_path)
    write(tmp_path / "test.csv", ["l", "r", "label"], [["a1", "b1", "0"], ["a1", "gone", "1"]])
    folder = er.read(tmp_path)
    assert len(folder.splits["test"].left) == 1
    assert any("1 of 3 pairs name rows that no table has" in note for note in folder.notes)


def test_a_folder_without_tables_says_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(TrawlError, match="give a folder with two tables and a gold.csv"):
        er.folders(tmp_path)

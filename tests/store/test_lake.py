"""Partitions: what the manifest lists, nothing else."""

from pathlib import Path

import pyarrow as pa
import pytest

from schemas.reject import REJECT
from schemas.work import WORK
from store import lake as door

PATH = "rejects/step=align/date=2026-01-01"


def rejects(*reasons: str) -> pa.Table:
    rows = [
        {"step": "align", "platform": None, "ref": f"page#{n}", "reason": r, "detail": None}
        for n, r in enumerate(reasons)
    ]
    return pa.Table.from_pylist(rows, schema=REJECT)


def test_what_is_written_is_read(lake: Path) -> None:
    door.write(PATH, [rejects("a", "b"), rejects("c")], REJECT, inputs=["pages/x"])
    assert door.read(PATH, REJECT)["reason"].to_pylist() == ["a", "b", "c"]
    assert door.must(PATH).inputs == ("pages/x",)
    assert door.read(PATH, REJECT, columns=["reason"]).column_names == ["reason"]


def test_a_write_that_was_killed_before_its_manifest_leaves_the_old_rows(lake: Path) -> None:
    door.write(PATH, [rejects("old")], REJECT)
    door.put_table(PATH, 0, rejects("new"))  # data file written, then SIGKILL
    assert door.read(PATH, REJECT)["reason"].to_pylist() == ["old"]


def test_the_same_rows_give_the_same_bytes(lake: Path) -> None:
    first = door.write(PATH, [rejects("a")], REJECT)
    assert door.write(PATH, [rejects("a")], REJECT) == first


def test_an_unfinished_partition_says_which_step_to_run(lake: Path) -> None:
    with pytest.raises(door.PartitionMissing, match="run the step that makes it"):
        door.read(PATH, REJECT)


def test_every_difference_from_the_schema_is_named(lake: Path) -> None:
    wrong = rejects("a").drop_columns(["ref"]).append_column("extra", pa.array(["x"]))
    with pytest.raises(door.SchemaMismatch, match="ref is missing; extra is not declared"):
        door.write(PATH, [wrong], REJECT)


def test_a_partition_of_another_table_is_refused(lake: Path) -> None:
    door.write(PATH, [rejects("a")], REJECT)
    with pytest.raises(door.SchemaMismatch, match="work_id is missing"):
        door.must_fit(PATH, WORK)


def test_an_empty_partition_is_not_a_missing_one(lake: Path) -> None:
    door.write(PATH, [], REJECT)
    assert door.read(PATH, REJECT).num_rows == 0
    door.write(PATH, [rejects()], REJECT)  # a file without rows
    assert door.read(PATH, REJECT).num_rows == 0

"""Rows by reference come back as they were, in the order asked for, from staged files and from partitions."""

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import lake as door
from store import objects, rows

SCHEMA = pa.schema([pa.field("id", pa.string()), pa.field("n", pa.int64())])


@pytest.mark.usefixtures("lake")
@given(picks=st.lists(st.tuples(st.integers(0, 1), st.integers(0, 4)), max_size=20))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_are_gathered_in_the_order_of_their_references(picks: list[tuple[int, int]]) -> None:
    tables = [pa.RecordBatch.from_pylist([{"id": f"{name}{n}", "n": n} for n in range(5)], SCHEMA) for name in "ab"]
    staged = "scratch/x/a.arrow"
    rows.stage(staged, tables[0])
    made = door.write("t/date=1", [pa.Table.from_batches([tables[1]])], SCHEMA).files[0].path
    files = pa.chunked_array([pa.array([(staged, made)[file] for file, _ in picks], pa.string())])
    found = rows.gathered(files, pa.chunked_array([pa.array([row for _, row in picks], pa.int64())]), SCHEMA)
    assert found.to_pylist() == [tables[file].slice(row, 1).to_pylist()[0] for file, row in picks]


@pytest.mark.usefixtures("lake")
def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(objects.ObjectMissing, match="none.arrow"):
        rows.read("scratch/x/none.arrow", ["id"])

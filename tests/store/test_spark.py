"""Spark writes what the lake promises: same rows, same bytes, whatever order they come in."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.derive import spark_schema
from schemas.work import WORK
from store import spark as door


def test_row_order_does_not_change_the_bytes(spark: Any, lake: Path) -> None:
    rows = [(f"weibo:{n}", "weibo", f"w{n % 3}", [("rss:1", "gtin", "69", 1.0)]) for n in range(50)]
    forward = spark.createDataFrame(rows, spark_schema(WORK))
    backward = spark.createDataFrame(rows[::-1], spark_schema(WORK)).repartition(3)
    first = door.write(forward, "works/date=2026-01-01", WORK, key=["record_id"])
    assert door.write(backward, "works/date=2026-01-01", WORK, key=["record_id"]) == first
    again = door.read(spark, ["works/date=2026-01-01"], WORK)
    assert sorted(row["record_id"] for row in again.collect()) == sorted(row[0] for row in rows)


def test_no_partition_is_an_empty_frame_of_the_schema(spark: Any, lake: Path) -> None:
    empty = door.read(spark, [], WORK)
    assert (empty.count(), empty.columns) == (0, WORK.names)


@pytest.mark.usefixtures("lake")
def test_a_name_may_be_shared_again_with_other_values() -> None:
    for value in (1, 2):
        with door.shared(np.full(3, value), "numbers") as held:
            assert held().tolist() == [value] * 3


@given(st.dictionaries(st.text("abc", min_size=1), st.integers(0, 200_000), max_size=9), st.integers(1, 12))
def test_every_part_has_its_tasks_and_no_task_has_much_more_than_another(rows: dict[str, int], width: int) -> None:
    places = door._places(rows, width)
    assert {name: len(own) for name, own in places.items()} == {n: 1 + rows[n] // door.ROWS_PER_TASK for n in rows}
    loads = [sum(rows[name] / len(own) * own.count(task) for name, own in places.items()) for task in range(width)]
    assert max(loads) <= sum(rows.values()) / width + door.ROWS_PER_TASK


def test_the_rows_of_a_key_lie_in_one_task_of_its_part(spark: Any) -> None:
    counts = {"big": 3 * door.ROWS_PER_TASK, "small": 5}
    parts = {name: door.Part(name, WORK, (), rows) for name, rows in counts.items()}
    seen = spark.range(2_000).selectExpr("if(id < 5, 'small', 'big') as part", "cast(id % 500 as string) as key")
    spread = door.spread(seen, parts, key=["key"])
    tasks = spread.selectExpr("part", "key", "piece", "task", "spark_partition_id() as place")
    found = tasks.distinct().toArrow()
    assert found["task"].to_pylist() == found["place"].to_pylist()
    assert len(found.group_by(["part", "key"]).aggregate([])) == len(found) == 505
    assert set(found["piece"].to_pylist()) == {"big 0", "big 1", "big 2", "big 3", "small 0"}

"""Spark writes what the lake promises: same rows, same bytes, whatever order they come in."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

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

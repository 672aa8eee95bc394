"""Records and works of a few words, for the tests of the steps between align and annotate."""

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from schemas.derive import spark_schema
from schemas.record import RECORD
from store import lake, ledger

DATE = "2026-01-03"
NOW = datetime(2026, 1, 3, 4, 5, 6, tzinfo=UTC)


def day(number: int) -> datetime:
    return datetime(2026, 1, number, tzinfo=UTC)


def record(record_id: str, **fields: Any) -> dict[str, Any]:
    """A live post; every column of RECORD."""
    platform, _, native_id = record_id.partition(":")
    given: dict[str, Any] = {
        "record_id": record_id,
        "platform": platform,
        "native_id": native_id,
        "type": "post",
        "status": "live",
    }
    given |= {"crawled_at": NOW, "raw_ref": "pages#0", "content_hash": record_id, "created_at": day(1)}
    return {name: None for name in RECORD.names} | given | fields


def frame(spark: SparkSession, rows: list[dict[str, Any]], schema: pa.Schema) -> DataFrame:
    return spark.createDataFrame([tuple(row[name] for name in schema.names) for row in rows], spark_schema(schema))


def aligned(rows: list[dict[str, Any]], nights: dict[str, str] | None = None) -> None:
    """Puts the records into the lake as align would; `nights` names platforms whose newest partition is older."""
    for platform in {row["platform"] for row in rows}:
        night = (nights or {}).get(platform, DATE)
        table = pa.Table.from_pylist([row for row in rows if row["platform"] == platform], schema=RECORD)
        lake.write(lake.partition("records", platform=platform, date=night), [table], RECORD)
        with ledger.step("align", night, platform):
            pass

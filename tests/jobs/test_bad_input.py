"""What no index can take, in the lake and through the public job, on a real node: each is refused alone, with its reason."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import a_night
import orjson
import pyarrow as pa
import pytest
from elasticsearch import Elasticsearch

from jobs import index, refusals
from schemas.dead_letter import DEAD_LETTER
from schemas.document import DOCUMENT
from schemas.reject import REJECT
from store import bulk, dead, elastic, lake
from store import spark as door

NAME = "trawl-20260102-000000"
ARGUMENTS = ["--date", a_night.DATE, "--generation", NAME]
HUGE = 200_000_000  # bytes
YEAR_22016 = 632_684_000_000_000_000  # microseconds
LONG_ID = "é" * 300  # 600 bytes
LINE = {"field": "title", "platform": "weibo", "record_id": "weibo:5", "rule": "trust"}
REASONS = {
    "w001": "too large",
    LONG_ID: "id is too long",
    "w003": "text_vector is not finite",
    "w004": "created_at is out of range",
    "w005": "document_parsing_exception",  # the node's own: more objects in lists than it takes
}


@pytest.fixture
def es(elasticsearch_url: str, lake: Path, spark: Any) -> Iterator[Elasticsearch]:
    made = Elasticsearch(elasticsearch_url)
    yield made
    elastic.delete(made, NAME)


def night() -> None:
    """Five documents that cannot be indexed, one that is mended, twelve sound ones."""
    rows = a_night.documents(20)
    rows[1]["body"] = "x" * HUGE
    rows[2]["work_id"] = LONG_ID
    rows[5]["provenance"] = [LINE] * 10_001
    vectors = a_night.embeddings(rows)
    next(row for row in vectors if row["content_hash"] == "t3")["vector"] = [float("nan")] * 384
    a_night.put_night(rows, vectors)
    table = pa.Table.from_pylist(rows, schema=pa.schema([column.remove_metadata() for column in DOCUMENT]))
    moments = pa.array([YEAR_22016 if number == 4 else None for number in range(20)], pa.int64())
    table = table.set_column(
        table.column_names.index("created_at"), "created_at", moments.cast(DOCUMENT.field("created_at").type)
    )
    titles = pa.array([b"half \xed\xa0\x80" if number == 6 else b"red" for number in range(20)])
    broken = pa.Array.from_buffers(pa.string(), 20, titles.buffers())
    table = table.set_column(table.column_names.index("title"), "title", broken)
    lake.write(lake.partition("documents", step="dedup", date=a_night.DATE), [table], DOCUMENT)


def peak_mb(session: Any) -> float:
    """The most memory that a living Spark worker has held since the last call, which begins anew: workers live on."""

    def told(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for _ in batches:
            [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
            Path("/proc/self/clear_refs").write_text("5")
            yield pa.RecordBatch.from_pylist([{"kb": int(line.split()[1])}])

    rows = door.map_arrow(session.range(0, 4, 1, 4), told, "kb long").collect()
    return max(row["kb"] for row in rows) / 1024


def test_each_is_refused_alone_and_kept_with_its_reason(es: Elasticsearch, spark: Any) -> None:
    night()
    peak_mb(spark)
    with pytest.raises(refusals.TooManyRefused, match="5 of 19 documents refused"):
        index.main(ARGUMENTS)
    rejects = lake.read(lake.partition("rejects", step="index", date=a_night.DATE), REJECT).to_pylist()
    assert {row["ref"]: row["reason"] for row in rejects} == REASONS
    letters = lake.read(dead.partition(a_night.DATE), DEAD_LETTER).to_pylist()
    assert {row["ref"]: row["reason"] for row in letters} == REASONS
    bodies = {row["ref"]: row["body"] for row in letters}
    assert bulk.DOCUMENT_BYTES < len(bodies["w001"]) < 2 * bulk.DOCUMENT_BYTES  # the lake has the rest
    assert orjson.loads(bodies["w005"])["title"] == "red"
    assert elastic.refreshed(es, NAME) == 14
    assert es.get(index=NAME, id="w006")["_source"]["title"] == "half \ufffd\ufffd\ufffd"
    assert peak_mb(spark) < 1024

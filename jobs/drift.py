"""Where a generation and the lake disagree: every document of both read once and matched by Spark, a digest beside each id.

Vectors are left out, as they are of `_source`: `text_hash` and `image_hash` say whether one changed. The generation is read at
one point in time, in as many slices as there are tasks.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import xxhash
from elasticsearch import Elasticsearch

from jobs.bodies import bodies
from jobs.load import BATCH_BYTES
from store import cli, elastic, failures, settings, spark

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

PAGE = 1_000
SHAPE = "work_id string, lasting binary, fetched binary, version long, trouble string"
DIGESTS = [("lasting", pa.binary()), ("fetched", pa.binary())]
ROW = pa.schema([("work_id", pa.string()), *DIGESTS, ("version", pa.int64()), ("trouble", pa.string())])
# What each fetch tells anew: of a platform that was crawled again it moves in every document,
# and with `popularity` the weight of `suggest`, whose words are those of other fields.
FETCHED = {"crawled_at", "engagement", "price", "popularity", "suggest", "is_stale", "stale_days"}
Range = tuple[str | None, str | None]  # work_ids from the first up to the second, which is left out; None is no bound


@dataclass(frozen=True)
class Drift:
    """work_ids that are not in the generation, are another document there, or are unknown to the lake, each sorted.

    `refreshed` are those of `stale` in which nothing but FETCHED moved; `version` is the highest of any document there.
    """

    looked_at: int
    missing: list[str]
    stale: list[str]
    ghost: list[str]
    refreshed: int
    version: int

    @property
    def wrong(self) -> list[str]:
        """All of them."""
        return self.missing + self.stale + self.ghost

    def counts(self) -> dict[str, int]:
        wrong = {name: len(getattr(self, name)) for name in ("missing", "stale", "ghost")}
        return {"looked_at": self.looked_at, **wrong}


def drift(es: Elasticsearch, generation: str, described: "DataFrame", *, among: Range = (None, None)) -> Drift:
    """A generation beside the rows of `wide.described`, which are one per work; `among` is a part of both.

    Raises TrawlError where the generation could not be read to its end.
    """
    from pyspark import StorageLevel

    session, tasks = described.sparkSession, settings.spark_parts()
    session.conf.set("spark.sql.execution.arrow.maxBytesPerBatch", str(BATCH_BYTES))
    wanted = spark.map_arrow(described.where(_is_among(among)), _sent, SHAPE)
    with point_in_time(es, generation) as point:
        read = partial(_stored, point=point, slices=tasks, among=among)
        there = spark.map_arrow(session.range(0, tasks, 1, tasks), read, SHAPE)
        both = matched(wanted, there).persist(StorageLevel.DISK_ONLY)
        try:
            return told(both)
        finally:
            both.unpersist()


def matched(wanted: "DataFrame", there: "DataFrame") -> "DataFrame":
    """One row per document of either: where it is, and what of it is the same."""
    from pyspark.sql import functions as F

    both = wanted.alias("wanted").join(there.alias("there"), on="work_id", how="full_outer")
    same = {name: F.col(f"wanted.{name}") == F.col(f"there.{name}") for name in ("lasting", "fetched")}
    return both.select(
        "work_id",
        *(F.col(f"{side}.lasting").isNotNull().alias(f"is_{side}") for side in ("wanted", "there")),
        *(F.coalesce(is_same, F.lit(False)).alias(f"same_{name}") for name, is_same in same.items()),
        *(F.col(f"there.{name}").alias(name) for name in ("version", "trouble")),
    )


def told(both: "DataFrame") -> Drift:
    """The rows of `matched` that are not the same, and the counts of all; their ids come here, tens of bytes each."""
    from pyspark.sql import functions as F

    looked_at, version, trouble = both.agg(F.count_if("is_wanted"), F.max("version"), F.max("trouble")).collect()[0]
    if trouble:
        raise cli.TrawlError(trouble)
    wrong = both.where("NOT (same_lasting AND same_fetched)").sort("work_id").toArrow()
    ids = {
        "missing": wrong.filter(pc.invert(wrong["is_there"])),
        "stale": (stale := wrong.filter(pc.and_(wrong["is_wanted"], wrong["is_there"]))),
        "ghost": wrong.filter(pc.invert(wrong["is_wanted"])),
    }
    found = {name: rows["work_id"].to_pylist() for name, rows in ids.items()}
    return Drift(looked_at, **found, refreshed=pc.sum(stale["same_lasting"]).as_py() or 0, version=version or 0)


@contextmanager
def point_in_time(es: Elasticsearch, index: str) -> Iterator[str]:
    """An index as it is now, with every write so far."""
    elastic.refresh(es, index)
    with failures.plainly():
        point = es.open_point_in_time(index=index, keep_alive="10m")["id"]
    try:
        yield point
    finally:
        with failures.plainly():
            es.close_point_in_time(id=point)


def _is_among(among: Range) -> "Column":
    from pyspark.sql import functions as F

    first, last = among
    found = F.lit(True) if first is None else F.col("work_id") >= first
    return found if last is None else found & (F.col("work_id") < last)


def _sent(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Documents as they would be sent; those that would be refused before are left out."""
    for batch in batches:
        made = (document for document in bodies(batch, "work_id", sizes={}) if isinstance(document, tuple))
        yield _rows((key, orjson.loads(body), None) for key, body in made)


def _stored(batches: Iterator[pa.RecordBatch], *, point: str, slices: int, among: Range) -> Iterator[pa.RecordBatch]:
    """Documents of the slices whose numbers these batches hold."""
    es, bounds = elastic.client(), dict(zip(("gte", "lt"), among))
    query = {"range": {"work_id": bounds}} if any(among) else {"match_all": {}}
    for batch in batches:
        for number in batch["id"].to_pylist():
            own: dict[str, Any] = {"slice": {"id": number, "max": slices}} if slices > 1 else {}
            try:
                for hits in _pages(partial(es.search, query=query, **own), point):
                    yield _rows((hit["_id"], hit["_source"], hit["_version"]) for hit in hits)
            except cli.TrawlError as error:  # as a row: an exception would arrive as a Java trace
                yield pa.RecordBatch.from_pylist([{"trouble": str(error)}], schema=ROW)


def _pages(search: Callable[..., Any], point: str) -> Iterator[list[dict[str, Any]]]:
    """Hits in the order in which they lie, each page after the one before it."""
    last = dict[str, Any]()
    source = {"exclude_vectors": True}
    while True:
        with failures.plainly():
            pit = {"id": point, "keep_alive": "10m"}
            answer = search(size=PAGE, pit=pit, sort=["_shard_doc"], version=True, source=source, **last)
        if not (hits := answer["hits"]["hits"]):
            return
        yield hits
        last = {"search_after": hits[-1]["sort"]}


def _rows(documents: Iterable[tuple[str, Mapping[str, Any], int | None]]) -> pa.RecordBatch:
    rows = [dict(zip(ROW.names, (key, *_digests(body), version))) for key, body, version in documents]
    return pa.RecordBatch.from_pylist(rows, schema=ROW)


def _digests(body: Mapping[str, Any]) -> tuple[bytes, bytes]:
    """Of what lasts and of what each fetch tells anew; a field without a value is as good as none."""
    parts: tuple[dict[str, Any], dict[str, Any]] = {}, {}
    for name, value in body.items():
        if value is not None:
            parts[name in FETCHED][name] = value
    lasting, fetched = (xxhash.xxh3_128_digest(orjson.dumps(part, option=orjson.OPT_SORT_KEYS)) for part in parts)
    return lasting, fetched

"""Rows of a Spark frame into an index, from the workers, with a count of what was taken and every refusal."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
from elasticsearch import Elasticsearch

from jobs.bodies import bodies
from store import bulk, cli, elastic, spark

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

log = logging.getLogger(__name__)

WRITERS_PER_NODE = 2  # bulk requests in flight; more only queue in the server's heap
OUTCOME = pa.schema([("indexed", pa.int64()), *((name, pa.string()) for name in ("ref", "reason", "detail"))])
STOPPED = "stopped"  # reason of the row that says why a writer gave up


@dataclass(frozen=True)
class Loaded:
    """Documents that an index took, and its refusals as (ref, reason, detail) rows."""

    indexed: int
    refusals: "DataFrame"


def load(es: Elasticsearch, index: str, frames: "DataFrame", *, key: str, sizes: dict[str, int]) -> Loaded:
    """Send all rows from Spark's workers, a few writers at a time; ElasticsearchRefused when a writer gave up."""
    from pyspark import StorageLevel
    from pyspark.sql import functions as F

    with elastic.plainly():
        nodes = int(es.cluster.health()["number_of_data_nodes"])
    spread = frames.coalesce(WRITERS_PER_NODE * nodes)
    shape = "indexed long, ref string, reason string, detail string"
    # kept on disk: counting and writing the refusals must not send everything twice
    outcomes = spark.map_arrow(spread, writer(index, key, sizes=sizes), shape).persist(StorageLevel.DISK_ONLY)
    with progress(es, index):
        total = outcomes.agg(F.sum("indexed")).first()
    stopped = outcomes.where(F.col("reason") == STOPPED).select("detail").head()
    if stopped:
        raise cli.TrawlError(stopped["detail"])
    refusals = outcomes.where(F.col("ref").isNotNull()).select("ref", "reason", "detail")
    return Loaded(int(total[0] or 0) if total else 0, refusals)


def writer(
    index: str, key: str, *, sizes: dict[str, int]
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """What one Spark worker does: rows in, one outcome row per request and per refusal out."""

    def write(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        unusable: list[bulk.Refused] = []

        def usable() -> Iterator[bulk.Document]:
            for batch in batches:
                for made in bodies(batch, key, sizes=sizes):
                    if isinstance(made, bulk.Refused):
                        unusable.append(made)
                    else:
                        yield made

        try:
            for sent in bulk.bulk(elastic.client(), index, usable()):
                yield _outcome(sent.indexed, [*sent.refused, *unusable])
                unusable.clear()
            yield _outcome(0, unusable)
        except cli.TrawlError as error:  # as a row: an exception would arrive as a Java trace
            yield pa.RecordBatch.from_pylist([{"reason": STOPPED, "detail": str(error)}], schema=OUTCOME)

    return write


def _outcome(taken: int, refused: Sequence[bulk.Refused]) -> pa.RecordBatch:
    rows = [{"indexed": taken}, *({"ref": bad.id, "reason": bad.reason, "detail": bad.detail} for bad in refused)]
    return pa.RecordBatch.from_pylist(rows, schema=OUTCOME)


@contextmanager
def progress(es: Elasticsearch, index: str) -> Iterator[None]:
    """A log line every 10 s with the documents an index has received, while the block runs."""
    done = threading.Event()

    def tell() -> None:
        while not done.wait(10):
            with suppress(cli.TrawlError):  # the writers report what is wrong
                log.info("%s: %s documents so far", index, f"{elastic.received(es, index):,}")

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()

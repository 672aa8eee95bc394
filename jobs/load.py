"""Rows of a Spark frame into an index, from the workers, with a count of what was taken and every refusal."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
from elasticsearch import Elasticsearch

from jobs.bodies import bodies
from store import bulk, cli, elastic, loading, spark

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

log = logging.getLogger(__name__)

WRITERS_PER_NODE = 2  # each with two requests under way; more only queue in the server's heap
BATCH_BYTES = 8 << 20  # that Spark hands to a writer at once; by default it counts rows, however wide
SHAPE = "indexed long, newer long, ref string, reason string, detail string, status int, attempts int, body binary"
OUTCOME = pa.schema(
    [
        *((name, pa.int64()) for name in ("indexed", "newer")),
        *((name, pa.string()) for name in ("ref", "reason", "detail")),
        *((name, pa.int32()) for name in ("status", "attempts")),
        ("body", pa.binary()),
    ]
)
STOPPED = "stopped"  # reason of the row that says why a writer gave up


@dataclass(frozen=True)
class Loaded:
    """Documents that an index took, those of which it had a newer one, and its refusals: (ref, reason, detail, status, attempts,
    body) rows."""

    indexed: int
    newer: int
    refusals: "DataFrame"


def load(
    es: Elasticsearch, index: str, frames: "DataFrame", *, key: str, sizes: dict[str, int], version: int
) -> Loaded:
    """Send all rows from Spark's workers, a few writers at a time.

    Raises TrawlError when a writer gave up, or when the index is another one than at the start.
    """
    from pyspark import StorageLevel
    from pyspark.sql import functions as F

    server, identity = elastic.server(es), elastic.uuid(es, index)
    frames.sparkSession.conf.set("spark.sql.execution.arrow.maxBytesPerBatch", str(BATCH_BYTES))
    spread = frames.coalesce(WRITERS_PER_NODE * server.data_nodes)
    send = writer(index, key, sizes=sizes, packed=server.takes_base64, version=version)
    # kept on disk: counting and writing the refusals must not send everything twice
    outcomes = spark.map_arrow(spread, send, SHAPE).persist(StorageLevel.DISK_ONLY)
    with progress(es, index):
        totals = outcomes.agg(F.sum("indexed"), F.sum("newer")).first()
    stopped = outcomes.where(F.col("reason") == STOPPED).select("detail").head()
    if stopped:
        raise cli.TrawlError(stopped["detail"])
    if elastic.uuid(es, index) != identity:  # nor another one of this name that somebody made
        raise cli.TrawlError(f"{index} was deleted while it was loaded: run the step again")
    refusals = outcomes.where(F.col("ref").isNotNull()).drop("indexed", "newer")
    indexed, newer = (int(total or 0) for total in totals or (0, 0))
    return Loaded(indexed, newer, refusals)


def writer(
    index: str, key: str, *, sizes: dict[str, int], packed: bool, version: int
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """What one Spark worker does: rows in, one outcome row per request and per refusal out."""

    def write(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        documents = (made for batch in batches for made in bodies(batch, key, sizes=sizes, packed=packed))
        try:
            for sent in bulk.bulk(elastic.client(), index, documents, version=version):
                yield _outcome(sent)
        except cli.TrawlError as error:  # as a row: an exception would arrive as a Java trace
            yield pa.RecordBatch.from_pylist([{"reason": STOPPED, "detail": str(error)}], schema=OUTCOME)

    return write


def _outcome(sent: bulk.Sent) -> pa.RecordBatch:
    refused = [{**vars(bad), "ref": bad.id} for bad in sent.refused]
    return pa.RecordBatch.from_pylist([{"indexed": sent.indexed, "newer": len(sent.newer)}, *refused], schema=OUTCOME)


@contextmanager
def progress(es: Elasticsearch, index: str) -> Iterator[None]:
    """A log line every 10 s with the documents an index has received, while the block runs."""
    done = threading.Event()

    def tell() -> None:
        while not done.wait(10):
            with suppress(cli.TrawlError):  # the writers report what is wrong
                log.info("%s: %s documents so far", index, f"{loading.received(es, index):,}")

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()

"""The pairs of records that may be one work, proposed by Spark's workers over one corpus that they share."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from models import matcher
from models.likeness import Corpus
from store import spark

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PROBES = 4000  # records that one call of the index answers for
TASKS = 64


def proposals(session: "SparkSession", records: Callable[[], Corpus], size: int) -> matcher.Pairs:
    """PAIR rows that all records propose; packed, a block a call."""
    first_rows = range(0, size, PROBES)
    rows = session.range(0, size, PROBES, numPartitions=max(1, min(len(first_rows), TASKS)))

    def propose(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for first in batch["id"].to_pylist():
                made = matcher.propose(records(), first, min(first + PROBES, size))
                yield pa.RecordBatch.from_pydict({"block": [made.tobytes()]})

    blocks = spark.map_arrow(rows, propose, "block binary").toArrow()["block"]
    return np.concatenate([np.empty(0, matcher.PAIR), *(np.frombuffer(b.as_buffer(), matcher.PAIR) for b in blocks)])

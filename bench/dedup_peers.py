"""The near-duplicate search of others over the same texts: datasketch and Spark ML's MinHashLSH.

Both get what is compared here (character 5-grams of folded text, similarity .7) and name pairs of places.
"""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from models.grams import words_only
from models.minhash import GRAM, THRESHOLD

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Pairs = set[tuple[int, int]]
TABLES = 5  # of Spark ML: each hash on its own is a band
DIMS = 1 << 20
DATASKETCH_MOST, SPARK_MOST = 10_000, 2_000  # texts: their rates only fall with more


def rates(session: "SparkSession", texts: Sequence[str], truth: Callable[[int], Pairs]) -> dict[str, dict[str, float]]:
    """docs_per_s, precision and recall of each peer on the first so many texts; `truth` gives the pairs among those."""
    peers: dict[str, tuple[int, Callable[[Sequence[str]], Pairs]]] = {
        "datasketch": (DATASKETCH_MOST, datasketch),
        "spark_minhash_lsh": (SPARK_MOST, lambda few: spark_ml(session, few)),
    }
    return {name: _measured(search, texts[:most], truth(most)) for name, (most, search) in peers.items()}


def _measured(search: Callable[[Sequence[str]], Pairs], texts: Sequence[str], truth: Pairs) -> dict[str, float]:
    started = time.monotonic()
    found = search(texts)
    taken, right = time.monotonic() - started, len(found & truth)
    return {
        "docs_per_s": round(len(texts) / taken, 1),
        "precision": round(right / max(len(found), 1), 4),
        "recall": round(right / max(len(truth), 1), 4),
    }


def datasketch(texts: Sequence[str]) -> Pairs:
    """Pairs that MinHashLSH (128 permutations) proposes and the MinHash estimate holds up."""
    from datasketch import MinHash, MinHashLSH

    found: Pairs = set()
    index, made = MinHashLSH(threshold=THRESHOLD, num_perm=128), list[MinHash]()
    for place, text in enumerate(map(words_only, texts)):
        sketch = MinHash(num_perm=128)
        sketch.update_batch([gram.encode() for gram in _grams(text)])
        found |= {(other, place) for other in index.query(sketch) if made[other].jaccard(sketch) >= THRESHOLD}
        index.insert(place, sketch)
        made.append(sketch)
    return found


def spark_ml(session: "SparkSession", texts: Sequence[str]) -> Pairs:
    """Pairs of an approximate self-join with exact distances."""
    from pyspark.ml.feature import HashingTF, MinHashLSH
    from pyspark.sql import functions as F

    rows: list[tuple[Any, ...]] = [(n, sorted(_grams(words_only(text)))) for n, text in enumerate(texts)]
    frame = session.createDataFrame([row for row in rows if row[1]], "id long, grams array<string>")
    counted = (
        HashingTF(numFeatures=DIMS, binary=True, inputCol="grams", outputCol="features").transform(frame).repartition(4)
    )
    model = MinHashLSH(inputCol="features", outputCol="hashes", numHashTables=TABLES, seed=1).fit(counted)
    joined = model.approxSimilarityJoin(counted, counted, 1 - THRESHOLD).select(
        F.col("datasetA.id").alias("a"), "datasetB.id"
    )
    return {(row[0], row[1]) for row in joined.collect() if row[0] < row[1]}


def _grams(text: str) -> set[str]:
    return {text[place : place + GRAM] for place in range(len(text) - GRAM + 1)}


def cut(pairs: np.ndarray[Any, Any], most: int) -> Pairs:
    """The pairs among the first `most`."""
    return {(a, b) for a, b in pairs.tolist() if a < most and b < most}

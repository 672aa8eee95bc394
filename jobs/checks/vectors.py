"""Whether vectors are vectors: of unit length, not all alike, and found again by the approximate search.

Recall: of the ten contents nearest to a document's own vector among all of the night (computed exactly, out of the lake), the share
that the index names when asked as the query module asks.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from elasticsearch import Elasticsearch

from jobs.checks.night import MODALITIES, Night
from jobs.verdict import Check
from schemas.embedding import EMBEDDING
from store import failures, lake

UNIT = 1e-3  # of a norm
ALIKE = 0.98  # mean cosine of different documents: an encoder that says the same of everything
FEWEST = 20  # vectors that can tell
QUERIES = 50
NEAREST = 10
WINDOW, CANDIDATES = 100, 200  # as the query module asks
RECALL = 0.90
CLOSE = 1e-4  # of a cosine: equal neighbours may change places


def check(es: Elasticsearch, generation: str, night: Night, sample: Sequence[Mapping[str, Any]]) -> list[Check]:
    """Per modality the numbers themselves and the recall; `sample` are bodies as the index has them."""
    checks = []
    for name in MODALITIES:
        rows = [row[f"{name}_vector"] for row in sample if f"{name}_vector" in row]
        if rows:
            queries = np.asarray(rows[:QUERIES], np.float32)
            checks += [numbers(name, rows), recall(es, generation, night, name, queries)]
    return checks


def numbers(modality: str, rows: Sequence[Sequence[float]]) -> Check:
    """Whether rows of one length are finite, of unit length and, where there are enough, different."""
    found, name = np.asarray(rows, np.float32), f"{modality} vectors as numbers"
    off = float(np.abs(np.linalg.norm(found, axis=1) - 1).max())
    count = len(found)
    # mean of all pairs but those of a row with itself: (|Σ v|² - n) / (n (n - 1))
    alike = float((np.square(found.sum(axis=0)).sum() - count) / (count * (count - 1))) if count >= FEWEST else 0.0
    passed = bool(np.isfinite(found).all()) and off <= UNIT and alike <= ALIKE
    seen = f"{count} of {found.shape[1]} numbers, off unit length by {off:.1e}, mean cosine {alike:.2f}"
    return Check(name, passed, seen, f"finite, off by at most {UNIT:.0e}, mean cosine at most {ALIKE}")


def recall(es: Elasticsearch, generation: str, night: Night, modality: str, queries: np.ndarray) -> Check:
    """Recall@10 of the approximate search, contents counted once."""
    best = exact(night, modality, queries)
    shares = []
    for query, row in zip(queries, best, strict=True):
        found = neighbours(es, generation, modality, query)
        shares.append(min(1.0, float((found @ query >= row[-1] - CLOSE).sum()) / len(row)))
    mean = float(np.mean(shares))
    return Check(f"{modality} recall", mean >= RECALL, f"recall@{NEAREST} {mean:.3f}", f"at least {RECALL}")


def exact(night: Night, modality: str, queries: np.ndarray) -> np.ndarray:
    """(q, k) cosines of the contents nearest to each of the (q, d) queries, best first; k is at most NEAREST."""
    alive = pa.chunked_array(night.hashes[modality], pa.string())
    best = np.empty((len(queries), 0), np.float32)
    for batch in lake.batches(lake.partition("embeddings", date=night.date), EMBEDDING):
        is_wanted = pc.and_(pc.equal(batch["modality"], modality), pc.is_in(batch["content_hash"], value_set=alive))
        rows = pc.list_flatten(batch.filter(is_wanted)["vector"]).to_numpy(zero_copy_only=False)
        found = rows.reshape(-1, queries.shape[1]).astype(np.float32)
        best = -np.sort(-np.hstack([best, queries @ found.T]), axis=1)[:, :NEAREST]
    return best


def neighbours(es: Elasticsearch, index: str, modality: str, query: np.ndarray) -> np.ndarray:
    """(n, d) vectors of the contents that the index holds nearest, each once."""
    knn = {"field": f"{modality}_vector", "query_vector": query.tolist(), "k": WINDOW, "num_candidates": CANDIDATES}
    source = {"exclude_vectors": False, "includes": [f"{modality}_vector"]}
    with failures.plainly():
        answer = es.search(index=index, knn=knn, size=NEAREST, source=source, collapse={"field": f"{modality}_hash"})
    found = [hit["_source"][f"{modality}_vector"] for hit in answer["hits"]["hits"]]
    return np.asarray(found, np.float32).reshape(-1, len(query))

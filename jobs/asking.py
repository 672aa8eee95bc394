"""What readers will ask, asked of a generation beforehand: to warm it up, and to see how long it takes.

The questions are made of the index's own documents: their words by BM25, their vectors by nearest neighbours.
"""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from elasticsearch import Elasticsearch

from store import failures

DOCUMENTS = 50
SLOWER = 3.0  # times the live generation's p95
FLOOR_MS = 200.0  # below this nobody waits, however fast the live one is


def questions(es: Elasticsearch, index: str) -> list[dict[str, Any]]:
    """Two bodies per sampled document, the same ones each time."""
    source = {"exclude_vectors": False, "includes": ["title_tokens", "text_vector"]}
    drawn = {"function_score": {"random_score": {"seed": 7, "field": "_seq_no"}}}
    with failures.plainly():
        hits = es.search(index=index, size=DOCUMENTS, query=drawn, source=source)["hits"]["hits"]
    rows = [hit["_source"] for hit in hits]
    words = [{"match": {"title_tokens": row["title_tokens"]}} for row in rows if "title_tokens" in row]
    knn = [{"field": "text_vector", "query_vector": row["text_vector"], "k": 100, "num_candidates": 200}
           for row in rows if "text_vector" in row]  # fmt: skip
    return [{"query": query} for query in words] + [{"knn": part} for part in knn]


def ask(es: Elasticsearch, index: str, asked: Sequence[dict[str, Any]]) -> list[float]:
    """Milliseconds of each, one after the other."""
    taken = []
    for body in asked:
        began = time.perf_counter()
        with failures.plainly():
            es.search(index=index, size=10, source=False, request_cache=False, **body)
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def p95_ms(es: Elasticsearch, indices: Sequence[str], asked: Sequence[dict[str, Any]]) -> list[float]:
    """Of each index, all of them asked in turn, after one round to warm up."""
    for index in indices:
        ask(es, index, asked)
    rounds = [[ask(es, index, [body])[0] for index in indices] for body in asked]
    return [float(np.percentile(taken, 95)) for taken in zip(*rounds, strict=True)]

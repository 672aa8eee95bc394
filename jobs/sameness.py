"""Whether the index holds what the lake says: the bodies that were to be sent, beside those that are there."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from elasticsearch import Elasticsearch

from store import elastic

TOLERANCE = 1e-5  # of a vector's numbers: float32 on its way through JSON


def stored(es: Elasticsearch, index: str, ids: Sequence[str], *, vectors: bool) -> dict[str, dict[str, Any]]:
    """Bodies by id of those that are there; vectors lie outside of `_source` and are left out unless asked for."""
    if not ids:
        return {}
    with elastic.plainly():
        source = {"exclude_vectors": not vectors}
        answer = es.search(index=index, size=len(ids), query={"ids": {"values": list(ids)}}, source=source)
    return {hit["_id"]: hit["_source"] for hit in answer["hits"]["hits"]}


def differing(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Fields that differ, sorted."""
    return sorted(name for name in {*wanted, *found} if not _same(wanted.get(name), found.get(name)))


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, list) and isinstance(other, list) and one and isinstance(one[0], float):
        return len(one) == len(other) and np.allclose(one, other, rtol=0, atol=TOLERANCE)
    return bool(one == other)

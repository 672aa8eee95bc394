"""Whether the index holds what the lake says: the bodies that were to be sent, beside those that are there."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from elasticsearch import Elasticsearch

from store import failures

AT_ONCE = 500
TOLERANCE = 1e-5  # of a vector's numbers: float32 on its way through JSON


def stored(es: Elasticsearch, index: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Bodies by id of those that are there, with their vectors, which lie outside of `_source`."""
    found = dict[str, dict[str, Any]]()
    for start in range(0, len(ids), AT_ONCE):
        some = list(ids[start : start + AT_ONCE])
        with failures.plainly():
            source = {"exclude_vectors": False}
            answer = es.search(index=index, size=len(some), query={"ids": {"values": some}}, source=source)
        found |= {hit["_id"]: hit["_source"] for hit in answer["hits"]["hits"]}
    return found


def differing(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Fields that differ, sorted."""
    return sorted(name for name in {*wanted, *found} if not _same(wanted.get(name), found.get(name)))


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, list) and isinstance(other, list) and one and isinstance(one[0], float):
        return len(one) == len(other) and np.allclose(one, other, rtol=0, atol=TOLERANCE)
    return bool(one == other)

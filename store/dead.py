"""Dead letters where analysts find them: an index beside the generation, `<generation>-dead-letters`, without the bodies."""

import hashlib
from collections.abc import Iterator

import orjson
from elasticsearch import Elasticsearch

from schemas.dead_letter import DEAD_LETTER
from schemas.derive import es_mapping
from store import bulk, elastic, lake, loading
from store.outcomes import Document


def partition(date: str) -> str:
    """The night's dead letters in the lake."""
    return lake.partition("dead_letters", date=date)


def publish(es: Elasticsearch, generation: str, date: str) -> int:
    """Make the index of a generation's letters say what the lake says; how many are still dead."""
    index = elastic.dead_letters(generation)
    mapping = es_mapping(DEAD_LETTER)
    loading.create(es, index, mapping)
    bulk.written(bulk.bulk(es, index, _rows(date)))
    loading.settle(es, index, mapping)
    return elastic.count(es, index, {"term": {"state": "dead"}})


def _rows(date: str) -> Iterator[Document]:
    columns = [name for name in DEAD_LETTER.names if name != "body"]
    for batch in lake.batches(partition(date), DEAD_LETTER, columns=columns):
        for row in batch.to_pylist():
            yield hashlib.sha256(row["ref"].encode()).hexdigest()[:32], orjson.dumps(row)

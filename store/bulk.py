"""Documents into an index, fast and with an answer for each one.

Bodies come as bytes and leave as bytes, in requests of about 5 MB. Every write is an `index` under the caller's own id, so
sending again after an unknown outcome changes nothing.
"""

import random
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import elasticsearch
import orjson
from elasticsearch import Elasticsearch

from store.cli import TrawlError
from store.elastic import ElasticsearchAway, ElasticsearchBusy, ElasticsearchRefused, translated

Document = tuple[str, bytes]  # its _id, its body as JSON
CHUNK_BYTES = 5 << 20  # Elastic advises to start at 5 MB; 10 % of a 1 GB heap is all that may be in flight
FILTER = "errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason"
BASE_S, CAP_S = 0.1, 20.0
LATER = (429, 502, 503, 504)
# the index as a whole takes nothing any more: going on would refuse every document one by one
FATAL = {
    "index_not_found_exception": "the index is gone: run the step again",
    "index_closed_exception": "the index is closed",
    "cluster_block_exception": "the index is read-only, mostly because the disk is full: free space, then run again",
    "security_exception": "the key may not write: check TRAWL_ELASTICSEARCH_API_KEY and its rights",
}


@dataclass(frozen=True)
class Refused:
    """A document that was not taken, with Elasticsearch's reason."""

    id: str
    reason: str
    detail: str


@dataclass(frozen=True)
class Sent:
    """Outcome of one request: how many documents were taken, and which were not."""

    indexed: int
    refused: list[Refused]


def bulk(es: Elasticsearch, index: str, documents: Iterable[Document]) -> Iterator[Sent]:
    """One outcome per request, lazily; documents are held one request at a time.

    Raises ElasticsearchAway or ElasticsearchBusy after their patience, ElasticsearchRefused at once.
    """
    hurried = es.options(max_retries=0, request_timeout=120)
    for chunk in chunks(documents, CHUNK_BYTES):
        yield _send(hurried, index, chunk)


def chunks(documents: Iterable[Document], limit: int) -> Iterator[list[Document]]:
    """Documents in order, in lists of at most `limit` bytes; a larger document goes alone."""
    held, size = list[Document](), 0
    for document in documents:
        weight = len(document[0]) + len(document[1]) + 30
        if held and size + weight > limit:
            yield held
            held, size = [], 0
        held.append(document)
        size += weight
    if held:
        yield held


def _send(es: Elasticsearch, index: str, chunk: Sequence[Document]) -> Sent:
    todo, refused, began = chunk, list[Refused](), time.monotonic()
    for attempt in count():
        again, bad, trouble = _attempt(es, index, todo)
        refused += bad
        if trouble is None:
            return Sent(len(chunk) - len(refused), refused)
        if time.monotonic() - began > trouble.patience_s:
            raise trouble
        began = time.monotonic() if len(again) < len(todo) else began  # some were taken: it moves
        todo = again
        time.sleep(random.uniform(0, min(CAP_S, BASE_S * 2**attempt)))  # full jitter
    raise AssertionError  # count() does not end


Attempt = tuple[Sequence[Document], list[Refused], ElasticsearchAway | ElasticsearchBusy | None]


def _attempt(es: Elasticsearch, index: str, todo: Sequence[Document]) -> Attempt:
    """What to send again, what was refused, and why to wait before the next attempt."""
    try:
        answer = es.bulk(index=index, operations=_lines(todo), filter_path=FILTER).body
    except elasticsearch.TransportError as error:  # outcome unknown: the same ids again
        return todo, [], ElasticsearchAway(type(error).__name__)
    except elasticsearch.ApiError as error:
        if error.meta.status == 413:
            return _too_large(es, index, todo)
        trouble = translated(error)
        if isinstance(trouble, ElasticsearchBusy):
            return todo, [], trouble
        raise trouble from error
    return _sorted(todo, answer)


def _lines(documents: Sequence[Document]) -> list[Any]:  # the client's type knows no bytes, its serializer does
    return [line for key, body in documents for line in (orjson.dumps({"index": {"_id": key}}), body)]


def _too_large(es: Elasticsearch, index: str, todo: Sequence[Document]) -> Attempt:
    """Each half on its own; one document that is too large by itself is refused."""
    if len(todo) == 1:
        return [], [Refused(todo[0][0], "too_large", f"{len(todo[0][1]):,} bytes in one document")], None
    middle = len(todo) // 2
    first, second = _attempt(es, index, todo[:middle]), _attempt(es, index, todo[middle:])
    return [*first[0], *second[0]], first[1] + second[1], first[2] or second[2]


def _sorted(todo: Sequence[Document], answer: dict[str, Any]) -> Attempt:
    """The items of an answer, each by its own status."""
    if not answer["errors"]:
        return [], [], None
    items = [item["index"] for item in answer["items"]]
    if len(items) != len(todo):  # seen under indexing pressure: nobody knows which are missing
        return todo, [], ElasticsearchBusy("incomplete answer")
    again, refused = list[Document](), list[Refused]()
    for document, item in zip(todo, items, strict=True):
        error = item.get("error")
        if error is None:
            continue
        if error["type"] in FATAL:
            raise ElasticsearchRefused(FATAL[error["type"]])
        if item["status"] in LATER:
            again.append(document)
        else:
            refused.append(Refused(document[0], error["type"], _detail(error)))
    return again, refused, ElasticsearchBusy("HTTP 429 for single documents") if again else None


def _detail(error: dict[str, Any]) -> str:
    cause = (error.get("caused_by") or {}).get("reason")
    return ": ".join(part for part in (error.get("reason"), cause) if part)[:500]


def written(outcomes: Iterable[Sent]) -> int:
    """How many were taken, when every one must be.

    Raises TrawlError that names the first one refused.
    """
    total = 0
    for sent in outcomes:
        for bad in sent.refused[:1]:
            raise TrawlError(f"Elasticsearch refused {bad.id}: {bad.reason}: {bad.detail}")
        total += sent.indexed
    return total

"""Documents into an index, fast and with an answer for each one.

Bodies come as bytes and leave as bytes, in requests of about 2 MB, two at a time. Every write is an `index` or a `delete` under
the caller's own id, so sending again after an unknown outcome changes nothing; with a version, an older document never
replaces a newer one. What happens to an item is decided in store/outcomes.py.
"""

import random
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import elasticsearch
import orjson
from elasticsearch import Elasticsearch

from store import outcomes
from store.cli import TrawlError
from store.failures import ElasticsearchAway, ElasticsearchBusy, translated, unanswered
from store.outcomes import DELETED, Attempt, Document, Refused

CHUNK_BYTES = 2 << 20  # 5 MB are no faster for the node and leave the writer's CPU cache (docs/benchmarks.md)
LEAST_BYTES = 64 << 10
IN_FLIGHT = 2  # requests: one is answered while the next is on its way
HELD = IN_FLIGHT + 1  # chunks: one more is ready, as the first of two may wait long while the node writes a segment
ID_BYTES = 512  # an id longer than the server takes fails the whole request
LINE_BYTES = 60  # about what stands around a body
DOCUMENT_BYTES = 20 << 20  # no text that people search; above 10 % of the heap the server says "later" for ever
FILTER = "errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason"
BASE_S, CAP_S = 0.1, 20.0
ANSWER_S = 120.0  # until an answer is whole; then its outcome is unknown

# glibc hands free memory back above twice the largest block ever freed (of at most 32 MB), and is given it back cleared, which
# would be a third of a writer's CPU. This block is never touched.
bytearray(31 << 20)


@dataclass
class Chunk:
    """What goes into one request, and what is refused before it."""

    documents: list[Document] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    size: int = 0  # bytes of both


@dataclass(frozen=True)
class Sent:
    """Outcome of one chunk: how many documents were taken, which were not, and the ids of which a newer one was there."""

    indexed: int
    refused: list[Refused]
    newer: list[str] = field(default_factory=list)


class Pace:
    """Bytes per request of one writer: halved whenever the server is busy, grown back by an eighth of the most."""

    def __init__(self) -> None:
        self.bytes, self.stopped = CHUNK_BYTES, threading.Event()

    def faster(self) -> None:
        self.bytes = min(CHUNK_BYTES, self.bytes + CHUNK_BYTES // 8)

    def slower(self) -> None:
        self.bytes = max(LEAST_BYTES, self.bytes // 2)

    def rest(self, attempt: int) -> bool:
        """Wait with full jitter; whether to go on."""
        return not self.stopped.wait(random.uniform(0, min(CAP_S, BASE_S * 2**attempt)))


def bulk(
    es: Elasticsearch, index: str, documents: Iterable[Document | Refused], *, version: int | None = None
) -> Iterator[Sent]:
    """One outcome per chunk, in order; at most HELD chunks and the one being filled are kept.

    What was Refused before is passed on. Raises ElasticsearchAway or ElasticsearchBusy after their patience,
    ElasticsearchRefused or ElasticsearchUntrusted at once.
    """
    hurried, pace = es.options(max_retries=0, request_timeout=ANSWER_S), Pace()
    waiting = deque[Future[Sent]]()
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        try:
            for chunk in chunks(documents, CHUNK_BYTES):
                waiting.append(pool.submit(_send, hurried, index, chunk, pace, version))
                if len(waiting) == HELD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pace.stopped.set()  # after a failure the others do not wait for their patience to end


def chunks(documents: Iterable[Document | Refused], limit: int) -> Iterator[Chunk]:
    """Documents in order, in chunks of at most `limit` bytes; a larger document goes alone."""
    held = Chunk()
    for given in documents:
        document = given if isinstance(given, Refused) else checked(*given)
        weight = LINE_BYTES + len(document.body if isinstance(document, Refused) else document[1])
        if held.size and held.size + weight > limit:
            yield held
            held = Chunk()
        held.size += weight
        if isinstance(document, Refused):
            held.refused.append(document)
        else:
            held.documents.append(document)
    if held.size:
        yield held


def checked(key: str, body: bytes) -> Document | Refused:
    """The document, refused where it would fail everything that is sent with it."""
    if not key or (len(key) > ID_BYTES // 4 and len(key.encode()) > ID_BYTES):
        reason = "id is too long" if key else "id is missing"
        return Refused(key, reason, f"{len(key.encode()):,} bytes, at most {ID_BYTES} are taken", body)
    if len(body) > DOCUMENT_BYTES:
        return Refused(key, "too large", f"{len(body):,} bytes in one document, at most {DOCUMENT_BYTES:,}", body)
    return key, body


def _send(es: Elasticsearch, index: str, chunk: Chunk, pace: Pace, version: int | None) -> Sent:
    """A chunk's documents until each one's outcome is known."""
    refused, newer, attempt, began = [*chunk.refused], list[str](), 0, time.monotonic()
    todo: deque[Sequence[Document]] = deque([chunk.documents] if chunk.documents else [])
    while todo:
        part = todo.popleft()
        if len(part) > 1 and _size(part) > pace.bytes:
            todo.extendleft(reversed(_halves(part)))
            continue
        made = _attempt(es, index, part, attempt, version)
        refused, newer = refused + made.refused, newer + made.newer
        todo.extendleft(reversed(made.again))
        if made.trouble is None:
            pace.faster()
            attempt, began = 0, time.monotonic()
            continue
        pace.slower()
        if sum(map(len, made.again)) < len(part):
            began = time.monotonic()  # some were taken: it moves
        if time.monotonic() - began > made.trouble.patience_s or not pace.rest(attempt):
            raise made.trouble
        attempt += 1
    return Sent(len(chunk.documents) + len(chunk.refused) - len(refused) - len(newer), refused, newer)


def _attempt(es: Elasticsearch, index: str, part: Sequence[Document], attempt: int, version: int | None) -> Attempt:
    try:
        lines = _lines(part, version)
        answer = es.bulk(index=index, operations=[lines], filter_path=FILTER)  # type: ignore[list-item]
    except elasticsearch.TransportError as error:  # outcome unknown: the same ids again
        trouble = unanswered(error)
        if isinstance(trouble, ElasticsearchAway):
            return Attempt([part], trouble=trouble)
        raise trouble from error
    except elasticsearch.ApiError as error:
        return _failed(error, part)
    return outcomes.sorted_out(index, part, answer.body, attempt)


def _failed(error: elasticsearch.ApiError, part: Sequence[Document]) -> Attempt:
    """A request that was answered as a whole. Raises TrawlError where going on makes no sense."""
    status = error.meta.status
    if status == 413:
        return _too_large(part)
    if status < 400:  # something between us and Elasticsearch answered
        return Attempt([part], trouble=ElasticsearchAway("an answer that is not Elasticsearch's"))
    trouble = ElasticsearchBusy(f"HTTP {status}") if status >= 500 else translated(error)
    if isinstance(trouble, ElasticsearchBusy):
        return Attempt([part], trouble=trouble)
    raise trouble from error


def _too_large(part: Sequence[Document]) -> Attempt:
    """Each half on its own; one document that is too large by itself is refused."""
    if len(part) > 1:
        return Attempt(_halves(part))
    key, body = part[0]
    return Attempt(refused=[Refused(key, "too large", f"{len(body):,} bytes in one document", body, 413, 1)])


def _halves(part: Sequence[Document]) -> list[Sequence[Document]]:
    return [part[: len(part) // 2], part[len(part) // 2 :]]


def _size(part: Sequence[Document]) -> int:
    return sum(LINE_BYTES + len(body) for _, body in part)


def _lines(part: Sequence[Document], version: int | None) -> bytes:
    """The request's body. With `external_gte` the same document may come again, an older one is told it is old."""
    versioned = b"" if version is None else b',"version":%d,"version_type":"external_gte"' % version
    head, gone, tail = b'{"index":{"_id":', b'{"delete":{"_id":', versioned + b"}}\n"
    pieces: list[bytes] = []
    for key, body in part:
        pieces += (gone, orjson.dumps(key), tail) if body == DELETED else (head, orjson.dumps(key), tail, body, b"\n")
    return b"".join(pieces)


def written(sent: Iterable[Sent]) -> int:
    """How many were taken, when every one must be.

    Raises TrawlError that names the first one refused.
    """
    total = 0
    for one in sent:
        for bad in one.refused[:1]:
            raise TrawlError(f"Elasticsearch refused {bad.id}: {bad.reason}: {bad.detail}")
        total += one.indexed
    return total

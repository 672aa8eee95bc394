"""A reader who asks all the time, to see whether anyone would have noticed."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from elasticsearch import ApiError, Elasticsearch, TransportError

PAUSE_S = 0.01  # a client that takes a whole core would measure itself


@dataclass
class Seen:
    """Requests sent, what failed of them, and the indices that answered, in order, each run of one index once."""

    requests: int = 0
    failures: list[str] = field(default_factory=list)
    indices: list[str] = field(default_factory=list)

    def note(self, index: str) -> None:
        if self.indices[-1:] != [index]:
            self.indices.append(index)


@contextmanager
def asking(client: Elasticsearch, alias: str) -> Iterator[Seen]:
    """What a client sees of an alias, asking again and again and never trying twice, while the block runs."""
    seen, done = Seen(), threading.Event()
    es = client.options(max_retries=0, retry_on_timeout=False)

    def ask() -> None:
        while not done.wait(PAUSE_S):
            seen.requests += 1
            try:
                hits = es.search(index=alias, size=1, source=False, query={"match_all": {}})["hits"]["hits"]
                seen.note(hits[0]["_index"] if hits else "nothing")
            except (ApiError, TransportError) as error:
                seen.failures.append(str(error))

    reader = threading.Thread(target=ask, daemon=True)
    reader.start()
    try:
        yield seen
    finally:
        done.set()
        reader.join()

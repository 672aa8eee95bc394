"""A lock document in Elasticsearch, so that two rebuilds on two machines cannot cross.

It expires: a holder that died is waited for at most TERM_S, one that lives renews it. On one machine a holder whose process has
ended holds nothing. Clocks that differ by more than half of TERM_S would defeat it.
"""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psutil
from elasticsearch import ApiError, ConflictError, Elasticsearch, NotFoundError, TransportError

from store import elastic, failures, settings
from store.cli import TrawlError

TERM_S = 60.0
RENEW_S = 10.0
PATIENCE_S = 90.0  # longer than TERM_S: a holder that died is outlived
POLL_S = 0.5


class Locked(TrawlError):
    """Somebody else changes generations."""

    def __init__(self, holder: "Holder") -> None:
        super().__init__(
            f"{settings.alias()} is being changed by {holder.work} (process {holder.pid} on {holder.host}, since"
            f" {holder.taken_at}): wait until it has ended, then run again"
        )


class LockLost(TrawlError):
    """The lock expired under its holder, and somebody else took it."""

    def __init__(self, work: str) -> None:
        super().__init__(f"{work} lost the lock of {settings.alias()} to another run: run again when that has ended")


@dataclass(frozen=True)
class Holder:
    """Who holds the lock, and until when."""

    work: str
    host: str
    pid: int
    taken_at: str
    expires_at: str

    def is_alive(self) -> bool:
        """False once it expired, or its process on this machine ended."""
        if self.expires_at <= _after(0):
            return False
        return self.host != socket.gethostname() or psutil.pid_exists(self.pid)


@contextmanager
def held(es: Elasticsearch, work: str) -> Iterator[Callable[[], None]]:
    """The lock of the alias while the block runs; call what is yielded before a step that must not be done without it.

    Raises Locked where another holder outlives our patience; LockLost from what is yielded.
    """
    with failures.plainly():
        elastic.ensure(es, _index(), {"dynamic": False})
        place = _take(es, work)
    done, lost = threading.Event(), threading.Event()
    renewer = threading.Thread(target=_renew, args=(es, work, place, done, lost), daemon=True)
    renewer.start()

    def must_hold() -> None:
        if lost.is_set():
            raise LockLost(work)

    try:
        yield must_hold
    finally:
        done.set()
        renewer.join()
        with suppress(ApiError, TransportError):  # it expires by itself
            es.delete(index=_index(), id="rebuild", **place)


def _take(es: Elasticsearch, work: str) -> dict[str, Any]:
    """Place of our lock document in the order of writes."""
    began = time.monotonic()
    while True:
        with suppress(ConflictError):
            return _place(es.create(index=_index(), id="rebuild", document=_row(work)))
        with suppress(NotFoundError, ConflictError):
            found = es.get(index=_index(), id="rebuild")
            holder = Holder(**found["_source"])
            if not holder.is_alive():
                return _place(es.index(index=_index(), id="rebuild", document=_row(work), **_place(found)))
            if time.monotonic() - began > PATIENCE_S:
                raise Locked(holder)
        time.sleep(POLL_S)


def _renew(es: Elasticsearch, work: str, place: dict[str, Any], done: threading.Event, lost: threading.Event) -> None:
    """Keep `place` the place of our newest lock document, until done or lost."""
    renewed = time.monotonic()
    while not done.wait(RENEW_S):
        try:
            place |= _place(es.index(index=_index(), id="rebuild", document=_row(work), **place))
            renewed = time.monotonic()
        except (ConflictError, NotFoundError):
            return lost.set()
        except (ApiError, TransportError):  # Elasticsearch is away for a while: the term runs on
            if time.monotonic() - renewed > TERM_S:
                return lost.set()


def _place(answer: Any) -> dict[str, Any]:
    return {"if_seq_no": answer["_seq_no"], "if_primary_term": answer["_primary_term"]}


def _row(work: str) -> dict[str, Any]:
    return asdict(Holder(work, socket.gethostname(), os.getpid(), _after(0), _after(TERM_S)))


def _after(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


def _index() -> str:
    return f"{settings.alias()}-locks"

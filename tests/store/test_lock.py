"""One at a time: a second holder waits, one that died is outlived, one that lost the lock is told."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from elasticsearch import Elasticsearch

from store import lock


@pytest.fixture
def es(elasticsearch_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Elasticsearch]:
    monkeypatch.setenv("TRAWL_ALIAS", "guarded")
    monkeypatch.setattr(lock, "POLL_S", 0.02)
    made = Elasticsearch(elasticsearch_url)
    yield made
    made.indices.delete(index="guarded-locks", ignore_unavailable=True)


def elsewhere(es: Elasticsearch, monkeypatch: pytest.MonkeyPatch, term_s: float) -> None:
    """A lock that a process of another machine took and will never give back."""
    with monkeypatch.context() as patch:
        patch.setattr("socket.gethostname", lambda: "elsewhere")
        patch.setattr(lock, "TERM_S", term_s)
        lock.elastic.ensure(es, "guarded-locks", {"dynamic": False})
        lock._take(es, "index of a")


def test_who_holds_it_is_told(es: Elasticsearch, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere(es, monkeypatch, 60)
    monkeypatch.setattr(lock, "PATIENCE_S", 0.1)
    with pytest.raises(
        lock.Locked, match=rf"guarded is being changed by index of a \(process {os.getpid()} on elsewhere"
    ):
        with lock.held(es, "b"):
            pass


def test_one_that_died_elsewhere_is_outlived(es: Elasticsearch, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere(es, monkeypatch, 0.3)
    with lock.held(es, "b"):
        pass
    assert not es.exists(index="guarded-locks", id="rebuild")


def test_one_that_was_killed_here_holds_nothing(es: Elasticsearch, elasticsearch_url: str) -> None:
    code = (
        "import sys, time; from store import elastic, lock\n"
        "with lock.held(elastic.client(), 'doomed'): print('taken', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env={**os.environ})
    assert process.stdout and process.stdout.readline() == b"taken\n"
    process.kill()
    process.wait()
    began = time.monotonic()
    with lock.held(es, "b"):
        assert time.monotonic() - began < lock.TERM_S / 2


def test_two_never_hold_it_at_once(es: Elasticsearch) -> None:
    inside, most = [0], [0]

    def work() -> None:
        for _ in range(3):
            with lock.held(es, "one of four"):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                time.sleep(0.01)
                inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] and inside == [0]


def test_a_holder_renews_and_one_that_lost_it_is_told(es: Elasticsearch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "RENEW_S", 0.05)
    with pytest.raises(lock.LockLost, match="run again"):
        with lock.held(es, "a") as must_hold:
            first = es.get(index="guarded-locks", id="rebuild")["_source"]["expires_at"]
            time.sleep(0.3)
            assert es.get(index="guarded-locks", id="rebuild")["_source"]["expires_at"] > first
            must_hold()
            es.delete(index="guarded-locks", id="rebuild")
            elsewhere(es, monkeypatch, 60)
            time.sleep(0.3)
            must_hold()
    assert es.get(index="guarded-locks", id="rebuild")["_source"]["host"] == "elsewhere"  # not ours to give back

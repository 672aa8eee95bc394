"""A real Elasticsearch node on this machine, without Docker: fetch, start, stop, status.

The node is one detached process on loopback. Its data, logs and snapshots lie in TRAWL_HOME/elasticsearch and stay
between starts; `url` and `pid` there tell everybody where it is. The process holds a lock on `pid` for its whole
life, so a stale file or a reused process id is never mistaken for a node.
"""

import fcntl
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from local.elasticsearch import fetch as jars
from store.cli import TrawlError

DISK_NEEDED = 1 << 30  # bytes; below the node's own low watermark it would refuse to place an index
START_S = 120.0
STOP_S = 60.0


class NodeFailed(TrawlError):
    """The node could not be started or stopped."""


@dataclass(frozen=True)
class Running:
    """A living node; `url` is None until it answers."""

    pid: int
    url: str | None


def folder(home: Path) -> Path:
    """Where the node of a home keeps what it has."""
    return home.absolute() / "elasticsearch"


def running(home: Path) -> Running | None:
    """The node of this home, or None where none is alive."""
    with _locked(home) as lock:
        if lock is not None:
            return None
    place = folder(home)
    url = place / "url"
    return Running(int((place / "pid").read_text() or 0), url.read_text().strip() if url.exists() else None)


@contextmanager
def _locked(home: Path) -> Iterator[int | None]:
    """The lock as an open file, or None while a node (or someone starting one) holds it."""
    folder(home).mkdir(parents=True, exist_ok=True)
    lock = os.open(folder(home) / "pid", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield lock
    except BlockingIOError:
        yield None
    finally:
        os.close(lock)  # a child that inherited the file goes on holding the lock


def start(home: Path, port: int = 0, *, heap: str = "1g", more: Mapping[str, str] = MappingProxyType({})) -> str:
    """Url of the node of this home, started when it is not running; a free port where `port` is 0 or taken.

    `more` are settings of the node beyond those of a single one.
    """
    folder(home).mkdir(parents=True, exist_ok=True)
    _check_disk(home)
    java, server = jars.find_java(), jars.fetch()
    with _locked(home) as lock:
        if lock is not None:
            words = [str(jars.jvm_library(java)), str(server), str(folder(home)), str(_port(port)), heap]
            _spawn(home, lock, [*words, json.dumps(dict(more))])
    return _answering(home)


def _port(wanted: int) -> int:
    """The port asked for, or a free one."""
    for port in (wanted, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port in TIME_WAIT is not taken
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise NodeFailed("no free port on 127.0.0.1: close programs that listen, then start again")


def _check_disk(home: Path) -> None:
    free = shutil.disk_usage(home).free
    if free < DISK_NEEDED:
        raise NodeFailed(f"{free / (1 << 30):.1f} GB free on the disk of {home}: free at least 1 GB, then start again")


def _spawn(home: Path, lock: int, arguments: list[str]) -> None:
    """A detached process that holds the lock; its id goes into the file it has locked."""
    place = folder(home)
    (place / "logs").mkdir(exist_ok=True)
    (place / "url").unlink(missing_ok=True)
    with open(place / "logs" / "node.log", "wb") as log:
        command = [sys.executable, "-m", "local.elasticsearch.node", *arguments]
        root = Path(__file__).parents[2]
        child = subprocess.Popen(
            command, cwd=root, stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=[lock], start_new_session=True
        )
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{child.pid}\n".encode(), 0)


def _answering(home: Path) -> str:
    """Url once the node answers and its indices are open; NodeFailed with the log's reason when it dies instead."""
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        node = running(home)
        if node is None:
            raise NodeFailed(
                f"Elasticsearch did not start: {_reason(home)} (log: {folder(home) / 'logs' / 'node.log'})"
            )
        if node.url and (ask(node.url, "/_cluster/health") or {}).get("status") in ("yellow", "green"):
            return node.url
        time.sleep(0.2)
    raise NodeFailed(f"Elasticsearch does not answer after {START_S:.0f} s: see {folder(home) / 'logs' / 'node.log'}")


def _reason(home: Path) -> str:
    text = (folder(home) / "logs" / "node.log").read_text(errors="replace")
    causes = re.findall(r"^(?:Caused by: )?((?:[\w$]+\.)+\w*(?:Exception|Error): .*)$|^(Error.*)$", text, re.MULTILINE)
    last = text.strip().splitlines()[-1:]
    return "".join(causes[-1]) if causes else " ".join(last) or "it said nothing"


def ask(url: str, path: str) -> dict[str, object] | None:
    """JSON of one GET, or None where nobody answers."""
    try:
        with urllib.request.urlopen(url + path, timeout=10) as answer:
            return dict(json.load(answer))
    except (OSError, urllib.error.URLError, ValueError):
        return None


def stop(home: Path) -> bool:
    """Whether a node was running; it is gone when this returns, its data on disk."""
    node = running(home)
    if node is None:
        return False
    for sent, wait_s in ((signal.SIGTERM, STOP_S), (signal.SIGKILL, STOP_S)):
        os.kill(node.pid, sent)
        if _gone(home, wait_s):
            (folder(home) / "url").unlink(missing_ok=True)
            return True
    raise NodeFailed(f"Elasticsearch, process {node.pid}, does not stop: end it by hand")


def _gone(home: Path, wait_s: float) -> bool:
    end = time.monotonic() + wait_s
    while time.monotonic() < end:
        if running(home) is None:
            return True
        time.sleep(0.1)
    return False

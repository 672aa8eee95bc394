"""Memory and CPU of this process, or of a command, and all below it, the JVM and its Python workers included."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TypeVar

import psutil

from store.cli import TrawlError

T = TypeVar("T")

EVERY_S = 0.5  # what a process does after it was last seen is not counted


@dataclass(frozen=True)
class Taken:
    """Wall and CPU seconds of a command; megabytes at the peak, of pages that processes share each its part."""

    seconds: float
    cpu_s: float
    peak_mb: float


def watched(command: Sequence[str]) -> tuple[int, Taken]:
    """Exit status of a command, and what it took."""
    began, used, peak = time.monotonic(), dict[tuple[int, float], float](), 0.0
    process = subprocess.Popen(command)
    while process.poll() is None:
        found = list(_each(_seen, process.pid))
        used |= {name: cpu_s for name, cpu_s, _ in found}
        peak = max(peak, sum(pss for *_, pss in found) / 2**20)
        with suppress(subprocess.TimeoutExpired):
            process.wait(EVERY_S)
    return process.returncode, Taken(time.monotonic() - began, sum(used.values()), peak)


def job(name: str, *words: str) -> Taken:
    """What `python -m jobs.NAME` took. Raises TrawlError where it fails."""
    status, taken = watched([sys.executable, "-m", f"jobs.{name}", *words])
    if status:
        raise TrawlError(f"jobs.{name} {' '.join(words)} failed: its reason stands above")
    print(f"{name}: {taken.seconds:.1f} s, {taken.cpu_s:.1f} s of CPU", file=sys.stderr, flush=True)
    return taken


def _seen(process: psutil.Process) -> tuple[tuple[int, float], float, float]:
    times, name = process.cpu_times(), (process.pid, process.create_time())
    return name, times.user + times.system, process.memory_full_info().pss


@contextmanager
def peak_memory() -> Iterator[Callable[[], float]]:
    """Largest sum of resident megabytes so far; pages that two processes share count for both."""
    seen, stop = [0.0], threading.Event()

    def watch() -> None:
        while not stop.wait(0.2):
            seen[0] = max(seen[0], sum(_each(lambda process: process.memory_info().rss)) / 2**20)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    yield lambda: seen[0]
    stop.set()
    watcher.join()


def cpu_seconds() -> float:
    """User and system time of the processes that live."""
    return sum(_each(lambda process: sum(process.cpu_times()[:2])))


def _each(figure: Callable[[psutil.Process], T], pid: int | None = None) -> Iterator[T]:
    """The figure of this process, or of another, and of each below it."""
    try:
        top = psutil.Process(pid)
        found = [top, *top.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for process in found:
        try:
            yield figure(process)
        except psutil.NoSuchProcess:
            pass

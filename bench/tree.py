"""Memory and CPU of this process and all below it, the JVM and its Python workers included."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil


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


def _each(figure: Callable[[psutil.Process], float]) -> Iterator[float]:
    for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
        try:
            yield figure(process)
        except psutil.NoSuchProcess:
            pass

"""What a phase of loading took of the machine: which of the node's threads worked, and how many of the cores were busy.

Threads by the JVM's own account (`jcmd PID Thread.print`, CPU since each thread's start), before and after; a fifth of a second
at a time how busy all cores were, whoever worked. Under a JVM that comes without jcmd all threads are `other`.
"""

import re
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil

from local.elasticsearch import fetch

STEP_S = 0.2
FULL = 0.9  # of the cores busy, for so much of the time: saturated
POOL = re.compile(r"elasticsearch\[[^\]]*\]\[([a-z_]+)")
GROUPS = {"gc": ("GC ", "G1 ", "VM "), "compiler": ("C1 ", "C2 ")}  # of the JVM's own threads, by how their names begin


@dataclass
class Phase:
    """Seconds, CPU seconds of the node by group of threads, and (moment, share of the machine's cores that were busy)."""

    seconds: float = 0.0
    threads: dict[str, float] = field(default_factory=dict)
    busiest: tuple[str, float] = "", 0.0  # thread and its CPU seconds
    busy: list[tuple[float, float]] = field(default_factory=list)

    def cpu_s(self) -> float:
        """Of the node."""
        return sum(self.threads.values())

    def full(self) -> float:
        """Share of the time in which nearly all cores of the machine were busy."""
        return sum(share >= FULL for _, share in self.busy) / max(1, len(self.busy))

    def said(self, writer_s: float = 0.0) -> str:
        """One line; `writer_s` is the CPU of the writer."""
        cores, node, wrote = psutil.cpu_count(), self.cpu_s() / self.seconds, writer_s / self.seconds
        mean = cores * sum(share for _, share in self.busy) / max(1, len(self.busy))
        most = sorted(self.threads.items(), key=lambda each: -each[1])[:6]
        parts = ", ".join(f"{name} {spent / self.seconds:.2f}" for name, spent in most)
        used = f"node {node:.2f} ({parts}), writer {wrote:.2f}, whole machine {mean:.2f} of {cores} cores"
        return f"{self.seconds:.1f} s: {used}; {self._verdict(node + wrote, cores)}"

    def _verdict(self, own: float, cores: int) -> str:
        full = f"all cores were busy {self.full():.0%} of the time"
        if self.full() >= FULL:
            return f"{full}: saturated" + ("" if own >= FULL * cores else " by other work as well")
        alone = self.busiest[1] / self.seconds
        one = f"one thread ({_group(self.busiest[0])}) worked {alone:.0%} of it"
        return f"{full}: not saturated; {one if alone >= FULL else 'nor did one thread work all the time'}"


@contextmanager
def watched(node: psutil.Process) -> Iterator[Phase]:
    """A phase that is filled when the block ends."""
    phase, done, spent, began = Phase(), threading.Event(), cpu_s(node), time.monotonic()
    before = _threads(node)

    def look() -> None:
        psutil.cpu_percent()
        while not done.wait(STEP_S):
            phase.busy.append((time.monotonic(), psutil.cpu_percent() / 100))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield phase
    finally:
        phase.seconds = time.monotonic() - began
        done.set()
        watcher.join()
        _told(phase, before, _threads(node), cpu_s(node) - spent)


def _told(phase: Phase, before: dict[str, float], after: dict[str, float], spent: float) -> None:
    own = {name: cpu - before.get(name, 0.0) for name, cpu in after.items()}
    for name, cpu in own.items():
        phase.threads[_group(name)] = phase.threads.get(_group(name), 0.0) + cpu
    phase.threads["other"] = phase.threads.get("other", 0.0) + max(
        0.0, spent - phase.cpu_s()
    )  # threads that have ended
    phase.busiest = max(own.items(), key=lambda each: each[1], default=phase.busiest)


def _group(thread: str) -> str:
    pool = POOL.match(thread)
    jvm = (group for group, begun in GROUPS.items() if thread.startswith(begun))
    return pool.group(1) if pool else next(jvm, "other")


def _threads(node: psutil.Process) -> dict[str, float]:
    """CPU seconds of each thread of a JVM since it was started."""
    jcmd = fetch.find_java() / "bin" / "jcmd"
    if not jcmd.exists():
        return {}
    told = subprocess.run([str(jcmd), str(node.pid), "Thread.print"], stdout=subprocess.PIPE, text=True).stdout
    return {name: float(cpu) / 1000 for name, cpu in re.findall(r'^"(.+?)" .*?\bcpu=([\d.]+)ms', told, re.MULTILINE)}


def cpu_s(node: psutil.Process) -> float:
    """CPU seconds of the node so far."""
    times = node.cpu_times()
    return float(times.user + times.system)

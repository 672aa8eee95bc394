"""One way of putting documents into an index, on a node of its own: what it took, and which of the node's threads worked."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from local import elasticsearch
from schemas.generation import MAPPING
from store import cli, elastic, loading

INDEX = "bench"


@dataclass(frozen=True)
class Loaded:
    """One way of loading: wall seconds and cores of the node of both phases, and what the writer said of itself."""

    load_s: float
    load_cores: float
    settle_s: float
    settle_cores: float
    disk_mb: float
    writer: dict[str, Any]

    def cpu_s(self) -> float:
        """Of node and writer together: what is left of a ratio where other work shares the machine."""
        return self.load_s * self.load_cores + self.settle_s * self.settle_cores + float(self.writer["cpu_s"])

    def rate(self) -> float:
        """Documents per second until searchable and merged."""
        return float(self.writer["documents"]) / (self.load_s + self.settle_s)


@contextmanager
def node(home: Path) -> Iterator[psutil.Process]:
    """The process of an Elasticsearch node, whose address is in the environment."""
    os.environ["TRAWL_ELASTICSEARCH_URL"] = elasticsearch.start(home)
    found = elasticsearch.running(home)
    if found is None:
        raise cli.TrawlError(f"the node of {home} has died: see elasticsearch/logs/node.log there")
    try:
        yield psutil.Process(found.pid)
    finally:
        elasticsearch.stop(home)


def writer(how: str, file: Path) -> dict[str, Any]:
    """What a writer says of itself."""
    command = [sys.executable, "-m", "bench.bulk_writer", how, str(file), "--index", INDEX]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise cli.TrawlError(f"{' '.join(command[1:])} failed: its reason stands above")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def loaded(process: psutil.Process, how: str, file: Path) -> Loaded:
    """A new index filled this way and made ready; the writer's start is not counted."""
    es = elastic.client()
    loading.create(es, INDEX, MAPPING)
    before = cpu_s(process)
    said = writer(how, file)
    between, began = cpu_s(process), time.monotonic()
    found, settle_s = loading.settle(es, INDEX, MAPPING), time.monotonic() - began
    if found != said["documents"]:
        raise cli.TrawlError(f"{how}: {found:,} documents of {said['documents']:,} are in the index")
    # of the live segments: the figure for the whole store is up to 10 s old
    load_s, held = said["seconds"], es.indices.stats(index=INDEX, metric="docs")["_all"]["primaries"]["docs"]
    cores = (between - before) / load_s, (cpu_s(process) - between) / settle_s
    return Loaded(load_s, cores[0], settle_s, cores[1], held["total_size_in_bytes"] / (1 << 20), said)


def cpu_s(process: psutil.Process) -> float:
    """CPU seconds of the node so far."""
    times = process.cpu_times()
    return float(times.user + times.system)

"""One way of putting documents into an index, on a node of its own: what it took, and which of the node's threads worked."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.bulk_profile import STEP_S, Phase, watched
from local import elasticsearch
from schemas.generation import MAPPING
from store import cli, elastic, loading

INDEX = "bench"


@dataclass(frozen=True)
class Loaded:
    """One way of loading: both phases, the size on disk, and what the writer said of itself."""

    load: Phase
    settle: Phase
    disk_mb: float
    writer: dict[str, Any]

    def cpu_s(self) -> float:
        """Of node and writer together: what is left of a ratio where other work shares the machine."""
        return self.load.cpu_s() + self.settle.cpu_s() + float(self.writer["cpu_s"])

    def rate(self) -> float:
        """Documents per second until searchable and merged."""
        return float(self.writer["documents"]) / (self.load.seconds + self.settle.seconds)


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
    with watched(process) as load:
        said = writer(how, file)
    began, load.seconds = said["began"], said["seconds"]  # the node idles while the writer's process starts
    load.busy = [
        (moment, share) for moment, share in load.busy if began < moment - STEP_S < began + load.seconds - STEP_S
    ]
    with watched(process) as settle:
        found = loading.settle(es, INDEX, MAPPING)
    if found != said["documents"]:
        raise cli.TrawlError(f"{how}: {found:,} documents of {said['documents']:,} are in the index")
    # of the live segments: the figure for the whole store is up to 10 s old
    held = es.indices.stats(index=INDEX, metric="docs")["_all"]["primaries"]["docs"]
    return Loaded(load, settle, held["total_size_in_bytes"] / (1 << 20), said)

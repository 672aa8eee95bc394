"""Several nodes on this machine that are one cluster, each in a home of its own: for trying out what a node's death does."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from local import elasticsearch, processes


@dataclass(frozen=True)
class Cluster:
    """Where the nodes live and the ports by which they find each other; nothing runs yet."""

    homes: tuple[Path, ...]
    ports: tuple[int, ...]

    def start(self, number: int) -> str:
        """Url of a node, started when it is not running; the first one founds the cluster."""
        founder = {"cluster.initial_master_nodes": "node-0"} if number == 0 else {}
        found_by = {
            "discovery.type": "multi-node",
            "discovery.seed_hosts": ",".join(f"127.0.0.1:{port}" for port in self.ports),
            "transport.port": str(self.ports[number]),
            "node.name": f"node-{number}",
        }
        return elasticsearch.start(self.homes[number], heap="512m", more={**found_by, **founder})

    def kill(self, number: int) -> None:
        """A node's end, without a word to the others."""
        if node := elasticsearch.running(self.homes[number]):
            os.kill(node.pid, signal.SIGKILL)
        while elasticsearch.running(self.homes[number]):  # the system needs a moment for it
            time.sleep(0.05)

    def stop(self) -> None:
        """The end of all nodes."""
        for home in self.homes:
            elasticsearch.stop(home)


def cluster(home: Path, nodes: int) -> Cluster:
    """A cluster to be started node by node."""
    ports = tuple(processes.free_port() for _ in range(nodes))
    return Cluster(tuple(home / f"node-{number}" for number in range(nodes)), ports)

"""A real Elasticsearch node on this machine, without Docker: fetch, start, stop, status.

fetch   brings the server's jars (41 MB) from Maven Central into TRAWL_HOME/elasticsearch
start   starts one node on loopback and returns when it answers; data is kept between starts
stop    stops it
status  prints url, process id and number of documents
"""

import argparse
import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

from local import elasticsearch
from local.elasticsearch import fetch as jars
from store import settings
from store.cli import run


def say(line: str) -> None:
    """One line of progress."""
    print(line, file=sys.stderr, flush=True)


def fetch() -> None:
    """The jars, unless they are there."""
    if jars.server().exists():
        return say(f"Elasticsearch {jars.VERSION} is in {jars.server()}")
    say(f"fetching Elasticsearch {jars.VERSION} from Maven Central, 41 MB, about 40 s")
    say(f"Elasticsearch {jars.VERSION} is in {jars.fetch()}")


def start(port: int, heap: str) -> None:
    """A node that answers; a cluster named by TRAWL_ELASTICSEARCH_URL is left alone and used instead."""
    if elsewhere := _elsewhere():
        return say(f"TRAWL_ELASTICSEARCH_URL points to {elsewhere}: no node is started here")
    home = settings.home()
    if (node := elasticsearch.running(home)) and node.url:
        return say(f"Elasticsearch is already running at {node.url}, process {node.pid}")
    fetch()
    say("starting Elasticsearch, about 10 s")
    url = elasticsearch.start(home, port, heap=heap)
    if port and urlsplit(url).port != port:
        say(f"port {port} is taken: using {urlsplit(url).port}")
    say(f"Elasticsearch answers at {url}")


def _elsewhere() -> str | None:
    """The cluster that the environment names, where that is not the node of this home."""
    written = elasticsearch.folder(settings.home()) / "url"
    own = written.read_text().strip() if written.exists() else "http://127.0.0.1:9200"
    url = settings.elasticsearch_url()
    return None if url == own else url


def stop() -> None:
    """The node's end."""
    stopped = elasticsearch.stop(settings.home())
    say("Elasticsearch is stopped, its data kept" if stopped else "Elasticsearch is not running")


def status() -> None:
    """Url, process and documents; a failure when nothing runs."""
    node = elasticsearch.running(settings.home())
    if node is None or node.url is None:
        raise elasticsearch.NodeFailed(
            "Elasticsearch is not running: start it with `python -m local.elasticsearch start`"
        )
    counted = elasticsearch.ask(node.url, "/_count?expand_wildcards=open") or {}
    print(f"url {node.url}\npid {node.pid}\ndocuments {counted.get('count', 'unknown')}")


def main(argv: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["fetch", "start", "stop", "status"])
    parser.add_argument("--port", type=int, default=9200, help="a free one is taken when it is in use")
    parser.add_argument("--heap", default="1g", help="memory of the node's Java")
    args = parser.parse_args(argv)
    if args.command == "start":
        return start(args.port, args.heap)
    return {"fetch": fetch, "stop": stop, "status": status}[args.command]()


if __name__ == "__main__":
    run(main)

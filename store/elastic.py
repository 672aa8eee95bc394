"""Elasticsearch's door: the client, generations and the aliases that point to them.

A generation is an index `<alias>-YYYYMMDD-HHMMSS` with its profiles in `<generation>-profiles`. It is complete when
its mapping holds `_meta`, which is written last.
"""

import argparse
import logging
import re
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import elasticsearch
from elastic_transport import BaseNode
from elasticsearch import Elasticsearch
from elasticsearch.serializer import NdjsonSerializer

from store import failures, settings
from store.deadline import PunctualNode

DEAD_LETTERS = "dead-letters"  # suffix of the index of what a generation refused
PROFILES = "profiles"  # suffix of the second index of a generation, and of its alias
BASE64_SINCE = (9, 3)
ANSWER_S = 60.0  # until an answer is whole


@dataclass(frozen=True)
class Server:
    """What a writer wants to know of the cluster."""

    data_nodes: int
    takes_base64: bool  # vectors as base64 of big-endian float32


def server(es: Elasticsearch) -> Server:
    """Asked once per load; every node must have what is used."""
    with failures.plainly():
        nodes = es.nodes.info(filter_path="nodes.*.version")["nodes"].values()
        versions = [tuple(map(int, node["version"].split(".")[:2])) for node in nodes]
        return Server(int(es.cluster.health()["number_of_data_nodes"]), min(versions) >= BASE64_SINCE)


class _Lines(NdjsonSerializer):
    """A request whose lines are one piece already goes as it is; the client's own way copies it twice."""

    def dumps(self, data: Any) -> bytes:
        ready = len(data) == 1 and isinstance(data[0], bytes)
        return data[0] if ready else super().dumps(data)


def client(node_class: type[BaseNode] = PunctualNode) -> Elasticsearch:
    """A client by the settings; its own retries are for reads, `store.bulk` does its own."""
    # it would log every failed attempt with a trace; what fails in the end is told in one line
    logging.getLogger("elastic_transport").setLevel(logging.ERROR)
    ca, key = settings.elasticsearch_ca(), settings.elasticsearch_key()
    secure: dict[str, Any] = {"ca_certs": ca} if ca else {}
    if key:
        secure["api_key"] = key
    try:
        if ca:
            ssl.create_default_context(cafile=ca)  # the client reads the file when it connects, and says not which
        return Elasticsearch(
            settings.elasticsearch_url().split(","),
            request_timeout=ANSWER_S,
            max_retries=2,
            node_class=node_class,
            serializers={_Lines.mimetype: _Lines()},
            **secure,
        )
    except (ValueError, OSError) as error:  # an address without scheme or port, a CA file that is missing or none
        raise failures.ElasticsearchRefused(
            f"{error}: see TRAWL_ELASTICSEARCH_URL and TRAWL_ELASTICSEARCH_CA={ca or ''}"
        ) from error


def generation(text: str) -> str:
    """A generation's name, checked: the type of every `--generation`."""
    if not _is_generation(text, settings.alias()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a generation: write {settings.alias()}-YYYYMMDD-HHMMSS")
    return text


def version(date: str) -> int:
    """Version of a night's documents: one of an older night never replaces them. The last digits are for updates."""
    return int(date.replace("-", "")) * 1000


def _is_generation(name: str, alias: str) -> bool:
    return re.fullmatch(rf"{re.escape(alias)}-\d{{8}}-\d{{6}}", name) is not None


def profiles(name: str) -> str:
    """The profiles' index of a generation, and the profiles' alias of an alias."""
    return f"{name}-{PROFILES}"


def dead_letters(name: str) -> str:
    """The index of what a generation refused."""
    return f"{name}-{DEAD_LETTERS}"


def refresh(es: Elasticsearch, index: str) -> None:
    """Make every write so far countable."""
    with failures.plainly():
        es.indices.refresh(index=index)


def mapping(es: Elasticsearch, index: str) -> dict[str, Any] | None:
    """The mapping of an index with its `_meta`, or None where there is no such index."""
    with failures.plainly():
        if not es.indices.exists(index=index):
            return None
        return dict(es.indices.get_mapping(index=index)[index]["mappings"])


def uuid(es: Elasticsearch, index: str) -> str:
    """Identity of an index: another one when it was rebuilt under the same name."""
    with failures.plainly():
        return str(es.indices.get_settings(index=index)[index]["settings"]["index"]["uuid"])


def live(es: Elasticsearch, alias: str) -> list[str]:
    """Indices that an alias points to, sorted; none where there is no such alias."""
    with failures.plainly():
        if es.indices.exists_alias(name=alias):
            return sorted(es.indices.get_alias(name=alias))
        if es.indices.exists(index=alias):
            raise failures.ElasticsearchRefused(
                f"{alias} is an index, not an alias: delete or rename it, or set TRAWL_ALIAS"
            )
        return []


def generations(es: Elasticsearch, alias: str) -> list[str]:
    """Every generation there is, oldest first, finished or not."""
    with failures.plainly():
        return sorted(name for name in es.indices.get_alias(index=f"{alias}-*") if _is_generation(name, alias))


def aliased(es: Elasticsearch, names: Sequence[str]) -> set[str]:
    """Those of these indices that any alias leads to."""
    if not names:
        return set()
    with failures.plainly():
        found = es.indices.get_alias(index=[*names], ignore_unavailable=True)
    return {name for name, row in found.items() if row["aliases"]}


def count(es: Elasticsearch, index: str, query: Mapping[str, Any] | None = None) -> int:
    """Documents that match, or all of them."""
    with failures.plainly():
        return int(es.count(index=index, query=query)["count"])


def refreshed(es: Elasticsearch, index: str) -> int:
    """Documents of an index, those that came last included."""
    refresh(es, index)
    return count(es, index)


def tally(es: Elasticsearch, index: str, name: str) -> dict[str, int]:
    """Documents by each value of a keyword field; at most 1,000 values."""
    with failures.plainly():
        answer = es.search(index=index, size=0, aggs={"values": {"terms": {"field": name, "size": 1000}}})
    return {bucket["key"]: bucket["doc_count"] for bucket in answer["aggregations"]["values"]["buckets"]}


def ensure(es: Elasticsearch, index: str, mapping: Mapping[str, Any]) -> None:
    """An index that is there, made where it is missing."""
    kept = {"number_of_shards": 1, "auto_expand_replicas": "0-1"}
    if not es.indices.exists(index=index):
        with suppress(elasticsearch.BadRequestError):  # another process was first
            es.indices.create(index=index, mappings=mapping, settings=kept)


def note(es: Elasticsearch, index: str, key: str, row: Mapping[str, Any], *, mapping: Mapping[str, Any]) -> None:
    """One row of an audit index."""
    with failures.plainly():
        ensure(es, index, mapping)
        es.index(index=index, id=key, document=row, refresh=True)


def promote(es: Elasticsearch, moves: Mapping[str, str]) -> None:
    """Point aliases (keys) to indices (values) and nowhere else, all in one atomic call."""
    actions: list[dict[str, Any]] = []
    for alias, index in moves.items():
        old = [name for name in live(es, alias) if name != index]
        # must_exist: when somebody moved the alias meanwhile, the whole call fails instead of leaving two
        actions += [{"remove": {"index": name, "alias": alias, "must_exist": True}} for name in old]
        actions += [{"add": {"index": index, "alias": alias, "is_write_index": False}}]
    with failures.plainly():
        es.indices.update_aliases(actions=actions)


def delete(es: Elasticsearch, name: str) -> None:
    """A generation's end."""
    with failures.plainly():
        es.indices.delete(index=[name, profiles(name), dead_letters(name)], ignore_unavailable=True)

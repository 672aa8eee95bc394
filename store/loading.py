"""An index from empty to ready for search: made, loaded, settled, and complete once its mapping holds `_meta`."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from elasticsearch import AuthorizationException, Elasticsearch

from store import elastic, failures, settings

# Not the asynchronous translog of the advice: a node that is killed would lose what it has confirmed.
LOADING = {"refresh_interval": "-1", "number_of_replicas": 0}
# A graph built while documents arrive is built again by every merge: vectors lie flat until the one merge at the end.
FLAT = {"type": "flat"}
SHARED = "index.merge.intra_merge_parallelism_enabled"  # several threads build one graph, where the server knows how
MOST_FIELDS = 1_000  # of a mapping, by default
# auto_expand: a copy on a second node where there is one; a single node stays green
# gc_deletes: how long the version of a deleted document is known. A writer that was held up for as long as its patience must not
# bring the document back; the server's own 60 s are less than that.
SERVING = {"refresh_interval": "1s", "auto_expand_replicas": "0-1", "gc_deletes": "1h"}


def create(es: Elasticsearch, index: str, wanted: Mapping[str, Any]) -> None:
    """A new index, set for loading; one of this name that an earlier try left is deleted first.

    Raises ElasticsearchRefused where the name belongs to somebody else's documents, or the mapping has too many fields.
    """
    if (fields := _fields(wanted.get("properties", {}))) > MOST_FIELDS:
        raise failures.ElasticsearchRefused(
            f"a mapping of {fields:,} fields, at most {MOST_FIELDS:,}: declare fewer columns"
        )
    found = elastic.mapping(es, index)
    if found is not None and not _is_ours(found, wanted, index) and elastic.count(es, index):
        raise failures.ElasticsearchRefused(
            f"{index} was not made by Trawl: rename or delete it, or set TRAWL_ALIAS to another name"
        )
    properties = {name: _flat(one) for name, one in wanted.get("properties", {}).items()}
    with failures.plainly():
        _forbid_guessing(es)
        es.indices.delete(index=index, ignore_unavailable=True)
        settings_of = {"number_of_shards": 1, **LOADING}
        es.indices.create(index=index, mappings={**wanted, "properties": properties}, settings=settings_of)


def _forbid_guessing(es: Elasticsearch) -> None:
    """An index of this alias that was deleted under its writer is not made anew out of the next document, with a guessed mapping.

    A key that may not put templates leaves it as it was: what was loaded is then found out at the end of the load.
    """
    alias = settings.alias()
    with suppress(AuthorizationException):
        # the longer the alias, the higher: patterns of two aliases that overlap never have the same priority
        es.indices.put_index_template(
            name=template(), index_patterns=[f"{alias}-*"], priority=len(alias), allow_auto_create=False
        )


def template() -> str:
    """Name of the index template that holds for every index of the alias."""
    return f"{settings.alias()}-indices"


def _fields(properties: Mapping[str, Any]) -> int:
    return sum(1 + _fields(one.get("properties", {})) for one in properties.values())


def _is_ours(found: Mapping[str, Any], wanted: Mapping[str, Any], index: str) -> bool:
    """Whether an index is a generation or a part of one: by its `_meta`, or by its columns where it was never finished."""
    if "_meta" in found:
        return bool(found["_meta"].get("run") == index)
    return bool(found.get("properties", {}).keys() == wanted.get("properties", {}).keys())


def _flat(one: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**one, "index_options": FLAT} if "index_options" in one else one


def settle(es: Elasticsearch, index: str, wanted: Mapping[str, Any]) -> int:
    """Documents of an index that was made and loaded, now ready to search: graphs, one segment, copies, refreshes."""
    with failures.plainly():
        patient = es.options(request_timeout=3600)  # merging vector graphs takes minutes per million
        es.indices.refresh(index=index)
        _build_graphs(es, index, wanted)
        patient.indices.forcemerge(index=index, max_num_segments=1)
        es.indices.put_settings(index=index, settings=SERVING)
        es.indices.refresh(index=index)
        return int(es.count(index=index)["count"])


def _build_graphs(es: Elasticsearch, index: str, wanted: Mapping[str, Any]) -> None:
    """Vectors that are not to stay flat get their graph with the next merge, which one segment alone would not have."""
    graphs = {name: one for name, one in wanted.get("properties", {}).items() if _flat(one) != one}
    if graphs:
        es.indices.put_mapping(index=index, properties=graphs)
        _share_merges(es, index)
        for hit in es.search(index=index, size=1, sort="_doc", source=False)["hits"]["hits"]:
            es.update(index=index, id=hit["_id"], doc={}, detect_noop=False)  # itself, in a segment of its own


def _share_merges(es: Elasticsearch, index: str) -> None:
    """A server that knows the setting lists its default; an older one would refuse it."""
    known = es.indices.get_settings(index=index, name=SHARED, include_defaults=True, flat_settings=True)
    if known[index]["defaults"]:
        es.indices.put_settings(index=index, settings={SHARED: True})


def received(es: Elasticsearch, index: str) -> int:
    """Documents an index has taken in so far, searchable or not."""
    with failures.plainly():
        stats = es.indices.stats(index=index, metric="indexing")
    return int(stats["_all"]["primaries"]["indexing"]["index_total"])


def complete(es: Elasticsearch, index: str, meta: Mapping[str, Any]) -> None:
    """The last write to a generation: what it was made from."""
    with failures.plainly():
        es.indices.put_mapping(index=index, meta=meta)

"""What is live: the generation behind a name, and why a part of a search failed."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from store import settings
from store.cli import TrawlError


class SearchFailed(TrawlError):
    """There is nothing to search, or every leg of a search failed."""


def connect() -> Any:
    """The client of the cluster that the settings name; its connections are kept for the next search."""
    return _connected(settings.elasticsearch_url())


@cache
def _connected(url: str) -> Any:
    from store import elastic

    return elastic.client()


def live(client: Any, name: str) -> tuple[str, Mapping[str, Any]]:
    """The one index behind an alias (or the index of that name) and the `_meta` of its mapping."""
    from elasticsearch import NotFoundError

    from store import failures

    with failures.plainly():
        try:
            found = client.indices.get_mapping(index=name, filter_path="*.mappings._meta,*.mappings.dynamic")
        except NotFoundError as error:
            missing = "no index is live yet" if name == settings.alias() else f"there is no index {name}"
            raise SearchFailed(f"{missing} at {settings.elasticsearch_told()}: run a build") from error
    if len(found) > 1:
        raise SearchFailed(f"{name} stands for {len(found)} indices: give one generation with --index")
    generation = next(iter(found), name)
    described = found[generation]["mappings"] if found else {}
    if described.get("dynamic") != "strict":
        raise SearchFailed(f"{generation} was not made by Trawl: give a generation with --index, or set TRAWL_ALIAS")
    if "_meta" not in described:
        raise SearchFailed(f"{generation} is not complete: run jobs.index, or give another generation with --index")
    return generation, described["_meta"]


def reason(answer: Mapping[str, Any]) -> str:
    """Why one part of an `_msearch` failed, in the words of the deepest cause."""
    error = answer["error"]
    cause = (error.get("root_cause") or [error])[0]
    return str(cause.get("reason") or cause.get("type"))

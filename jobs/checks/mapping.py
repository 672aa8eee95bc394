"""Whether a generation is finished, ours, and shaped as the tables declare."""

from collections.abc import Mapping
from typing import Any

from jobs.verdict import Check
from schemas.generation import MAPPING, VERSION

META = ("run", "date", "schema_version", "text_model", "image_model", "counts")


def complete(meta: Mapping[str, Any], date: str) -> Check:
    """Whether the index was finished, from this night's documents."""
    missing = [key for key in META if key not in meta]
    seen = f"no {', '.join(missing)}" if missing else f"built from {meta['date']}"
    return Check("complete", not missing and meta["date"] == date, seen, f"built from {date}, all of _meta")


def declared(mapping: Mapping[str, Any]) -> Check:
    """Whether the mapping is the one that the tables declare."""
    wrong = differences(mapping, MAPPING)
    return Check("mapping", not wrong, ", ".join(wrong[:5]) or "as declared", "as declared")


def schema(meta: Mapping[str, Any]) -> Check:
    """Whether the documents were written under the tables of this very version of Trawl."""
    seen = str(meta["schema_version"])
    return Check("schema version", seen == VERSION, seen, VERSION)


def differences(seen: Mapping[str, Any], wanted: Mapping[str, Any], path: str = "") -> list[str]:
    """Paths at which a mapping differs; what Elasticsearch adds as its own default does not count."""
    wrong = []
    for key, value in wanted.items():
        here = f"{path}.{key}".lstrip(".")
        if isinstance(value, Mapping):
            wrong += differences(seen.get(key, {}), value, here) if key in seen else [f"{here} is missing"]
        elif str(seen.get(key, "object" if key == "type" else None)).lower() != str(value).lower():
            wrong.append(f"{here} is {seen.get(key)}, not {value}")
    if path.endswith("properties"):
        wrong += [f"{path}.{key} is not declared" for key in seen if key not in wanted]
    return wrong

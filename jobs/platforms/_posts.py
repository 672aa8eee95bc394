"""What social platforms have in common: posts without words, and pages that are wholly known already."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from jobs.platforms import Item
from models.times import instant

SHOWN = {"image": "Photo", "video": "Video", "audio": "Audio"}


def worded(item: Item) -> Item:
    """The item; one of media alone speaks by their descriptions, else by who shows them."""
    media = item.get("media") or []
    if item.get("title") or item.get("body") or not media:
        return item
    told = "\n".join(medium["alt"] for medium in media if medium.get("alt"))
    name = (item.get("author") or {}).get("name")
    kind = SHOWN.get(media[0]["kind"], "Post")
    return {**item, "body": told} if told else {**item, "title": f"{kind} by {name}" if name else kind}


def first_of(*values: Any) -> dict[str, Any]:
    """Columns created_at and time_precision from the first value that is a time."""
    for value in values:
        if read := instant(value):
            return {"created_at": read[0], "time_precision": read[1]}
    return {}


def is_past(stamps: Iterable[Any], since: datetime | None) -> bool:
    """True where a page tells times and every one is before `since`: newest first, nothing new can follow."""
    known = [read[0] for read in map(instant, stamps) if read]
    return since is not None and bool(known) and max(known) < since

"""Comments of PeerTube: numbered by the instance that tells them, below a video that has a uuid everywhere."""

import re
from typing import Any
from urllib.parse import urlsplit

from jobs.platforms import Item
from jobs.platforms._reading import at, filled, identity, many
from models.markup import clean, plain
from models.times import instant
from models.values import address, count

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
THREAD_OF = re.compile(r"/videos/([\w-]+)/comment-threads")
BASE58 = "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"


def thread(payload: Any) -> list[Any]:
    """The comments of one thread, which hang below each other; else what the payload itself is."""
    if at(payload, "comment") is None:
        return many(payload)
    found, waiting = list[Any](), [payload]
    while waiting:
        knot = waiting.pop(0)
        found.append(at(knot, "comment"))
        waiting += many(at(knot, "children"))
    return found


def comment(told: dict[str, Any], url: str) -> Item:
    """A post that replies to a comment or to the video; a tombstone where it is deleted."""
    host = urlsplit(url).hostname or "peertube"
    number, parent = identity(told.get("id")), identity(told.get("inReplyToCommentId"))
    about = f"{host}:{parent}" if parent else _uuid(url) or _uuid(str(told.get("url")))
    is_gone = told.get("isDeleted") is True or told.get("deletedAt") is not None
    created_at, precision = instant(told.get("createdAt")) or (None, None)
    updated_at, _ = instant(told.get("updatedAt")) or (None, None)
    return {
        "native_id": f"{host}:{number}" if number else None,
        "type": "post",
        "status": "deleted" if is_gone else None,
        "url": address(told.get("url")),
        "body": plain(told.get("text")),
        "author": author(told.get("account")),
        "created_at": created_at,
        "time_precision": precision,
        "updated_at": updated_at,
        "engagement": filled(comments=count(told.get("totalReplies"))),
        "relations": [f"reply_to:peertube:{about}"] if about else [],
    }


def _uuid(url: str) -> str | None:
    """The uuid of a video in an address; a short one is the same number to base 58."""
    if found := UUID.search(url):
        return found.group()
    short = THREAD_OF.search(url)
    if not short or not all(sign in BASE58 for sign in short.group(1)) or len(short.group(1)) > 22:
        return None
    number = 0
    for sign in short.group(1):
        number = number * 58 + BASE58.index(sign)
    digits = f"{number:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])) if number < 2**128 else None


def author(owner: Any) -> dict[str, Any] | None:
    """A channel or account: its handle is its id, as its number differs per instance."""
    name, host = identity(at(owner, "name")), identity(at(owner, "host"))
    return filled(
        id=f"{name}@{host}" if name and host else name,
        name=clean(at(owner, "displayName")) or name,
        url=address(at(owner, "url")),
    )

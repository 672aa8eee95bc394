"""Objects of the Graph API as items: posts, photos, videos, events and Pages."""

import re
from datetime import UTC, datetime
from typing import Any

from jobs.platforms import Item, Request
from jobs.platforms._posts import first_of
from jobs.platforms._reading import asked, at, filled, identity, many
from models.identifiers import labelled_ids
from models.markup import clean
from models.times import instant
from models.values import address, count, seconds

SITE = "https://www.facebook.com"
HASHED = re.compile(r"#(\w{1,100})")
EXPIRY = re.compile(r"[?&]oe=([0-9A-Fa-f]{8})(?:&|$)")
SHIM = re.compile(r"https?://lm?\.facebook\.com/l\.php\?")


def item(entry: dict[str, Any]) -> Item:
    """An answer does not say what its objects are: their fields do."""
    link = str(entry.get("permalink_url") or entry.get("link") or "")
    if "fan_count" in entry or "category" in entry and "created_time" not in entry:
        return _page(entry)
    if "start_time" in entry:
        return _event(entry)
    if "/photos/" in link or "images" in entry:
        return _photo(entry)
    is_post = "_" in str(entry.get("id")) or bool({"message", "attachments", "story"} & entry.keys())
    is_video = "/videos/" in link or bool({"length", "title", "description"} & entry.keys())
    return _video(entry) if is_video and not is_post else _post(entry)


def _common(entry: dict[str, Any], text: str | None) -> Item:
    updated_at, _ = instant(entry.get("updated_time")) or (None, None)
    owner = entry.get("from")
    return {
        "native_id": identity(entry.get("id")),
        "type": "post",
        "status": "hidden" if entry.get("is_hidden") is True else "live",
        "url": address(entry.get("permalink_url") or entry.get("link"), SITE),
        "body": text,
        "author": filled(id=identity(at(owner, "id")), name=clean(at(owner, "name"))),
        **first_of(entry.get("created_time"), entry.get("start_time"), entry.get("updated_time")),
        "updated_at": updated_at,
        "engagement": _engagement(entry),
        "ids": labelled_ids(text),
        "tags": list(dict.fromkeys(HASHED.findall(text or ""))),
        "geo": _place(entry.get("place")),
    }


def _post(entry: dict[str, Any]) -> Item:
    attached = [part for whole in many(at(entry, "attachments", "data")) for part in (whole, *_parts(whole))]
    words = [clean(entry.get("message")) or clean(entry.get("story"))]
    words += [_shared(part, str(words[0])) for part in attached if at(part, "media_type") == "link"]
    item = _common(entry, "\n\n".join(word for word in words if word) or None)
    pictures = [at(part, "media", "image") for part in attached]
    found = [_picture(at(one, "src"), one) for one in pictures if at(one, "src")]
    found = found or [_picture(entry.get("full_picture"), None)]
    item["media"] = list({one["url"]: one for one in found if one}.values())
    titles = [clean(at(part, "title")) for part in attached if at(part, "media_type") == "video"]
    parent = identity(entry.get("parent_id"))
    item["relations"] = [f"repost_of:facebook:{parent}"] if parent else []
    return {**item, "title": next((title for title in titles if title), None)}


def _parts(attachment: Any) -> list[Any]:
    return many(at(attachment, "subattachments", "data"))


def _shared(attachment: Any, message: str) -> str | None:
    """What a post says of the page that it shares, unless its own words say so already."""
    url = _unshimmed(at(attachment, "unshimmed_url") or at(attachment, "url"))
    told = [clean(at(attachment, "title")), clean(at(attachment, "description")), url]
    return "\n".join(words for words in told if words and words not in message) or None


def _unshimmed(url: Any) -> str | None:
    """The address behind l.facebook.com/l.php?u=..."""
    given = address(url)
    if given and SHIM.match(given):
        return address(asked(Request(given)).get("u")) or given
    return given


def _photo(entry: dict[str, Any]) -> Item:
    item, sizes = _common(entry, clean(entry.get("name"))), many(entry.get("images"))
    largest = max(sizes, key=lambda size: count(at(size, "width")) or 0, default=None)
    medium = _picture(at(largest, "source") or entry.get("picture"), largest, clean(entry.get("alt_text")))
    story = identity(entry.get("page_story_id"))
    owner = at(item["author"], "name") or str(entry.get("link") or "").removeprefix(SITE).strip("/").partition("/")[0]
    title = None if item["body"] or at(medium, "alt") else f"Photo by {owner}" if owner else "Photo"
    relations = [f"part_of:facebook:{story}"] if story else []
    return {**item, "title": title, "media": [medium] if medium else [], "relations": relations}


def _video(entry: dict[str, Any]) -> Item:
    item = _common(entry, clean(entry.get("description")))
    medium = _picture(entry.get("picture"), None)
    length = filled(duration_s=seconds(entry.get("length"))) or {}
    return {
        **item,
        "type": "video",
        "title": clean(entry.get("title")),
        "media": [{**medium, **length}] if medium else [],
    }


def _event(entry: dict[str, Any]) -> Item:
    """An event's time is when it begins, where the platform does not tell when it was written."""
    ends = [clean(entry.get(name)) for name in ("start_time", "end_time")]
    medium = _picture(at(entry, "cover", "source"), None)
    return {
        **_common(entry, clean(entry.get("description"))),
        "type": "page",
        "url": f"{SITE}/events/{identity(entry.get('id'))}",
        "title": clean(entry.get("name")),
        "summary": " – ".join(end for end in ends if end) or None,
        "media": [medium] if medium else [],
    }


def _page(entry: dict[str, Any]) -> Item:
    told = [clean(entry.get(name)) for name in ("about", "description", "general_info")]
    categories = [clean(at(category, "name")) for category in many(entry.get("category_list"))]
    pictures = [_picture(at(entry, "cover", "source"), None), _picture(at(entry, "picture", "data", "url"), None)]
    return {
        **_common(entry, "\n\n".join(dict.fromkeys(words for words in told if words)) or None),
        "type": "page",
        "title": clean(entry.get("name")),
        "engagement": filled(likes=count(entry.get("fan_count"))),
        "tags": [name for name in categories or [clean(entry.get("category"))] if name],
        "geo": _place(entry),
        "media": [picture for picture in pictures if picture],
    }


def _picture(url: Any, size: Any, alt: str | None = None) -> dict[str, Any] | None:
    given = address(url)
    expiry = EXPIRY.search(given or "")
    expires_at = datetime.fromtimestamp(int(expiry.group(1), 16), UTC) if expiry else None
    told = {name: count(at(size, name)) for name in ("width", "height")}
    return filled(kind="image", url=given, alt=alt, expires_at=expires_at, **told) if given else None


def _engagement(entry: dict[str, Any]) -> dict[str, Any] | None:
    """All reactions are likes here: a post is loved as well as liked."""
    names = (at(entry, name, "summary", "total_count") for name in ("reactions", "likes", "like"))
    return filled(
        likes=next((number for number in map(count, names) if number is not None), None),
        reposts=count(at(entry, "shares", "count")),
        comments=count(at(entry, "comments", "summary", "total_count")),
        views=count(entry.get("views")),
    )


def _place(place: Any) -> str | None:
    location = at(place, "location")
    told = [clean(at(location, name)) for name in ("street", "city", "country")]
    name = clean(at(place, "name")) if at(place, "category") is None else None
    return ", ".join(dict.fromkeys(words for words in (name, *told) if words)) or None

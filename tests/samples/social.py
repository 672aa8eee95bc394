"""What payloads of social networks hold, counted without the adapters: JSON is walked for things that look like items."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lxml import html

from tests.samples import Expected

PUBLIC = ("https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public")
OBJECTS = "Note Page Video Article Event Question Audio Image Document Group Application Service Organization".split()


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError:
        return None


def _objects(thing: Any) -> Iterator[dict[str, Any]]:
    """Every object, however deep, outer ones first."""
    if isinstance(thing, dict):
        yield thing
    for inner in thing.values() if isinstance(thing, dict) else thing if isinstance(thing, list) else ():
        yield from _objects(inner)


def weibo(path: Path) -> list[Expected]:
    """Statuses and comments by their mid; posts and picture lists of saved pages by their base-62 id."""
    if path.suffix != ".html":
        found = [one for one in _objects(_json(path)) if "mid" in one and ("text" in one or "deleted" in one)]
        return [Expected(str(one["mid"]), bool(one.get("text")), bool(one.get("created_at"))) for one in found]
    told = path.read_text(encoding="utf-8", errors="replace")
    posts = [Expected(blog, True, True) for blog in re.findall(r'class="c" id="M_(\w+)"', told)]
    originals = [Expected(blog, True, False) for blog in re.findall(r'/comment/(\w+)[^">]*"[^>]*>原文评论', told)]
    albums = set(re.findall(r"/mblog/pic/(\w+)", told)) if not posts else set()
    return posts + originals + [Expected(blog, False, False) for blog in sorted(albums)]


def wechat(path: Path) -> list[Expected]:
    """Articles of messages by title, of saved pages by message number, results of a search by title."""
    told = path.read_text(encoding="utf-8", errors="replace")
    if told.lstrip().startswith("<"):
        return _saved_page(told)
    payload = _json(path)
    documents = [text for text in re.findall(r"<DOCUMENT.*?</DOCUMENT>", "\n".join(_strings(payload)), re.DOTALL)]
    found = [re.search(r"<docid>(?:<!\[CDATA\[)?([^\]<]+)", document) for document in documents]
    results = [Expected(match.group(1), True, True) for match in found if match]
    articles = [article for one in _objects(payload) for article in one.get("news_item") or ()]
    live = [Expected(one["title"], True, True) for one in articles if not one.get("is_deleted")]
    gone = [re.search(r"mid=(\d+)", one.get("url") or "") for one in articles if one.get("is_deleted")]
    return results + live + [Expected(match.group(1), False, False) for match in gone if match]


def _strings(thing: Any) -> Iterator[str]:
    if isinstance(thing, str):
        yield thing
    for inner in thing.values() if isinstance(thing, dict) else thing if isinstance(thing, list) else ():
        yield from _strings(inner)


def _saved_page(told: str) -> list[Expected]:
    tree = html.fromstring(told)
    if tree.xpath("//*[@id='js_content']"):
        number = re.search(r"var mid\s*=[^;]*?\"(\d+)\"", told)
        return [Expected(number.group(1), True, "var ct" in told)] if number else []
    results = tree.xpath("//li[starts-with(@id, 'sogou_vr_1100')]")
    titles = ["".join(one.xpath("(.//p[@class='tit']/a | .//h3/a)[1]//text()")).strip() for one in results]
    timed = [bool(one.xpath(".//div[@class='s-p' and @t]")) for one in results]
    return [Expected(title, True, is_timed) for title, is_timed in zip(titles, timed, strict=True)]


def facebook(path: Path) -> list[Expected]:
    """Objects of a list, of a map by id, or a single one: what has an id and says more than a name."""
    payload = _json(path)
    if not isinstance(payload, dict) or "error" in payload:
        return []
    listed = payload.get("data") if isinstance(payload.get("data"), list) else None
    found = listed if listed is not None else [payload] if "id" in payload else list(payload.values())
    texts, times = ("message", "story", "description", "name", "title", "about"), ("created_time", "start_time")
    return [
        Expected(one["id"], any(one.get(name) for name in texts), any(one.get(name) for name in times))
        for one in found
        if isinstance(one, dict) and "id" in one
    ]


def mastodon(path: Path) -> list[Expected]:
    """Things with content and an account, direct messages aside; an edit, which has no id, by its moment."""
    found = [one for one in _objects(_json(path)) if isinstance(one.get("content"), str) and "account" in one]
    return [
        Expected(str(one.get("id") or one["created_at"]), bool(one["content"]), bool(one.get("created_at")))
        for one in found
        if one.get("visibility") != "direct"
    ]


def activitypub(path: Path) -> list[Expected]:
    """Objects within activities and collections, not what they refer to; tombstones."""
    return [
        Expected(
            one["id"],
            any(one.get(name) for name in ("content", "name", "preferredUsername")),
            any(one.get(name) for name in ("published", "updated")),
        )
        for one in _published(_json(path))
    ]


def _published(thing: Any) -> Iterator[dict[str, Any]]:
    kind = thing.get("type") if isinstance(thing, dict) else None
    if kind in ("Create", "Update", "Announce", "Delete"):
        yield from _published(thing.get("object"))
    elif isinstance(kind, str) and "Collection" in kind:
        for one in thing.get("orderedItems") or thing.get("items") or ():
            yield from _published(one)
    elif kind == "Tombstone" or kind in OBJECTS and "id" in thing:
        if False in (thing.get("discoverable"), thing.get("indexable")):  # an actor who does not want to be found
            return
        addressed = [to for name in ("to", "cc") for to in _listed(thing.get(name))]
        if not addressed or any(to in PUBLIC for to in addressed):
            yield thing


def _listed(thing: Any) -> list[Any]:
    return thing if isinstance(thing, list) else [thing] if thing else []


def bluesky(path: Path) -> list[Expected]:
    """Views and records of posts and of feed generators, by their at-uri; a lexicon holds none."""
    payload = _json(path)
    if isinstance(payload, dict) and "lexicon" in payload:
        return []
    found: dict[str, Expected] = {}
    for one in _objects(payload):
        record = one.get("record") or one.get("value")
        if str(one.get("uri")).startswith("at://") and isinstance(record, dict) and _is_shown(record):
            words = record.get("text") or record.get("displayName")
            found[one["uri"]] = Expected(one["uri"], bool(words), bool(record.get("createdAt")))
    return list(found.values())


def _is_shown(record: dict[str, Any]) -> bool:
    return record.get("$type") in ("app.bsky.feed.post", "app.bsky.feed.generator") or "text" in record


COUNTERS: dict[str, Callable[[Path], list[Expected]]] = {
    "weibo": weibo,
    "wechat": wechat,
    "facebook": facebook,
    "mastodon": mastodon,
    "activitypub": activitypub,
    "bluesky": bluesky,
}

"""What files of shops and video sites hold, counted on the raw JSON by the platforms' own field names alone."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.samples import Expected

Found = Iterator[dict[str, Any]]
KINDS = ("youtube#video", "youtube#playlistItem", "youtube#searchResult", "youtube#channel", "youtube#comment")


def jd(path: Path) -> list[Expected]:
    """Objects with a skuId, also within texts that are JSON themselves."""
    return [
        Expected(str(one["skuId"]), _has(one, "skuName", "goodsName"), False)
        for one in _objects(_unpacked(_json(path)))
        if "skuId" in one
    ]


def amazon(path: Path) -> list[Expected]:
    """One item per ASIN and marketplace of catalogue and listings, one per ASIN of the affiliate search."""
    found = list[Expected]()
    for one in _objects(_json(path)):
        for part in one.get("summaries") or ():
            key = f"{one.get('asin') or part.get('asin')}@{part.get('marketplaceId')}"
            found.append(Expected(key, _has(part, "itemName"), _has(part, "createdDate", "releaseDate")))
        if "itemInfo" in one and "asin" in one:
            title, dates = one["itemInfo"].get("title") or {}, one["itemInfo"].get("productInfo") or {}
            found.append(Expected(one["asin"], _has(title, "displayValue"), _has(dates, "releaseDate")))
    return found


def shopify(path: Path) -> list[Expected]:
    """The product, or the products."""
    told = _json(path)
    products = [told["product"]] if "product" in told else told.get("products") or []
    times = ("published_at", "created_at")
    return [Expected(str(one["id"]), _has(one, "title", "body_html"), _has(one, *times)) for one in products]


def bilibili(path: Path) -> list[Expected]:
    """Objects with the id of a video and a title; the parts of those that have several."""
    found = list[Expected]()
    for one in _objects(_json(path)):
        key = one.get("bvid") or one.get("resource_id")
        if key and "title" in one:
            found.append(Expected(key, _has(one, "title", "desc"), _has(one, "pubdate", "ptime", "ctime")))
            parts = one.get("pages") or []
            found += [Expected(str(part["cid"]), _has(part, "part"), False) for part in parts if len(parts) > 1]
    return found


def peertube(path: Path) -> list[Expected]:
    """Videos and playlists by uuid, comments by number; neither owners nor captions."""
    told = _json(path)
    entries = told["data"] if isinstance(told.get("data"), list) else [told]
    found = list[Expected]()
    for one in entries:
        if "threadId" in one:
            words = re.sub(r"<[^>]*>", "", one.get("text") or "")
            found.append(Expected(str(one["id"]), bool(words.strip()), _has(one, "createdAt")))
        elif "uuid" in one:
            has_text = _has(one, "name", "displayName", "description")
            found.append(Expected(one["uuid"], has_text, _has(one, "publishedAt", "createdAt")))
    return found


def taobao(path: Path) -> list[Expected]:
    """Objects with the id of a product and a title, whatever list they are in."""
    return [
        Expected(str(one.get("item_id") or one["num_iid"]), _has(one, "title"), _has(one, "list_time", "created"))
        for one in _objects(_json(path))
        if ("item_id" in one or "num_iid" in one) and ("title" in one or "item_basic_info" in one)
    ]


def youtube(path: Path) -> list[Expected]:
    """Resources of the kinds that people publish, comments below threads too."""
    found = list[Expected]()
    for one in _objects(_json(path)):
        snippet = one.get("snippet") or {}
        if one.get("kind") in KINDS and snippet:
            texts = ("title", "description", "textDisplay", "textOriginal")
            found.append(Expected(_youtube_id(one), _has(snippet, *texts), _has(snippet, "publishedAt")))
    return found


def _youtube_id(one: dict[str, Any]) -> str:
    if one["kind"] == "youtube#playlistItem":
        return str(one["snippet"]["resourceId"]["videoId"])
    told = one["id"]
    return str(next(told[n] for n in ("videoId", "channelId", "playlistId") if n in told) if _is(told) else told)


def _is(thing: Any) -> bool:
    return isinstance(thing, dict)


def _json(path: Path) -> Any:
    return json.loads(path.read_bytes())


def _has(thing: dict[str, Any], *names: str) -> bool:
    return any(thing.get(name) not in (None, "", 0, []) for name in names)


def _objects(thing: Any) -> Found:
    """Every object at any depth."""
    if _is(thing):
        yield thing
    for inner in thing.values() if _is(thing) else thing if isinstance(thing, list) else ():
        yield from _objects(inner)


def _unpacked(thing: Any) -> Any:
    """The same with every text that is JSON in its place."""
    if _is(thing):
        return {name: _unpacked(inner) for name, inner in thing.items()}
    if isinstance(thing, list):
        return [_unpacked(inner) for inner in thing]
    return json.loads(thing) if isinstance(thing, str) and thing[:1] in ("{", "[") else thing


COUNTERS: dict[str, Callable[[Path], list[Expected]]] = {
    "jd": jd,
    "amazon": amazon,
    "shopify": shopify,
    "bilibili": bilibili,
    "peertube": peertube,
    "taobao": taobao,
    "youtube": youtube,
}

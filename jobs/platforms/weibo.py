"""Weibo: posts of an account's timeline, newest first, through the open platform's API, version 2.

Source  GET /2/statuses/home_timeline.json, or /2/statuses/user_timeline.json per target uid; `page` and `count`, at
        most 100 (https://open.weibo.com/wiki/2/statuses/home_timeline, terms as of 2026-01)
Also    every list of the API that holds statuses or comments, and saved weibo.cn pages (_weibo_html.py)
Units   counts at fetch time, cut off at 1,000,000 by the platform

An item is a status or a comment; a reposted status, and the status that a comment is about, are items of their own.
Trends and limits are no items.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from jobs.platforms import Item, Page, Policy, Reject, Request, Window, _weibo_html
from jobs.platforms._reading import at, checked, decoded, each, filled, identity, many, shown, turned
from models.identifiers import labelled_ids
from models.markup import clean, hash_tags, plain
from models.times import CHINA, instant
from models.values import address, count

POLICY = Policy(
    tier="C",
    license="Weibo open platform terms",
    default_url="https://api.weibo.com",
    credentials=("TRAWL_WEIBO_TOKEN",),
    requests_per_s=5,
    redact=("access_token",),
)
COUNT = 100
LISTS = ("statuses", "reposts", "favorites", "comments")
MARKS = (b'"mid"', b'"statuses"', b'"error_code"', b'"api_rate_limits"', b'"trends"')
TITLE = re.compile(r"【([^】]{2,120})】\s*")


def first(window: Window) -> Request:
    """The newest posts: of the first target, or of whom the account follows."""
    return _timeline(window, target=0, page=1)


def following(window: Window, request: Request, page: Page) -> Request | None:
    """The next page; after a page that is not full, the next target. A broken page is passed over."""
    return turned(window, request, page, ask=_timeline, has_more=_is_full)


def _is_full(payload: Any, _: int) -> bool:
    return len(many(at(payload, "statuses"))) >= COUNT


def _timeline(window: Window, *, target: int, page: int, broken: int = 0) -> Request:
    name, params = "home_timeline", [("page", str(page)), ("count", str(COUNT))]
    if window.targets:
        name, params = "user_timeline", [("uid", window.targets[target]), *params]
    params.append(("access_token", window.credentials[0]))
    steps = (("target", str(target)), ("page", str(page)), ("broken", str(broken)))
    return Request(f"{window.base_url}/2/statuses/{name}.json", tuple(params), steps)


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per status and comment of the page, the nested ones after their carrier."""
    if page.body.lstrip()[:1] == b"<":
        yield from _weibo_html.items(page)
        return
    payload = decoded(page)
    if isinstance(payload, Reject):
        yield payload
    elif at(payload, "error_code") is not None:
        yield Reject("platform error", shown(payload))
    else:
        yield from each(_entries(payload), lambda entry: _entry(entry, page.fetched_at))


def claims(page: Page) -> bool:
    """Pages of weibo.cn; statuses and comments by their message id, lists of the API, limits, trends, errors."""
    if page.body.lstrip()[:1] == b"<":
        return any(mark in page.body for mark in (b"weibo.cn/mblog/", b'href="/mblog/', b"weibo.cn/comment/"))
    if not any(mark in page.body for mark in MARKS):
        return False
    payload = decoded(page)
    if isinstance(payload, dict) and ("api_rate_limits" in payload or {"error_code", "request"} <= payload.keys()):
        return True
    if isinstance(at(payload, "trends"), dict):
        return all(isinstance(hour, list) for hour in payload["trends"].values())
    if isinstance(at(payload, "statuses"), list) and "total_number" in payload:
        return True
    told = [entry if at(entry, "text") is not None else at(entry, "status") for entry in _entries(payload)[:3]]
    return any(isinstance(one, dict) and identity(one.get("mid")) and {"text", "deleted"} & one.keys() for one in told)


def _entries(payload: Any) -> list[Any]:
    if isinstance(payload, list):
        return payload
    for name in LISTS:
        if at(payload, name) is not None:
            return many(payload[name])
    return [payload] if at(payload, "text") is not None or at(payload, "deleted") is not None else []


def _entry(entry: dict[str, Any], fetched_at: datetime) -> Iterator[Item | Reject]:
    if "text" not in entry and at(entry, "status") is not None:  # a favourite wraps its status
        yield from _entry(entry["status"], fetched_at)
        return
    about, original = at(entry, "status"), at(entry, "retweeted_status")
    relations = _relations(reply_to=at(entry, "reply_comment") or about, repost_of=original)
    yield checked(_status(entry, fetched_at, relations, is_comment=about is not None))
    for nested in (about, original):
        if isinstance(nested, dict):
            yield from _entry(nested, fetched_at)


def _status(status: dict[str, Any], fetched_at: datetime, relations: list[str], *, is_comment: bool) -> Item:
    native_id, user = _id_of(status), at(status, "user")
    if at(status, "deleted") in ("1", 1, True):
        return {"native_id": native_id, "type": "post", "status": "deleted"}
    text = plain(at(status, "text_raw") or at(status, "text"))
    title = TITLE.match(text or "")
    created_at, precision = instant(at(status, "created_at"), zone=CHINA, near=fetched_at) or (None, None)
    place = at(status, "region_name") or _point(at(status, "geo", "coordinates"))
    return {
        "native_id": native_id,
        "type": "post",
        "url": None if is_comment else _weibo_html.post_url(identity(at(user, "idstr"), at(user, "id")), native_id),
        "title": title.group(1).strip() if title else None,
        "body": text[title.end() :].strip() if text and title else text,
        "author": _author(user),
        "created_at": created_at,
        "time_precision": precision,
        "media": _media(status),
        "engagement": filled(
            likes=count(at(status, "attitudes_count")),
            reposts=count(at(status, "reposts_count")),
            comments=count(at(status, "comments_count")),
        ),
        "ids": {**labelled_ids(text), **(filled(mid=native_id) or {})},
        "tags": hash_tags(text),
        "geo": clean(place.removeprefix("发布于")) if isinstance(place, str) else None,
        "relations": relations,
    }


def _id_of(status: Any) -> str | None:
    return identity(at(status, "mid"), at(status, "idstr"), at(status, "id"))


def _relations(**targets: Any) -> list[str]:
    return [f"{kind}:weibo:{_id_of(target)}" for kind, target in targets.items() if _id_of(target)]


def _author(user: Any) -> dict[str, Any] | None:
    native_id, is_verified = identity(at(user, "idstr"), at(user, "id")), at(user, "verified")
    return filled(
        id=native_id,
        name=plain(at(user, "screen_name") or at(user, "name")),
        url=f"https://weibo.com/u/{native_id}" if native_id else None,
        verified=is_verified if isinstance(is_verified, bool) else None,
    )


def _media(status: dict[str, Any]) -> list[dict[str, Any]]:
    """Full-size pictures: `pic_infos` of today's API, `pic_urls` of the older one, or the single `original_pic`."""
    infos = at(status, "pic_infos")
    if isinstance(infos, dict):
        named = [(at(info, "large", "url"), at(info, "thumbnail", "url")) for info in infos.values()]
    else:
        thumbs = [at(pic, "thumbnail_pic") or at(pic, "url") for pic in many(at(status, "pic_urls"))]
        named = [(_large(thumb), thumb) for thumb in thumbs]
    named = named or [(at(status, "original_pic"), at(status, "thumbnail_pic"))]
    addresses = ((address(full, upgrade=True), address(thumb, upgrade=True)) for full, thumb in named)
    return [{"kind": "image", "url": full, **(filled(thumb=thumb) or {})} for full, thumb in addresses if full]


def _large(thumb: Any) -> str:
    return str(thumb or "").replace("/thumbnail/", "/large/")


def _point(coordinates: Any) -> str | None:
    values = coordinates if isinstance(coordinates, list) else []
    return ",".join(f"{float(value):g}" for value in values) or None

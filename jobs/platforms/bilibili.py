"""Bilibili: the videos of a creator who authorised us, through the open platform.

Source  GET /arcopen/fn/archive/viewlist, `pn`, `ps` at most 50, status=all, signed with HMAC-SHA256
        (https://open.bilibili.com/doc/4/a24030b7-6b8f-b36c-32d8-a4aae67fcc35, terms as of 2026-01)
Also    /arcopen/fn/archive/view of one video; files that hold the wider video object with owner, counts and parts
Units   times in epoch seconds; duration in seconds; counts at fetch time, where they are told: the lists tell none

Only what the creator's own account shows is asked for; nothing that is not public, or published, is kept: a video under
review, locked or hidden is an id and a status. The parts of a video are videos of their own, part of it, by their cid.
"""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from jobs.platforms import Item, Page, PageBroken, Policy, Reject, Request, Window
from jobs.platforms._reading import at, checked, decoded, each, filled, identity, many, shown, turned
from models.identifiers import labelled_ids
from models.markup import clean, plain
from models.times import instant
from models.values import address, count, seconds

POLICY = Policy(
    tier="C",
    license="Bilibili open platform terms",
    default_url="https://member.bilibili.com",
    credentials=("TRAWL_BILIBILI_CLIENT_ID", "TRAWL_BILIBILI_CLIENT_SECRET", "TRAWL_BILIBILI_ACCESS_TOKEN"),
    sweep=True,
    redact=("access_token", "client_id"),
)
SIZE = 50
WATCH = "https://www.bilibili.com/video/"
DELETED = -100
WRAPPERS = ("videoData", "View")


def first(window: Window) -> Request:
    """The newest videos of the account."""
    return _list(window, target=0, page=1)


def following(window: Window, request: Request, page: Page) -> Request | None:
    """The next page while the total says that there are more. A broken page is passed over.

    Raises PageBroken for an error of the platform, which comes with status 200.
    """
    return turned(window, request, page, ask=_list, has_more=_has_more)


def _has_more(payload: Any, number: int) -> bool:
    if at(payload, "code") not in (None, 0):
        raise PageBroken("bilibili", shown(payload))
    found = len(many(at(payload, "data", "list")))
    return 0 < found and number * SIZE < (count(at(payload, "data", "page", "total")) or 0)


def _list(window: Window, *, target: int, page: int, broken: int = 0) -> Request:
    params = (("pn", str(page)), ("ps", str(SIZE)), ("status", "all"))
    steps = (("target", str(target)), ("page", str(page)), ("broken", str(broken)))
    return Request(f"{window.base_url}/arcopen/fn/archive/viewlist", params, steps)


def signed(window: Window, request: Request, at: datetime) -> Request:
    """The request with the account's token, time and signature in its headers.

    Source  https://open.bilibili.com/doc/4/8673959e-f7bb-56e6-6e68-d225f971b81b, version 2.0
    """
    client, secret, token = window.credentials[:3]
    told = f"{request.url}{request.params}{at.isoformat()}".encode()
    headers = {
        "x-bili-accesskeyid": client,
        "x-bili-content-md5": hashlib.md5(request.body, usedforsecurity=False).hexdigest(),
        "x-bili-signature-method": "HMAC-SHA256",
        "x-bili-signature-nonce": hashlib.sha256(told).hexdigest()[:32],
        "x-bili-signature-version": "2.0",
        "x-bili-timestamp": str(int(at.timestamp())),
    }
    lines = "\n".join(f"{name}:{value}" for name, value in sorted(headers.items()))
    signature = hmac.new(secret.encode(), lines.encode(), hashlib.sha256).hexdigest()
    more = (("Authorization", signature), ("Access-Token", token), ("Accept", "application/json"))
    return replace(request, headers=(*request.headers, *headers.items(), *more))


def claims(page: Page) -> bool:
    """The envelope with code, message and ttl, or an object or list with the ids of videos."""
    payload = decoded(page)
    if isinstance(payload, dict) and {"code", "message", "ttl"} <= payload.keys():
        return True
    return not isinstance(payload, Reject) and any(_id(one) is not None for one in _videos(payload))


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per video of the page, and one per part of a video that has several."""
    payload = decoded(page)
    if isinstance(payload, Reject):
        yield payload
    elif at(payload, "code") not in (None, 0):
        yield Reject("platform error", shown(payload))
    else:
        yield from each(_videos(payload), _entry)


def _videos(payload: Any) -> list[Any]:
    """The videos of an answer, of a list, or of a saved object with its related ones."""
    data = at(payload, "data") if at(payload, "data") is not None else payload
    if isinstance(data, list):
        return data
    if at(data, "list") is not None:
        return many(data["list"])
    main = next((at(data, name) for name in WRAPPERS if at(data, name) is not None), None)
    if isinstance(main, dict):
        return [{"tags": at(data, "tags"), **main}, *many(at(data, "related"))]
    return [data] if _id(data) is not None else []


def _id(video: Any) -> str | None:
    native_id = identity(at(video, "bvid"), at(video, "resource_id"))
    return native_id if native_id and native_id.startswith("BV") else None


def _entry(video: dict[str, Any]) -> Iterator[Item | Reject]:
    native_id, state = _id(video), at(video, "addit_info", "state")
    state = state if isinstance(state, int) else video.get("state")
    if isinstance(state, int) and state < 0:
        yield checked({"native_id": native_id, "type": "video", "status": "deleted" if state == DELETED else "hidden"})
        return
    whole, parts = _video(video, native_id), many(video.get("pages"))
    yield checked(whole)
    if len(parts) > 1 and native_id:
        yield from each(parts, lambda part: iter([checked(_part(part, whole))]))


def _video(video: dict[str, Any], native_id: str | None) -> Item:
    body = clean(video.get("desc"))
    created_at, precision = instant(_moment(video)) or (None, None)
    owner = identity(at(video, "owner", "mid"))
    return {
        "native_id": native_id,
        "type": "video",
        "url": f"{WATCH}{native_id}" if native_id else None,
        "title": plain(video.get("title")),
        "body": body,
        "author": filled(
            id=owner,
            name=clean(at(video, "owner", "name")),
            url=f"https://space.bilibili.com/{owner}" if owner else None,
        ),
        "created_at": created_at,
        "time_precision": precision,
        "media": _media(video),
        "engagement": _engagement(video.get("stat")),
        "category_path": [name for name in [clean(video.get("tname"))] if name],
        "ids": {**labelled_ids(body), **(filled(bvid=native_id) or {})},
        "tags": _tags(video),
    }


def _moment(video: dict[str, Any]) -> Any:
    """When it was published; when it was sent in where that is not told: 0 is no time."""
    told = (video.get(name) for name in ("pubdate", "ptime", "ctime"))
    return next((value for value in told if value), None)


def _media(video: dict[str, Any]) -> list[dict[str, Any]]:
    """The cover, carrying the length of the video."""
    url = address(video.get("pic") or video.get("cover"), upgrade=True)
    told = video.get("duration")
    length = seconds(told if told is not None else at(video, "video_info", "duration"))
    return [{"kind": "image", "url": url, **(filled(duration_s=length) or {})}] if url else []


def _engagement(stat: Any) -> dict[str, Any] | None:
    names = {"likes": "like", "comments": "reply", "views": "view", "saves": "favorite", "reposts": "share"}
    return filled(**{ours: count(at(stat, theirs)) for ours, theirs in names.items()})


def _tags(video: dict[str, Any]) -> list[str]:
    """One text with commas on the open platform; objects with a tag_name elsewhere."""
    told = video.get("tags") or video.get("tag")
    words = told.split(",") if isinstance(told, str) else [at(tag, "tag_name") or tag for tag in many(told)]
    return list(dict.fromkeys(word for word in map(clean, words) if word))


def _part(part: dict[str, Any], whole: Item) -> Item:
    """A video with the author and time of the whole, which the part does not tell."""
    number, length = identity(part.get("page")), seconds(part.get("duration"))
    cover = address(part.get("first_frame"), upgrade=True)
    return {
        **{name: whole[name] for name in ("type", "author", "created_at", "time_precision")},
        "native_id": identity(part.get("cid")),
        "url": f"{whole['url']}?p={number}" if number else None,
        "title": clean(part.get("part")),
        "media": [{"kind": "image", "url": cover, **(filled(duration_s=length) or {})}] if cover else [],
        "relations": [f"part_of:bilibili:{whole['native_id']}"],
    }

"""PeerTube: the videos of instances or of channels, newest first, each walk seen whole.

Source  GET /api/v1/videos, or that of a channel or an account, `start` and `count`, at most 100, sort=-publishedAt;
        then GET /api/v1/videos/{uuid} for every description that the list cuts off at 250 characters; a target is
        https://HOST, https://HOST/c/CHANNEL or https://HOST/a/ACCOUNT
        (https://docs.joinpeertube.org/api-rest-reference.html, read 2026-01)
Also    search results, channels and playlists (pages), comment threads (posts); captions are no items
Units   duration in seconds; counts at fetch time, as the asked instance knows them

The same video is on many instances: its uuid is its id, and only what an instance holds itself is asked for. Comments
are numbered per instance. The list knows no time to start from, and only a whole walk shows what is gone.
"""

import re
from collections.abc import Iterator
from typing import Any

from jobs.platforms import Item, Page, PageBroken, Policy, Reject, Request, TargetsMissing, Window, context
from jobs.platforms._peertube_comments import UUID, author, comment, thread
from jobs.platforms._reading import at, checked, decoded, each, filled, identity, many, shown
from models.identifiers import labelled_ids
from models.markup import clean, primary_tag
from models.times import instant
from models.values import address, count, seconds

POLICY = Policy(tier="A", license="as the video says", sweep=True, requests_per_s=4)
SIZE = 100
PUBLIC = 1
TARGET = re.compile(r"/(c|a|video-channels|accounts)/([^/?#]+)(?:/videos)?/?$")
LISTS = {"c": "video-channels", "video-channels": "video-channels", "a": "accounts", "accounts": "accounts"}


def first(window: Window) -> Request:
    """The newest videos of the first target. Raises TargetsMissing."""
    if not window.targets and not window.base_url:
        raise TargetsMissing("peertube", "addresses of instances or of their channels")
    return _list(window, target=0, start=0)


def following(window: Window, request: Request, page: Page) -> Request | None:
    """After a list its cut-off videos, one by one; then the next part of the list, then the next target.

    Raises PageBroken for a list that cannot be read.
    """
    target, cut, start = (context(request, name) for name in ("target", "cut", "start"))
    if not target:
        return None
    uuids = cut.split()
    if context(request, "step") == "list":
        payload = decoded(page)
        if not isinstance(at(payload, "data"), list):
            raise PageBroken("peertube", shown(page.body))
        uuids = [str(one["uuid"]) for one in payload["data"] if _is_cut(one)]
        start = str(int(start) + SIZE) if int(start) + SIZE < (count(at(payload, "total")) or 0) else ""
    if uuids:
        return _video_page(window, target=int(target), uuids=uuids, start=start)
    if start:
        return _list(window, target=int(target), start=int(start))
    return _list(window, target=int(target) + 1, start=0) if int(target) + 1 < len(window.targets) else None


def _is_cut(video: Any) -> bool:
    """The list tells the same text twice, and both end in dots."""
    told, whole = at(video, "truncatedDescription"), at(video, "description")
    is_short = isinstance(told, str) and told.endswith("...") and whole in (None, told)
    return is_short and UUID.fullmatch(str(at(video, "uuid"))) is not None


def _base(window: Window, target: int) -> tuple[str, str]:
    """Address of the instance, and the list of the channel or account that the target names."""
    url = window.targets[target] if window.targets else window.base_url
    named = TARGET.search(url)
    return (url[: named.start()], f"{LISTS[named[1]]}/{named[2]}/videos") if named else (url.rstrip("/"), "videos")


def _list(window: Window, *, target: int, start: int) -> Request:
    root, name = _base(window, target)
    params = [("start", str(start)), ("count", str(SIZE)), ("sort", "-publishedAt")]
    params += [("isLocal", "true")] if name == "videos" else []
    steps = (("step", "list"), ("target", str(target)), ("start", str(start)))
    return Request(f"{root}/api/v1/{name}", tuple(params), steps)


def _video_page(window: Window, *, target: int, uuids: list[str], start: str) -> Request:
    steps = (("step", "video"), ("target", str(target)), ("start", start), ("cut", " ".join(uuids[1:])))
    return Request(f"{_base(window, target)[0]}/api/v1/videos/{uuids[0]}", (), steps)


def claims(page: Page) -> bool:
    """A list with its total, or an object alone, with the marks of videos, channels, playlists, comments, captions."""
    payload = decoded(page)
    if not isinstance(payload, dict):
        return False
    if isinstance(payload.get("data"), list) and "total" in payload:
        entries = payload["data"]
        return not entries and payload.keys() == {"total", "data"} or any(map(_is_ours, entries))
    return _is_ours(payload) or at(payload, "comment", "threadId") is not None or _is_error(payload)


def _is_ours(entry: Any) -> bool:
    marks = ("shortUUID", "threadId", "captionPath", "followersCount")
    return isinstance(entry, dict) and any(mark in entry for mark in marks)


def _is_error(payload: Any) -> bool:
    """Problem details (RFC 7807) that name the documentation of PeerTube, or about:blank beside a status."""
    kind = str(at(payload, "type"))
    is_problem = isinstance(at(payload, "status"), int) and at(payload, "detail") is not None
    return is_problem and ("joinpeertube" in kind or "docs" in payload or "error" in payload)


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per video, channel, playlist or comment of the page, and a tombstone per deleted comment."""
    payload = decoded(page)
    if isinstance(payload, Reject):
        yield payload
    elif at(payload, "data") is None and _is_error(payload):
        yield Reject("platform error", shown(payload))
    else:
        entries = many(at(payload, "data")) if at(payload, "data") is not None else thread(payload)
        yield from each(entries, lambda entry: _entry(entry, page.request.url))


def _entry(entry: dict[str, Any], url: str) -> Iterator[Item | Reject]:
    if "threadId" in entry:
        yield checked(comment(entry, url))
    elif "videosLength" in entry or "followersCount" in entry and "uuid" not in entry:
        yield checked(_page(entry, url))
    elif "uuid" in entry:
        yield checked(_video(entry, url))


def _video(video: dict[str, Any], url: str) -> Item:
    native_id, home = identity(video.get("uuid")), address(video.get("url"))
    privacy = at(video, "privacy", "id")
    if privacy not in (None, PUBLIC) or video.get("blacklisted") is True:
        return {"native_id": native_id, "type": "video", "status": "hidden"}
    body = clean(video.get("description")) or clean(video.get("truncatedDescription"))
    created_at, precision = instant(video.get("publishedAt") or video.get("createdAt")) or (None, None)
    updated_at, _ = instant(video.get("updatedAt")) or (None, None)
    lang, category = primary_tag(at(video, "language", "id")), clean(at(video, "category", "label"))
    return {
        "native_id": native_id,
        "type": "video",
        "url": home,
        "title": clean(video.get("name")),
        "body": body,
        "author": author(video.get("channel")) or author(video.get("account")),
        "created_at": created_at,
        "time_precision": precision,
        "updated_at": updated_at,
        "lang": lang,
        "lang_source": "declared" if lang else None,
        "media": _media(video, _asked(url) or home or ""),
        "engagement": filled(**{name: count(video.get(name)) for name in ("views", "likes", "dislikes", "comments")}),
        "category_path": [category] if category and at(video, "category", "id") is not None else [],
        "ids": labelled_ids(body),
        "tags": [tag for tag in map(clean, many(video.get("tags"))) if tag],
    }


def _asked(url: str) -> str | None:
    """The instance that answered, where the address of the page is one of its API."""
    return url if "/api/v1/" in url else None


def _media(thing: dict[str, Any], base: str) -> list[dict[str, Any]]:
    """The preview, carrying the length of the video."""
    told = ("previewUrl", "previewPath", "thumbnailUrl", "thumbnailPath")
    url = next((found for name in told if thing.get(name) and (found := address(thing[name], base))), None)
    return [{"kind": "image", "url": url, **(filled(duration_s=seconds(thing.get("duration"))) or {})}] if url else []


def _page(entry: dict[str, Any], url: str) -> Item:
    """A playlist, by its uuid, or a channel, by its handle."""
    created_at, precision = instant(entry.get("createdAt")) or (None, None)
    updated_at, _ = instant(entry.get("updatedAt")) or (None, None)
    home, own = address(entry.get("url")), author(entry) or {}
    return {
        "native_id": identity(entry.get("uuid"), own.get("id")),
        "type": "page",
        "url": home,
        "title": clean(entry.get("displayName")) or own.get("name"),
        "body": clean(entry.get("description")),
        "author": author(entry.get("ownerAccount")),
        "created_at": created_at,
        "time_precision": precision,
        "updated_at": updated_at,
        "media": _media(entry, _asked(url) or home or ""),
    }

"""YouTube: the videos of playlists (a channel's uploads is one), two cheap calls per fifty videos.

Source  GET /v3/playlistItems, 50 a page by pageToken, then GET /v3/videos with their ids: 2 of 10,000 daily units
        (https://developers.google.com/youtube/v3/docs, terms as of 2026-01)
Also    search results, channels (pages) and comment threads (posts); captions and categories are no items
Units   counts are strings in the payload; duration is ISO 8601

Content must be refreshed or deleted within 30 days: what the walk no longer meets is asked for again by its id
(`revisit`), and a video that was asked for and left out is gone. An uploads playlist (UU...) is newest first, so its
walk ends at the page that is wholly older than the last crawl; other playlists are in their owner's order and are
walked to the end. So a crawl is no sweep: a video that it does not show is not gone.
"""

import html
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from jobs.platforms import Item, Page, PageBroken, Policy, Reject, Request, TargetsMissing, Window, context
from jobs.platforms._reading import asked, at, checked, decoded, each, filled, identity, many, shown
from models.identifiers import labelled_ids
from models.markup import clean, plain, primary_tag
from models.times import instant
from models.values import address, count, seconds

POLICY = Policy(
    tier="B",
    license="YouTube API services terms",
    default_url="https://www.googleapis.com/youtube",
    credentials=("TRAWL_YOUTUBE_KEY",),
    requests_per_s=10,
    max_age_days=30,
    daily_units=10_000,
    quota_zone="America/Los_Angeles",
    redact=("key",),
)
SIZE = 50
REVISIT_SIZE = 50
UPLOADS = "UU"
WATCH = "https://www.youtube.com/watch?v="
PARTS = "snippet,contentDetails,statistics,status"
LOST = ("Deleted video", "Private video")  # what a playlist shows in place of a title


def first(window: Window) -> Request:
    """The newest page of the first playlist. Raises TargetsMissing."""
    if not window.targets:
        raise TargetsMissing("youtube", "ids of playlists")
    return _playlist(window, target=0, token="")


def following(window: Window, request: Request, page: Page) -> Request | None:
    """After a page of a playlist its videos; after these the next page, then the next playlist. Raises PageBroken."""
    target, token = context(request, "target"), context(request, "token")
    if not target:
        return None
    if context(request, "step") == "playlist":
        payload = decoded(page)
        if isinstance(payload, Reject):
            raise PageBroken("youtube", payload.detail)
        token, ids = str(at(payload, "nextPageToken") or ""), _listed(payload)
        if window.targets[int(target)].startswith(UPLOADS) and _is_older(payload, window.since):
            token = ""  # its own videos are still asked for: the list alone tells less than what is known of them
        if ids:
            return _videos(window, ids, target=int(target), token=token)
    if token:
        return _playlist(window, target=int(target), token=token)
    return _playlist(window, target=int(target) + 1, token="") if int(target) + 1 < len(window.targets) else None


def _is_older(payload: Any, since: datetime | None) -> bool:
    """True where every video of the page was there when the last crawl began."""
    told = [instant(at(entry, "snippet", "publishedAt")) for entry in many(at(payload, "items"))]
    return since is not None and bool(told) and all(read is not None and read[0] < since for read in told)


def _listed(payload: Any) -> list[str]:
    ids = [identity(at(entry, "snippet", "resourceId", "videoId")) for entry in many(at(payload, "items"))]
    return [native_id for native_id in ids if native_id]


def _playlist(window: Window, *, target: int, token: str) -> Request:
    params = [("part", "snippet"), ("maxResults", str(SIZE)), ("playlistId", window.targets[target])]
    params += [("pageToken", token)] if token else []
    steps = (("step", "playlist"), ("target", str(target)))
    return Request(f"{window.base_url}/v3/playlistItems", (*params, ("key", window.credentials[0])), steps)


def _videos(window: Window, ids: list[str], *, target: int, token: str) -> Request:
    return replace(revisit(window, ids), context=(("step", "videos"), ("target", str(target)), ("token", token)))


def revisit(window: Window, native_ids: Sequence[str]) -> Request:
    """The videos of these ids, of which there are at most REVISIT_SIZE, in one call."""
    params = (("part", PARTS), ("id", ",".join(native_ids)), ("key", window.credentials[0]))
    return Request(f"{window.base_url}/v3/videos", params)


def claims(page: Page) -> bool:
    """A resource or list of resources whose kind is youtube#..., or an error of Google's APIs with a domain."""
    payload = decoded(page)
    entries = payload if isinstance(payload, list) else [payload, *many(at(payload, "items"))]
    errors = many(at(payload, "error", "errors"))
    return any(str(at(entry, "kind")).startswith("youtube#") for entry in entries) or any(
        at(error, "domain") is not None and at(error, "reason") is not None for error in errors
    )


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per video, channel or comment of the page, and a tombstone per video that was asked for in vain."""
    payload = decoded(page)
    if isinstance(payload, Reject):
        yield payload
        return
    if at(payload, "error") is not None:
        yield Reject("platform error", shown(payload["error"]))
        return
    entries = many(payload["items"]) if at(payload, "items") is not None else many(payload)
    yield from each(entries, _entry)
    if at(payload, "kind") == "youtube#videoListResponse":
        there = {at(entry, "id") for entry in entries if isinstance(at(entry, "id"), str)}
        wanted = [native_id for native_id in asked(page.request).get("id", "").split(",") if native_id]
        yield from (_gone(native_id) for native_id in wanted if native_id not in there)


def _gone(native_id: str | None) -> Item:
    return {"native_id": native_id, "type": "video", "status": "gone"}


def _entry(entry: dict[str, Any]) -> Iterator[Item | Reject]:
    kind = entry.get("kind")
    if kind == "youtube#searchResult":
        kind = at(entry, "id", "kind")
    if kind == "youtube#commentThread":
        yield checked(
            _comment(at(entry, "snippet", "topLevelComment"), replies=at(entry, "snippet", "totalReplyCount"))
        )
        yield from each(many(at(entry, "replies", "comments")), _entry)
    elif kind == "youtube#comment":
        yield checked(_comment(entry))
    elif kind == "youtube#channel":
        yield checked(_channel(entry))
    elif kind in ("youtube#video", "youtube#playlistItem"):
        yield checked(_video(entry))


def _video(entry: dict[str, Any]) -> Item:
    snippet = entry.get("snippet")
    is_listed = entry.get("kind") == "youtube#playlistItem"
    own = at(snippet, "resourceId", "videoId") if is_listed else at(entry, "id")
    native_id = identity(at(entry, "id", "videoId"), own)
    if is_listed and at(snippet, "title") in LOST and not at(snippet, "thumbnails"):
        return _gone(native_id)
    is_found = entry.get("kind") == "youtube#searchResult"  # titles of search results come HTML-escaped
    told = at(entry, "contentDetails", "videoPublishedAt") or at(snippet, "publishedAt")
    created_at, precision = instant(told) or (None, None)
    lang = primary_tag(at(snippet, "defaultLanguage")) or primary_tag(at(snippet, "defaultAudioLanguage"))
    return {
        "native_id": native_id,
        "type": "video",
        "url": f"{WATCH}{native_id}" if native_id else None,
        "title": clean(_unescaped(at(snippet, "title")) if is_found else at(snippet, "title")),
        "body": clean(_unescaped(at(snippet, "description")) if is_found else at(snippet, "description")),
        "author": _author(snippet),
        "created_at": created_at,
        "time_precision": precision,
        "lang": lang,
        "lang_source": "declared" if lang else None,
        "media": _media(snippet, seconds(at(entry, "contentDetails", "duration"))),
        "engagement": _engagement(entry.get("statistics")),
        "ids": labelled_ids(at(snippet, "description")),
        "tags": [tag for tag in map(clean, many(at(snippet, "tags"))) if tag],
    }


def _unescaped(text: Any) -> Any:
    return html.unescape(text) if isinstance(text, str) else text


def _author(snippet: Any) -> dict[str, Any] | None:
    owner = identity(at(snippet, "videoOwnerChannelId"), at(snippet, "channelId"))
    name = clean(at(snippet, "videoOwnerChannelTitle") or at(snippet, "channelTitle"))
    return filled(id=owner, name=name, url=f"https://www.youtube.com/channel/{owner}" if owner else None)


def _engagement(statistics: Any) -> dict[str, Any] | None:
    names = {"views": "viewCount", "likes": "likeCount", "dislikes": "dislikeCount", "comments": "commentCount"}
    return filled(**{ours: count(at(statistics, theirs)) for ours, theirs in names.items()})


def _media(snippet: Any, duration_s: float | None) -> list[dict[str, Any]]:
    """The largest thumbnail, carrying the length of the video."""
    thumbnails = [thumb for thumb in (at(snippet, "thumbnails") or {}).values() if address(at(thumb, "url"))]
    if not thumbnails:
        return []
    largest = max(thumbnails, key=lambda thumb: (count(at(thumb, "width")) or 0, str(at(thumb, "url"))))
    size = filled(width=count(at(largest, "width")), height=count(at(largest, "height")), duration_s=duration_s)
    return [{"kind": "image", "url": address(largest["url"], upgrade=True), **(size or {})}]


def _channel(entry: dict[str, Any]) -> Item:
    native_id, snippet = identity(at(entry, "id", "channelId"), entry.get("id")), entry.get("snippet")
    created_at, precision = instant(at(snippet, "publishedAt")) or (None, None)
    return {
        "native_id": native_id,
        "type": "page",
        "url": f"https://www.youtube.com/channel/{native_id}" if native_id else None,
        "title": clean(at(snippet, "title")),
        "body": clean(at(snippet, "description")),
        "created_at": created_at,
        "time_precision": precision,
        "media": _media(snippet, None),
        "engagement": filled(views=count(at(entry, "statistics", "viewCount"))),
    }


def _comment(entry: Any, replies: Any = None) -> Item:
    native_id, snippet = identity(at(entry, "id")), at(entry, "snippet")
    created_at, precision = instant(at(snippet, "publishedAt")) or (None, None)
    parent, video = identity(at(snippet, "parentId")), identity(at(snippet, "videoId"))
    author = identity(at(snippet, "authorChannelId", "value"))
    about = parent or video
    return {
        "native_id": native_id,
        "type": "post",
        "url": f"{WATCH}{video}&lc={native_id}" if video and native_id else None,
        "body": plain(at(snippet, "textDisplay")) or clean(at(snippet, "textOriginal")),
        "author": filled(
            id=author,
            name=clean(at(snippet, "authorDisplayName")),
            url=address(at(snippet, "authorChannelUrl"), upgrade=True),
        ),
        "created_at": created_at,
        "time_precision": precision,
        "engagement": filled(likes=count(at(snippet, "likeCount")), comments=count(replies)),
        "relations": [f"reply_to:youtube:{about}"] if about else [],
    }

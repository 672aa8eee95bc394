"""YouTube's Data API, version 3: the world's videos as one uploads playlist, and videos by id."""

from typing import Any

from local.platforms.answers import Answer, Appearance, Ask, json_answer, moment

SIZES = (("default", 120, 90), ("medium", 320, 180), ("high", 480, 360))


def answer(ask: Ask) -> Answer:
    """A page of a playlist, or videos."""
    if not ask.query.get("key"):
        return failure(403, "Method doesn't allow unregistered callers. Please use API Key.")
    if ask.path == "v3/playlistItems":
        return _playlist(ask)
    if ask.path == "v3/videos":
        return _videos(ask)
    return failure(404, "Not found")


def failure(status: int, message: str, path: str = "") -> Answer:
    """An error in the platform's own shape."""
    reason = {400: "badRequest", 403: "forbidden", 404: "notFound", 429: "rateLimitExceeded"}.get(
        status, "backendError"
    )
    errors = [{"message": message, "domain": "youtube", "reason": reason}]
    return json_answer({"error": {"code": status, "message": message, "errors": errors}}, status)


def _playlist(ask: Ask) -> Answer:
    """Page tokens are opaque to the caller; ours write the offset."""
    token, size = ask.query.get("pageToken", ""), max(1, ask.number("maxResults", 5, 50))
    if not ask.query.get("playlistId"):
        return failure(400, "No filter selected. Expected one of: id, playlistId")
    if token and not token[1:].isdigit():
        return failure(400, "The request specifies an invalid page token.")
    start, total = int(token[1:]) if token else 0, ask.world.size("youtube", ask.day)
    videos = ask.world.page("youtube", day=ask.day, start=start, size=size)
    listed = [_listed(video, ask, start + place) for place, video in enumerate(videos)]
    following = {"nextPageToken": f"P{start + size}"} if start + size < total else {}
    return _list("playlistItem", listed, total, size, following)


def _videos(ask: Ask) -> Answer:
    ids = [native_id for native_id in ask.query.get("id", "").split(",") if native_id]
    if not ids or len(ids) > 50:
        return failure(400, "No filter selected. Expected one of: id, chart")
    known = (ask.world.get("youtube", native_id, day=ask.day) for native_id in ids)
    there = [_video(video, ask) for video in known if video and video["status"] != "deleted"]
    return _list("video", there, len(there), len(there), {})


def _list(kind: str, entries: list[Any], total: int, size: int, more: dict[str, str]) -> Answer:
    page = {"totalResults": total, "resultsPerPage": size}
    return json_answer({"kind": f"youtube#{kind}ListResponse", **more, "pageInfo": page, "items": entries})


def _listed(video: Appearance, ask: Ask, position: int) -> dict[str, Any]:
    native_id, is_lost = video["native_id"], video["status"] == "deleted"
    shown = {"title": "Deleted video", "description": "This video is unavailable.", "thumbnails": {}}
    snippet = shown if is_lost else _snippet(video, ask)
    snippet = snippet | {
        "playlistId": ask.query["playlistId"],
        "position": position,
        "resourceId": {"kind": "youtube#video", "videoId": native_id},
    }
    return {"kind": "youtube#playlistItem", "id": f"PLI{position}", "snippet": snippet}


def _video(video: Appearance, ask: Ask) -> dict[str, Any]:
    counts = video["counts"]
    told = {"viewCount": counts.get("views"), "likeCount": counts.get("likes"), "commentCount": counts.get("comments")}
    language = {"zh": "zh-Hans", "en": "en"}.get(video["lang"])
    return {
        "kind": "youtube#video",
        "id": video["native_id"],
        "snippet": _snippet(video, ask)
        | {"tags": video["tags"], **({"defaultLanguage": language} if language else {})},
        "contentDetails": {"duration": _duration(video), "definition": "hd", "caption": "false"},
        "statistics": {name: str(value) for name, value in told.items() if value is not None},
        "status": {"privacyStatus": "public", "license": "youtube", "embeddable": True},
    }


def _snippet(video: Appearance, ask: Ask) -> dict[str, Any]:
    """The thumbnail is the video's first picture in three declared sizes."""
    url = ask.picture_url(video["pictures"][0]) if video["pictures"] else None
    thumbnails = {name: {"url": url, "width": width, "height": height} for name, width, height in SIZES if url}
    return {
        "publishedAt": f"{moment(video):%Y-%m-%dT%H:%M:%S}Z",
        "channelId": video["author"]["id"],
        "channelTitle": video["author"]["name"],
        "title": video["title"],
        "description": ask.body(video),
        "thumbnails": thumbnails,
        "liveBroadcastContent": "none",
    }


def _duration(video: Appearance) -> str:
    """From the length of the text: the world's videos have no moving pictures."""
    minutes, seconds = divmod(30 + len(video["body"]), 60)
    return f"PT{minutes}M{seconds}S"

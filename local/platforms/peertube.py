"""A PeerTube instance: the world's videos, listed newest first with their texts cut off, and one by one in full."""

from typing import Any

from local.platforms.answers import Answer, Appearance, Ask, json_answer, moment

CUT = 250
HOST = "peertube.example"


def answer(ask: Ask) -> Answer:
    """A page of the list, or one video. What is deleted is not found."""
    if ask.path == "api/v1/videos":
        return _list(ask)
    root, _, uuid = ask.path.rpartition("/")
    video = ask.world.get("peertube", uuid, day=ask.day) if root == "api/v1/videos" else None
    if video is None or video["status"] == "deleted":
        return failure(404, "Video not found", ask.path)
    return json_answer(_video(video, ask) | {"description": ask.body(video), "tags": video["tags"]})


def failure(status: int, message: str, path: str = "") -> Answer:
    """An error in the platform's own shape: problem details (RFC 7807)."""
    docs = "https://docs.joinpeertube.org/api-rest-reference.html"
    told = {"type": "about:blank", "title": message, "detail": message, "status": status, "error": message}
    return json_answer(told | {"docs": docs}, status)


def _list(ask: Ask) -> Answer:
    start, size = ask.number("start", 0, 10**9), max(1, ask.number("count", 15, 100))
    videos = ask.world.page("peertube", day=ask.day, start=start, size=size)
    found = [_video(video, ask) for video in videos if video["status"] != "deleted"]
    return json_answer({"total": ask.world.size("peertube", ask.day), "data": found})


def _video(video: Appearance, ask: Ask) -> dict[str, Any]:
    """As in a list. The preview is the video's first picture."""
    body, counts, path = ask.body(video), video["counts"], video["category_path"]
    short = body if len(body) <= CUT else f"{body[: CUT - 3]}..."
    picture = ask.picture_url(video["pictures"][0]) if video["pictures"] else None
    owner = {"name": video["author"]["id"], "displayName": video["author"]["name"], "host": HOST}
    at = f"{moment(video):%Y-%m-%dT%H:%M:%S}.000Z"
    return {
        "id": 1,
        "uuid": video["native_id"],
        "shortUUID": video["native_id"][:8],
        "url": f"https://{HOST}/videos/watch/{video['native_id']}",
        "name": video["title"],
        "category": {"id": 15, "label": path[-1]} if path else {"id": None, "label": "Unknown"},
        "language": {"id": video["lang"], "label": video["lang"]},
        "privacy": {"id": 1, "label": "Public"},
        "truncatedDescription": short,
        "description": short,
        "isLocal": True,
        "duration": 30 + len(video["body"]),
        "views": counts.get("views"),
        "likes": counts.get("likes"),
        "comments": counts.get("comments"),
        "previewPath": picture.removeprefix(ask.base) if picture else None,
        "createdAt": at,
        "updatedAt": at,
        "publishedAt": at,
        "channel": owner,
        "account": owner,
    }

"""A Mastodon server: the world's posts as its public timeline, newest first; deleted ones are not there."""

import re
from datetime import UTC, datetime
from html import escape
from typing import Any

from local.platforms.answers import Answer, Appearance, Ask, json_answer, moment

TIMELINE = re.compile(r"api/v1/(?:timelines/public|accounts/\w+/statuses)")
STATUS = re.compile(r"api/v1/statuses/(\w+)")


def answer(ask: Ask) -> Answer:
    """A page of a timeline, or one post."""
    if TIMELINE.fullmatch(ask.path):
        return _timeline(ask)
    one = STATUS.fullmatch(ask.path)
    post = ask.world.get("mastodon", one.group(1), day=ask.day) if one else None
    return json_answer(_status(post, ask)) if post and post["status"] != "deleted" else failure(404, "Record not found")


def failure(status: int, message: str, path: str = "") -> Answer:
    """An error in the platform's own shape."""
    return json_answer({"error": message}, status)


def _timeline(ask: Ask) -> Answer:
    size, max_id = max(1, ask.number("limit", 20, 40)), ask.query.get("max_id", "")
    start = _after(ask, max_id) if max_id else 0
    since = datetime.fromtimestamp((ask.number("since_id", 0, 10**19) >> 16) / 1000, UTC)
    listed = ask.world.page("mastodon", day=ask.day, start=start, size=size)
    recent = [post for post in listed if moment(post) > since]
    answered = json_answer([_status(post, ask) for post in recent if post["status"] != "deleted"])
    if not recent:
        return answered
    url = f"{ask.base}/mastodon/{ask.path}?limit={size}&max_id={recent[-1]['native_id']}"
    return Answer(200, answered.body, answered.content_type, (("Link", f'<{url}>; rel="next"'),))


def _after(ask: Ask, max_id: str) -> int:
    """Place of the first post that is older than the named one: found by halves, since time orders the timeline."""
    named, low, high = ask.world.get("mastodon", max_id, day=ask.day), 0, ask.world.size("mastodon", ask.day)
    if named is None:
        return high
    while low < high:
        middle = (low + high) // 2
        [post] = ask.world.page("mastodon", day=ask.day, start=middle, size=1)
        low, high = (middle + 1, high) if moment(post) > moment(named) else (low, middle)
    for post in ask.world.page("mastodon", day=ask.day, start=low, size=1000):  # those of the same second
        low += 1
        if post["native_id"] == max_id:
            break
    return low


def _status(post: Appearance, ask: Ask, *, is_quoted: bool = False) -> dict[str, Any]:
    counts, language = post["counts"], post["lang"]
    original = None
    if post["repost_of"] and not is_quoted:
        original = ask.world.get("mastodon", post["repost_of"], day=ask.day)
    words = post["comment"] if post["repost_of"] and post["comment"] else ask.body(post)
    return {
        "id": post["native_id"],
        "created_at": f"{moment(post):%Y-%m-%dT%H:%M:%S}.000Z",
        "in_reply_to_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": language,
        "uri": post["url"],
        "url": post["url"],
        "replies_count": counts.get("comments"),
        "reblogs_count": counts.get("reposts"),
        "favourites_count": counts.get("likes"),
        "edited_at": None,
        "content": _html(words),
        "reblog": None,
        "account": _account(post),
        "media_attachments": [_attachment(name, ask) for name in post["pictures"]],
        "tags": [{"name": tag.replace(" ", ""), "url": f"https://mastodon.example/tags/{tag}"} for tag in post["tags"]],
        "card": None,
        "poll": None,
        "quote": {"state": "accepted", "quoted_status": _status(original, ask, is_quoted=True)} if original else None,
    }


def _account(post: Appearance) -> dict[str, Any]:
    author = post["author"]
    return {
        "id": author["id"],
        "username": f"u{author['id']}",
        "acct": f"u{author['id']}",
        "display_name": author["name"],
        "url": f"https://mastodon.example/@{author['id']}",
        "discoverable": True,
        "noindex": False,
    }


def _attachment(name: str, ask: Ask) -> dict[str, Any]:
    url = ask.picture_url(name)
    return {"id": name.partition(".")[0], "type": "image", "url": url, "preview_url": url, "description": None}


def _html(body: str) -> str:
    """Paragraphs and line breaks, as Mastodon writes what people type."""
    paragraphs = [escape(part, quote=False).replace("\n", "<br/>") for part in body.split("\n\n")]
    return "".join(f"<p>{part}</p>" for part in paragraphs)

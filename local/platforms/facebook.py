"""Facebook's Graph API: the world's posts as those of one Page, newest first; deleted ones are not there."""

import re
from typing import Any

from local.platforms.answers import Answer, Appearance, Ask, json_answer, moment

EDGE = re.compile(r"v\d+\.\d+/(\w+)/(published_posts|videos|photos)")


def answer(ask: Ask) -> Answer:
    """A page of an edge. All that the world's Page published are posts."""
    token = ask.query.get("access_token")
    if not token:
        return failure(401, "An access token is required to request this resource.")
    asked = EDGE.fullmatch(ask.path)
    if not asked:
        return failure(404, "Unknown path components")
    if asked.group(2) != "published_posts":
        return json_answer({"data": []})
    after, size = ask.query.get("after", "A0"), max(1, ask.number("limit", 25, 100))
    if not re.fullmatch(r"A\d{1,12}", after, re.ASCII):
        return failure(400, "Invalid cursor")
    return json_answer(_posts(ask, int(after[1:]), size, token))


def failure(status: int, message: str, path: str = "") -> Answer:
    """An error in the platform's own shape."""
    code = {400: 100, 401: 190, 404: 2500, 429: 32, 503: 2}.get(status, 1)
    return json_answer(
        {"error": {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "0"}}, status
    )


def _posts(ask: Ask, start: int, size: int, token: str) -> dict[str, Any]:
    """Like the real one, the next address holds the token of whoever asks."""
    since, end = ask.number("since", 0, 10**12), start + size
    listed = ask.world.page("facebook", day=ask.day, start=start, size=size)
    recent = [post for post in listed if moment(post).timestamp() >= since]
    page = {"data": [_post(post, ask) for post in recent if post["status"] != "deleted"]}
    if not listed:
        return page
    paging: dict[str, Any] = {"cursors": {"before": f"A{start}", "after": f"A{end}"}}
    if len(recent) == len(listed) and end < ask.world.size("facebook", ask.day):
        paging["next"] = f"https://graph.facebook.com/{ask.path}?access_token={token}&limit={size}&after=A{end}"
    return {**page, "paging": paging}


def _post(post: Appearance, ask: Ask) -> dict[str, Any]:
    counts, created = post["counts"], f"{moment(post):%Y-%m-%dT%H:%M:%S}+0000"
    told = {"reactions": counts.get("likes"), "comments": counts.get("comments")}
    message = post["comment"] if post["repost_of"] and post["comment"] else ask.body(post)
    return {
        "id": post["native_id"],
        "message": message,
        "created_time": created,
        "updated_time": created,
        "permalink_url": post["url"],
        "from": {"name": post["author"]["name"], "id": post["author"]["id"]},
        "is_hidden": False,
        **_attached([ask.picture_url(name) for name in post["pictures"]]),
        **({"parent_id": post["repost_of"]} if post["repost_of"] else {}),
        **({"shares": {"count": counts["reposts"]}} if counts.get("reposts") is not None else {}),
        **{name: {"data": [], "summary": {"total_count": n}} for name, n in told.items() if n is not None},
    }


def _attached(pictures: list[str]) -> dict[str, Any]:
    """One picture is the attachment, several are parts of an album whose cover is the first."""
    if not pictures:
        return {}
    shown = [{"media": {"image": {"src": url}}, "media_type": "photo", "type": "photo"} for url in pictures]
    album = {**shown[0], "media_type": "album", "type": "album", "subattachments": {"data": shown}}
    return {"full_picture": pictures[0], "attachments": {"data": shown if len(shown) == 1 else [album]}}

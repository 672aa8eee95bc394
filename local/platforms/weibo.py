"""Weibo's API, version 2: timelines of the world's posts, newest first, deleted ones marked as Weibo marks them."""

from typing import Any

from jobs.platforms._weibo_html import mblogid_of
from local.platforms.answers import Answer, Appearance, Ask, json_answer, moment
from models.times import CHINA

TIMELINES = ("2/statuses/home_timeline.json", "2/statuses/user_timeline.json")


def answer(ask: Ask) -> Answer:
    """A page of a timeline, or one status."""
    if not ask.query.get("access_token"):
        return failure(403, "source paramter(access_token) is missing", ask.path)
    if ask.path in TIMELINES:
        return json_answer(_timeline(ask))
    if ask.path == "2/statuses/show.json":
        shown = ask.world.get("weibo", ask.query.get("id", ""), day=ask.day)
        return json_answer(_status(shown, ask)) if shown else failure(400, "target weibo does not exist", ask.path)
    return failure(404, "Request Api not found", ask.path)


def failure(status: int, message: str, path: str = "") -> Answer:
    """An error in the platform's own shape."""
    code = {400: 20101, 403: 21332, 404: 10020, 429: 10023, 503: 10001}.get(status, 10001)
    return json_answer({"error": message, "error_code": code, "request": f"/{path}"}, status)


def _timeline(ask: Ask) -> dict[str, Any]:
    page, count = max(1, ask.number("page", 1, 10**9)), max(1, ask.number("count", 20, 100))
    posts = ask.world.page("weibo", day=ask.day, start=(page - 1) * count, size=count)
    return {
        "statuses": [_status(post, ask) for post in posts],
        "hasvisible": False,
        "previous_cursor": 0,
        "next_cursor": int(posts[-1]["native_id"]) if posts else 0,
        "total_number": ask.world.size("weibo", ask.day),
    }


def _status(post: Appearance, ask: Ask, *, is_nested: bool = False) -> dict[str, Any]:
    mid = post["native_id"]
    status = {"created_at": _stamp(post), "id": int(mid), "idstr": mid, "mid": mid, "mblogid": mblogid_of(mid)}
    if post["status"] == "deleted":
        return status | {"text": "抱歉，此微博已被作者删除。", "deleted": "1"}
    original = None
    if post.get("repost_of") and not is_nested:
        original = ask.world.get("weibo", post["repost_of"], day=ask.day)
    pictures = [ask.picture_url(name) for name in post["pictures"]]
    status |= {
        "text": _text(post, original, ask),
        "source": '<a href="http://app.weibo.com/t/feed/1" rel="nofollow">微博 weibo.com</a>',
        "isLongText": False,
        "pic_urls": [{"thumbnail_pic": url} for url in pictures],
        "reposts_count": post["counts"].get("reposts"),
        "comments_count": post["counts"].get("comments"),
        "attitudes_count": post["counts"].get("likes"),
        "user": _user(post["author"]),
    }
    return status | ({"retweeted_status": _status(original, ask, is_nested=True)} if original else {})


def _text(post: Appearance, original: Appearance | None, ask: Ask) -> str:
    """Text as HTML with the invisible character that Weibo puts at its end; a repost quotes its original after //@."""
    title = f"【{post['title']}】" if post["title"] else ""
    words = f"{title}{ask.body(post)}"
    if post.get("repost_of"):
        name = f"@{original['author']['name']}:" if original and original["status"] != "deleted" else ""
        words = f"{post.get('comment') or '转发微博'}//{name}{words}"
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") + "\u200b"


def _user(author: dict[str, str]) -> dict[str, Any]:
    return {
        "id": int(author["id"]) if author["id"].isdigit() else author["id"],
        "idstr": author["id"],
        "screen_name": author["name"],
        "name": author["name"],
        "verified": author["name"].endswith("官微"),
    }


def _stamp(post: Appearance) -> str:
    """Tue May 31 17:46:55 +0800 2011. The names are written out: strftime would ask the locale."""
    at = moment(post).astimezone(CHINA)
    day = "Mon Tue Wed Thu Fri Sat Sun".split()[at.weekday()]
    month = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()[at.month - 1]
    return f"{day} {month} {at.day:02d} {at:%H:%M:%S} +0800 {at.year}"

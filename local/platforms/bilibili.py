"""Bilibili's open platform: the archives of one account over the world's videos, deleted ones by their state."""

from typing import Any

from local.platforms.answers import Answer, Appearance, Ask, json_answer, moment

OPEN, DELETED = 0, -100
HEADERS = ("access-token", "authorization", "x-bili-accesskeyid", "x-bili-signature-nonce", "x-bili-timestamp")


def answer(ask: Ask) -> Answer:
    """A page of the archives, or one. Any signature is taken: the platform of a made-up world has no secret."""
    if not all(ask.headers.get(name) for name in HEADERS):
        return failure(401, "签名错误")
    if ask.path == "arcopen/fn/archive/viewlist":
        return _list(ask)
    if ask.path == "arcopen/fn/archive/view":
        video = ask.world.get("bilibili", ask.query.get("resource_id", ""), day=ask.day)
        return _told(_video(video, ask)) if video else failure(404, "稿件不存在")
    return failure(404, "啥都木有")


def failure(status: int, message: str, path: str = "") -> Answer:
    """An error in the platform's own shape."""
    code = {400: -400, 401: 4002, 404: -404, 429: -509}.get(status, -500)
    return json_answer({"code": code, "message": message, "ttl": 1, "request_id": "0"}, status)


def _list(ask: Ask) -> Answer:
    number, size = max(1, ask.number("pn", 1, 10**9)), max(1, ask.number("ps", 20, 50))
    videos = ask.world.page("bilibili", day=ask.day, start=(number - 1) * size, size=size)
    page = {"pn": number, "ps": size, "total": ask.world.size("bilibili", ask.day)}
    return _told({"page": page, "list": [_video(video, ask) for video in videos]})


def _told(data: dict[str, Any]) -> Answer:
    return json_answer({"code": 0, "message": "0", "ttl": 1, "request_id": "0", "data": data})


def _video(video: Appearance, ask: Ask) -> dict[str, Any]:
    """The cover is the video's first picture."""
    number, is_gone = video["native_id"], video["status"] == "deleted"
    told = {"state": DELETED, "state_desc": "用户删除"} if is_gone else {"state": OPEN, "state_desc": "开放浏览"}
    at = int(moment(video).timestamp())
    return {
        "resource_id": number,
        "title": video["title"],
        "desc": ask.body(video),
        "cover": ask.picture_url(video["pictures"][0]) if video["pictures"] else "",
        "tag": ",".join(video["tags"]),
        "tid": 172,
        "copyright": 1,
        "no_reprint": 1,
        "ctime": at,
        "ptime": at,
        "addit_info": {**told, "reject_reason": ""},
        "video_info": {
            "cid": 1,
            "duration": 30 + len(video["body"]),
            "share_url": f"https://www.bilibili.com/video/{number}",
        },
    }

"""WeChat's API for official accounts: the world's articles as published messages of one article each, newest first."""

from html import escape
from typing import Any

import orjson

from local.platforms.answers import Answer, Appearance, Ask, json_answer, moment

COUNT = 20


def answer(ask: Ask) -> Answer:
    """A token, or a page of messages."""
    try:
        sent = orjson.loads(ask.sent or b"{}")
    except orjson.JSONDecodeError:
        return failure(400, "data format error")
    if ask.path == "cgi-bin/stable_token":
        is_known = isinstance(sent, dict) and sent.get("appid") and sent.get("secret")
        return (
            json_answer({"access_token": "stand-in-token", "expires_in": 7200}) if is_known else failure(401, "appid")
        )
    if not ask.query.get("access_token"):
        return failure(401, "access_token missing")
    if ask.path != "cgi-bin/freepublish/batchget":
        return failure(404, "invalid url")
    offset, count = (sent.get(name, default) for name, default in (("offset", 0), ("count", COUNT)))
    if not (isinstance(offset, int) and isinstance(count, int) and offset >= 0 and 0 < count <= COUNT):
        return failure(400, "invalid args")
    return json_answer(_messages(ask, offset, count))


def failure(status: int, message: str, path: str = "") -> Answer:
    """An error in the platform's own shape."""
    code = {400: 40097, 401: 41001, 404: 40066, 429: 45009, 503: -1}.get(status, -1)
    return json_answer({"errcode": code, "errmsg": message}, status)


def _messages(ask: Ask, offset: int, count: int) -> dict[str, Any]:
    articles = ask.world.page("wechat", day=ask.day, start=offset, size=count)
    return {
        "total_count": ask.world.size("wechat", ask.day),
        "item_count": len(articles),
        "item": [_message(article, ask) for article in articles],
    }


def _message(article: Appearance, ask: Ask) -> dict[str, Any]:
    at = int(moment(article).timestamp())
    content = {"news_item": [_article(article, ask)], "create_time": at, "update_time": at}
    return {"article_id": f"A{article['native_id'].split(':')[1]}", "content": content, "update_time": at}


def _article(article: Appearance, ask: Ask) -> dict[str, Any]:
    biz, mid, idx = article["native_id"].split(":")
    url = f"http://mp.weixin.qq.com/s?__biz={biz}&mid={mid}&idx={idx}&chksm=0&scene=0#rd"
    if article["status"] == "deleted":
        return {"title": "", "author": "", "digest": "", "content": "", "url": url, "is_deleted": True}
    pictures = [ask.picture_url(name) for name in article["pictures"]]
    return {
        "title": article["title"],
        "author": article["author"]["name"],
        "digest": "",
        "content": _html(ask.body(article), pictures[1:]),
        "content_source_url": "",
        "thumb_url": pictures[0] if pictures else "",
        "url": url,
        "is_deleted": False,
    }


def _html(body: str, pictures: list[str]) -> str:
    """Styled paragraphs, as its editor writes them; pictures load late."""
    paragraphs = [escape(part, quote=False).replace("\n", "<br/>") for part in body.split("\n\n")]
    images = "".join(f'<img data-src="{url}"/>' for url in pictures)
    text = "".join(f'<p style="line-height: 1.75em;">{part}</p>' for part in paragraphs)
    return f"<section>{text}{images}</section>"

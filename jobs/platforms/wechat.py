"""WeChat official accounts: the articles that an own account published.

Source  POST /cgi-bin/freepublish/batchget, 20 messages a page by offset, newest first, with a token of
        /cgi-bin/stable_token, both on api.weixin.qq.com (https://developers.weixin.qq.com/doc/service/api/public,
        terms as of 2026-01)
Also    saved pages of articles and of searches (_wechat_html.py)
Units   times are epoch seconds; no counts

A message holds up to eight articles; `is_deleted` marks a tombstone. The id of an article is biz:mid:idx, which its
address carries; `sn`, `chksm`, `scene` change.
"""

from collections.abc import Iterator
from typing import Any

import orjson

from jobs.platforms import Item, Page, PageBroken, Policy, Reject, Request, Window, _wechat_html, context
from jobs.platforms._posts import first_of, is_past
from jobs.platforms._reading import at, checked, decoded, each, filled, identity, many, shown
from models.identifiers import labelled_ids
from models.markup import clean, plain
from models.times import instant

POLICY = Policy(
    tier="C",
    license="WeChat official accounts platform terms",
    default_url="https://api.weixin.qq.com",
    credentials=("TRAWL_WECHAT_APP_ID", "TRAWL_WECHAT_APP_SECRET"),
    requests_per_s=1,
    redact=("access_token",),
)
COUNT = 20
JSON = (("Content-Type", "application/json"),)


def login(window: Window) -> Request:
    """Asks for the token of the account, good for two hours."""
    app_id, secret = window.credentials[:2]
    body = orjson.dumps({"grant_type": "client_credential", "appid": app_id, "secret": secret})
    return Request(f"{window.base_url}/cgi-bin/stable_token", headers=JSON, method="POST", body=body)


def token(page: Page) -> str:
    """The token of the answer. Raises PageBroken."""
    given = identity(at(decoded(page), "access_token"))
    if not given:
        raise PageBroken("wechat", f"no access token: {shown(page.body)}")
    return given


def first(window: Window) -> Request:
    """The newest messages."""
    return _messages(window, 0)


def following(window: Window, request: Request, page: Page) -> Request | None:
    """The next messages, down to `since`. Raises PageBroken."""
    if not context(request, "offset"):
        return None
    payload, offset = decoded(page), int(context(request, "offset"))
    if not isinstance(at(payload, "item"), list) and at(payload, "total_count") != 0:
        raise PageBroken("wechat", shown(page.body))
    messages = many(at(payload, "item"))
    if not messages or is_past((at(message, "update_time") for message in messages), window.since):
        return None
    offset, total = offset + len(messages), at(payload, "total_count")
    return _messages(window, offset) if isinstance(total, int) and offset < total else None


def _messages(window: Window, offset: int) -> Request:
    body = orjson.dumps({"offset": offset, "count": COUNT, "no_content": 0})
    params, steps = (("access_token", window.credentials[-1]),), (("offset", str(offset)),)
    return Request(f"{window.base_url}/cgi-bin/freepublish/batchget", params, steps, JSON, "POST", body)


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per article, tombstones for deleted ones."""
    if page.body.lstrip()[:1] == b"<":
        yield from _wechat_html.items(page)
        return
    payload = decoded(page)
    if isinstance(payload, Reject):
        yield payload
    elif at(payload, "errcode") not in (None, 0):
        yield Reject("platform error", shown(payload))
    elif _wechat_html.is_search(page.body):
        yield from _wechat_html.found(page.body.decode("utf-8", "replace"), payload)
    else:
        yield from each(_messages_of(payload), _articles)


def claims(page: Page) -> bool:
    """Messages with articles, errors by their two fields, saved pages of articles and of searches."""
    if page.body.lstrip()[:1] == b"<":
        return _wechat_html.claims(page.body)
    if not any(mark in page.body for mark in (b'"news_item"', b'"errmsg"', b'"item_count"', b"DOCUMENT")):
        return False
    payload = decoded(page)
    if at(payload, "errcode") is not None and isinstance(at(payload, "errmsg"), str):
        return True
    counted = isinstance(at(payload, "item_count"), int) and isinstance(at(payload, "item"), list)
    return counted or _wechat_html.is_search(page.body) or any(at(one, "news_item") for one in _contents(payload))


def _messages_of(payload: Any) -> list[Any]:
    """Of a page of messages, a single message, or the content of one."""
    if at(payload, "item") is not None:
        return many(payload["item"])
    return [payload] if at(payload, "news_item") or at(payload, "content", "news_item") else []


def _contents(payload: Any) -> list[Any]:
    return [at(message, "content") or message for message in _messages_of(payload)]


def _articles(message: dict[str, Any]) -> Iterator[Item | Reject]:
    content = message.get("content") if isinstance(message.get("content"), dict) else message
    articles = list(enumerate(many(at(content, "news_item")), 1))
    yield from each(articles, lambda told: iter([checked(_article(told[1], told[0], message, content))]))


def _article(article: dict[str, Any], place: int, message: dict[str, Any], content: Any) -> Item:
    url, article_id = _wechat_html.lasting(article.get("url")), identity(message.get("article_id"))
    native_id = _wechat_html.id_of(url) or (f"{article_id}:{place}" if article_id else None)
    if article.get("is_deleted") is True:
        return {"native_id": native_id, "type": "document", "status": "deleted"}
    body, updated_at = plain(article.get("content")), instant(message.get("update_time"))
    digest = clean(article.get("digest"))
    return {
        "native_id": native_id,
        "type": "document",
        "url": url,
        "title": clean(article.get("title")),
        "body": body or digest,
        "summary": digest if body else None,
        "author": filled(name=clean(article.get("author"))),
        **first_of(at(content, "create_time"), message.get("update_time")),
        "updated_at": updated_at[0] if updated_at else None,
        "media": _wechat_html.media(article.get("content"), cover=article.get("thumb_url")),
        "ids": labelled_ids(body),
    }

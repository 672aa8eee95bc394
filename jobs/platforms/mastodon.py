"""Mastodon: the public posts of a server, or of accounts on it, newest first.

Source  GET /api/v1/timelines/public?local=true, or /api/v1/accounts/{id}/statuses per target, 40 a page; the next page
        is asked for by the id of the oldest post, as the Link header does (https://docs.joinmastodon.org/methods, 2026-01)
Also    single posts, threads (context), edits (history), searches, trending posts; trending tags and links are no items
Units   ids are snowflakes: milliseconds since 1970 in the bits above the lowest 16

Posts for followers, and of accounts that search engines shall not index (`noindex`), belong to the tenant whose account
may read them; direct messages are refused. A boost and a quote name their original, which is an item of its own.
"""

import re
from collections.abc import Iterator
from typing import Any

from jobs.platforms import Item, Page, PageBroken, Policy, Reject, Request, Window
from jobs.platforms._posts import first_of, is_past, worded
from jobs.platforms._reading import at, checked, decoded, each, filled, identity, many, shown
from models.identifiers import labelled_ids
from models.markup import clean, plain, primary_tag
from models.times import instant
from models.values import address, count, number

POLICY = Policy(
    tier="A",
    license="as the author says",
    default_url="https://mastodon.social",
    requests_per_s=1,
)
LIMIT = 40
TIMELINE = re.compile(r"/api/v1/(?:timelines/public|accounts/(\w+)/statuses)$")
HISTORY = re.compile(r"/statuses/(\w+)/history")
KINDS = {"image": "image", "gifv": "video", "video": "video", "audio": "audio"}


def first(window: Window) -> Request:
    """The newest posts of the first account; without targets, of the server's own people."""
    return _timeline(window, window.targets[0] if window.targets else "", "")


def following(window: Window, request: Request, page: Page) -> Request | None:
    """What is older, down to `since`; then the next account. Raises PageBroken."""
    asked_for = TIMELINE.search(request.url.partition("?")[0])  # the address tells it all, also that of a Link header
    if not asked_for:
        return None
    account, payload = asked_for.group(1) or "", decoded(page)
    if not isinstance(payload, list):
        raise PageBroken("mastodon", shown(page.body))
    oldest = identity(at(payload[-1], "id")) if payload else None
    if oldest and not is_past((at(status, "created_at") for status in payload), window.since):
        return _timeline(window, account, oldest)
    later = window.targets[window.targets.index(account) + 1 :] if account in window.targets else ()
    return _timeline(window, later[0], "") if later else None


def _timeline(window: Window, account: str, max_id: str) -> Request:
    path = f"accounts/{account}/statuses" if account else "timelines/public"
    params = [("limit", str(LIMIT))] + ([] if account else [("local", "true")])
    if window.since:
        params.append(("since_id", str(int(window.since.timestamp() * 1000) << 16)))
    params += [("max_id", max_id)] if max_id else []
    return Request(f"{window.base_url}/api/v1/{path}", tuple(params))


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per post, boosted and quoted ones after their carrier."""
    payload = decoded(page)
    if isinstance(payload, Reject):
        yield payload
    elif isinstance(at(payload, "error"), str):
        yield Reject("platform error", shown(payload))
    else:
        edited = HISTORY.search(page.request.url)
        yield from each(_statuses(payload), lambda status: _status(status, edited.group(1) if edited else None))


def claims(page: Page) -> bool:
    """Posts with a content warning, threads, trending tags with their uses."""
    if b'"spoiler_text"' in page.body:
        payload = decoded(page)
        return any(isinstance(at(one, "content"), str) and at(one, "account") for one in _statuses(payload)[:3])
    if not any(mark in page.body for mark in (b'"ancestors"', b'"accounts"')):
        return False
    payload = decoded(page)
    if isinstance(payload, dict):
        return payload.keys() == {"ancestors", "descendants"} or payload.keys() == {"accounts", "statuses", "hashtags"}
    uses = [at(day, "uses") for tag in many(payload)[:3] for day in many(at(tag, "history"))]
    return any(use is not None for use in uses)


def _statuses(payload: Any) -> list[Any]:
    """Of a list, a thread, a search, or a single post; a tag or a link has no content."""
    if isinstance(payload, dict):
        lists = [many(payload[name]) for name in ("ancestors", "descendants", "statuses") if name in payload]
        payload = [status for found in lists for status in found] if lists else [payload]
    return [status for status in many(payload) if not isinstance(status, dict) or "content" in status]


def _status(status: dict[str, Any], edited: str | None) -> Iterator[Item | Reject]:
    original = at(status, "reblog") or at(status, "quote", "quoted_status")
    if status.get("visibility") == "direct":
        yield Reject("direct message", shown(status.get("uri")))
    else:
        yield checked(worded(_item(status, original, edited)))
    if isinstance(original, dict):
        yield from _status(original, None)


def _item(status: dict[str, Any], original: Any, edited: str | None) -> Item:
    account, native_id = status.get("account"), identity(status.get("id"))
    reply, updated_at = identity(status.get("in_reply_to_id")), instant(status.get("edited_at"))
    body, tags = _body(status), [clean(at(tag, "name")) for tag in many(status.get("tags"))]
    lang = primary_tag(status.get("language"))
    quoted = identity(at(original, "id"), at(status, "quote", "quoted_status_id"))
    relations = {"reply_to": reply, "repost_of": quoted, "version_of": edited}
    return {
        "native_id": native_id or _edit(status, edited),
        "type": "post",
        "url": address(status.get("url") or status.get("uri")),
        "body": body,
        "summary": clean(status.get("spoiler_text")),
        "author": _author(account),
        **first_of(status.get("created_at")),
        "updated_at": updated_at[0] if updated_at else None,
        "lang": lang,
        "lang_source": "declared" if lang else None,
        "media": _media(status),
        "engagement": filled(
            likes=count(status.get("favourites_count")),
            reposts=count(status.get("reblogs_count")),
            comments=count(status.get("replies_count")),
        ),
        "ids": labelled_ids(body),
        "tags": [tag for tag in tags if tag],
        "relations": [f"{kind}:mastodon:{target}" for kind, target in relations.items() if target],
        "scope": "tenant" if _is_kept_in(status) or _is_kept_in(original) else None,
    }


def _is_kept_in(status: Any) -> bool:
    return at(status, "visibility") in ("private", "direct") or at(status, "account", "noindex") is True


def _edit(status: dict[str, Any], edited: str | None) -> str | None:
    """An edit has no id: its post and its moment make one; its author and moment where the post is not told."""
    of, moment = edited or identity(at(status, "account", "uri"), at(status, "account", "id")), status.get("created_at")
    return f"{of}#{moment}" if of and isinstance(moment, str) else None


def _body(status: dict[str, Any]) -> str | None:
    """The words, the options of a poll, and the page that a link shows as a card."""
    words = plain(status.get("content")) or clean(status.get("text"))
    options = [clean(at(option, "title")) for option in many(at(status, "poll", "options"))]
    card = status.get("card")
    url = address(at(card, "url"))
    told = [clean(at(card, "title")), clean(at(card, "description")), url if url and url not in (words or "") else None]
    blocks = [words, "\n".join(option for option in options if option), "\n".join(line for line in told if line)]
    return "\n\n".join(block for block in blocks if block) or None


def _author(account: Any) -> dict[str, Any] | None:
    """`acct` where the display name is empty, as it often is."""
    name = clean(at(account, "display_name")) or clean(at(account, "acct"))
    return filled(id=identity(at(account, "id")), name=name, url=address(at(account, "url")))


def _media(status: dict[str, Any]) -> list[dict[str, Any]]:
    return [medium for medium in map(_medium, many(status.get("media_attachments"))) if medium]


def _medium(attachment: Any) -> dict[str, Any] | None:
    """The original; a file that the server did not fetch is at its home (`remote_url`)."""
    url = address(at(attachment, "url")) or address(at(attachment, "remote_url"))
    kind, original = KINDS.get(str(at(attachment, "type"))), at(attachment, "meta", "original")
    if not url or not kind:
        return None
    size = {name: count(at(original, name)) for name in ("width", "height")}
    told = {"thumb": address(at(attachment, "preview_url")), "alt": clean(at(attachment, "description"))}
    return filled(kind=kind, url=url, **told, **size, duration_s=number(at(original, "duration")))

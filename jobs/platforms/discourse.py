"""Discourse: the topics of a forum, each with its answers, most recently active first.

Source  GET /latest.json?page=, then /t/{id}.json of every topic that it lists (https://docs.discourse.org, terms as of
        2026-01), without a key: what the public sees and no more
Also    dropped lists of topics, and /posts.json?before=, the newest posts of all topics, where replies are posts
Units   views, likes and replies of the topic; times are UTC

One record per topic: the opening post, the accepted answer or else the best liked, then the others of its first page (20
posts). A topic that has been solved, or asks in its title, is a question. In the walk a list only leads to the topics: a
record out of it would take the place of the full one. Topics that the forum unlisted are hidden.
"""

import html
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from jobs.platforms import Item, Page, PageBroken, Policy, Reject, Request, Window, context
from jobs.platforms._desk import Reply, below, peek, root, standing, told
from jobs.platforms._reading import asked, at, decoded, each, filled, identity, many, shown
from models.identifiers import labelled_ids
from models.markup import clean, plain
from models.pictures import pictures
from models.times import instant
from models.values import address, count, number

POLICY = Policy(
    tier="A",
    license="as the forum says",
    requests_per_s=1,
    masks=True,
)
LIKE = 2  # number of the like among the actions
PAIRS = ({"cooked", "topic_id"}, {"errors", "error_type"})
REGULAR = (1, None)  # types of posts: others tell what moderators did


def first(window: Window) -> Request:
    """The most recently active topics. Raises AddressMissing."""
    return _list(window, 0)


def following(window: Window, request: Request, page: Page) -> Request | None:
    """The topics of a list that are new since the last crawl, one by one, then the next list. Raises PageBroken."""
    place, left, is_last = (context(request, name) for name in ("page", "left", "last"))
    if not place:
        return None
    ids = [native_id for native_id in left.split(",") if native_id]
    if context(request, "step") == "list":
        topics = at(decoded(page), "topic_list", "topics")
        if not isinstance(topics, list):
            raise PageBroken("discourse", shown(page.body))
        ids = [native_id for topic in topics if _is_new(topic, window.since) and (native_id := _id(topic))]
        is_last = "" if ids and at(decoded(page), "topic_list", "more_topics_url") else "yes"
    if ids:
        steps = (("step", "topic"), ("page", place), ("left", ",".join(ids[1:])), ("last", is_last))
        return Request(f"{window.base_url}/t/{ids[0]}.json", (), steps)
    return None if is_last else _list(window, int(place) + 1)


def _id(topic: Any) -> str | None:
    native_id = identity(at(topic, "id"))
    return native_id if native_id and native_id.isdigit() else None


def _is_new(topic: Any, since: datetime | None) -> bool:
    active = instant(at(topic, "bumped_at")) or instant(at(topic, "last_posted_at")) or instant(at(topic, "created_at"))
    return since is None or active is None or active[0] >= since


def _list(window: Window, page: int) -> Request:
    url = f"{root(window, 'discourse', 'the address of the forum')}/latest.json"
    return Request(url, (("page", str(page)),), (("step", "list"), ("page", str(page))))


def claims(page: Page) -> bool:
    """Lists of topics, posts or categories, a topic, a post, or a list of errors."""
    payload = peek(page)
    if not isinstance(payload, dict):
        return False
    if any(isinstance(payload.get(name), dict) for name in ("topic_list", "post_stream", "category_list")):
        return True
    return "latest_posts" in payload or any(pair <= payload.keys() for pair in PAIRS)


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per topic, and one per reply that comes without its topic."""
    payload, site = decoded(page), below(page.request.url, "/t/", "/latest.json", "/posts") or ""
    if isinstance(payload, Reject):
        yield payload
    elif at(payload, "errors") is not None:
        yield Reject("platform error", shown(payload["errors"]))
    elif at(payload, "post_stream") is not None:
        yield from each([payload], lambda topic: iter([standing(_topic(topic, site))]))
    elif at(payload, "topic_list") is not None:
        topics = [] if "page" in asked(page.request) else many(at(payload, "topic_list", "topics"))
        yield from each(topics, lambda topic: iter([standing(_topic(topic, site))]))
    else:
        posts = many(at(payload, "latest_posts")) or ([payload] if at(payload, "cooked") is not None else [])
        yield from each(posts, lambda post: iter([standing(_single(post, site))]))


def _topic(topic: dict[str, Any], site: str) -> Item:
    posts = [post for post in many(at(topic, "post_stream", "posts")) if _is_shown(post)]
    opening: Any = next((post for post in posts if at(post, "post_number") == 1), None)
    replies = [_reply(post) for post in posts if post is not opening]
    accepted = at(topic, "accepted_answer")
    if accepted and not any(reply.is_accepted for reply in replies):  # it stands on a later page: its beginning is here
        replies.append(Reply(plain(at(accepted, "excerpt")), is_accepted=True))
    title = clean(topic.get("title")) or plain(topic.get("fancy_title"))
    body = told(plain(at(opening, "cooked")) or plain(topic.get("excerpt")), replies)
    is_solved = bool(accepted) or topic.get("has_accepted_answer") is True or any(r.is_accepted for r in replies)
    created_at, precision = instant(topic.get("created_at")) or (None, None)
    updated_at, _ = instant(topic.get("last_posted_at") or topic.get("bumped_at")) or (None, None)
    media = [picture for post in (opening, *posts) for picture in pictures(at(post, "cooked"), site)]
    thumb = address(topic.get("image_url"), site)
    return {
        "native_id": identity(topic.get("id")),
        "type": "qa" if is_solved or (title or "").endswith(("?", "？")) else "post",
        "status": "deleted" if topic.get("deleted_at") else "hidden" if topic.get("visible") is False else "live",
        "url": _url(site, topic.get("slug"), topic.get("id")),
        "title": title,
        "body": body,
        "author": _author(opening) or filled(id=identity(topic.get("user_id"))),
        "created_at": created_at,
        "time_precision": precision,
        "updated_at": updated_at,
        "media": list({m["url"]: m for m in media}.values()) or ([{"kind": "image", "url": thumb}] if thumb else []),
        "engagement": _engagement(topic),
        "ids": labelled_ids(body),
        "tags": [tag for tag in (clean(at(tag, "name") or tag) for tag in many(topic.get("tags"))) if tag],
        "scope": "tenant" if topic.get("archetype") == "private_message" else None,
    }


def _is_shown(post: Any) -> bool:
    is_taken_back = any(at(post, name) for name in ("hidden", "deleted_at", "user_deleted"))
    return not is_taken_back and at(post, "post_type") in REGULAR


def _reply(post: Any) -> Reply:
    return Reply(plain(at(post, "cooked")), _likes(post) or 0, at(post, "accepted_answer") is True)


def _likes(post: Any) -> float | None:
    actions = [action for action in many(at(post, "actions_summary")) if at(action, "id") == LIKE]
    return number(at(actions[0], "count")) if actions else None


def _engagement(topic: dict[str, Any]) -> dict[str, Any] | None:
    posts = count(topic.get("posts_count"))
    replies = max(0, posts - 1) if posts is not None else None
    return filled(likes=count(topic.get("like_count")), views=count(topic.get("views")), comments=replies)


def _author(post: Any) -> dict[str, Any] | None:
    name = clean(at(post, "name")) or clean(at(post, "display_username")) or clean(at(post, "username"))
    return filled(id=identity(at(post, "user_id")), name=name)


def _url(site: str, slug: Any, native_id: Any) -> str | None:
    number = identity(native_id)
    return f"{site}/t/{identity(slug) or '-'}/{number}" if site and number else None


def _single(post: dict[str, Any], site: str) -> Item:
    """A post out of its topic: the opening one stands for the topic, a reply for itself."""
    topic, is_opening = identity(post.get("topic_id")), post.get("post_number") == 1
    created_at, precision = instant(post.get("created_at")) or (None, None)
    title = html.unescape(str(post.get("topic_title") or ""))
    likes = _likes(post)
    own = identity(post.get("id"))
    status = (
        "deleted" if post.get("deleted_at") or post.get("user_deleted") else "hidden" if post.get("hidden") else None
    )
    where = _url(site, post.get("topic_slug"), topic)
    return {
        "native_id": topic if is_opening else f"post:{own}" if own else None,
        "type": "qa" if is_opening and title.endswith(("?", "？")) else "post",
        "status": status or "live",
        "url": where if is_opening or not where else f"{where}/{count(post.get('post_number')) or 1}",
        "title": clean(title) if is_opening else None,
        "body": plain(post.get("cooked")) or clean(post.get("raw")),
        "author": _author(post),
        "created_at": created_at,
        "time_precision": precision,
        "media": pictures(post.get("cooked"), site),
        "engagement": filled(likes=count(likes), comments=count(post.get("reply_count"))),
        "relations": [] if is_opening or not topic else [f"reply_to:discourse:{topic}"],
    }

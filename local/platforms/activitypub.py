"""A server that speaks ActivityPub: one actor whose outbox holds the world's posts, newest first, deletions too."""

from html import escape
from typing import Any

import orjson

from local.platforms.answers import Answer, Appearance, Ask, moment

SIZE = 20
TYPE = "application/activity+json; charset=utf-8"
CONTEXT = "https://www.w3.org/ns/activitystreams"
PUBLIC = f"{CONTEXT}#Public"
NAMES = {"zh": "zh-Hans", "en": "en"}


def answer(ask: Ask) -> Answer:
    """The actor, its outbox, or a page of it."""
    root = f"{ask.base}/activitypub"
    if ask.path == "actor":
        actor = {"id": f"{root}/actor", "type": "Person", "preferredUsername": "world", "discoverable": True}
        return _told({**actor, "inbox": f"{root}/inbox", "outbox": f"{root}/outbox"})
    if ask.path != "outbox":
        return failure(404, "Not Found")
    total = ask.world.size("activitypub", ask.day)
    if "page" not in ask.query:
        first = f"{root}/outbox?page=1"
        return _told({"id": f"{root}/outbox", "type": "OrderedCollection", "totalItems": total, "first": first})
    number = max(1, ask.number("page", 1, 10**9))
    posts = ask.world.page("activitypub", day=ask.day, start=(number - 1) * SIZE, size=SIZE)
    page = {"id": f"{root}/outbox?page={number}", "type": "OrderedCollectionPage", "partOf": f"{root}/outbox"}
    following = {"next": f"{root}/outbox?page={number + 1}"} if number * SIZE < total else {}
    return _told({**page, **following, "orderedItems": [_activity(post, ask) for post in posts]})


def failure(status: int, message: str, path: str = "") -> Answer:
    """An error as most servers answer it."""
    return Answer(status, orjson.dumps({"error": message}))


def _told(payload: dict[str, Any]) -> Answer:
    return Answer(200, orjson.dumps({"@context": CONTEXT, **payload}), TYPE)


def _activity(post: Appearance, ask: Ask) -> dict[str, Any]:
    native_id, actor = post["native_id"], f"{ask.base}/activitypub/actor"
    if post["status"] == "deleted":
        tombstone = {"id": native_id, "type": "Tombstone", "formerType": "Note"}
        return {"id": f"{native_id}#delete", "type": "Delete", "actor": actor, "to": [PUBLIC], "object": tombstone}
    activity = {"id": f"{native_id}/activity", "type": "Create", "actor": actor, "published": _stamp(post)}
    return {**activity, "to": [PUBLIC], "object": _note(post, ask)}


def _note(post: Appearance, ask: Ask) -> dict[str, Any]:
    author, counts = post["author"], post["counts"]
    words = post["comment"] if post["repost_of"] and post["comment"] else ask.body(post)
    content = "".join(f"<p>{escape(part, quote=False).replace(chr(10), '<br>')}</p>" for part in words.split("\n\n"))
    pictures = [ask.picture_url(name) for name in post["pictures"]]
    totals = {"likes": counts.get("likes"), "shares": counts.get("reposts"), "replies": counts.get("comments")}
    return {
        "id": post["native_id"],
        "type": "Note",
        "published": _stamp(post),
        "url": post["url"],
        "attributedTo": {
            "type": "Person",
            "id": f"https://fediverse.example/users/{author['id']}",
            "name": author["name"],
        },
        "to": [PUBLIC],
        "content": content,
        "contentMap": {NAMES.get(post["lang"], post["lang"]): content},
        "attachment": [{"type": "Document", "mediaType": "image/png", "url": url, "name": None} for url in pictures],
        "tag": [{"type": "Hashtag", "name": f"#{tag.replace(' ', '')}"} for tag in post["tags"]],
        **({"quote": post["repost_of"]} if post["repost_of"] else {}),
        **{name: {"type": "Collection", "totalItems": n} for name, n in totals.items() if n is not None},
    }


def _stamp(post: Appearance) -> str:
    return f"{moment(post):%Y-%m-%dT%H:%M:%S}Z"

"""Bluesky's public view: the world's posts as the feed of whatever account is asked for; deleted ones are not there."""

import re
from typing import Any

from local.platforms.answers import Answer, Appearance, Ask, json_answer, moment

DID = "did:plc:trawlworld2222222222222222"
URL = re.compile(r"https?://[^\s]+")
SHOWN = 20  # letters of an address that Bluesky shows


def answer(ask: Ask) -> Answer:
    """A page of the feed."""
    if ask.path != "xrpc/app.bsky.feed.getAuthorFeed":
        return failure(404, "XRPCNotSupported")
    if not ask.query.get("actor"):
        return failure(400, 'Error: Params must have the property "actor"')
    cursor, size = ask.query.get("cursor", "0"), max(1, ask.number("limit", 50, 100))
    if not (cursor.isascii() and cursor.isdigit()):
        return failure(400, "Malformed cursor")
    start, total = int(cursor), ask.world.size("bluesky", ask.day)
    posts = ask.world.page("bluesky", day=ask.day, start=start, size=size)
    following = {"cursor": str(start + size)} if start + size < total else {}
    return json_answer({"feed": [{"post": _post(p, ask)} for p in posts if p["status"] != "deleted"], **following})


def failure(status: int, message: str, path: str = "") -> Answer:
    """An error in the platform's own shape."""
    names = {400: "InvalidRequest", 404: "MethodNotImplemented", 429: "RateLimitExceeded", 503: "UpstreamFailure"}
    return json_answer({"error": names.get(status, "InternalServerError"), "message": message}, status)


def _uri(native_id: str) -> str:
    return native_id if native_id.startswith("at://") else f"at://{DID}/app.bsky.feed.post/{native_id}"


def _post(post: Appearance, ask: Ask) -> dict[str, Any]:
    counts, quoted = post["counts"], None
    if post["repost_of"]:
        quoted = ask.world.get("bluesky", post["repost_of"], day=ask.day)
    pictures = [ask.picture_url(name) for name in post["pictures"]]
    totals = {
        "likeCount": counts.get("likes"),
        "repostCount": counts.get("reposts"),
        "replyCount": counts.get("comments"),
    }
    return {
        **_named(post),
        "record": _record(post, ask),
        **_embed(pictures, _quoted(quoted, ask) if quoted else None),
        **{name: total for name, total in totals.items() if total is not None},
        "indexedAt": f"{moment(post):%Y-%m-%dT%H:%M:%S}.500Z",
        "labels": [],
    }


def _named(post: Appearance) -> dict[str, Any]:
    """The account is the repository that the post lies in."""
    uri = _uri(post["native_id"])
    author = {"did": uri.split("/")[2], "handle": "world.example", "displayName": post["author"]["name"], "labels": []}
    return {"uri": uri, "cid": "bafy", "author": author}


def _record(post: Appearance, ask: Ask) -> dict[str, Any]:
    words, facets = _shortened(post["comment"] if post["repost_of"] and post["comment"] else ask.body(post))
    record: dict[str, Any] = {"$type": "app.bsky.feed.post", "text": words, "facets": facets, "langs": [post["lang"]]}
    record |= {"createdAt": f"{moment(post):%Y-%m-%dT%H:%M:%S}.000Z", "tags": post["tags"]}
    if post["repost_of"]:
        record["embed"] = {"$type": "app.bsky.embed.record", "record": {"uri": _uri(post["repost_of"]), "cid": "bafy"}}
    return record


def _shortened(text: str) -> tuple[str, list[dict[str, Any]]]:
    """The text with long addresses cut off, and the facets that keep them, by the bytes of the text."""
    written, end, facets = b"", 0, list[dict[str, Any]]()
    for match in URL.finditer(text):
        written += text[end : match.start()].encode()
        bare = match.group().partition("://")[2]
        words = (bare if len(bare) <= SHOWN else f"{bare[:SHOWN]}...").encode()
        index = {"byteStart": len(written), "byteEnd": len(written) + len(words)}
        facets.append({"index": index, "features": [{"$type": "app.bsky.richtext.facet#link", "uri": match.group()}]})
        written, end = written + words, match.end()
    return (written + text[end:].encode()).decode(), facets


def _embed(pictures: list[str], quoted: dict[str, Any] | None) -> dict[str, Any]:
    images = [{"thumb": url, "fullsize": url, "alt": ""} for url in pictures]
    shown = {"$type": "app.bsky.embed.images#view", "images": images}
    if quoted and pictures:
        return {"embed": {"$type": "app.bsky.embed.recordWithMedia#view", "media": shown, "record": {"record": quoted}}}
    if quoted:
        return {"embed": {"$type": "app.bsky.embed.record#view", "record": quoted}}
    return {"embed": shown} if pictures else {}


def _quoted(post: Appearance, ask: Ask) -> dict[str, Any]:
    if post["status"] == "deleted":
        return {"$type": "app.bsky.embed.record#viewNotFound", "uri": _uri(post["native_id"]), "notFound": True}
    return {"$type": "app.bsky.embed.record#viewRecord", **_named(post), "value": _record(post, ask)}

"""Bluesky: the posts of accounts, newest first, through the AT Protocol's public view.

Source  GET /xrpc/app.bsky.feed.getAuthorFeed, 100 a page by cursor, per target handle or DID
        (https://docs.bsky.app/docs/api/app-bsky-feed-get-author-feed, terms as of 2026-01)
Also    records of a repository (listRecords, getRecord), posts, threads, searches, feed generators; likes, follows,
        identities and lexicons are no items
Units   facets mark bytes of the UTF-8 text

An item is a post; its id is the at-uri, which an edit keeps. A quoted post is an item of its own. Authors who ask to be
hidden from visitors (label !no-unauthenticated) are not read.
"""

from collections.abc import Iterator
from typing import Any

from jobs.platforms import (
    Item,
    Page,
    PageBroken,
    Policy,
    Reject,
    Request,
    TargetsMissing,
    Window,
    _bluesky_text,
    context,
)
from jobs.platforms._posts import first_of, is_past, worded
from jobs.platforms._reading import at, checked, decoded, each, filled, identity, many, shown
from models.identifiers import labelled_ids
from models.markup import clean, primary_tag
from models.values import count

POLICY = Policy(
    tier="A",
    license="as the author says",
    default_url="https://public.api.bsky.app",
    requests_per_s=5,
)
LISTS = ("feed", "posts", "records")
SITE = "https://bsky.app/profile"
SHOWN = {"app.bsky.feed.post", "app.bsky.feed.generator", ""}
HIDING = {"!hide", "!takedown"}
MARKS = (b'"did:plc:', b'"did:web:', b'"at://', b'"app.bsky.', b'"com.atproto.')


def first(window: Window) -> Request:
    """The newest posts of the first account. Raises TargetsMissing."""
    if not window.targets:
        raise TargetsMissing("bluesky", "handles or DIDs of accounts")
    return _feed(window, target=0, cursor="")


def following(window: Window, request: Request, page: Page) -> Request | None:
    """What is older, down to `since`; then the next account. Raises PageBroken."""
    target = context(request, "target")
    if not target:
        return None
    payload = decoded(page)
    if not isinstance(at(payload, "feed"), list):
        raise PageBroken("bluesky", shown(page.body))
    cursor = identity(payload.get("cursor"))
    stamps = (at(entry, "reason", "indexedAt") or at(entry, "post", "indexedAt") for entry in payload["feed"])
    if cursor and not is_past(stamps, window.since):
        return _feed(window, target=int(target), cursor=cursor)
    return _feed(window, target=int(target) + 1, cursor="") if int(target) + 1 < len(window.targets) else None


def _feed(window: Window, *, target: int, cursor: str) -> Request:
    params = [("actor", window.targets[target]), ("limit", "100"), *([("cursor", cursor)] if cursor else [])]
    url = f"{window.base_url}/xrpc/app.bsky.feed.getAuthorFeed"
    return Request(url, tuple(params), (("target", str(target)),))


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per post and feed generator, quoted posts after their carrier."""
    payload = decoded(page)
    if isinstance(payload, Reject):
        yield payload
    elif isinstance(at(payload, "error"), str):
        yield Reject("platform error", shown(payload))
    else:
        yield from each(_entries(payload), _entry)


def claims(page: Page) -> bool:
    """Records and views by their at-uri, identities, lexicons."""
    if page.body.lstrip()[:1] not in (b"{", b"[") or not any(mark in page.body for mark in MARKS):
        return False
    payload = decoded(page)
    if isinstance(at(payload, "lexicon"), int) or str(at(payload, "did")).startswith("did:"):
        return True
    return any(str(at(entry, "uri") or at(entry, "post", "uri")).startswith("at://") for entry in _entries(payload)[:3])


def _entries(payload: Any) -> list[Any]:
    """Of a feed, a list, a repository, a thread (the posts above, the post, the replies), or a single one."""
    found = next((payload[name] for name in LISTS if isinstance(at(payload, name), list)), None)
    if found is not None:
        return list(found)
    if isinstance(at(payload, "thread"), dict):
        return _thread(payload["thread"])
    return [entry for entry in many(at(payload, "view") or payload) if at(entry, "uri") or at(entry, "post")]


def _thread(node: Any) -> list[Any]:
    """Every post of a thread, however deep."""
    todo, found = [node], list[Any]()
    while todo:
        one = todo.pop(0)
        found += [one]
        todo += [inner for inner in (at(one, "parent"), *many(at(one, "replies"))) if isinstance(inner, dict)]
    return found


def _entry(entry: dict[str, Any]) -> Iterator[Item | Reject]:
    """A post, however it is wrapped: an entry of a feed, a view, a view within an embed, a bare record."""
    view = entry["post"] if isinstance(at(entry, "post"), dict) else entry
    uri, record = identity(at(view, "uri")), at(view, "record") or at(view, "value")
    hidden = {at(label, "val") for label in many(at(view, "author", "labels"))}
    if at(view, "notFound") is True:
        yield checked({"native_id": uri, "type": "post", "status": "gone"})
    elif at(view, "blocked") is True or at(view, "detached") is True:
        yield Reject("post that we may not see", shown(uri))
    elif "!no-unauthenticated" in hidden:
        yield Reject("author hides from visitors", shown(uri))
    elif "app.bsky.feed.generator" in (at(record, "$type"), *str(uri).split("/")):
        yield checked(_generator(view, record if isinstance(record, dict) else view))
    elif str(at(record, "$type") or "") in SHOWN:
        yield checked(worded(_post(view, record)))
        yield from each(_quoted(view), _entry)


def _quoted(view: Any) -> list[Any]:
    """The views of what a post quotes: in `embed`, or in `embeds` where it is itself quoted."""
    embeds = [at(view, "embed"), *many(at(view, "embeds"))]
    found = [at(embed, "record") for embed in embeds]
    found = [at(one, "record") if isinstance(at(one, "record"), dict) and not at(one, "uri") else one for one in found]
    return [one for one in found if isinstance(one, dict) and any(name in one for name in ("value", "notFound"))]


def _post(view: Any, record: Any) -> Item:
    uri, author = identity(at(view, "uri")), at(view, "author")
    labels = {at(label, "val") for label in (*many(at(view, "labels")), *many(at(record, "labels", "values")))}
    lang = next((tag for tag in map(primary_tag, many(at(record, "langs"))) if tag), None)
    text, embed = _bluesky_text.text(record), at(view, "embed") or next(iter(many(at(view, "embeds"))), None)
    did = identity(at(author, "did")) or identity(str(uri).removeprefix("at://").partition("/")[0])
    body = _bluesky_text.with_card(text, at(record, "embed"))
    relations = {"reply_to": identity(at(record, "reply", "parent", "uri")), "repost_of": _bluesky_text.quoted(record)}
    return {
        "native_id": uri,
        "type": "post",
        "status": "hidden" if labels & HIDING else "live",
        "url": _url(uri, "app.bsky.feed.post", "post"),
        "body": body,
        "author": filled(
            id=did,
            name=clean(at(author, "displayName")) or clean(at(author, "handle")),
            url=f"{SITE}/{did}" if did else None,
            verified=at(author, "verification", "verifiedStatus") == "valid" or None,
        ),
        **first_of(at(record, "createdAt"), at(view, "indexedAt")),
        "lang": lang,
        "lang_source": "declared" if lang else None,
        "media": _bluesky_text.media(embed, at(record, "embed"), did),
        "engagement": _engagement(view),
        "ids": labelled_ids(body),
        "tags": _bluesky_text.tags(record) + sorted(label for label in labels - HIDING if isinstance(label, str)),
        "relations": [f"{kind}:bluesky:{target}" for kind, target in relations.items() if target],
    }


def _engagement(view: Any) -> dict[str, Any] | None:
    names = {"likes": "likeCount", "reposts": "repostCount", "comments": "replyCount", "saves": "bookmarkCount"}
    return filled(**{ours: count(at(view, theirs)) for ours, theirs in names.items()})


def _generator(view: Any, record: dict[str, Any]) -> Item:
    """A feed that somebody offers: a page."""
    uri = identity(at(view, "uri"))
    return {
        "native_id": uri,
        "type": "page",
        "url": _url(uri, "app.bsky.feed.generator", "feed"),
        "title": clean(record.get("displayName")),
        "body": clean(record.get("description")),
        **first_of(record.get("createdAt"), at(view, "indexedAt")),
        "engagement": filled(likes=count(at(view, "likeCount"))),
    }


def _url(uri: str | None, collection: str, path: str) -> str | None:
    """The page for people, under the DID: a handle can be given up."""
    parts = str(uri).removeprefix("at://").split("/")
    return f"{SITE}/{parts[0]}/{path}/{parts[2]}" if len(parts) == 3 and parts[1] == collection else None

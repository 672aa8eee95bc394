"""Activities, objects and actors of ActivityStreams 2.0 as items, as servers really write them."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from jobs.platforms import Item, Reject
from jobs.platforms._posts import first_of, worded
from jobs.platforms._reading import at, checked, filled, identity, many, shown
from models.identifiers import labelled_ids
from models.markup import clean, plain, primary_tag
from models.times import instant
from models.values import address, count, seconds

WRAPPERS = {"Create", "Update", "Announce", "Add"}
ACTORS = {"Application", "Group", "Organization", "Service"}  # a person is no page, only what it publishes
TYPES = {"Article": "document", "Document": "document", "Event": "page", "Video": "video"}
TYPES |= dict.fromkeys(("Audio", "Image", "Note", "Page", "Question"), "post") | dict.fromkeys(ACTORS, "page")
KINDS = TYPES.keys() | WRAPPERS | {"Delete", "Person", "Tombstone"}
PUBLIC = {"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"}
MEDIA = {"Image": "image", "Video": "video", "Audio": "audio"}
DEEPEST = 4  # a group announces an activity that creates an object: three


def read(thing: Any, depth: int = 0) -> Iterator[Item | Reject]:
    """The items of an activity or object; likes, follows and the like are none."""
    kind, inner = str(at(thing, "type")), at(thing, "object")
    if kind == "Tombstone":
        yield _gone(thing)
    elif kind == "Delete":
        yield _gone(inner if inner is not None else thing)
    elif kind in WRAPPERS and isinstance(inner, dict) and depth < DEEPEST:
        yield from read(_addressed(inner, thing), depth + 1)
    elif kind in WRAPPERS - {"Add"}:
        yield Reject("activity without its object", shown(thing))
    elif kind in TYPES:
        yield _object(thing, kind)


def is_open(actor: dict[str, Any]) -> bool:
    """False where an actor says that it does not want to be found or indexed."""
    return actor.get("discoverable") is not False and actor.get("indexable") is not False


def _addressed(inner: dict[str, Any], outer: dict[str, Any]) -> dict[str, Any]:
    """The object with the addressees of its activity where it names none."""
    return inner if _addressees(inner) else {**{name: outer.get(name) for name in ("to", "cc")}, **inner}


def _addressees(thing: dict[str, Any]) -> set[str]:
    return {to for name in ("to", "cc") for to in many(thing.get(name)) if isinstance(to, str)}


def _gone(thing: Any) -> Item | Reject:
    kind = TYPES.get(str(at(thing, "formerType") or at(thing, "former_type")), "post")
    return checked({"native_id": identity(at(thing, "id"), thing), "type": kind, "status": "deleted"})


def _object(thing: dict[str, Any], kind: str) -> Item | Reject:
    addressees = _addressees(thing)
    if kind in ACTORS and not is_open(thing):
        return Reject("actor does not want to be found", shown(thing.get("id")))
    # An object without any addressee was shown to whoever asked; a draft or a letter names its readers.
    if addressees and not addressees & PUBLIC or thing.get("draft") is True:
        return Reject("not addressed to the public", shown(thing.get("id")))
    return checked(worded(_item(thing, kind)))


def _item(thing: dict[str, Any], kind: str) -> Item:
    native_id, updated_at = identity(thing.get("id")), instant(thing.get("updated"))
    title, summary, lang = clean(thing.get("name")), plain(thing.get("summary")), _language(thing)
    body, url = _body(thing, summary), _own_url(thing)
    reply = identity(thing.get("inReplyTo"), at(thing.get("inReplyTo"), "id"))
    quoted = identity(thing.get("quote"), thing.get("quoteUrl"), thing.get("quoteUri"))
    relations = {"reply_to": reply, "repost_of": quoted, "part_of": _group(thing)}
    return {
        "native_id": native_id,
        "type": TYPES[kind],
        "url": url or address(native_id),
        "title": title or (clean(thing.get("preferredUsername")) if kind in ACTORS else None),
        "body": body,
        "summary": summary if summary not in (title, body) else None,
        "author": None if kind in ACTORS else _author(thing),
        **first_of(thing.get("originallyPublishedAt"), thing.get("published"), thing.get("updated")),
        "updated_at": updated_at[0] if updated_at else None,
        "lang": lang,
        "lang_source": "declared" if lang else None,
        "media": _media(thing, kind),
        "engagement": _engagement(thing),
        "ids": labelled_ids(body),
        "tags": _tags(thing),
        "geo": _place(thing.get("location")),
        "relations": [f"{name}:activitypub:{target}" for name, target in relations.items() if target],
    }


def _body(thing: dict[str, Any], summary: str | None) -> str | None:
    """The words, the options of a poll, and addresses elsewhere that a post of links is about."""
    as_told = clean if thing.get("mediaType") in ("text/markdown", "text/plain") else plain
    words = as_told(thing.get("content")) or next(map(plain, _translations(thing).values()), None)
    words = words or (summary if thing.get("type") in ACTORS else None)
    options = [clean(at(one, "name")) for name in ("oneOf", "anyOf") for one in many(thing.get(name))]
    links = [address(at(one, "href")) for one in many(thing.get("attachment")) if at(one, "type") == "Link"]
    foreign = address(thing.get("url")) if isinstance(thing.get("url"), str) and not _own_url(thing) else None
    told = [link for link in (*links, foreign) if link and link not in (words or "")]
    blocks = [words, *(option for option in options if option), *dict.fromkeys(told)]
    return "\n".join(block for block in blocks if block) or None


def _translations(thing: dict[str, Any]) -> dict[str, Any]:
    """Content by language; the first is the original."""
    told = thing.get("contentMap")
    return told if isinstance(told, dict) else {}


def _language(thing: dict[str, Any]) -> str | None:
    told = (at(thing, "language", "identifier"), thing.get("inLanguage"), next(iter(_translations(thing)), None))
    return next((tag for tag in map(primary_tag, told) if tag and tag != "und"), None)


def _own_url(thing: dict[str, Any]) -> str | None:
    """The page for people: of an address, or of links to the same thing in many formats; on the object's own host."""
    links = many(thing.get("url"))
    pages = [at(link, "href") for link in links if at(link, "mediaType") == "text/html"]
    told = [link for link in links if isinstance(link, str)]
    hosts = [urlsplit(address(thing.get("id")) or "").hostname, None]
    return next((url for url in map(address, pages + told) if url and urlsplit(url).hostname in hosts), None)


def _author(thing: dict[str, Any]) -> dict[str, Any] | None:
    """The first of `attributedTo`, else who did it: an address, or an object with one."""
    told = many(thing.get("attributedTo")) or many(thing.get("actor"))
    one = told[0] if told else None
    native_id = identity(one, at(one, "id"))
    name = clean(at(one, "name")) or clean(at(one, "preferredUsername"))
    return filled(id=native_id, name=name, url=address(native_id))


def _group(thing: dict[str, Any]) -> str | None:
    """The group that a post was made in."""
    return identity(thing.get("audience"), at(thing.get("audience"), "id"))


def _media(thing: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """Attached files; the pictures of a video or actor, largest first."""
    shown_as = sorted(many(thing.get("icon")), key=lambda icon: -(count(at(icon, "width")) or 0))
    attached = [*many(thing.get("attachment")), *many(thing.get("image")), *(shown_as if kind != "Note" else ())]
    if kind in ("Audio", "Image"):
        attached.append({"type": kind, "url": thing.get("url"), "mediaType": thing.get("mediaType")})
    duration_s = seconds(thing.get("duration"))
    found = [_medium(one, duration_s) for one in attached]
    return list({medium["url"]: medium for medium in reversed(found) if medium}.values())[::-1]


def _medium(one: Any, duration_s: float | None) -> dict[str, Any] | None:
    links = many(at(one, "url")) or many(at(one, "href"))
    url = next((url for url in (address(at(link, "href") or link) for link in links) if url), None)
    mime = clean(at(one, "mediaType"))
    kind = MEDIA.get(str(at(one, "type"))) or (mime or "").partition("/")[0]
    if not url or kind not in MEDIA.values():
        return None
    size = {name: count(at(one, name)) for name in ("width", "height")}
    return filled(kind=kind, url=url, alt=clean(at(one, "name")), mime=mime, duration_s=duration_s, **size)


def _engagement(thing: dict[str, Any]) -> dict[str, Any] | None:
    names = {"likes": "likes", "reposts": "shares", "comments": "replies", "dislikes": "dislikes"}
    counts = {ours: count(at(thing, theirs, "totalItems")) for ours, theirs in names.items()}
    return filled(**counts, views=count(thing.get("views")))


def _tags(thing: dict[str, Any]) -> list[str]:
    names = [clean(at(tag, "name")) for tag in many(thing.get("tag")) if at(tag, "type") == "Hashtag"]
    return list(dict.fromkeys(name.lstrip("#") for name in names if name and name.lstrip("#")))


def _place(location: Any) -> str | None:
    inside = at(location, "address")
    told = [at(location, "name"), *(at(inside, f"address{part}") for part in ("Locality", "Region", "Country"))]
    return ", ".join(dict.fromkeys(words for words in map(clean, told) if words)) or None

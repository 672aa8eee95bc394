"""Text, media and tags of a Bluesky post: facets over bytes, embeds as records and as views."""

from typing import Any

from jobs.platforms._reading import at, filled, identity, many
from models.markup import clean
from models.values import address, count

PICTURES = "https://cdn.bsky.app/img/feed_fullsize/plain"


def text(record: Any) -> str | None:
    """The words with links written out: Bluesky shows them shortened and keeps the address in a facet."""
    words = at(record, "text")
    if not isinstance(words, str):
        return None
    written = words.encode("utf-8", "replace")
    links = [link for link in map(_link, many(at(record, "facets"))) if link and link[1] <= len(written)]
    end = len(written)
    for start, stop, url in sorted(links, reverse=True):
        if stop <= end:  # facets must not overlap
            words_shown = written[start:stop].decode("utf-8", "replace")
            written = written[:start] + _told(words_shown, url).encode() + written[stop:]
            end = start
    return clean(written.decode("utf-8", "replace"))


def _link(facet: Any) -> tuple[int, int, str] | None:
    start, stop = at(facet, "index", "byteStart"), at(facet, "index", "byteEnd")
    urls = [address(at(feature, "uri")) for feature in many(at(facet, "features"))]
    url = next((url for url in urls if url), None)
    is_range = type(start) is int and type(stop) is int and 0 <= start < stop
    return (start, stop, url) if is_range and url else None


def _told(words: str, url: str) -> str:
    """The address in place of its shortened form; after the words where they say something else."""
    begun, bare = words.removesuffix("...").removesuffix("…"), url.partition("://")[2]
    is_address = "." in begun and any(told.startswith(begun) for told in (url, bare, bare.removeprefix("www.")))
    return url if is_address else f"{words} {url}"


def tags(record: Any) -> list[str]:
    """Names of hash tags: those of facets, and those that stand outside of the text."""
    features = [feature for facet in many(at(record, "facets")) for feature in many(at(facet, "features"))]
    told = [clean(at(feature, "tag")) for feature in features] + [clean(tag) for tag in many(at(record, "tags"))]
    return list(dict.fromkeys(tag for tag in told if tag))


def with_card(words: str | None, embed: Any) -> str | None:
    """The words, then the page that the post links to, unless they name it."""
    card = at(embed, "external") or at(embed, "media", "external")
    url = address(at(card, "uri"))
    if not url:
        return words
    told = [clean(at(card, "title")), clean(at(card, "description")), None if url in (words or "") else url]
    return "\n\n".join(part for part in (words, "\n".join(line for line in told if line)) if part) or None


def quoted(record: Any) -> str | None:
    """At-uri of the post that a post quotes."""
    embed = at(record, "embed")
    return identity(at(embed, "record", "uri"), at(embed, "record", "record", "uri"))


def media(view: Any, embed: Any, did: str | None) -> list[dict[str, Any]]:
    """Pictures and videos: of the view with its addresses, else of the record by the ids of its blobs."""
    for told in (view, embed):
        inside = at(told, "media") or told
        shown = [_image(image, did) for image in many(at(inside, "images"))] + [_video(inside)]
        if found := [medium for medium in shown if medium]:
            return found
    thumb = address(at(view, "external", "thumb") or at(view, "media", "external", "thumb"))
    return [{"kind": "image", "url": thumb}] if thumb else []


def _image(image: Any, did: str | None) -> dict[str, Any] | None:
    blob = identity(at(image, "image", "ref", "$link"))
    url = address(at(image, "fullsize")) or (f"{PICTURES}/{did}/{blob}@jpeg" if blob and did else None)
    size = {name: count(at(image, "aspectRatio", name)) for name in ("width", "height")}
    told = {"thumb": address(at(image, "thumb")), "alt": clean(at(image, "alt"))}
    return filled(kind="image", url=url, **told, **size) if url else None


def _video(embed: Any) -> dict[str, Any] | None:
    """The playlist of a video; of a bare record its blob has no address of its own."""
    url, thumb = address(at(embed, "playlist")), address(at(embed, "thumbnail"))
    return filled(kind="video", url=url, thumb=thumb, alt=clean(at(embed, "alt"))) if url else None

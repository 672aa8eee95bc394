"""A feed of the world's articles: RSS 2.0, newest first, paged (RFC 5005), deletions as tombstones (RFC 6721).

On day 0 the feed holds everything, later what is new or changed within the last week, as feeds do.
"""

from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from local.platforms import changes
from local.platforms.answers import Answer, Appearance, Ask, World, moment

SIZE = 50
KEPT_DAYS = 7
TYPE = "application/rss+xml; charset=utf-8"
NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "at": "http://purl.org/atompub/tombstones/1.0",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "g": "http://base.google.com/ns/1.0",
    "media": "http://search.yahoo.com/mrss/",
}


def answer(ask: Ask) -> Answer:
    """A page of the feed."""
    if ask.path != "feed.xml":
        return failure(404, "there is one feed: feed.xml")
    page = max(1, ask.number("page", 1, 10**9))
    entries, is_last = _page(ask.world, ask.day, page)
    following = "" if is_last else _next(ask, page + 1)
    spaces = " ".join(f"xmlns:{name}={quoteattr(address)}" for name, address in NAMESPACES.items())
    body = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" {spaces}><channel><title>Journal</title><link>https://journal.example/</link>
<description>Articles of a made-up world</description>{following}
{"".join(_entry(entry, ask) for entry in entries)}</channel></rss>
"""
    return Answer(200, body.encode(), TYPE)


def failure(status: int, message: str, path: str = "") -> Answer:
    """Feeds have no error shape of their own: plain text."""
    return Answer(status, f"{message}\n".encode(), "text/plain; charset=utf-8")


def _next(ask: Ask, page: int) -> str:
    return f'<atom:link rel="next" href="{ask.base}/rss/feed.xml?page={page}"/>'


def _page(world: World, day: int, page: int) -> tuple[list[Appearance], bool]:
    start = (page - 1) * SIZE
    if day == 0:
        return world.page("rss", day=0, start=start, size=SIZE), start + SIZE >= world.size("rss", 0)
    changed = changes.changed(world, "rss", day, max(0, day - KEPT_DAYS))
    found = (world.get("rss", native_id, day=day) for native_id in changed[start : start + SIZE])
    return [entry for entry in found if entry], start + SIZE >= len(changed)


def _entry(entry: Appearance, ask: Ask) -> str:
    native_id = entry["native_id"]
    if entry["status"] == "deleted":
        return f"<at:deleted-entry ref={quoteattr(native_id)} when={quoteattr(entry['created_at'])}/>\n"
    told = {
        "title": entry["title"],
        "link": f"https://journal.example/articles/{native_id}",
        "content:encoded": _html(ask.body(entry)),
        "dc:creator": entry["author"]["name"],
        "dc:type": entry["type"],
        "dc:language": entry["lang"],
        "pubDate": format_datetime(moment(entry), usegmt=True),
        "g:brand": entry["brand"],
        "g:gtin": entry["ids"].get("gtin"),
        "g:mpn": entry["ids"].get("model"),
        "g:price": f"{entry['price']} CNY" if entry["price"] else None,
    }
    lines = [f'<guid isPermaLink="false">{escape(native_id)}</guid>']
    lines += [f"<{name}>{escape(text)}</{name}>" for name, text in told.items() if text]
    lines += [f"<category>{escape(tag)}</category>" for tag in entry["tags"]]
    lines += [
        f'<media:content url="{ask.picture_url(name)}" medium="image" type="image/png"/>' for name in entry["pictures"]
    ]
    return f"<item>{''.join(lines)}</item>\n"


def _html(body: str) -> str:
    """Paragraphs and line breaks as a journal's editor would save them."""
    paragraphs = [escape(paragraph).replace("\n", "<br/>") for paragraph in body.split("\n\n")]
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)

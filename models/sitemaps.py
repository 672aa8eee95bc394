"""Sitemaps: lists of pages, lists of such lists, and the robots.txt that names them, packed or not.

Source  https://www.sitemaps.org/protocol.html: at most 50,000 addresses a file; a plain list has one address a line
"""

import re
import zlib
from collections.abc import Iterable
from typing import NamedTuple

from lxml import etree

from models.packed import Opened, TooLarge
from models.times import Instant, instant
from models.values import address

MOST_ENTRIES = 50_000
ROBOTS = re.compile(r"^\s*sitemap\s*:\s*(\S+)\s*$", re.IGNORECASE | re.MULTILINE)
SAFE = {"resolve_entities": False, "load_dtd": False, "no_network": True, "huge_tree": False, "recover": True}


class Entry(NamedTuple):
    """`changed_at` as the site tells it, where it does."""

    url: str
    changed_at: Instant | None


class Sitemap(NamedTuple):
    """`is_index`: the entries are sitemaps, not pages."""

    is_index: bool
    entries: list[Entry]


def sitemap(body: bytes) -> Sitemap | None:
    """What a file lists, in its order, each address once; None for what is no sitemap, or unpacks beyond reason.

    Damaged files give what can be read of them.
    """
    content = _unpacked(body).removeprefix(b"\xef\xbb\xbf").lstrip()
    if content.startswith(b"<"):
        return _xml(content)
    text = content.decode("utf-8", "replace")
    if named := ROBOTS.findall(text):
        return Sitemap(True, _entries((url, None) for url in named))
    lines = text.split()
    is_list = bool(lines) and all(address(line) for line in lines[:3])
    return Sitemap(False, _entries((line, None) for line in lines)) if is_list else None


def _unpacked(body: bytes) -> bytes:
    """All of it, or as much as could be unpacked before the damage."""
    opened, parts = Opened(body), list[bytes]()
    try:
        while part := opened.read(1 << 16):
            parts.append(part)
    except TooLarge:
        return b""
    except (OSError, EOFError, zlib.error):
        pass
    return b"".join(parts)


def _xml(content: bytes) -> Sitemap | None:
    try:
        root = etree.fromstring(content, etree.XMLParser(**SAFE))
    except (etree.XMLSyntaxError, ValueError):
        return None
    name = _name(root) if root is not None else ""
    if root is None or name not in ("urlset", "sitemapindex"):
        return None
    told = ({_name(part): part.text or "" for part in entry} for entry in root if _name(entry) in ("url", "sitemap"))
    return Sitemap(name == "sitemapindex", _entries((parts.get("loc", ""), parts.get("lastmod")) for parts in told))


def _name(element: object) -> str:
    """Without its namespace, which many write wrongly; "" of comments and entities."""
    tag = getattr(element, "tag", None)
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _entries(told: Iterable[tuple[str, str | None]]) -> list[Entry]:
    found: dict[str, Entry] = {}
    for url, changed in told:
        read = address(url)
        if read and len(found) < MOST_ENTRIES:
            found.setdefault(read, Entry(read, instant(changed)))
    return list(found.values())

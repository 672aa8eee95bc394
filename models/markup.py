"""Plain text out of what platforms send as text: HTML, entities, zero-width characters, highlight marks."""

import html
import re
from typing import Any

from selectolax.lexbor import LexborHTMLParser

INVISIBLE = re.compile("[\u200b\u200c\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u00ad\ufffc]")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
SPACES = re.compile(r"[^\S\n]+")
BLANKS = re.compile(r"\n{3,}")
TAGGED = re.compile(r"<[a-zA-Z/!?]")
SURROGATE = re.compile("[\ud800-\udfff]")  # half a character: cannot be written as UTF-8
BLOCKS = "p,div,li,tr,h1,h2,h3,h4,h5,h6,blockquote,pre,ul,ol,table,section,article,dt,dd"
HASH_TAG = re.compile(r"#([^#\s][^#\n]{0,60}?)#")


def clean(text: Any) -> str | None:
    """Text without invisible and control characters, white space collapsed, line breaks kept; None when empty."""
    if not isinstance(text, str):
        return None
    if text.isprintable() and "  " not in text:  # no line break, nothing invisible: most titles, and C tells
        return text.strip() or None
    text = SURROGATE.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")
    if not text.replace("\n", "").isprintable():
        text = CONTROL.sub(" ", INVISIBLE.sub("", text))
    lines = [line.strip() for line in SPACES.sub(" ", text).split("\n")]
    joined = "\n".join(lines)
    joined = BLANKS.sub("\n\n", joined) if "\n\n\n" in joined else joined
    return joined.strip().rstrip("\u200d") or None


def plain(markup: Any) -> str | None:
    """Text of an HTML fragment; the address of a link follows its words, a picture speaks by its `alt`."""
    if not isinstance(markup, str):
        return None
    if not TAGGED.search(markup):
        return clean(html.unescape(markup))
    tree = LexborHTMLParser(SURROGATE.sub("\ufffd", markup))
    tree.strip_tags(["script", "style", "head", "template"])
    for picture in tree.css("img"):
        picture.replace_with(picture.attributes.get("alt") or "")
    for link in tree.css("a[href]"):
        link.insert_after(_told(link.attributes.get("href") or "", link.text()))
    for line_break in tree.css("br"):
        line_break.replace_with("\n")
    for block in tree.css(BLOCKS):
        block.insert_before("\n")
        block.insert_after("\n")
    return clean(tree.body.text() if tree.body else "")


def _told(href: str, words: str) -> str:
    """What follows the words of a link: nothing where they are a tag, a name or the address itself."""
    words = words.strip()
    is_new = href.startswith(("http://", "https://")) and href not in words
    return f" {href} " if is_new and not words.startswith(("#", "@", "http")) else ""


def hash_tags(text: str | None) -> list[str]:
    """Names between two # signs, each once, in order."""
    return list(dict.fromkeys(tag.strip() for tag in HASH_TAG.findall(text or "") if tag.strip()))


def primary_tag(language: Any) -> str | None:
    """BCP 47 primary subtag in lower case: "zh-Hans" is zh; Chinese varieties count as zh."""
    match = re.match(r"[a-zA-Z]{2,3}(?=$|[-_])", language) if isinstance(language, str) else None
    tag = match.group().lower() if match else None
    return "zh" if tag in ("wuu", "yue", "cmn", "zho", "chi") else tag

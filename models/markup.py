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
HEAVY = 20_000  # characters of markup from which its depth is looked at
LONGEST = 1_000_000  # characters of a page that are read
DEEPEST = 2000  # elements within elements; parsers need quadratic time for more
MOST_ELEMENTS = 50_000  # about two seconds of extraction
TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)")
GIANT = re.compile(r"<[a-zA-Z/!][^<>]{20000,}>?")
# End by themselves, or have no end: pages leave thousands of them open.
OPEN = set("p li td tr th tbody thead tfoot dt dd option optgroup colgroup br img input meta link hr wbr".split())
OPEN |= set("source area base col embed param track html head body".split())
HASH_TAG = re.compile(r"#([^#\s][^#\n]{0,60}?)#")


def clean(text: Any) -> str | None:
    """Text without invisible and control characters, white space collapsed, line breaks kept; None when empty."""
    if not isinstance(text, str):
        return None
    if text.isprintable() and "  " not in text:  # no line break, nothing invisible: most titles, and C tells
        return text.strip() or None
    text = text.replace("\u200b", "")  # which posts of Weibo end with
    lines = text.split("\n")
    if not all(map(str.isprintable, lines)):
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        lines = SPACES.sub(" ", CONTROL.sub(" ", INVISIBLE.sub("", SURROGATE.sub("\ufffd", text)))).split("\n")
    elif "  " in text:
        lines = SPACES.sub(" ", text).split("\n")
    joined = "\n".join(map(str.strip, lines))
    joined = BLANKS.sub("\n\n", joined) if "\n\n\n" in joined else joined
    return joined.strip().rstrip("\u200d") or None


def plain(markup: Any) -> str | None:
    """Text of an HTML fragment; the address of a link follows its words, a picture speaks by its `alt`."""
    if not isinstance(markup, str):
        return None
    if "<" not in markup or not TAGGED.search(markup):
        return clean(html.unescape(markup) if "&" in markup else markup)
    markup = bounded(markup) if len(markup) > HEAVY else markup
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


def bounded(html: str) -> str:
    """The page up to where it is longer, fuller or deeper than pages are, without tags of absurd length."""
    html = GIANT.sub(" ", html[:LONGEST].replace("\0", ""))
    depth = 0
    for number, match in enumerate(TAG.finditer(html)):
        if number > 2 * MOST_ELEMENTS:
            return html[: match.start()]
        if match.group(2).lower() in OPEN:
            continue
        depth = max(0, depth - 1) if match.group(1) else depth + 1
        if depth > DEEPEST:
            return html[: match.start()]
    return html


def _told(href: str, words: str) -> str:
    """What follows the words of a link: nothing where they are a tag, a name or the address itself."""
    words = words.strip()
    is_new = href.startswith(("http://", "https://")) and href not in words
    return f" {href} " if is_new and not words.startswith(("#", "@", "http")) else ""


def hash_tags(text: str | None) -> list[str]:
    """Names between two # signs, each once, in order."""
    if not text or "#" not in text:
        return []
    return list(dict.fromkeys(tag.strip() for tag in HASH_TAG.findall(text) if tag.strip()))


def primary_tag(language: Any) -> str | None:
    """BCP 47 primary subtag in lower case: "zh-Hans" is zh; Chinese varieties count as zh."""
    match = re.match(r"[a-zA-Z]{2,3}(?=$|[-_])", language) if isinstance(language, str) else None
    tag = match.group().lower() if match else None
    return "zh" if tag in ("wuu", "yue", "cmn", "zho", "chi") else tag

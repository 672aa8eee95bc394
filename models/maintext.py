"""The text of a page that its reader came for, without what stands around it on every page of the site."""

from typing import NamedTuple

import trafilatura
from selectolax.lexbor import LexborHTMLParser, LexborNode

from models.markup import clean, plain

# Containers that mean the same on every site: WeChat's articles, MediaWiki's pages, schema.org's article text.
CONTAINERS = ("#js_content", "#mw-content-text", "[itemprop=articleBody]")
UNSEEN = "script style noscript template head svg iframe".split()
AROUND = UNSEEN + "nav header footer aside form".split()
LONG_TOLD = 200  # characters from which what a page tells machines is taken for its text
SHORT, WHOLE = 200, 1000  # characters: less than SHORT kept of more than WHOLE seen is a miss
MOST_TABLES = 200_000  # characters of a page up to which its tables are read: the extraction is slow at them


class MainText(NamedTuple):
    """`rule`: container, told, extracted, visible or none. `kept`: share of the visible characters that were kept."""

    text: str | None
    rule: str
    kept: float


def main_text(html: str, *, told: str | None = None) -> MainText:
    """Text by the first rule that gives one: a known container, what the page tells, extraction, all that is seen.

    `told` is the text that the page's structured data holds; a short one is taken only where nothing else is left.
    """
    tree = LexborHTMLParser(html)
    tree.strip_tags(UNSEEN)
    seen = _size(tree.body.text() if tree.body else "")
    text, rule = _chosen(html, tree, told or "", seen)
    return MainText(text, rule, min(1.0, _size(text or "") / seen) if seen else 0.0)


def _chosen(html: str, tree: LexborHTMLParser, told: str, seen: int) -> tuple[str | None, str]:
    for selector in CONTAINERS:
        node = tree.css_first(selector)
        if node is not None and (text := _plain(node)):
            return text, "container"
    if len(told) > LONG_TOLD:
        return told, "told"
    text = _extracted(html)
    if text and not (len(text) < SHORT and seen > WHOLE):
        return (told, "told") if told and len(told) > len(text) else (text, "extracted")
    tree.strip_tags(AROUND)
    text = _plain(node) if (node := tree.css_first("main, article") or tree.body) is not None else None
    return (text, "visible") if text and len(text) > len(told) else (told or None, "told" if told else "none")


def _extracted(html: str) -> str | None:
    try:
        return clean(trafilatura.extract(html, include_comments=False, include_tables=len(html) < MOST_TABLES))
    except Exception:  # its heuristics meet trees that nobody foresaw; what is seen is taken instead
        return None


def _plain(node: LexborNode) -> str | None:
    """The words alone: links of a page lead around its site and say nothing."""
    for link in node.css("a[href]"):
        del link.attrs["href"]
    return plain(node.html)


def _size(text: str) -> int:
    return len("".join(text.split()))

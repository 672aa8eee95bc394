"""What raw exports, OAI-PMH answers, Crossref messages and feeds hold, counted without any code of Trawl."""

import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import charset_normalizer

from tests.samples import Expected

OAI = "{http://www.openarchives.org/OAI/2.0/}"
FEED_ITEM = re.compile(r"<(?:\w+:)?(item|entry)\b[^>]*?(?<!/)>(.*?)(?=</(?:\w+:)?\1>|<(?:\w+:)?\1\b|\Z)", re.S | re.I)
CDATA = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|\Z)", re.S)
IDS, LINKS = r"(?:guid|id)", r"link"
TEXTS = r"(?:title|description|summary|content|content:encoded|abstract|subtitle|tagline|body|xhtml:body|fullitem)"
TIMES = r"(?:pubdate|dc:date|dcterms:\w+|published|updated|created|issued|modified)"


def _text(path: Path) -> str:
    body = path.read_bytes()
    declared = re.search(rb"encoding\s*=\s*[\"']([\w.-]+)", body[:200].replace(b"\0", b""))
    guess = None if declared else charset_normalizer.from_bytes(body).best()
    names = [declared.group(1).decode() if declared else "utf-8-sig", guess.encoding if guess else "gb18030", "latin-1"]
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        names = ["utf-32" if body[2:4] == b"\0\0" else "utf-16", *names]
    for name in names:
        try:
            return body.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return ""


def cnki(path: Path) -> list[Expected]:
    """An entry begins with %0, RT, {Reference Type} or [1]; its key is its title."""
    starts = {
        r"^%0 ": (r"^%T +(.+)$", r"^%D +\d{4}"),
        r"^RT ": (r"^T1 *(.+)$", r"^YR *\d{4}"),
        r"^\{Reference Type\}": (r"^\{Title\}: *(.+)$", r"^\{Year\}: *\d{4}"),
    }
    text = _text(path).replace("\r\n", "\n")
    for start, (title, year) in starts.items():
        pieces = re.split(start, text, flags=re.M)[1:]
        found = [(re.search(title, piece, re.M), re.search(year, piece, re.M)) for piece in pieces]
        if found:
            return [Expected(" ".join(match.group(1).split()), True, bool(when)) for match, when in found if match]
    lines = re.findall(r"^\s*\[\d+\](.+?)\[[A-Z/]+\](.*)$", text, re.M)
    heads = [(re.split(r"(?<!\d)[.．]", head, maxsplit=1)[-1].strip(), rest) for head, rest in lines]
    return [Expected(title, True, bool(re.search(r"(?:19|20)\d\d", rest))) for title, rest in heads]


def oai_pmh(path: Path) -> list[Expected]:
    """Records by the identifier in their header; a deleted one has neither text nor time."""
    try:
        root = ElementTree.fromstring(path.read_bytes())
    except ElementTree.ParseError:
        return []
    found = []
    for record in root.iter(f"{OAI}record"):
        header = record.find(f"{OAI}header")
        key = header.findtext(f"{OAI}identifier", "").strip() if header is not None else ""
        names = {(e.tag.rsplit("}", 1)[-1], e.get("tag")): e for e in record.iter() if "".join(e.itertext()).strip()}
        has_text = ("title", None) in names or ("datafield", "245") in names
        has_time = any(name in names for name in (("date", None), ("created", None), ("datafield", "260")))
        if key:
            found.append(Expected(key, has_text, has_time))
    return found


def crossref(path: Path) -> list[Expected]:
    """Works by their DOI, in a list or alone."""
    try:
        payload = json.loads(path.read_bytes())
    except ValueError:
        return []
    message = payload.get("message", payload) if isinstance(payload, dict) else {}
    works = message.get("items", [message]) if isinstance(message, dict) else []
    return [_work(work) for work in works if isinstance(work, dict) and work.get("DOI")]


def _work(work: dict[str, Any]) -> Expected:
    parts = [(work.get(name) or {}).get("date-parts") for name in ("issued", "published", "created")]
    has_time = any(isinstance(part, list) and part and part[0] and part[0][0] for part in parts)
    has_time = has_time or bool((work.get("created") or {}).get("date-time"))
    return Expected(work["DOI"].lower(), bool(work.get("title") or work.get("abstract")), has_time)


def rss_atom(path: Path) -> list[Expected]:
    """Items and entries of feeds by guid, link or title."""
    text = _text(path)
    if not re.search(r"<(?:\w+:)?(?:rss|feed|rdf|channel)\b", text, re.I):
        return []
    text = CDATA.sub(lambda match: html.escape(match.group(1)), re.sub(r"<!--.*?-->", "", text, flags=re.S))
    found = [_item(match.group(2), match.group(0)) for match in FEED_ITEM.finditer(text)]
    return [one for one in found if one.key]


def _item(inner: str, whole: str) -> Expected:
    inner = re.sub(r"<(\w+:)?source\b.*?</(\w+:)?source>", "", inner, flags=re.S | re.I)
    head = whole[: whole.find(">")]
    href = re.search(r"<(?:\w+:)?link\b[^>]*?\bhref\s*=\s*[\"']([^\"']+)", inner, re.I)
    own = re.search(r"\b(?:rdf:about|href)\s*=\s*[\"']([^\"']+)", head, re.I)
    keys = [_inside(inner, IDS), own.group(1) if own else "", _inside(inner, LINKS), href.group(1) if href else ""]
    bare = re.sub(r"<((?:\w+:)?content)\b.*?</\1>", "", inner, flags=re.S | re.I)  # pictures in it have titles too
    title, words = _inside(bare, r"(?:dc:)?title"), _inside(inner, rf"(?:dc:|atom:)?{TEXTS}")
    when = _inside(inner, TIMES)
    has_time = bool(re.search(r"\d{4}", when))
    return Expected(html.unescape(next(filter(None, [*keys, title]), "")), bool(words), has_time)


def _inside(inner: str, name: str) -> str:
    """Words of the first element of that name that has any."""
    for match in re.finditer(rf"<({name})\b[^>]*?(?<!/)>(.*?)</\1>", inner, re.S | re.I):
        words = re.sub(r"<[^>]+>", "", html.unescape(match.group(2))).strip()
        if words:
            return " ".join(words.split())
    return ""


COUNTERS: dict[str, Callable[[Path], list[Expected]]] = {
    "cnki": cnki,
    "crossref": crossref,
    "oai_pmh": oai_pmh,
    "rss_atom": rss_atom,
}

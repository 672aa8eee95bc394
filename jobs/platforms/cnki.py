"""CNKI: references that a person exported; there is no open API, and bulk access is barred.

Source  files of the export dialogue: RefWorks, EndNote, NoteExpress, GB/T 7714 lines; UTF-8 or GB 18030
Units   dates are years

Its RefWorks has ways of its own: authors share one A1, joined by semicolons, at times without a space before them; a
thesis names its supervisors as A3 and its university as PB; OP holds all pages. A link tells database and file name.
"""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from jobs.platforms import Item, Page, Policy, Reject, _citations, _references
from jobs.platforms._citations import Reference
from jobs.platforms._reading import checked
from models.papers import HAN

POLICY = Policy(tier="D", license="CNKI, for personal study")
OWN = re.compile(
    rb"^RT [A-Z][^\n]*\n(?:[A-Z][A-Z0-9]|\s)|^\{Reference Type\}|^\s*\[\d{1,5}\][^\n]{1,4000}\[[A-Z]{1,2}(?:/OL)?\]",
    re.M,
)
SHARED = re.compile(rb"^%0 [A-Z]|^TY  - ", re.M)
MARK = re.compile(rb"CNKI|cnki\.net")


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per reference."""
    for reference in _citations.read(page.body):
        yield reference if isinstance(reference, Reject) else checked(_document(reference))


def claims(page: Page) -> bool:
    """A format that only CNKI exports, or one that all do with CNKI's name in it."""
    head = _citations.opening(page.body)
    return OWN.search(head) is not None or SHARED.search(head) is not None and MARK.search(page.body) is not None


def _document(reference: Reference) -> Item:
    """The catalogue is Chinese: a title in Han characters is Chinese where no language is told."""
    is_chinese = any(HAN.search(title) for title in reference.get("title", []))
    return _references.document(reference, native_id=_own_id(reference), lang="zh" if is_chinese else None)


def _own_id(reference: Reference) -> str | None:
    """Database and file of ...detail.aspx?FileName=F&DbName=D, or the id of link.cnki.net/urlid/."""
    for url in reference.get("url", []):
        try:
            parts = urlsplit(url.strip())
        except ValueError:
            continue
        told = {name.lower(): value for name, value in parse_qsl(parts.query)}
        if parts.path.startswith("/urlid/"):
            return parts.path.removeprefix("/")[:200]
        if "cnki" in parts.netloc and told.get("filename"):
            return ":".join(filter(None, (told.get("dbname"), told["filename"])))[:200]
    return None

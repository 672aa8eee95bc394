"""References as catalogues export them: BibTeX, RIS, EndNote, RefWorks, NoteExpress, GB/T 7714 lines, CSV.

A reference is read into lists of texts by the names of `FIELDS` (_citation_fields.py). The libraries for BibTeX and RIS get one reference at
a time: what one of them breaks costs itself alone, and the macros of BibTeX, which can grow without bound, are not
followed.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator
from functools import lru_cache

import rispy
from bibtexparser.bibdatabase import BibDatabase
from bibtexparser.bparser import BibTexParser
from bibtexparser.latexenc import latex_to_unicode

from jobs.platforms import Reject
from jobs.platforms._citation_fields import BIBTEX, CSV, ENDNOTE, FIELDS, NOTEEXPRESS, REFWORKS, RIS
from jobs.platforms._reading import BROKEN, shown

Reference = dict[str, list[str]]

MARKS = {
    "bibtex": re.compile(r"^\s*@[A-Za-z]{3,30}\s*[{(]", re.MULTILINE),
    "ris": re.compile(r"^TY  - ", re.MULTILINE),
    "endnote": re.compile(r"^%0 ", re.MULTILINE),
    "refworks": re.compile(r"^RT [A-Z]", re.MULTILINE),
    "noteexpress": re.compile(r"^\{Reference Type\}", re.MULTILINE),
    "gbt": re.compile(r"^\s*\[\d{1,5}\][^\n]{1,2000}\[[A-Z]{1,2}(?:/OL)?\]", re.MULTILINE),
    "csv": re.compile(r"\A\s*\"?Authors\"?,\"?Title\"?,", re.IGNORECASE),
}
TAGGED = {
    "endnote": (re.compile(r"%([0-9A-Z@~+*!^(])(?:\s+|$)(.*)"), ENDNOTE),
    # An export of CNKI leaves out the space before a Chinese name.
    "refworks": (re.compile(rf"({'|'.join(REFWORKS)})(?:\s+|$|(?=[^\x00-\x7f]))(.*)"), REFWORKS),
    "noteexpress": (re.compile(r"\{([A-Za-z/ ]{2,40})\}\s*[:：]?\s*(.*)"), NOTEEXPRESS),
}
GBT = re.compile(
    r"\s*\[\d{1,5}\]\s*(?P<head>.{1,2000}?)\s*\[(?P<type>[A-Z]{1,2}(?:/OL)?)\]\s*[.．。]?\s*(?://)?(?P<rest>.*)"
)
GBT_REST = re.compile(
    r"(?P<journal>[^,，]*?)\s*[.．]?\s*[,，]\s*(?P<year>(?:1[89]|20)\d\d)(?:-\d\d-\d\d)?\s*[,，]?"
    r"\s*(?P<volume>\d{1,5})?\s*(?:[(（](?P<issue>[^)）]{1,20})[)）])?\s*(?:[:：]\s*(?P<pages>[\d+,\s-]{1,30}))?"
)
FULL_STOP = re.compile(r"(?<!\d)[.．。]\s*|[.．。]\s+|[.．。](?!\d)\s*")
LONGEST_BIBTEX = 100_000  # characters of one entry: the grammar goes over them many times
MOST_LATEX = 20_000  # characters: the decoder is slow on more


def read(body: bytes) -> Iterator[Reference | Reject]:
    """One reference per entry, whichever of the formats it is; a Reject for what cannot be read."""
    text = decoded(body)
    form = form_of(text)
    if form is None:
        yield Reject("unknown export format", shown(body[:200]))
        return
    yield from _csv(text) if form == "csv" else _gbt(text) if form == "gbt" else _pieces(text, form)


def decoded(body: bytes) -> str:
    """Text by its byte order mark, else UTF-8, else the Chinese national standard."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body.decode("utf-16", "replace").replace("\r\n", "\n")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    return body.decode("utf-8", "replace").replace("\r\n", "\n")


def opening(body: bytes) -> bytes:
    """The first bytes without order mark; of UTF-16 its ASCII, as every mark of a format is."""
    return re.sub(rb"\A(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)|\0", b"", body[:20_000])


def form_of(text: str) -> str | None:
    """The format whose mark comes first; None where there is none."""
    found = ((match.start(), form) for form, mark in MARKS.items() if (match := mark.search(text[:20_000])))
    return min(found, default=(0, None))[1]


def _pieces(text: str, form: str) -> Iterator[Reference | Reject]:
    starts = [match.start() for match in MARKS[form].finditer(text)]
    readers: dict[str, Callable[[str], Reference | None]] = {"bibtex": _bibtex, "ris": _ris}
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        try:
            reference = readers[form](text[start:end]) if form in readers else _tagged(text[start:end], form)
        except BROKEN as error:
            yield Reject("malformed reference", f"{type(error).__name__} {error}: {shown(text[start:end])}")
            continue
        if reference is not None:
            yield reference


@lru_cache(maxsize=1)
def _parser() -> BibTexParser:
    """Building the grammar takes longer than reading an entry."""
    parser = BibTexParser(ignore_nonstandard_types=False, interpolate_strings=False)
    parser.expect_multiple_parse = True
    return parser


def _bibtex(text: str) -> Reference | None:
    """The one entry; None of @comment, @preamble and @string. Raises ValueError where an entry is not closed."""
    if re.match(r"\s*@(?:comment|preamble|string)", text, re.IGNORECASE):
        return None
    if text.count("{") != text.count("}") or len(text) > LONGEST_BIBTEX:
        raise ValueError("no entry that is closed" if len(text) <= LONGEST_BIBTEX else "too long")
    parser = _parser()
    parser.bib_database = BibDatabase()
    entries = parser.parse(text, partial=True).entries
    if not entries:
        raise ValueError("no entry that is closed")
    told = {
        BIBTEX[name]: _latex(value) for name, value in entries[0].items() if name in BIBTEX and isinstance(value, str)
    }
    return {name: re.split(r"\s+and\s+", value) if name == "author" else [value] for name, value in told.items()}


def _latex(text: str) -> str:
    decoded = (
        latex_to_unicode(text) if "\\" in text and len(text) < MOST_LATEX else text.replace("{", "").replace("}", "")
    )
    return str(decoded).replace("--", "-").replace("\n", " ")


def _ris(text: str) -> Reference:
    [entry] = rispy.loads(
        f"{text}\nER  - \n", mapping=RIS, list_tags=["AU", "A1", "KW", "AB", "N2", "SN"], delimiter_tags_mapping={}
    )[:1]
    return {name: value if isinstance(value, list) else [value] for name, value in entry.items() if name in FIELDS}


def _tagged(text: str, form: str) -> Reference:
    """Lines of tag and value; a line without a known tag goes on with the one before."""
    pattern, names = TAGGED[form]
    found: dict[str, list[list[str]]] = {}
    lines = [""]
    for line in text.split("\n"):
        match = pattern.match(line)
        if match:
            lines = [match.group(2).strip()]
            found.setdefault(names.get(match.group(1), "unread"), []).append(lines)
        elif line.strip():
            lines.append(line.strip())
    return {name: [_joined(lines) for lines in values] for name, values in found.items()}


def _joined(lines: list[str]) -> str:
    """Wrapped lines as one: a space between them, where the script has spaces."""
    spaces = [" " if line[-1:].isascii() and line else "" for line in lines]
    return "".join(line + space for line, space in zip(lines, spaces, strict=True)).strip()


def _gbt(text: str) -> Iterator[Reference | Reject]:
    """One reference a line: "[1]authors.title[J].journal,2020,12(3):1-10."""
    for line in text.split("\n"):
        match = GBT.match(line[:5000])
        if match:
            yield _gbt_line(match["head"], match["rest"])
        elif line.strip():
            yield Reject("no GB/T 7714 line", shown(line))


def _gbt_line(head: str, rest: str) -> Reference:
    parts = FULL_STOP.split(head, maxsplit=1)
    authors, title = parts if len(parts) == 2 and parts[1] else ("", head)
    place = GBT_REST.match(rest)
    year = re.search(r"(?:1[89]|20)\d\d(?:-\d\d-\d\d)?", rest)
    told = place.groupdict() if place else {"publisher": rest.split(",")[0]}
    found = {name: [value.strip()] for name, value in told.items() if value and value.strip()}
    doi = re.search(r"10\.\d{4,9}/[^\s,，]+", rest)
    return {
        **found,
        "title": [title],
        "author": re.split(r"\s*[,，;；]\s*", authors),
        **({"year": [year.group()]} if year else {}),
        **({"doi": [doi.group().rstrip(".")]} if doi else {}),
    }


def _csv(text: str) -> Iterator[Reference | Reject]:
    """One reference a row, by the names in the first."""
    try:
        for row in csv.DictReader(io.StringIO(text)):
            told = {CSV.get(str(name).strip().lower()): value for name, value in row.items()}
            found = {name: [value] for name, value in told.items() if name and isinstance(value, str) and value.strip()}
            yield found if found else Reject("empty row", shown(row))
    except csv.Error as error:
        yield Reject("broken csv", str(error))

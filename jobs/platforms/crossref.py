"""Crossref: works registered with a DOI, whatever was indexed since the last crawl.

Source  GET /works, `cursor` from "*" on, 1000 `rows` a page, `filter` from-index-date; one walk per target filter, such
        as issn:2049-3630 or prefix:10.5555 (https://api.crossref.org/swagger-ui, terms as of 2026-01)
Units   dates are `date-parts` of year, month and day, each further part optional

Titles are HTML, abstracts JATS. There is always a next cursor: an empty page is the last one. `mailto` is a courtesy
that puts the crawl into the faster pool. Works are never deleted; a retraction is a work of its own.
"""

import re
from collections.abc import Iterator
from typing import Any

from jobs.platforms import Item, Page, PageBroken, Policy, Reject, Request, Window, context
from jobs.platforms._reading import at, checked, cursored, decoded, each, filled, identity, many, shown
from models.identifiers import arxiv, isbn, issn, labelled_ids
from models.markup import clean, plain
from models.papers import byline, date_parts, language, person
from models.times import Instant, instant
from models.values import address

POLICY = Policy(
    tier="A",
    license="Crossref metadata, no copyright claimed",
    default_url="https://api.crossref.org",
    credentials=("TRAWL_CROSSREF_MAILTO",),
    requests_per_s=3,
    redact=("mailto",),
)
ROWS = 1000
DATES = ("issued", "published", "published-online", "published-print", "posted")
JATS = re.compile(r"<(/?)jats:([\w-]+)")
TAGS = {"title": "h4", "italic": "i", "bold": "b", "sec": "section", "list": "ul", "list-item": "li", "break": "br"}
HEADING = re.compile(r"\A\s*(?:Abstract|ABSTRACT|Summary)\s*\n")
TEX = re.compile(r"<jats:tex-math\b.*?</jats:tex-math>", re.DOTALL)
# What these are a part of has the ISBN, and would pull all its parts together.
PARTS = (
    "book-chapter",
    "book-section",
    "book-part",
    "book-track",
    "proceedings-article",
    "reference-entry",
    "component",
)
RELATIONS = {"is-version-of": "version_of", "is-preprint-of": "version_of", "is-part-of": "part_of"}


def first(window: Window) -> Request:
    """The first page of the first target; of everything where no target is named."""
    return _works(window, target=0, cursor="*")


def following(window: Window, request: Request, page: Page) -> Request | None:
    """The next page until one is empty; then the next target. Raises PageBroken."""
    if not context(request, "target"):
        return None
    payload = decoded(page)
    if isinstance(payload, Reject) or not isinstance(at(payload, "message", "items"), list):
        raise PageBroken("crossref", payload.detail if isinstance(payload, Reject) else shown(payload))
    cursor = payload["message"]["items"] and at(payload, "message", "next-cursor")
    return cursored(window, request, cursor if isinstance(cursor, str) else None, ask=_works)


def _works(window: Window, *, target: int, cursor: str) -> Request:
    filters = [window.targets[target]] if window.targets else []
    filters += [f"from-index-date:{window.since:%Y-%m-%d}"] if window.since else []
    params = [("filter", ",".join(filters))] if filters else []
    params += [("rows", str(ROWS)), ("cursor", cursor), ("mailto", window.credentials[0])]
    return Request(f"{window.base_url}/works", tuple(params), (("target", str(target)),))


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per work: of a list, or the single one."""
    payload = decoded(page)
    if isinstance(payload, Reject):
        yield payload
        return
    if at(payload, "status") not in (None, "ok"):
        yield Reject("platform error", shown(payload))
        return
    yield from each(_listed(payload), lambda work: iter([checked(_work(work))]))


def _listed(payload: Any) -> list[Any]:
    """Works of a message, or the bare work; lists of members, journals and the like hold none."""
    if at(payload, "message-type") not in (None, "work", "work-list"):
        return []
    message = at(payload, "message") or payload
    listed = at(message, "items")
    return listed if isinstance(listed, list) else [message] if at(message, "DOI") is not None else []


def claims(page: Page) -> bool:
    """A message of the API, or a work with the names that only Crossref gives."""
    is_message = b'"message-type"' in page.body and b'"status"' in page.body
    return is_message or b'"is-referenced-by-count"' in page.body


def _work(work: dict[str, Any]) -> Item:
    doi, body = (identity(work.get("DOI")) or "").lower(), _abstract(work.get("abstract"))
    created_at, precision = _date(work) or (None, None)
    updated_at, _ = instant(at(work, "deposited", "date-time")) or (None, None)
    lang, people = language(work.get("language")), [_person(one) for one in many(work.get("author"))]
    journal = plain(next(iter(many(work.get("container-title"))), None))
    names = [one["name"] for one in people if one and "name" in one]
    return {
        "native_id": doi,
        "type": "document",
        "url": address(work.get("URL"), upgrade=True),
        "title": _title(work),
        "body": body,
        "summary": byline(names, journal, *(clean(work.get(name)) for name in ("volume", "issue", "page"))),
        "author": people[0] if people else None,
        "created_at": created_at,
        "time_precision": precision,
        "updated_at": updated_at,
        "lang": lang,
        "lang_source": "declared" if lang else None,
        "ids": {**labelled_ids(body), **(_ids(work, doi) or {})},
        "tags": list(dict.fromkeys(filter(None, (clean(subject) for subject in many(work.get("subject")))))),
        "category_path": [journal] if journal else [],
        "relations": _relations(work.get("relation")),
    }


def _title(work: dict[str, Any]) -> str | None:
    """Title and subtitle in one line: both are lists, and either may be empty."""
    title, subtitle = (_line(next(iter(many(work.get(name))), None)) for name in ("title", "subtitle"))
    is_new = title and subtitle and subtitle.casefold() not in title.casefold()
    return f"{title}: {subtitle}" if is_new else title or subtitle


def _line(markup: Any) -> str | None:
    return " ".join((plain(markup) or "").split()) or None


def _abstract(jats: Any) -> str | None:
    """JATS elements by their HTML names; a formula speaks by its MathML, and a heading "Abstract" says nothing."""
    if not isinstance(jats, str):
        return None
    markup = JATS.sub(lambda tag: f"<{tag.group(1)}{TAGS.get(tag.group(2), tag.group(2))}", TEX.sub("", jats))
    return clean(HEADING.sub("", plain(markup) or ""))


def _date(work: dict[str, Any]) -> Instant | None:
    """The earliest publication; the deposit of a work that tells none."""
    told = (date_parts(at(work, name, "date-parts")) for name in DATES)
    return next(filter(None, told), None) or instant(at(work, "created", "date-time"))


def _person(one: Any) -> dict[str, Any] | None:
    orcid = address(at(one, "ORCID"), upgrade=True)
    name = person(at(one, "family") or at(one, "name"), at(one, "given"))
    return filled(id=orcid.rsplit("/", 1)[1] if orcid else None, name=name, url=orcid)


def _ids(work: dict[str, Any], doi: str) -> dict[str, str] | None:
    numbers = [] if work.get("type") in PARTS else many(work.get("ISBN"))
    return filled(
        doi=doi or None,
        isbn=next(filter(None, map(isbn, numbers)), None),
        issn=next(filter(None, map(issn, many(work.get("ISSN")))), None),
        arxiv=arxiv(doi),
    )


def _relations(told: Any) -> list[str]:
    """Other forms of the work that have a DOI too: as Crossref writes it, ids of a kind in a list under its name."""
    named = [(kind, other) for name, kind in RELATIONS.items() for other in many(at(told, name))]
    dois = [(kind, at(other, "id")) for kind, other in named if at(other, "id-type") == "doi"]
    return list(dict.fromkeys(f"{kind}:crossref:{doi.lower()}" for kind, doi in dois if isinstance(doi, str)))

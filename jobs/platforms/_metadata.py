"""What OAI-PMH carries: arXiv's own metadata, MARC, and Dublin Core with all that names its elements alike."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from lxml import etree

from jobs.platforms import Item
from jobs.platforms._reading import filled
from models.identifiers import arxiv, doi, isbn, issn, labelled_ids, pmid
from models.markup import clean
from models.papers import byline, language, person, prose, published, resolver
from models.times import Instant
from models.values import address

# Source  https://www.loc.gov/marc/bibliographic: field and subfield
TITLE, AUTHORS, ABSTRACT = ("245", "ab"), (("100", "a"), ("110", "a"), ("700", "a"), ("710", "a")), ("520", "a")
DATES = (("269", "c"), ("260", "c"), ("264", "c"), ("773", "y"))
SUBJECTS = (("650", "a"), ("653", "a"), ("695", "a"))
MOST_TEXT = 1_000_000  # characters of one element


def local_name(element: Any) -> str:
    """Its name without the namespace; the parser lets names pass, out of broken pages, that its own QName refuses."""
    return str(element.tag).rpartition("}")[2]


def read(metadata: Any) -> Item | None:
    """Columns of RECORD out of one metadata element; None for a format that names no title."""
    name = local_name(metadata)
    if name in ("arXiv", "arXivRaw"):
        return _arxiv(metadata)
    if name in ("record", "collection") and next(metadata.iter("{*}datafield"), None) is not None:
        return _marc(metadata)
    return _dublin_core(metadata)


def text(element: Any) -> str | None:
    """All words inside an element; entities are left out."""
    return (
        clean(" ".join("".join(element.itertext(etree.Element))[:MOST_TEXT].split())) if element is not None else None
    )


def _paragraphs(metadata: Any, name: str) -> str | None:
    """Words of all elements of that name: lines are wrapped by machines, an empty line is meant."""
    told = "\n\n".join("".join(element.itertext(etree.Element)) for element in metadata.iter(f"{{*}}{name}"))
    return prose("\n\n".join(" ".join(part.split()) for part in re.split(r"\n[ \t]*\n", told[:MOST_TEXT])))


def _all(metadata: Any, name: str) -> list[str]:
    return [told for element in metadata.iter(f"{{*}}{name}") if (told := text(element))]


def _first(values: Iterable[Any]) -> Any:
    return next((value for value in values if value is not None), None)


def _earliest(told: Iterable[str]) -> tuple[Any, str | None]:
    """A date beats a year; of those that are equally precise, the earliest."""
    read: list[Instant] = [moment for text in told if (moment := published(text))]
    return min(read, key=lambda moment: (moment[1] == "year", moment[0]), default=(None, None))


def _common(names: Iterable[str | None], body: str | None, lang: str | None, place: list[str | None]) -> Item:
    people = [name for name in names if name and any(map(str.isalpha, name))]
    return {
        "body": body,
        "summary": byline(people, *place),
        "author": filled(name=people[0] if people else None),
        "lang": lang,
        "lang_source": "declared" if lang else None,
    }


def _arxiv(metadata: Any) -> Item:
    """Authors in parts, or one line of them in arXivRaw; the last dates of the versions are not told, the first is."""
    one = {name: _first(_all(metadata, name)) for name in ("id", "title", "categories", "doi", "journal-ref")}
    people = [
        person(text(who.find("{*}keyname")), text(who.find("{*}forenames"))) for who in metadata.iter("{*}author")
    ]
    people = people or list((_first(_all(metadata, "authors")) or "").replace(" and ", ", ").split(", "))
    created_at, precision = _earliest([*_all(metadata, "created"), *_all(metadata, "date")])
    number, body, categories = arxiv(one["id"]), _paragraphs(metadata, "abstract"), (one["categories"] or "").split()
    return {
        **_common(people, body, None, [one["journal-ref"]]),
        "url": f"https://arxiv.org/abs/{number}" if number else None,
        "title": prose(one["title"]),
        "created_at": created_at,
        "time_precision": precision,
        "ids": {**labelled_ids(body), **(filled(arxiv=number, doi=doi(one["doi"])) or {})},
        "tags": categories,
        "category_path": list(dict.fromkeys([categories[0].split(".")[0], categories[0]])) if categories else [],
    }


def _dublin_core(metadata: Any) -> Item | None:
    """Elements by their local names, wherever they stand: formats that extend Dublin Core keep these."""
    titles = _all(metadata, "title")
    if not titles:
        return None
    sources, related = _all(metadata, "source"), _all(metadata, "relation")
    # Relations name other works too; only this form says that it is the same one.
    same = [word.rpartition("altIdentifier/")[2].partition("/")[2] for word in related if "altIdentifier/" in word]
    creators = [text(_first([one.find("{*}name")])) or text(one) for one in metadata.iter("{*}creator", "{*}author")]
    body = _paragraphs(metadata, "description") or _paragraphs(metadata, "abstract")
    created_at, precision = _earliest(_all(metadata, "date"))
    links = [address(word) for word in _all(metadata, "identifier") if word.startswith(("http://", "https://"))]
    lang, ids = language(_first(_all(metadata, "language"))), _ids(
        [*_all(metadata, "identifier"), *same], sources + related
    )
    named = [word for word in sources if not (_number(word) or address(word) or doi(word))]
    place = [_first([*named, *_all(metadata, "publisher")])]
    return {
        **_common(map(person, creators), body, lang, place),
        "url": _first(links) or resolver(ids.get("doi")),
        "title": prose(titles[0]),
        "created_at": created_at,
        "time_precision": precision,
        "ids": {**labelled_ids(body), **ids},
        "tags": list(dict.fromkeys(filter(None, map(clean, _all(metadata, "subject"))))),
    }


def _ids(own: list[str], related: list[str]) -> dict[str, str]:
    """Identifiers of the work, and the serial number of what it appeared in."""
    told = [word.lower().removeprefix("urn:") for word in own]
    books = [word.removeprefix("isbn").lstrip(": ") for word in told]
    read = {
        "doi": _first(map(doi, told)),
        "arxiv": _first(map(arxiv, told)),
        "isbn": _first(map(isbn, books)),
        "issn": _first(map(_number, [*told, *related])),
        "pmid": _first(pmid(word) for word in told if not word.isdigit()),
    }
    return {name: value for name, value in read.items() if value}


def _number(word: str) -> str | None:
    return issn(word.lower().removeprefix("urn:").removeprefix("issn:"))


def _marc(metadata: Any) -> Item:
    """Fields by number; an abstract in several languages is one text."""
    body = prose("\n".join(_subfields(metadata, *ABSTRACT)))
    lang = language(_first(_subfields(metadata, "041", "a")))
    created_at, precision = _earliest(_first(filter(None, (list(_subfields(metadata, *date)) for date in DATES))) or [])
    ids = _ids([*_numbers(metadata), *_subfields(metadata, "020", "a")], list(_subfields(metadata, "022", "a")))
    links = [link for link in map(address, _subfields(metadata, "856", "u")) if link]
    place = [_first(_subfields(metadata, "773", code)) for code in ("p", "v", "n", "c")]
    return {
        **_common((person(name) for field in AUTHORS for name in _subfields(metadata, *field)), body, lang, place),
        "url": links[0] if links else resolver(ids.get("doi")),
        "title": prose(": ".join(_subfields(metadata, *TITLE))),
        "created_at": created_at,
        "time_precision": precision,
        "ids": {**labelled_ids(body), **ids},
        "tags": list(dict.fromkeys(word for field in SUBJECTS for word in _subfields(metadata, *field))),
    }


def _numbers(metadata: Any) -> Iterator[str]:
    """024 names the scheme in subfield 2, 037 arXiv in subfield 9."""
    for field in metadata.iter("{*}datafield"):
        told = {one.get("code"): text(one) or "" for one in field.iter("{*}subfield")}
        if field.get("tag") == "024" and told.get("2", "").upper() == "DOI":
            yield told.get("a", "")
        if field.get("tag") == "037" and told.get("9", "").lower() == "arxiv":
            yield told.get("a", "")


def _subfields(metadata: Any, tag: str, codes: str) -> Iterator[str]:
    for field in metadata.iter("{*}datafield"):
        if field.get("tag") == tag:
            found = (text(one) for one in field.iter("{*}subfield") if one.get("code") in codes)
            yield from (told.rstrip(" /:,;") for told in found if told)

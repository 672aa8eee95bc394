"""From a reference that a catalogue exported to the columns of RECORD."""

import re

from jobs.platforms import Item
from jobs.platforms._citations import Reference
from jobs.platforms._reading import filled
from models.identifiers import arxiv, doi, isbn, issn, labelled_ids
from models.markup import clean, plain
from models.papers import byline, language, person, published, resolver, title_id
from models.values import address

LANGUAGES = {"中文": "zh", "chinese": "zh", "英文": "en", "english": "en"}
PARTS = ("chap", "section", "conf", "incollection", "inbook", "inproceedings")  # the ISBN is that of the whole
OTHERS = {"others", "et al", "等"}


def document(reference: Reference, *, native_id: str | None = None, lang: str | None = None) -> Item:
    """Columns of RECORD; without an id of the catalogue's own the DOI is it, else a hash of title, author and year."""
    people, ids = names(reference), _ids(reference)
    title, body = _one(reference, "title"), plain("\n".join(reference.get("abstract", [])))
    created_at, precision = published(_one(reference, "year")) or (None, None)
    journal = _one(reference, "journal") or _one(reference, "publisher")
    pages = (
        _one(reference, "pages") or "-".join(filter(None, (_one(reference, "start"), _one(reference, "end")))) or None
    )
    told = _one(reference, "lang") or ""
    lang = LANGUAGES.get(told.lower(), language(told)) or lang
    hashed = title_id(title, people[0] if people else None, created_at.year if created_at else None)
    return {
        "native_id": native_id or ids.get("doi") or hashed,
        "type": "document",
        "url": address(_one(reference, "url")) or resolver(ids.get("doi")),
        "title": title,
        "body": body,
        "summary": byline(people, journal, _one(reference, "volume"), _one(reference, "issue"), pages),
        "author": filled(name=people[0] if people else None),
        "created_at": created_at,
        "time_precision": precision,
        "lang": lang,
        "lang_source": "declared" if lang else None,
        "ids": {**labelled_ids(body), **ids},
        "tags": _split(reference.get("keywords", [])),
        "category_path": [journal] if journal else [],
    }


def names(reference: Reference) -> list[str]:
    """The authors, however they are joined, without "et al."."""
    told = (person(name) for joined in reference.get("author", []) for name in re.split("[;；]", joined))
    return [name for name in told if name and name.lower().rstrip(".") not in OTHERS]


def _one(reference: Reference, name: str) -> str | None:
    """The first value, in one line."""
    told = next((plain(value) for value in reference.get(name, []) if value.strip()), None)
    return " ".join(told.split()) if told else None


def _split(keywords: list[str]) -> list[str]:
    """Words between semicolons, or between commas where there is none."""
    joined = "\n".join(keywords)
    words = re.split("[;；\n]+" if re.search("[;；]", joined) else "[,，\n]+", joined)
    return list(dict.fromkeys(word for word in map(clean, words) if word))


def _ids(reference: Reference) -> dict[str, str]:
    url, numbers = _one(reference, "url") or "", [*reference.get("issn", []), *reference.get("isbn", [])]
    kind = (_one(reference, "type") or "").lower()
    told = _one(reference, "doi") or (url if "doi.org/" in url or "cnki.net/doi/" in url else None)
    read = {
        "doi": doi(told),
        "arxiv": arxiv(url) or arxiv(doi(told)),
        "issn": next(filter(None, map(issn, numbers)), None),
        "isbn": None if any(part in kind for part in PARTS) else next(filter(None, map(isbn, numbers)), None),
    }
    return {name: value for name, value in read.items() if value}

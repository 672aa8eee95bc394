"""OpenAlex: works of the open catalogue, those published since the last crawl.

Source  GET /works, `cursor` from "*" on, 100 `per_page`, `filter` from_publication_date; one walk per target filter,
        such as primary_location.source.id:S137773608 (https://developers.openalex.org, terms as of 2026-02)
Also    single works, and the files of merged ids that come with the snapshot (merge_date,id,merge_into_id)
Units   10,000 lists a day

The abstract is an inverted index, word to places. Works appear weeks after their publication, so that a crawl reaches
back far; what changed in older works would need the paid from_updated_date. A work that was asked for by its id and is
missing was merged into another, or withdrawn.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from jobs.platforms import Item, Page, PageBroken, Policy, Reject, Request, Window, context
from jobs.platforms._reading import asked, at, checked, cursored, decoded, each, filled, identity, many, shown
from models.identifiers import arxiv
from models.identifiers import doi as read_doi
from models.identifiers import issn, labelled_ids, pmid
from models.markup import clean
from models.papers import byline, date_parts, language, person, prose, published, resolver
from models.times import instant
from models.values import address

POLICY = Policy(
    tier="B",
    license="CC0-1.0",
    default_url="https://api.openalex.org",
    credentials=("TRAWL_OPENALEX_KEY",),
    requests_per_s=5,
    overlap_days=30,
    daily_units=10_000,
    redact=("api_key",),
)
SIZE = 100
MERGED = b"merge_date,id,merge_into_id"
LINE = re.compile(rb"(\d{4}-\d\d-\d\d),(W\d{1,15}),(W\d{1,15})")
WORK = re.compile(r"(?:https?://(?:api\.)?openalex\.org/(?:works/)?)?([Ww]\d{1,15})", re.ASCII)
MOST_WORDS = 50_000  # an index that names a place beyond is no abstract


def first(window: Window) -> Request:
    """The first page of the first target; of everything where no target is named."""
    return _works(window, target=0, cursor="*")


def following(window: Window, request: Request, page: Page) -> Request | None:
    """The next page while there is a cursor; then the next target. Raises PageBroken."""
    if not context(request, "target"):
        return None
    payload = decoded(page)
    if isinstance(payload, Reject) or at(payload, "meta") is None:
        raise PageBroken("openalex", payload.detail if isinstance(payload, Reject) else shown(payload))
    cursor = at(payload, "results") and at(payload, "meta", "next_cursor")
    return cursored(window, request, cursor, ask=_works)


def _works(window: Window, *, target: int, cursor: str) -> Request:
    filters = [window.targets[target]] if window.targets else []
    filters += [f"from_publication_date:{window.since:%Y-%m-%d}"] if window.since else []
    params = [("filter", ",".join(filters))] if filters else []
    params += [("per_page", str(SIZE)), ("cursor", cursor), ("api_key", window.credentials[0])]
    return Request(f"{window.base_url}/works", tuple(params), (("target", str(target)),))


def revisit(window: Window, native_ids: Sequence[str]) -> Request:
    """The works once more, by their ids."""
    params = (("filter", f"openalex:{'|'.join(native_ids)}"), ("per_page", str(SIZE)))
    return Request(f"{window.base_url}/works", (*params, ("api_key", window.credentials[0])))


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per work; a tombstone per work that was asked for in vain, and per line of merged ids."""
    if page.body[:200].lstrip(b"\xef\xbb\xbf \r\n").startswith(MERGED):
        yield from (_merged(*(part.decode() for part in line)) for line in LINE.findall(page.body))
        return
    payload = decoded(page)
    if isinstance(payload, Reject):
        yield payload
        return
    if at(payload, "error") is not None:
        yield Reject("platform error", shown(payload))
        return
    works = many(payload["results"]) if at(payload, "results") is not None else [payload] if at(payload, "id") else []
    yield from each(works, lambda work: iter([checked(_work(work))]))
    there = {_id(at(work, "id")) for work in works}
    yield from (_gone(native_id) for native_id in _wanted(page.request) if native_id not in there)


def _wanted(request: Request) -> list[str]:
    name, _, ids = asked(request).get("filter", "").partition(":")
    return [native_id for native_id in ids.split("|") if WORK.fullmatch(native_id)] if name == "openalex" else []


def _gone(native_id: str) -> Item:
    return {"native_id": native_id, "type": "document", "status": "gone"}


def _merged(_: str, native_id: str, into: str) -> Item:
    return {**_gone(native_id), "relations": [f"version_of:openalex:{into}"]}


def claims(page: Page) -> bool:
    """Works with ids of OpenAlex, an empty list with its own `meta`, or merged ids."""
    head = page.body[:4000]
    is_list = b'"meta"' in head and b'"db_response_time_ms"' in head
    return is_list or b"https://openalex.org/" in head or MERGED in head[:200]


def _id(told: Any) -> str | None:
    match = WORK.fullmatch(told.strip()) if isinstance(told, str) else None
    return match.group(1).upper() if match else None


def _work(work: dict[str, Any]) -> Item:
    native_id, source = _id(work.get("id")), at(work, "primary_location", "source")
    people = [_person(one) for one in many(work.get("authorships"))]
    names = [one["name"] for one in people if one and "name" in one]
    journal, body = clean(at(source, "display_name")), _abstract(work.get("abstract_inverted_index"))
    year = date_parts([work.get("publication_year")])
    created_at, precision = published(work.get("publication_date")) or year or (None, None)
    updated_at, _ = instant(work.get("updated_date")) or (None, None)
    lang = language(work.get("language"))
    return {
        "native_id": native_id,
        "type": "document",
        "url": address(at(work, "primary_location", "landing_page_url")) or resolver(work.get("doi")) or work.get("id"),
        "title": prose(work.get("display_name") or work.get("title")),
        "body": body,
        "summary": byline(names, journal, *_place(work.get("biblio"))),
        "author": people[0] if people else None,
        "created_at": created_at,
        "time_precision": precision,
        "updated_at": updated_at,
        "lang": lang,
        "lang_source": "declared" if lang else None,
        "ids": {**labelled_ids(body), **(_ids(work, source) or {})},
        "tags": _tags(work),
        "category_path": _categories(work.get("primary_topic")),
    }


def _abstract(index: Any) -> str | None:
    """The words of {"maps": [0, 7], ...} at their places."""
    if not isinstance(index, dict):
        return None
    pairs = [(place, word) for word, places in index.items() for place in many(places) if isinstance(place, int)]
    return prose(" ".join(word for place, word in sorted(pairs) if 0 <= place < MOST_WORDS))


def _person(one: Any) -> dict[str, Any] | None:
    native_id = identity(at(one, "author", "id"))
    name = person(at(one, "author", "display_name") or at(one, "raw_author_name"))
    url = address(at(one, "author", "orcid")) or address(native_id)
    return filled(id=native_id.rsplit("/", 1)[-1] if native_id else None, name=name, url=url)


def _place(biblio: Any) -> tuple[str | None, ...]:
    pages = [clean(at(biblio, name)) for name in ("first_page", "last_page")]
    return clean(at(biblio, "volume")), clean(at(biblio, "issue")), "-".join(dict.fromkeys(filter(None, pages))) or None


def _ids(work: dict[str, Any], source: Any) -> dict[str, str] | None:
    doi, numbers = read_doi(work.get("doi") or at(work, "ids", "doi")), [
        at(source, "issn_l"),
        *many(at(source, "issn")),
    ]
    places = [doi, *(at(location, "landing_page_url") for location in many(work.get("locations")))]
    return filled(
        doi=doi,
        pmid=pmid(at(work, "ids", "pmid")),
        issn=next(filter(None, map(issn, numbers)), None),
        arxiv=next(filter(None, map(arxiv, places)), None),
    )


def _tags(work: dict[str, Any]) -> list[str]:
    words = [clean(at(one, "display_name")) for name in ("keywords", "topics") for one in many(work.get(name))]
    return list(dict.fromkeys(word for word in words if word))


def _categories(topic: Any) -> list[str]:
    """Domain, field, subfield and the topic itself."""
    names = [clean(at(topic, name, "display_name")) for name in ("domain", "field", "subfield")]
    return [name for name in (*names, clean(at(topic, "display_name"))) if name]

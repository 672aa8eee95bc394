"""Zendesk: articles of a help centre that changed since a moment, with their sections and categories.

Source  GET /api/v2/help_center/incremental/articles, up to 1,000 a page by `start_time` (epoch seconds)
        (https://developer.zendesk.com/documentation/help_center/help-center-api/understanding-incremental-article-exports,
        terms as of 2026-01); agents and admins only
Also    lists of articles and single ones
Units   ISO 8601, UTC; vote_sum is votes for less votes against

A title is the question, its article the answer. A draft is hidden. Only what names no user segment is public: everything
else belongs to the tenant. What was archived is told by no answer.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jobs.platforms import Item, Page, PageBroken, Policy, Reject, Request, Window, context
from jobs.platforms._desk import basic, peek, root, standing
from jobs.platforms._reading import at, decoded, each, filled, identity, many, shown
from models.identifiers import labelled_ids
from models.markup import clean, plain, primary_tag
from models.pictures import pictures
from models.times import instant
from models.values import address, count, score

POLICY = Policy(
    tier="C",
    license="as the help centre says",
    credentials=("TRAWL_ZENDESK_EMAIL", "TRAWL_ZENDESK_TOKEN"),
    requests_per_s=1,
)
MOST_LEVELS = 5  # sections within sections


def first(window: Window) -> Request:
    """Everything since the last complete crawl, oldest first. Raises AddressMissing."""
    return _articles(window, int(window.since.timestamp()) if window.since else 0)


def following(window: Window, request: Request, page: Page) -> Request | None:
    """From where the page ended; None once that stands still. Raises PageBroken."""
    start, payload = context(request, "start"), decoded(page)
    if not start:
        return None
    if not isinstance(at(payload, "articles"), list):
        raise PageBroken("zendesk", shown(page.body))
    end = count(at(payload, "end_time")) or _start_of(at(payload, "next_page"))
    is_last = not payload["articles"] or not at(payload, "next_page")
    return None if is_last or end is None or end <= int(start) else _articles(window, end)


def _start_of(url: Any) -> int | None:
    told = parse_qs(urlsplit(address(url) or "").query).get("start_time", [""])
    return count(told[0])


def _articles(window: Window, start: int) -> Request:
    params = (("start_time", str(start)), ("include", "users,sections,categories"))
    url = f"{root(window, 'zendesk', 'https://YOURS.zendesk.com')}/api/v2/help_center/incremental/articles.json"
    name, token = window.credentials[:2]
    return Request(url, params, (("start", str(start)),), (basic(f"{name}/token", token),))


def claims(page: Page) -> bool:
    """Lists of articles, sections or categories of a help centre, a single article, or an error."""
    payload = peek(page)
    if not isinstance(payload, dict):
        return False
    if "error" in payload and set(payload) <= {"error", "description", "details"}:
        return "description" in payload or isinstance(at(payload["error"], "title"), str)
    if payload.get("articles") == []:
        return bool({"next_page", "end_time", "page_count"} & payload.keys())
    entries = [*many(payload.get("articles") or payload.get("sections") or payload.get("categories"))[:3]]
    entries += [payload["article"]] if "article" in payload else []
    return any({"html_url", "locale"} <= entry.keys() for entry in entries if isinstance(entry, dict))


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per article; sections and categories give its path and are no items."""
    payload = decoded(page)
    if isinstance(payload, Reject):
        yield payload
    elif at(payload, "error") is not None:
        yield Reject("platform error", shown(payload))
    else:
        articles = many(at(payload, "articles")) + many(at(payload, "article") and [payload["article"]])
        beside = {name: _by_id(at(payload, name)) for name in ("users", "sections", "categories")}
        yield from each(articles, lambda article: iter([standing(_article(article, beside))]))


def _by_id(entries: Any) -> dict[str, Any]:
    return {number: entry for entry in many(entries) if (number := identity(at(entry, "id")))}


def _article(article: dict[str, Any], beside: dict[str, dict[str, Any]]) -> Item:
    body, lang = plain(article.get("body")), primary_tag(article.get("locale"))
    created_at, precision = instant(article.get("created_at")) or (None, None)
    updated_at, _ = instant(article.get("edited_at") or article.get("updated_at")) or (None, None)
    author = identity(article.get("author_id"))
    return {
        "native_id": identity(article.get("id")),
        "type": "qa",
        "status": "hidden" if article.get("draft") is True else "live",
        "url": address(article.get("html_url")),
        "title": clean(article.get("title") or article.get("name")),
        "body": body,
        "author": filled(id=author, name=clean(at(beside["users"].get(author or ""), "name"))),
        "created_at": created_at,
        "time_precision": precision,
        "updated_at": updated_at,
        "lang": lang,
        "lang_source": "declared" if lang else None,
        "media": pictures(article.get("body"), address(article.get("html_url")) or ""),
        "engagement": filled(score=score(article.get("vote_sum"))),
        "category_path": _path(article, beside),
        "ids": labelled_ids(body),
        "tags": [label for label in map(clean, many(article.get("label_names"))) if label],
        "scope": "public" if _is_public(article) else "tenant",
    }


def _is_public(article: dict[str, Any]) -> bool:
    """Nobody in particular: the segment is named and null. Where it is left out, nothing says that it is public."""
    return article.get("user_segment_id", "?") is None and not article.get("user_segment_ids")


def _path(article: dict[str, Any], beside: dict[str, dict[str, Any]]) -> list[str]:
    """Category, section, section within it."""
    section = beside["sections"].get(identity(article.get("section_id")) or "")
    names: list[Any] = []
    category = at(section, "category_id")
    for _ in range(MOST_LEVELS):
        names.append(at(section, "name"))
        section = beside["sections"].get(identity(at(section, "parent_section_id")) or "")
    names.append(at(beside["categories"].get(identity(category) or ""), "name"))
    return [name for name in map(clean, reversed(names)) if name]

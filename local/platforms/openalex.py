"""OpenAlex: the world's papers as works, by cursor, with the filters from_publication_date and openalex."""

from itertools import takewhile
from typing import Any

from local.platforms.answers import Answer, Appearance, Ask, json_answer, moment

MARK = "IlsxNj"  # cursors are opaque to the caller; ours write the offset
ROOT = "https://openalex.org/"


def answer(ask: Ask) -> Answer:
    """A page of works, newest first. What was withdrawn or merged is left out."""
    if not ask.query.get("api_key"):
        return failure(403, "an API key is required")
    if ask.path != "works":
        return failure(404, "nothing here")
    filters = dict(pair.partition(":")[::2] for pair in ask.query.get("filter", "").split(",") if pair)
    if "openalex" in filters:
        asked = (ask.world.get("openalex", native_id, day=ask.day) for native_id in filters["openalex"].split("|"))
        return _list(ask, [paper for paper in asked if paper], None)
    size, cursor = max(1, ask.number("per_page", 25, 100)), ask.query.get("cursor", "*")
    offset = "0" if cursor == "*" else cursor.removeprefix(MARK)
    if not (offset.isascii() and offset.isdigit()):
        return failure(400, "Cursor value is invalid.")
    shown = ask.world.page("openalex", day=ask.day, start=int(offset), size=size)
    since = filters.get("from_publication_date", "")
    new = list(takewhile(lambda paper: paper["created_at"][:10] >= since, shown))
    is_last = len(new) < size or int(offset) + size >= ask.world.size("openalex", ask.day)
    return _list(ask, new, None if is_last else f"{MARK}{int(offset) + size}")


def failure(status: int, message: str, path: str = "") -> Answer:
    """An error in the platform's own shape."""
    return json_answer({"error": "Invalid query parameters error.", "message": message}, status)


def _list(ask: Ask, papers: list[Appearance], cursor: str | None) -> Answer:
    total = ask.world.size("openalex", ask.day)
    meta = {"count": total, "db_response_time_ms": 7, "page": None, "per_page": 100, "next_cursor": cursor}
    works = [_work(paper, ask) for paper in papers if paper["status"] != "deleted"]
    return json_answer({"meta": meta, "results": works, "group_by": []})


def _work(paper: Appearance, ask: Ask) -> dict[str, Any]:
    created, author = moment(paper), {"id": f"{ROOT}{paper['author']['id']}", "display_name": paper["author"]["name"]}
    source = {"display_name": paper["category_path"][-1]} if paper["category_path"] else None
    return {
        "id": f"{ROOT}{paper['native_id']}",
        "doi": f"https://doi.org/{paper['ids']['doi']}" if paper["ids"].get("doi") else None,
        "display_name": paper["title"] or None,
        "publication_year": created.year,
        "publication_date": f"{created:%Y-%m-%d}",
        "language": paper["lang"],
        "primary_location": {"landing_page_url": paper["url"], "source": source},
        "type": "article",
        "authorships": [{"author_position": "first", "author": author}],
        "cited_by_count": paper["counts"].get("likes") or 0,
        "primary_topic": _topic(paper["category_path"]),
        "keywords": [{"display_name": tag} for tag in paper["tags"]],
        "abstract_inverted_index": _inverted(ask.body(paper)) or None,
        "updated_date": f"{created:%Y-%m-%dT%H:%M:%S}",
    }


def _topic(path: list[str]) -> dict[str, Any] | None:
    names = dict(zip(("domain", "field", "subfield"), path, strict=False))
    return {name: {"display_name": told} for name, told in names.items()} or None


def _inverted(body: str) -> dict[str, list[int]]:
    """Word to places, as publishers' contracts forbid the running text."""
    index: dict[str, list[int]] = {}
    for place, word in enumerate(body.split(" ") if body else []):
        index.setdefault(word, []).append(place)
    return index

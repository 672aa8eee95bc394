"""Crossref's REST API: the world's papers as works, by cursor, with the filter from-index-date."""

from typing import Any
from xml.sax.saxutils import escape

from local.platforms import changes
from local.platforms.answers import Answer, Appearance, Ask, json_answer, moment

MARK = "DnF1ZXJ5"  # cursors are opaque to the caller; ours write the offset


def answer(ask: Ask) -> Answer:
    """A page of works. What was withdrawn is not told."""
    if ask.path != "works":
        return failure(404, "Resource not found.")
    cursor, size = ask.query.get("cursor", "*"), max(1, ask.number("rows", 20, 1000))
    start = 0 if cursor == "*" else int(cursor.removeprefix(MARK)) if cursor.removeprefix(MARK).isdigit() else None
    if start is None:
        return failure(400, "Cursor is not valid")
    filters = dict(pair.partition(":")[::2] for pair in ask.query.get("filter", "").split(",") if pair)
    try:
        shown, total = changes.since(ask, "crossref", filters.get("from-index-date", ""), start=start, size=size)
    except ValueError:
        return failure(400, "Invalid date specified")
    works = [_work(paper, ask) for paper in shown if paper["status"] != "deleted"]
    message = {"facets": {}, "next-cursor": f"{MARK}{start + size}", "total-results": total, "items": works}
    envelope = {"status": "ok", "message-type": "work-list", "message-version": "1.0.0"}
    return json_answer({**envelope, "message": {**message, "items-per-page": size}})


def failure(status: int, message: str, path: str = "") -> Answer:
    """An error in the platform's own shape."""
    told = [{"type": "parameter-not-valid", "value": path, "message": message}]
    return json_answer({"status": "failed", "message-type": "validation-failure", "message": told}, status)


def _work(paper: Appearance, ask: Ask) -> dict[str, Any]:
    created, title = moment(paper), paper["title"].replace("&", "&amp;").replace("<", "&lt;")
    day = {"date-parts": [[created.year, created.month, created.day]]}
    stamp = {**day, "date-time": f"{created:%Y-%m-%dT%H:%M:%SZ}", "timestamp": int(created.timestamp() * 1000)}
    journal = paper["category_path"][-1:]
    told = {"abstract": _jats(ask.body(paper)), "language": paper["lang"], "subject": paper["tags"]}
    return {
        "DOI": paper["native_id"],
        "URL": paper["url"],
        "type": "journal-article",
        "title": [title] if title else [],
        "container-title": journal,
        "author": [{"name": paper["author"]["name"], "sequence": "first", "affiliation": []}],
        "issued": day,
        "published": day,
        "created": stamp,
        "deposited": stamp,
        "indexed": stamp,
        "source": "Crossref",
        "is-referenced-by-count": paper["counts"].get("likes") or 0,
        **{name: value for name, value in told.items() if value},
    }


def _jats(body: str) -> str:
    """Paragraphs and line breaks as a publisher deposits them."""
    paragraphs = (escape(paragraph).replace("\n", "<jats:break/>") for paragraph in body.split("\n\n") if paragraph)
    return "".join(f"<jats:p>{paragraph}</jats:p>" for paragraph in paragraphs)

"""Askbot: the questions of a forum, most recently active first.

Source  GET /api/v1/questions, by `page` of `pages` (askbot's own views/api_v1.py, terms as of 2026-01)
Also    dropped: single questions, saved pages of questions with their answers (_askbot_html.py), lists of comments
Units   epoch seconds as text

The API gives the question alone and no answers; a saved page of a question has them. Both name it by one number.
"""

from collections.abc import Iterator
from typing import Any

from jobs.platforms import Item, Page, PageBroken, Policy, Reject, Request, Window, _askbot_html, context
from jobs.platforms._desk import peek, root
from jobs.platforms._reading import at, checked, decoded, each, filled, identity, many, shown
from models.identifiers import labelled_ids
from models.markup import clean, plain
from models.pictures import pictures
from models.times import instant
from models.values import address, count, score

POLICY = Policy(
    tier="A",
    license="as the forum says",
    requests_per_s=1,
    masks=True,
)


def first(window: Window) -> Request:
    """The most recently active questions. Raises AddressMissing."""
    return _questions(window, 1)


def following(window: Window, request: Request, page: Page) -> Request | None:
    """The next page, until the last or a page wholly older than the last crawl. Raises PageBroken."""
    number, payload = context(request, "page"), decoded(page)
    if not number:
        return None
    questions, pages = at(payload, "questions"), count(at(payload, "pages"))
    if not isinstance(questions, list) or pages is None:
        raise PageBroken("askbot", shown(page.body))
    # A page beyond the last answers as the first: only the number of pages tells the end.
    is_over = int(number) >= pages or not any(_is_new(question, window) for question in questions)
    return None if is_over else _questions(window, int(number) + 1)


def _is_new(question: Any, window: Window) -> bool:
    active = instant(at(question, "last_activity_at"))
    return window.since is None or active is None or active[0] >= window.since


def _questions(window: Window, page: int) -> Request:
    url = f"{root(window, 'askbot', 'the address of the forum')}/api/v1/questions/"
    return Request(url, (("page", str(page)), ("sort", "activity-desc")), (("page", str(page)),))


def claims(page: Page) -> bool:
    """A page of Askbot's own, or a question, a list of questions, a list of comments of its API."""
    if page.body.lstrip()[:1] == b"<":
        return _askbot_html.claims(page.body)
    payload = peek(page)
    if isinstance(payload, list):
        return any("comment_added_at" in comment for comment in payload[:1] if isinstance(comment, dict))
    if not isinstance(payload, dict):
        return False
    return {"questions", "pages"} <= payload.keys() or {"answer_ids", "added_at"} <= payload.keys()


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per question, and one per comment of a list of comments."""
    if page.body.lstrip()[:1] == b"<":
        yield from _askbot_html.items(page)
        return
    payload = decoded(page)
    if isinstance(payload, Reject):
        yield payload
    elif isinstance(payload, list):
        yield from each(payload, lambda comment: iter([checked(_comment(comment))]))
    else:
        single = [payload] if at(payload, "answer_ids") is not None else []
        yield from each(many(at(payload, "questions")) + single, lambda entry: iter([checked(_question(entry))]))


def _question(question: dict[str, Any]) -> Item:
    created_at, precision = instant(question.get("added_at")) or (None, None)
    updated_at, _ = instant(question.get("last_activity_at")) or (None, None)
    body, author, url = plain(question.get("summary")), question.get("author"), address(question.get("url"))
    return {
        "native_id": identity(question.get("id")),
        "type": "qa",
        "url": url,
        "title": clean(question.get("title")),
        "body": body,
        "author": filled(id=identity(at(author, "id")), name=clean(at(author, "username"))),
        "created_at": created_at,
        "time_precision": precision,
        "updated_at": updated_at,
        "media": pictures(question.get("summary"), url or ""),
        "engagement": filled(
            score=score(question.get("score")),
            views=count(question.get("view_count")),
            comments=count(question.get("answer_count")),
        ),
        "ids": labelled_ids(body),
        "tags": [tag for tag in map(clean, many(question.get("tags"))) if tag],
    }


def _comment(comment: dict[str, Any]) -> Item:
    created_at, precision = _askbot_html.moment(comment.get("comment_added_at")) or (None, None)
    about = identity(comment.get("object_id"))
    name = clean(comment.get("user_display_name"))
    return {
        "native_id": identity(comment.get("id")),
        "type": "post",
        "body": plain(comment.get("html")),
        "author": filled(id=identity(comment.get("user_id")), name=name),
        "created_at": created_at,
        "time_precision": precision,
        "engagement": filled(score=score(comment.get("score"))),
        "relations": [f"reply_to:askbot:{about}"] if about else [],
    }

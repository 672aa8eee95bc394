"""Stack Exchange's API, version 2.3: the world's questions by activity, and by number; what was deleted is missing."""

import html
from typing import Any

from local.platforms.answers import Answer, Appearance, Ask, json_answer, moment
from local.platforms.helpdesk import Changed, halves, listed, number

PATH = "2.3/questions"
QUOTA = 10_000
ERRORS = {400: "bad_parameter", 404: "no_method", 429: "throttle_violation", 503: "temporarily_unavailable"}


def answer(ask: Ask) -> Answer:
    """A page of questions."""
    if not ask.query.get("site"):
        return failure(400, "site is required")
    by_number = ask.path.removeprefix(f"{PATH}/").split(";") if ask.path.startswith(f"{PATH}/") else None
    if by_number is None and ask.path != PATH:
        return failure(404, "no such method")
    least = ask.number("min", 0, 10**11)
    there = [pair for pair in listed(ask.world, "stackexchange", ask.day) if pair[1]["status"] != "deleted"]
    there = [pair for pair in there if pair[0].timestamp() >= least]
    if by_number is not None:
        there = [pair for pair in there if pair[1]["native_id"] in by_number]
    page, size = max(1, ask.number("page", 1, 10**6)), max(1, ask.number("pagesize", 30, 100))
    shown = there[(page - 1) * size : page * size]
    told = {"has_more": page * size < len(there), "quota_max": QUOTA, "quota_remaining": QUOTA - page}
    return json_answer({"items": [_question(pair, ask) for pair in shown], **told})


def failure(status: int, message: str, path: str = "") -> Answer:
    """An error in the platform's own shape: what others tell by 429 comes as 502 there."""
    told = {"error_id": status, "error_name": ERRORS.get(status, "internal_error"), "error_message": message}
    return json_answer(told, status)


def _question(pair: Changed, ask: Ask) -> dict[str, Any]:
    changed_at, entry = pair
    question, reply = halves(ask, entry)
    counts, native_id = entry["counts"], number(entry["native_id"])
    answers = [_answer(entry, reply)] if reply else []
    return {
        "question_id": native_id,
        "title": html.escape(entry["title"]),
        "body_markdown": html.escape(question),
        "link": entry["url"],
        "tags": entry["tags"],
        "owner": _owner(entry),
        "creation_date": int(moment(entry).timestamp()),
        "last_activity_date": int(changed_at.timestamp()),
        "score": counts.get("likes") or 0,
        "view_count": counts.get("views") or 0,
        "answer_count": counts.get("comments") or 0,
        "is_answered": bool(reply),
        "content_license": "CC BY-SA 4.0",
        "answers": answers,
    }


def _answer(entry: Appearance, text: str) -> dict[str, Any]:
    made = {"answer_id": number(f"{entry['native_id']}1"), "question_id": number(entry["native_id"])}
    created = int(moment(entry).timestamp())
    return {**made, "body_markdown": html.escape(text), "is_accepted": True, "score": 1, "creation_date": created}


def _owner(entry: Appearance) -> dict[str, Any]:
    author = entry["author"]
    return {"user_id": number(author["id"]), "display_name": html.escape(author["name"]), "user_type": "registered"}

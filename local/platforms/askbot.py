"""Askbot's API, version 1: the world's questions, last active first; what was deleted is not listed."""

from typing import Any

from local.platforms.answers import Answer, Ask, json_answer, moment
from local.platforms.helpdesk import Changed, fragment, listed, number, pictures

SIZE = 30


def answer(ask: Ask) -> Answer:
    """A page of questions; beyond the last comes the first again."""
    if ask.path.rstrip("/") != "api/v1/questions":
        return failure(404, "Page not found")
    there = [pair for pair in listed(ask.world, "askbot", ask.day) if pair[1]["status"] != "deleted"]
    pages = max(1, -(-len(there) // SIZE))
    page = max(1, ask.number("page", 1, 10**6))
    page = page if page <= pages else 1
    questions = [_question(pair, ask) for pair in there[(page - 1) * SIZE : page * SIZE]]
    return json_answer({"count": len(there), "pages": pages, "questions": questions})


def failure(status: int, message: str, path: str = "") -> Answer:
    """A page for people, as the platform answers errors of its API too."""
    script = "<script>askbot['data'] = {};</script>"
    return Answer(status, f"<html>{script}<h1>{message}</h1></html>\n".encode(), "text/html; charset=utf-8")


def _question(pair: Changed, ask: Ask) -> dict[str, Any]:
    changed_at, entry = pair
    counts, author = entry["counts"], entry["author"]
    return {
        "id": number(entry["native_id"]),
        "title": entry["title"],
        "summary": fragment(ask.body(entry), pictures(ask, entry)),
        "url": entry["url"],
        "tags": entry["tags"],
        "author": {"id": number(author["id"]), "username": author["name"]},
        "added_at": str(int(moment(entry).timestamp())),
        "last_activity_at": str(int(changed_at.timestamp())),
        "score": counts.get("likes") or 0,
        "view_count": counts.get("views") or 0,
        "answer_count": counts.get("comments") or 0,
        "answer_ids": [],
        "accepted_answer_id": None,
    }

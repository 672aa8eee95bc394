"""Discourse: lists of the world's topics, last active first, and single topics; what was deleted is not found."""

from typing import Any

from local.platforms.answers import Answer, Appearance, Ask, json_answer, moment
from local.platforms.helpdesk import fragment, halves, iso, listed, number, pictures

SIZE = 30


def answer(ask: Ask) -> Answer:
    """A page of the list, or a topic."""
    if ask.path == "latest.json":
        return _list(ask)
    head, _, rest = ask.path.partition("/")
    topic = ask.world.get("discourse", rest.removesuffix(".json"), day=ask.day) if head == "t" else None
    if topic is None or topic["status"] == "deleted":
        return failure(404, "The requested URL or resource could not be found.")
    return json_answer(_topic(topic, ask))


def failure(status: int, message: str, path: str = "") -> Answer:
    """An error in the platform's own shape."""
    kind = {404: "not_found", 429: "rate_limit", 403: "invalid_access"}.get(status, "error")
    return json_answer({"errors": [message], "error_type": kind}, status)


def _list(ask: Ask) -> Answer:
    there = [pair for pair in listed(ask.world, "discourse", ask.day) if pair[1]["status"] != "deleted"]
    page = ask.number("page", 0, 10**6)
    topics = [{**_about(topic), "bumped_at": iso(at)} for at, topic in there[page * SIZE : (page + 1) * SIZE]]
    more = {"more_topics_url": f"/latest?page={page + 1}"} if (page + 1) * SIZE < len(there) else {}
    return json_answer({"users": [], "topic_list": {"per_page": SIZE, **more, "topics": topics}})


def _about(topic: Appearance) -> dict[str, Any]:
    counts = topic["counts"]
    return {
        "id": number(topic["native_id"]),
        "title": topic["title"],
        "fancy_title": topic["title"].replace("&", "&amp;"),
        "slug": "topic",
        "posts_count": 1 + (counts.get("comments") or 0),
        "created_at": iso(moment(topic)),
        "archetype": "regular",
        "visible": True,
        "views": counts.get("views") or 0,
        "like_count": counts.get("likes") or 0,
        "tags": topic["tags"],
    }


def _topic(topic: Appearance, ask: Ask) -> dict[str, Any]:
    question, reply = halves(ask, topic)
    posts = [_post(topic, fragment(question, pictures(ask, topic)), 1)]
    posts += [_post(topic, fragment(reply, []), 2) | {"accepted_answer": True}] if reply else []
    stream = [post["id"] for post in posts]
    return {**_about(topic), "post_stream": {"posts": posts, "stream": stream}, "deleted_at": None}


def _post(topic: Appearance, cooked: str, place: int) -> dict[str, Any]:
    return {
        "id": place,
        "post_number": place,
        "post_type": 1,
        "user_id": number(topic["author"]["id"]),
        "name": topic["author"]["name"],
        "username": topic["author"]["id"],
        "created_at": iso(moment(topic)),
        "cooked": cooked,
        "topic_id": number(topic["native_id"]),
        "actions_summary": [],
        "hidden": False,
        "deleted_at": None,
    }

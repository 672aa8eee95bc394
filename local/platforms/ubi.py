"""The behaviour log of the world's users, in the shape of UBI, one JSON object a line."""

from datetime import date
from itertools import islice
from typing import Any

import orjson

from local.platforms.answers import Answer, Ask

LINES = "application/x-ndjson; charset=utf-8"


def answer(ask: Ask) -> Answer:
    """Lines of one day, `size` of them from line `from` on; none for a day that is not of this world."""
    if ask.path != "events.jsonl":
        return failure(404, "there is one log: events.jsonl")
    try:
        day = (date.fromisoformat(ask.query.get("date", "")) - ask.world.day0).days
    except ValueError:
        return failure(400, "date must be YYYY-MM-DD")
    start, size = ask.number("from", 0, 10**12), ask.number("size", 1000, 10_000)
    events = islice(ask.world.events(day, start=start), size) if 0 <= day <= ask.day else ()
    return Answer(200, b"".join(orjson.dumps(_told(event)) + b"\n" for event in events), LINES)


def failure(status: int, message: str, path: str = "") -> Answer:
    """Plain text."""
    return Answer(status, f"{message}\n".encode(), "text/plain; charset=utf-8")


def _told(event: dict[str, Any]) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    if event["native_id"]:
        object_id = f"{event['platform']}:{event['native_id']}"
        attributes["object"] = {"object_id": object_id, "object_id_field": "record_id"}
    if event.get("position") is not None:
        attributes["position"] = {"ordinal": event["position"]}
    return {
        "event_id": event["event_id"],
        "user_id": event["user_id"],
        "client_id": event["user_id"],
        "action_name": event["action"],
        "timestamp": event["occurred_at"],
        "user_query": event.get("query"),
        "event_attributes": attributes,
    }

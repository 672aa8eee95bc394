"""Hacker News's API, version 0: the world's questions as stories; on day 0 all of them changed of late."""

import html
from datetime import UTC, datetime, time, timedelta
from typing import Any

from local.platforms.answers import Answer, Appearance, Ask, json_answer, moment
from local.platforms.helpdesk import listed, number


def answer(ask: Ask) -> Answer:
    """The highest number, what changed, or an item: null where there is none."""
    there = listed(ask.world, "hackernews", ask.day)
    if ask.path == "v0/maxitem.json":
        return json_answer(max((int(entry["native_id"]) for _, entry in there), default=0))
    if ask.path == "v0/updates.json":
        begin = datetime.combine(ask.world.day0 + timedelta(days=ask.day - 1), time(), UTC)
        changed = [number(entry["native_id"]) for at, entry in there if ask.day == 0 or at >= begin]
        return json_answer({"items": changed, "profiles": []})
    if ask.path.startswith("v0/item/"):
        native_id = ask.path.removeprefix("v0/item/").removesuffix(".json")
        entry = ask.world.get("hackernews", native_id, day=ask.day)
        return json_answer(_item(entry, ask) if entry else None)
    return failure(404, "Permission denied")


def failure(status: int, message: str, path: str = "") -> Answer:
    """An error in the platform's own shape."""
    return json_answer({"error": message}, status)


def _item(entry: Appearance, ask: Ask) -> dict[str, Any]:
    made = {"id": number(entry["native_id"]), "type": "story", "time": int(moment(entry).timestamp())}
    if entry["status"] == "deleted":
        return {**made, "deleted": True}
    counts = entry["counts"]
    return {
        **made,
        "by": entry["author"]["name"],
        "title": html.escape(entry["title"], quote=False),
        "text": "<p>".join(html.escape(part) for part in ask.body(entry).split("\n\n")),
        "score": counts.get("likes") or 0,
        "descendants": counts.get("comments") or 0,
        "kids": [],
    }

"""Zendesk's help centre: the world's questions as articles, oldest change first; what was deleted is a draft again."""

from typing import Any

from local.platforms.answers import Answer, Appearance, Ask, json_answer, moment
from local.platforms.helpdesk import fragment, is_basic, iso, listed, number, pictures

SIZE = 1000
PATH = "api/v2/help_center/incremental/articles"
SECTION = 7001
LOCALES = {"zh": "zh-cn", "en": "en-us"}


def answer(ask: Ask) -> Answer:
    """A page of the incremental export."""
    if not is_basic(ask):
        return failure(401, "Couldn't authenticate you")
    if ask.path.removesuffix(".json") != PATH:
        return failure(404, "Not found")
    start = ask.number("start_time", 0, 10**11)
    changed = [(at, entry) for at, entry in reversed(listed(ask.world, "zendesk", ask.day)) if at.timestamp() >= start]
    # A page ends with its second: the next one begins there.
    last = int(changed[min(SIZE, len(changed)) - 1][0].timestamp()) if changed else start
    articles = [_article(entry, iso(at), ask) for at, entry in changed if int(at.timestamp()) <= last]
    following = f"{ask.base}/zendesk/{PATH}.json?start_time={last}"
    beside = {"sections": [_section()], "categories": [_category()], "users": _users(changed)}
    told = {"count": len(changed), "end_time": last, "next_page": following if articles else None}
    return json_answer({**told, **beside, "articles": articles, "page_count": 1, "per_page": SIZE})


def failure(status: int, message: str, path: str = "") -> Answer:
    """An error in the platform's own shape."""
    return json_answer({"error": message.replace(" ", ""), "description": message}, status)


def _section() -> dict[str, Any]:
    return {"id": SECTION, "name": "Questions", "category_id": 71, "parent_section_id": None, "locale": "en-us"}


def _category() -> dict[str, Any]:
    return {"id": 71, "name": "Help", "locale": "en-us"}


def _users(changed: list[Any]) -> list[dict[str, Any]]:
    names = {entry["author"]["id"]: entry["author"]["name"] for _, entry in changed}
    return [{"id": number(native_id), "name": name} for native_id, name in names.items()]


def _article(entry: Appearance, changed_at: str, ask: Ask) -> dict[str, Any]:
    native_id = entry["native_id"]
    return {
        "id": number(native_id),
        "url": f"{ask.base}/zendesk/api/v2/help_center/articles/{native_id}.json",
        "html_url": entry["url"],
        "author_id": number(entry["author"]["id"]),
        "draft": entry["status"] == "deleted",
        "vote_sum": entry["counts"].get("likes") or 0,
        "section_id": SECTION,
        "created_at": iso(moment(entry)),
        "updated_at": changed_at,
        "edited_at": changed_at,
        "name": entry["title"],
        "title": entry["title"],
        "locale": LOCALES.get(entry["lang"], "en-us"),
        "user_segment_id": None,
        "label_names": entry["tags"],
        "body": fragment(ask.body(entry), pictures(ask, entry)),
    }

"""MediaWiki's action API: all pages of the wiki, its changes and deletions, pages by their ids; formatversion 2."""

import html
import re
from datetime import datetime, timedelta
from typing import Any

from local.platforms import changed
from local.platforms.answers import Answer, Appearance, Ask, json_answer, moment

MARKS = re.compile(r"[\[\]{}|<>~]|''|__|//\S*\s|^[*#:;=\s-]", re.MULTILINE)


def answer(ask: Ask) -> Answer:
    """One of the queries that a crawl asks."""
    if ask.path != "w/api.php":
        return failure(404, "there is one address: w/api.php")
    if ask.query.get("action") != "query":
        return failure(200, f"Unrecognized value for parameter \"action\": {ask.query.get('action')}.")
    if ask.query.get("generator") == "allpages":
        return _all(ask)
    if "recentchanges" in ask.query.get("list", ""):
        return _changes(ask)
    found = (
        ask.world.get("mediawiki", native_id, day=ask.day) for native_id in ask.query.get("pageids", "").split("|")
    )
    told = [_page(page, ask) if page and page["status"] != "deleted" else None for page in found]
    numbers = ask.query.get("pageids", "").split("|")
    missing = ({"pageid": int(number), "missing": True} for number in numbers if number.isdigit())
    return _answered(ask, {"pages": [page or gone for page, gone in zip(told, missing, strict=False)]}, {})


def failure(status: int, message: str, path: str = "") -> Answer:
    """An error in the API's own shape, which it sends with status 200 where it can."""
    code = {429: "ratelimited", 503: "maxlag", 403: "readapidenied"}.get(status, "badvalue")
    return json_answer({"error": {"code": code, "info": message}, "servedby": "wiki1"}, status)


def _answered(ask: Ask, query: dict[str, Any], more: dict[str, str]) -> Answer:
    named = {"requestid": ask.query["requestid"]} if "requestid" in ask.query else {}
    going_on = {"continue": {**more, "continue": "||"}} if more else {"batchcomplete": True}
    return json_answer({**going_on, **named, "query": query})


def _all(ask: Ask) -> Answer:
    """The real one goes on at a title; the caller cannot tell."""
    start, size = ask.number("gapcontinue", 0, 10**9), max(1, ask.number("gaplimit", 10, 50))
    pages = ask.world.page("mediawiki", day=ask.day, start=start, size=size)
    there = [_page(page, ask) for page in pages if page["status"] != "deleted"]
    is_last = start + size >= ask.world.size("mediawiki", ask.day)
    return _answered(ask, {"pages": there}, {} if is_last else {"gapcontinue": str(start + size)})


def _changes(ask: Ask) -> Answer:
    """What changed after rcstart, oldest first; deletions in the log."""
    since = datetime.fromisoformat(ask.query.get("rcstart", "2000-01-01T00:00:00Z"))
    days = changed.days(ask.world, "mediawiki", ask.day)
    late = [native_id for native_id, day in days.items() if _midday(ask, day) >= since]
    start, size = ask.number("rccontinue", 0, 10**9), max(1, ask.number("rclimit", 10, 500))
    found = [ask.world.get("mediawiki", native_id, day=ask.day) for native_id in late[start : start + size]]
    there = [(page, days[page["native_id"]]) for page in found if page]
    query = {
        "recentchanges": [_change(page, ask, day) for page, day in there if page["status"] != "deleted"],
        "logevents": [_deletion(page, ask, day) for page, day in there if page["status"] == "deleted"],
    }
    return _answered(ask, query, {"rccontinue": str(start + size)} if start + size < len(late) else {})


def _midday(ask: Ask, day: int) -> datetime:
    return datetime.fromisoformat(f"{ask.world.day0}T12:00:00+00:00") + timedelta(days=day)


def _change(page: Appearance, ask: Ask, day: int) -> dict[str, Any]:
    is_new = moment(page) >= _midday(ask, day) - timedelta(hours=12)
    named = {"ns": 0, "title": page["title"], "pageid": _number(page["native_id"]), "revid": _edit(page, day)}
    return {"type": "new" if is_new else "edit", **named, "old_revid": 0, "timestamp": _written(_midday(ask, day))}


def _deletion(page: Appearance, ask: Ask, day: int) -> dict[str, Any]:
    named = {"ns": 0, "title": page["title"], "pageid": 0, "logpage": _number(page["native_id"])}
    return {
        "logid": _edit(page, day),
        **named,
        "type": "delete",
        "action": "delete",
        "timestamp": _written(_midday(ask, day)),
    }


def _page(page: Appearance, ask: Ask) -> dict[str, Any]:
    day = changed.days(ask.world, "mediawiki", ask.day).get(page["native_id"], 0)
    is_edited = bool(day) and moment(page) < _midday(ask, day) - timedelta(hours=12)
    told = {"contentformat": "text/x-wiki", "contentmodel": "wikitext", "content": _source(page, ask)}
    edit = {
        "revid": _edit(page, day),
        "parentid": _edit(page, 0) if is_edited else 0,
        "user": page["author"]["name"],
        "timestamp": _written(_midday(ask, day) if is_edited else moment(page)),
        "comment": "",
        "slots": {"main": told},
    }
    picture = {"original": {"source": ask.picture_url(page["pictures"][0])}} if page["pictures"] else {}
    named = {"pageid": _number(page["native_id"]), "ns": 0, "title": page["title"], "pagelanguage": page["lang"]}
    return {**named, "fullurl": page["url"], "canonicalurl": page["url"], **picture, "revisions": [edit]}


def _number(native_id: str) -> int | str:
    """Ids are numbers; one that no number is written as stays text, so that it comes out as it went in."""
    return int(native_id) if str(int(native_id)) == native_id else native_id


def _edit(page: Appearance, day: int) -> int:
    return int(page["native_id"]) * 100 + day


def _written(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _source(page: Appearance, ask: Ask) -> str:
    """The text with what wikitext would take for marks kept as it is, and its categories."""
    lines = [html.escape(line, quote=False) for line in ask.body(page).split("\n")]
    kept = [f"<nowiki>{line}</nowiki>" if MARKS.search(line) else line for line in lines]
    return "\n".join([*kept, "", *(f"[[Category:{tag}]]" for tag in page["tags"])])

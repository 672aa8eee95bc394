"""Confluence's REST API: the world's articles of an internal wiki by their last change; what was deleted is in the bin."""

import re
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import urlencode

from local.platforms.answers import Answer, Ask, json_answer, moment
from local.platforms.helpdesk import Changed, fragment, is_basic, iso, listed, pictures

PATH = "rest/api/content"
SINCE = re.compile(r'lastmodified >= "(\d{4}-\d\d-\d\d \d\d:\d\d)"')
MOST = 50


def answer(ask: Ask) -> Answer:
    """A page of what a search finds, or of the bin."""
    if not is_basic(ask):
        return failure(401, "Basic authentication is required")
    there = [pair for pair in reversed(listed(ask.world, "confluence", ask.day))]
    if ask.path == PATH and ask.query.get("status") == "trashed":
        return _page([pair for pair in there if pair[1]["status"] == "deleted"], ask)
    told = SINCE.search(ask.query.get("cql", ""))
    if ask.path != f"{PATH}/search" or not told:
        return failure(404 if told else 400, "Could not parse cql" if not told else "No content found")
    since = datetime.fromisoformat(told.group(1)).replace(tzinfo=UTC)
    return _page([pair for pair in there if pair[1]["status"] != "deleted" and pair[0] >= since], ask)


def failure(status: int, message: str, path: str = "") -> Answer:
    """An error in the platform's own shape."""
    return json_answer({"statusCode": status, "message": message, "reason": "Error"}, status)


def _page(there: list[Changed], ask: Ask) -> Answer:
    start, limit = ask.number("start", 0, 10**7), max(1, ask.number("limit", 25, MOST))
    query = urlencode({**ask.query, "start": start + limit, "limit": limit})
    further = {"next": f"/{ask.path}?{query}"} if start + limit < len(there) else {}
    results = [_content(pair, ask) for pair in there[start : start + limit]]
    links = {"base": f"{ask.base}/confluence", "context": "/confluence", **further, "self": f"{ask.base}/{ask.path}"}
    return json_answer({"results": results, "start": start, "limit": limit, "size": len(results), "_links": links})


def _content(pair: Changed, ask: Ask) -> dict[str, Any]:
    changed_at, entry = pair
    images = [f'<ac:image><ri:url ri:value="{escape(url)}" /></ac:image>' for url in pictures(ask, entry)]
    storage = fragment(ask.body(entry), []) + "".join(f"<p>{image}</p>" for image in images)
    author = entry["author"]
    return {
        "id": entry["native_id"],
        "type": "page",
        "status": "trashed" if entry["status"] == "deleted" else "current",
        "title": entry["title"],
        "space": {"key": "HELP", "name": "Help"},
        "ancestors": [],
        "body": {"storage": {"value": storage, "representation": "storage"}},
        "history": {
            "latest": True,
            "createdDate": iso(moment(entry)),
            "createdBy": {"type": "known", "userKey": author["id"], "displayName": author["name"]},
        },
        "version": {"number": 1, "when": iso(changed_at)},
        "metadata": {"labels": {"results": [{"prefix": "global", "name": tag} for tag in entry["tags"]]}},
        "_links": {"webui": f"/pages/viewpage.action?pageId={entry['native_id']}"},
        "_expandable": {"container": "/rest/api/space/HELP"},
    }

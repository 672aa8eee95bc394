"""Questions, answers, pages and stories in raw payloads of help desks and forums."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

from tests.samples import Expected

Payload = dict[str, Any]


def _values(file: Path) -> list[Any]:
    """JSON values of a file: its one document, or one a line."""
    text = file.read_text(encoding="utf-8-sig")
    try:
        return [json.loads(text)]
    except ValueError:
        pass
    found = []
    for line in text.splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def _one_line(text: str) -> str:
    return " ".join(unescape(re.sub("[\u200b-\u200f\u2060\ufeff]", "", text)).split())


def faq(file: Path) -> list[Expected]:
    """Rows of a table with a header that names a question."""
    text = file.read_text(encoding="utf-8-sig")
    tabs = text.split("\n", 1)[0].count("\t")
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter="\t" if tabs else ",")
    if "question" not in (rows.fieldnames or ()):
        return []
    return [Expected(_one_line(row["question"]), True, bool(row.get("last_update"))) for row in rows if row["question"]]


def stackexchange(file: Path) -> list[Expected]:
    """Entries of the wrapper object."""
    found = []
    for payload in _values(file):
        for entry in payload.get("items", []) if isinstance(payload, dict) else []:
            posts = [entry, *entry.get("answers", [])]
            words = entry.get("title") or any(post.get("body") or post.get("body_markdown") for post in posts)
            number = entry.get("question_id") or entry.get("answer_id")
            found.append(Expected(str(number), bool(words), "creation_date" in entry))
    return found


def hackernews(file: Path) -> list[Expected]:
    """Objects with a number and a type."""
    found = []
    for payload in _values(file):
        for entry in payload if isinstance(payload, list) else [payload]:
            if isinstance(entry, dict) and "id" in entry and "type" in entry:
                words = entry.get("title") or entry.get("text") or entry.get("url")
                is_gone = entry.get("deleted") or entry.get("dead")
                found.append(Expected(str(entry["id"]), bool(words) and not is_gone, "time" in entry))
    return found


def qa_forums(file: Path) -> list[Expected]:
    """Topics, posts, questions, comments and wiki pages, by the shape of the payload."""
    if file.suffix in (".html", ".htm"):
        return list(_question_page(file.read_text(encoding="utf-8", errors="replace")))
    if file.suffix != ".json":
        return []
    found: list[Expected] = []
    for payload in _values(file):
        if isinstance(payload, list):
            found += [_comment(entry) for entry in payload if "comment_added_at" in entry]
        elif isinstance(payload, dict):
            for read in (_topics, _questions, _wiki):
                found += read(payload)
    return found


def _question_page(page: str) -> Iterator[Expected]:
    number = re.search(r"js-question\"[^>]*data-post-id=\"(\d+)\"", page)
    if number:
        yield Expected(number.group(1), True, "timeago" in page)


def _comment(entry: Payload) -> Expected:
    return Expected(str(entry["id"]), bool(entry.get("html")), bool(entry.get("comment_added_at")))


def _topics(payload: Payload) -> list[Expected]:
    topics = list(payload.get("topic_list", {}).get("topics", []))
    topics += [payload] if "post_stream" in payload and "title" in payload else []
    found = []
    for topic in topics:
        is_gone = topic.get("visible") is False or topic.get("deleted_at")
        found.append(Expected(str(topic["id"]), bool(topic["title"]) and not is_gone, bool(topic.get("created_at"))))
    posts = list(payload.get("latest_posts", [])) + ([payload] if "cooked" in payload else [])
    for post in posts:
        number = post["topic_id"] if post.get("post_number") == 1 else post["id"]
        is_gone = any(post.get(name) for name in ("hidden", "deleted_at", "user_deleted"))
        found.append(Expected(str(number), bool(post.get("cooked")) and not is_gone, bool(post.get("created_at"))))
    return found


def _questions(payload: Payload) -> list[Expected]:
    questions = list(payload.get("questions", [])) + ([payload] if "answer_ids" in payload else [])
    return [Expected(str(one["id"]), bool(one.get("title")), bool(one.get("added_at"))) for one in questions]


def _wiki(payload: Payload) -> list[Expected]:
    contents = payload.get("results", []) + ([payload] if payload.get("type") and "_expandable" in payload else [])
    found = []
    for one in contents:
        if one.get("type") in ("page", "blogpost", "comment", "attachment"):
            words = one.get("title") or one.get("body", {}).get("storage", {}).get("value")
            time = one.get("history", {}).get("createdDate") or one.get("version", {}).get("when")
            is_gone = one.get("status") in ("trashed", "deleted", "draft", "archived")
            found.append(Expected(str(one["id"]), bool(words) and not is_gone, bool(time)))
    return found


COUNTERS: dict[str, Callable[[Path], list[Expected]]] = {
    "faq_customer_service": faq,
    "stackexchange": stackexchange,
    "hackernews": hackernews,
    "qa_forums": qa_forums,
}

"""Stack Exchange: the questions of one or more sites with their answers, most recently active first.

Source  GET /2.3/questions per target site, 100 a page, `min` of the activity; one page after another while `has_more`
        (https://api.stackexchange.com/docs, terms as of 2026-01)
Also    questions by number, where one that is missing is gone; an answer that stands alone is a post that replies to its question
Units   epoch seconds; 10,000 requests a day with a key; `backoff` in seconds stands in the answer itself

Titles, names and Markdown come HTML-escaped. Numbers are unique within a site: those of other sites than Stack Overflow
carry the host. Texts are CC BY-SA: the record's author and url are the attribution.
"""

import html
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from jobs.platforms import Item, Page, PageBroken, Policy, Reject, Request, Window
from jobs.platforms._desk import Reply, peek, told
from jobs.platforms._reading import asked, at, checked, decoded, each, filled, identity, many, shown, turned
from models.identifiers import labelled_ids
from models.markup import clean, plain
from models.pictures import pictures
from models.times import instant
from models.values import address, count, score

POLICY = Policy(
    tier="B",
    license="CC BY-SA, by the author at the url",
    default_url="https://api.stackexchange.com",
    credentials=("TRAWL_STACKEXCHANGE_KEY",),
    requests_per_s=10,
    daily_units=10_000,
    redact=("key",),
)
SIZE = 100
BY_NUMBER = re.compile(r"/questions/(\d+(?:;\d+)*)$")
SITE = "stackoverflow"
# Filters never change: this one gives questions and answers with their Markdown, votes, views and owners.
FILTER = "Bf*y*ByQD_upZqozgU6lXL_62USGOoV3)MFNgiHqHpmO_Y-jHR"


def first(window: Window) -> Request:
    """The most recently active questions of the first site."""
    return _questions(window, target=0, page=1)


def following(window: Window, request: Request, page: Page) -> Request | None:
    """The next page, then the next site. Raises PageBroken for an error that comes as a page."""
    return turned(window, request, page, ask=_questions, has_more=_has_more)


def _has_more(payload: Any, _: int) -> bool:
    if at(payload, "error_id") is not None:
        raise PageBroken("stackexchange", shown(payload))
    return at(payload, "has_more") is True


def _questions(window: Window, *, target: int, page: int, broken: int = 0) -> Request:
    site = window.targets[target] if window.targets else SITE
    params = [("site", site), ("filter", FILTER), ("pagesize", str(SIZE)), ("page", str(page))]
    # Newest first: what becomes active meanwhile moves questions to later pages, never past us.
    params += [("order", "desc"), ("sort", "activity")]
    params += [("min", str(int(window.since.timestamp())))] if window.since else []
    steps = (("target", str(target)), ("page", str(page)), ("broken", str(broken)))
    return Request(f"{window.base_url}/2.3/questions", (*params, ("key", window.credentials[0])), steps)


def revisit(window: Window, native_ids: Sequence[str]) -> Request:
    """Those of the given questions that stand on the site of the first, at most 100 by number."""
    host = native_ids[0].rpartition(":")[0]
    numbers = [native_id.rpartition(":")[2] for native_id in native_ids if native_id.rpartition(":")[0] == host]
    params = (("site", host or SITE), ("filter", FILTER), ("pagesize", str(SIZE)), ("key", window.credentials[0]))
    return Request(f"{window.base_url}/2.3/questions/{';'.join(numbers[:SIZE])}", params)


def claims(page: Page) -> bool:
    """An error with its number, or the wrapper around questions, answers or nothing."""
    payload = peek(page)
    if not isinstance(payload, dict):
        return False
    entries = payload.get("items")
    is_wrapper = isinstance(entries, list) and ("has_more" in payload or "quota_remaining" in payload)
    is_ours = all(isinstance(e, dict) and ("question_id" in e or "answer_id" in e) for e in many(entries)[:3])
    return "error_id" in payload or (is_wrapper and is_ours)


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per question, and one per answer that comes without its question."""
    payload = decoded(page)
    if isinstance(payload, Reject):
        yield payload
    elif at(payload, "error_id") is not None:
        yield Reject("platform error", shown(payload))
    else:
        entries = many(at(payload, "items"))
        yield from each(entries, lambda entry: iter([checked(_post(entry))]))
        yield from _gone(page, {identity(at(entry, "question_id")) for entry in entries})


def _gone(page: Page, there: set[str | None]) -> Iterator[Item]:
    """Questions that were asked for by number and are not there."""
    wanted, site = BY_NUMBER.search(urlsplit(page.request.url).path), asked(page.request).get("site", SITE)
    host = f"https://{site}" if "." in site else None
    for number in wanted.group(1).split(";") if wanted else ():
        if number not in there:
            yield {"native_id": _named(number, host), "type": "qa", "status": "gone"}


def _post(entry: dict[str, Any]) -> Item:
    is_answer = "answer_id" in entry
    number, link = identity(entry.get("answer_id") if is_answer else entry.get("question_id")), _link(entry)
    created_at, precision = instant(entry.get("creation_date")) or (None, None)
    updated_at, _ = instant(entry.get("last_activity_date")) or (None, None)
    answers = [] if is_answer else many(entry.get("answers"))
    body = told(_text(entry), [_reply(answer) for answer in answers])
    question = _named(identity(entry.get("question_id")), link)
    return {
        "native_id": _named(number, link),
        "type": "post" if is_answer else "qa",
        "url": link,
        "title": None if is_answer else clean(_unescaped(entry.get("title"))),
        "body": body,
        "author": _author(entry.get("owner")),
        "created_at": created_at,
        "time_precision": precision,
        "updated_at": updated_at,
        "media": [picture for post in (entry, *answers) for picture in pictures(at(post, "body"))],
        "engagement": _engagement(entry),
        "ids": labelled_ids(body),
        "tags": [tag for tag in map(clean, many(entry.get("tags"))) if tag],
        "relations": [f"reply_to:stackexchange:{question}"] if is_answer and question else [],
    }


def _link(entry: dict[str, Any]) -> str | None:
    link = address(entry.get("link"))
    return link if link and urlsplit(link).path.strip("/") else None


def _named(number: str | None, link: str | None) -> str | None:
    """The number alone on Stack Overflow, with its host elsewhere."""
    host = urlsplit(link or "").hostname or "stackoverflow.com"
    return number if not number or host == "stackoverflow.com" else f"{host}:{number}"


def _text(post: Any) -> str | None:
    return plain(at(post, "body")) or clean(_unescaped(at(post, "body_markdown")))


def _unescaped(text: Any) -> Any:
    return html.unescape(text) if isinstance(text, str) else text


def _reply(answer: Any) -> Reply:
    return Reply(_text(answer), score(at(answer, "score")) or 0, at(answer, "is_accepted") is True)


def _author(owner: Any) -> dict[str, Any] | None:
    url = address(at(owner, "link"))
    return filled(id=identity(at(owner, "user_id")), name=clean(_unescaped(at(owner, "display_name"))), url=url)


def _engagement(entry: dict[str, Any]) -> dict[str, Any] | None:
    names = {"likes": "up_vote_count", "dislikes": "down_vote_count", "views": "view_count", "saves": "favorite_count"}
    counts = {ours: count(entry.get(theirs)) for ours, theirs in names.items()}
    return filled(**counts, comments=count(entry.get("answer_count")), score=score(entry.get("score")))

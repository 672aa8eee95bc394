"""A saved page of an Askbot question: the question, its answers, who asked and when."""

import re
from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from jobs.platforms import Item, Page, Reject
from jobs.platforms._desk import Reply, told
from jobs.platforms._reading import BROKEN, checked, filled, shown
from models.identifiers import labelled_ids
from models.markup import clean, plain, primary_tag
from models.pictures import pictures
from models.times import Instant, instant
from models.values import address, count, score

MARKS = (b"askbot['", b'askbot["')  # the page's own scripts
LANGUAGE = re.compile(rb"languageCode['\"]\]\s*=\s*['\"]([A-Za-z-]{2,10})")
USER = re.compile(r"/users/(\d+)/")
OFFSET = re.compile(r"\s+(?=[+-]\d{4}$)")
INFO = ".post-update-info-container"


def claims(body: bytes) -> bool:
    """True where Askbot's scripts stand in the page."""
    return any(mark in body for mark in MARKS)


def items(page: Page) -> Iterator[Item | Reject]:
    """The question of the page; a page that says that there is none is an error of the platform."""
    try:
        tree = LexborHTMLParser(page.body)
        question = tree.css_first(".js-question")
        yield checked(_question(tree, question, page.body)) if question else _none(tree)
    except BROKEN as error:
        yield Reject("malformed item", f"{type(error).__name__} {error}: {shown(page.body)}")


def moment(value: Any) -> Instant | None:
    """A time such as 2010-04-09 11:09:03 -0600."""
    return instant(OFFSET.sub("", value.strip())) if isinstance(value, str) else None


def _none(tree: LexborHTMLParser) -> Reject:
    heading = tree.css_first("h1")
    return Reject("platform error", heading.text(strip=True) if heading else "a page without a question")


def _question(tree: LexborHTMLParser, question: LexborNode, body: bytes) -> Item:
    link = tree.css_first("link[rel=canonical]")
    url = address(link.attributes.get("href")) if link else None
    answers = tree.css("div.answer")
    text = told(_text(question), [_reply(answer) for answer in answers])
    asked, changed = _times(question)
    created_at, precision = asked or (None, None)
    lang = LANGUAGE.search(body)
    tag = primary_tag(lang.group(1).decode()) if lang else None
    heading = question.css_first("h1")
    return {
        "native_id": question.attributes.get("data-post-id"),
        "type": "qa",
        "url": url,
        "title": clean(heading.text()) if heading else None,
        "body": text,
        "author": _author(question, url or ""),
        "created_at": created_at,
        "time_precision": precision,
        "updated_at": changed[0] if changed else None,
        "lang": tag,
        "lang_source": "declared" if tag else None,
        "media": [picture for post in (question, *answers) for picture in _pictures(post, url or "")],
        "engagement": filled(score=_votes(question), views=_views(tree), comments=_answers(tree)),
        "ids": labelled_ids(text),
        "tags": [name for node in question.css("[rel=tag]") if (name := clean(node.text()))],
    }


def _markup(post: LexborNode) -> str:
    """The post's own HTML, without the box that tells who wrote it and when."""
    body = post.css_first(".post-body")
    box = body.css_first(INFO) if body else None
    markup = (body.html or "") if body else ""
    return markup.replace(box.html or "", "", 1) if box else markup


def _text(post: LexborNode) -> str | None:
    return plain(_markup(post))


def _pictures(post: LexborNode, base: str) -> list[dict[str, Any]]:
    return pictures(_markup(post), base)


def _reply(answer: LexborNode) -> Reply:
    classes = (answer.attributes.get("class") or "").split()
    return Reply(_text(answer), _votes(answer) or 0, "accepted-answer" in classes)


def _votes(post: LexborNode) -> int | None:
    votes = post.css_first(".vote-number")
    return score(votes.text(strip=True)) if votes else None


def _times(post: LexborNode) -> tuple[Instant | None, Instant | None]:
    """When it was asked, and when it was changed."""
    box = post.css_first(INFO)
    times = [moment(node.attributes.get("title")) for node in box.css("abbr.timeago")] if box else []
    return (times[0] if times else None), (times[1] if len(times) > 1 else None)


def _author(post: LexborNode, base: str) -> dict[str, Any] | None:
    box = post.css_first(INFO)
    link = box.css_first(".user-info a") if box else None
    if link is None:
        return None
    href = link.attributes.get("href") or ""
    number = USER.search(href)
    return filled(id=number.group(1) if number else None, name=clean(link.text()), url=address(href, base))


def _views(tree: LexborHTMLParser) -> int | None:
    seen = re.search(r"([\d,]+)\s+times?", " ".join(node.text() for node in tree.css(".statsWidget p")))
    return count(seen.group(1)) if seen else None


def _answers(tree: LexborHTMLParser) -> int | None:
    heading = tree.css_first("#questionCount")
    return count(heading.text(strip=True).split()[0]) if heading and heading.text(strip=True) else None

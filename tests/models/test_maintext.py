"""The main text of a page: each rule, and pages that mean harm."""

import time
from typing import Any

import pytest

from models import maintext
from models.maintext import main_text
from models.markup import bounded

HAN = "我们在山里走了一整天，看到了很多没有见过的花和鸟"


LONG = (
    "The lamp of the old lighthouse is lit every evening by its keeper, who climbs the stairs with a can of oil. " * 4
)


@pytest.mark.parametrize(
    ("html", "given_text", "rule"),
    [
        (f"<div id=js_content><p>{LONG}</p></div><p>{LONG}</p>", LONG * 2, "container"),
        (f"<article>{LONG}</article>", LONG[:250], "told"),
        (f"<nav>Start</nav><article><p>{LONG}</p></article>", "short", "extracted"),
        ("<p></p>", "short", "told"),
        ("<p></p>", None, "none"),
    ],
)
def test_the_first_rule_that_gives_a_text_wins(html: str, given_text: str | None, rule: str) -> None:
    found = main_text(f"<html><body>{html}</body></html>", told=given_text)
    assert found.rule == rule and 0 <= found.kept <= 1
    assert bool(found.text) is (rule != "none")


def test_what_is_seen_stands_in_where_the_extraction_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RecursionError

    monkeypatch.setattr(maintext.trafilatura, "extract", broken)
    found = main_text(f"<html><body><nav>Start</nav><div>{LONG * 4}</div></body></html>")
    assert found.rule == "visible" and found.text and "Start" not in found.text and found.kept > 0.9


def test_a_container_keeps_the_share_of_the_seen_that_it_should() -> None:
    styled = "".join(f"<section><span style='color:red'>{HAN}</span></section>" for _ in range(80))
    found = main_text(f"<html><body><div id='js_content'>{styled}</div></body></html>")
    assert found.rule == "container" and found.kept >= 0.95


@pytest.mark.parametrize(
    "hostile",
    [
        "<div>" * 100_000,
        "<div " + " ".join(f"a{n}=1" for n in range(100_000)) + ">",
        "<b>" * 100_000,
        "<table><tr><td>" * 20_000,
        "<p>word" * 200_000,
        "<" * 500_000,
        "<a href='//x'>" * 50_000,
        "&#x110000;" * 50_000,
    ],
)
def test_hostile_pages_take_little_time(hostile: str) -> None:
    started = time.process_time()
    main_text(bounded(f"<html><body>{hostile}</body></html>"))
    assert time.process_time() - started < 10

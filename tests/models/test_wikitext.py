"""Wikitext as it is read, and any text taken for it."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import wikitext


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("'''a''' ''b''", "a b"),
        ("{{x|{{y}}|z}}a", "a"),
        ("a {{never closed", "a never closed"),
        ("[[a|b]]s [[c]]", "bs c"),
        ("[[File:a.png|thumb|a [[b]] c]]d", "d"),
        ("[[Category:x]]a", "a"),
        ("a<ref name=b>c</ref><ref name=b/>d<!-- e -->", "ad"),
        ("[https://x.example words] [https://x.example]", "words"),
        ("== a ==\nb", "a\nb"),
        ("* a\n# b\n: c", "a\nb\nc"),
        ("a\n{| class=x\n| b\n|}\nc", "a\n\nc"),
        ("{{x|\n|}}a", "a"),
        ("<nowiki>[[a]] & '' <b></nowiki>", "[[a]] & '' <b>"),
        ("a<br/>b &amp; c", "a\nb & c"),
        ("#REDIRECT [[a]]", None),
        ("#重定向 [[a]]", None),
    ],
)
def test_wikitext_as_it_is_read(source: str, text: str | None) -> None:
    assert wikitext.text(source) == text


def test_categories_of_a_wiki_page() -> None:
    assert wikitext.categories("[[Category:A|sort]] [[分类:甲]] [[:Category:no]] [[Category:A]]") == ["A", "甲"]


@given(st.text(alphabet="[]{}|'=<>!-/refnowiki \n#*:\ue000\ue0011", max_size=60))
@settings(max_examples=200)
def test_any_text_is_wikitext(source: str) -> None:
    wikitext.text(source)
    wikitext.categories(source)


@pytest.mark.parametrize(
    "part", ["{{", "[[", "<ref>", "<!--", "[http://", "<nowiki>", "{|\n", "''", "=", "[[a:", "[[ "]
)
def test_hostile_wikitext_takes_little_time(part: str) -> None:
    started = time.process_time()
    wikitext.text(part * (600_000 // len(part)))
    assert time.process_time() - started < 6

"""One spelling, tokens and language of Chinese and English text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import text


def test_normalise_joins_the_spellings_of_one_title() -> None:
    assert text.normalise("  ＳＯＮＹ  無線耳機\u3000Straße ") == "sony 无线耳机 strasse"


@settings(deadline=None)  # the dictionaries load on first use
@given(st.text())
def test_normalise_is_stable(value: str) -> None:
    once = text.normalise(value)
    assert text.normalise(once) == once
    assert bool(text.title_key(value)) == bool(value)


@settings(deadline=None)  # the dictionaries load on first use
@given(st.text(), st.text())
def test_tokens_have_no_blanks_and_do_not_depend_on_the_spelling(left: str, right: str) -> None:
    value = f"{left} {right}"
    found = text.tokens(value)
    assert all(token and not any(c.isspace() for c in token) for token in found)
    assert found == text.tokens(text.normalise(value))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("X-200", ["x-200", "x200", "x", "200"]),
        ("X200", ["x200", "x", "200"]),
        ("running shoes", ["run", "shoe"]),
        ("¥1,299.50!", ["1299.50"]),
        ("don’t", ["don't"]),
        ("红色运动鞋", ["红色", "运动", "运动鞋"]),
        ("紅色運動鞋", ["红色", "运动", "运动鞋"]),
        ("5G手机", ["5g", "5", "g", "手机"]),
        ("!!! 。，", []),
    ],
)
def test_tokens(value: str, expected: list[str]) -> None:
    assert text.tokens(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("红色的运动鞋很舒服", "zh"),
        ("索尼 WH-1000XM5 头戴式无线降噪耳机", "zh"),
        ("A quiet morning by the lake", "en"),
        ("今天的天气很好 but I would rather stay at home", "mixed"),
        ("https://example.com/a/b 很好", "zh"),
        ("42 ... 17", "und"),
        ("Доброе утро", "und"),
        ("ありがとうございます", "und"),
        ("", "und"),
    ],
)
def test_language(value: str, expected: str) -> None:
    assert text.language(value) == expected

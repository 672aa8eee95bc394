"""Pictures in HTML, and votes that may be negative."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.pictures import MOST, pictures
from models.values import count, score


@pytest.mark.parametrize(
    ("markup", "urls"),
    [
        (
            '<p><img src="/a.png"><img src="//y.example/b.png"></p>',
            ["https://x.example/a.png", "https://y.example/b.png"],
        ),
        ('<img src="/a.png"><img src="/a.png">', ["https://x.example/a.png"]),
        ('<img data-src="/lazy.png">', ["https://x.example/lazy.png"]),
        ('<img src="/a.png" class="emoji only"><img src="/b.png" class="avatar">', []),
        ('<img src="data:image/png;base64,AAAA"><img><img src="">', []),
        ("no picture", []),
        (None, []),
        ("".join(f'<img src="/{n}.png">' for n in range(30)), [f"https://x.example/{n}.png" for n in range(MOST)]),
    ],
)
def test_pictures_of_a_fragment(markup: Any, urls: list[str]) -> None:
    assert [picture["url"] for picture in pictures(markup, "https://x.example/t/1")] == urls


def test_a_picture_tells_its_size_and_its_words() -> None:
    [picture] = pictures('<img src="https://x.example/a.png" alt=" a &amp; b " width="640" height="auto">')
    assert picture == {"kind": "image", "url": "https://x.example/a.png", "alt": "a & b", "width": 640}


@given(st.text(), st.text())
def test_no_markup_breaks_the_search_for_pictures(words: str, base: str) -> None:
    for markup in (words, f"<img src='{words}'>", f"<img alt='{words}' src=/a>"):
        assert all(picture["kind"] == "image" for picture in pictures(markup, base))


@pytest.mark.parametrize(
    ("told", "meant"),
    [(-3, -3), ("-3", -3), (0, 0), ("1.5万", 15000), (-0.5, 0), ("--3", None), ("", None), (None, None), (True, None)],
)
def test_scores(told: Any, meant: int | None) -> None:
    assert score(told) == meant


@given(st.integers(-(2**63) + 1, 2**63 - 1))
def test_a_score_survives_being_written(value: int) -> None:
    assert score(value) == score(str(value)) == value
    assert value < 0 or score(value) == count(value)

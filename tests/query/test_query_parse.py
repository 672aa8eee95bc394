"""Reading a query: what is read as more than text, and that nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query.parse import Filters, parse

PARTS = st.sampled_from(
    [
        "红色",
        "shoes",
        "x-200",
        "-kids",
        "-",
        '"',
        '"trail run"',
        "“跑步 鞋”",
        "under",
        "300",
        "元",
        "300元以下",
        "below 50",
    ]
    + [
        "platform:taobao",
        "platform:",
        "foo:bar",
        "between",
        "and",
        "100-300元",
        "8 hours",
        "以上",
        "：",
        "的",
        "¥",
        "-5",
    ]
)


@given(st.lists(st.one_of(PARTS, st.text(max_size=6))), st.sampled_from(["", " ", "  "]))
def test_every_character_is_in_exactly_one_piece(parts: list[str], between: str) -> None:
    raw = between.join(parts)
    assert "".join(piece.source for piece in parse(raw).pieces) == raw


@given(st.lists(st.one_of(PARTS, st.text(max_size=6))))
def test_a_term_is_searched_or_its_reading_is_told(parts: list[str]) -> None:
    query = parse(" ".join(parts))
    kept = query.text.split()
    for piece in query.pieces:
        assert piece.meaning or set(piece.source.split()) <= set(kept)


@pytest.mark.parametrize(
    ("raw", "text", "low", "high", "currency"),
    [
        ("红色 运动鞋 under 300 元", "红色 运动鞋", None, 300, "CNY"),
        ("红色运动鞋300元以下的", "红色运动鞋", None, 300, "CNY"),
        ("shoes below 50", "shoes", None, 50, None),
        ("100到1,299.5块的 耳机", "耳机", 100, 1299.5, "CNY"),
        ("between 100 and 300 yuan lamp", "lamp", 100, 300, "CNY"),
        ("lamp over $20", "lamp", 20, None, "USD"),
        ("不低于1万的 手表", "手表", 10_000, None, None),
        ("低于300 platform:taobao", "", None, 300, None),
    ],
)
def test_prices(raw: str, text: str, low: float | None, high: float | None, currency: str | None) -> None:
    query = parse(raw)
    found = query.filters
    assert (query.text, found.price_min, found.price_max, found.currency) == (text, low, high, currency)


@pytest.mark.parametrize(
    "raw",
    ["sleep under 8 hours", "lens below 50mm", "iphone 15-17", "2024元旦", "x-200", "a-b", "-5", "foo:bar", "platform:"]
    + ["more than 100 recipes", "100字以内的 故事", '5" screen', "a - b"],
)
def test_what_only_looks_like_it_stays_text(raw: str) -> None:
    query = parse(raw)
    assert query.text == raw
    assert query.filters == Filters() and not query.understood


def test_exclusions_phrases_and_fields() -> None:
    query = parse('"trail running" 鞋 -kids -"high heel" platform:taobao,weibo type：product')
    assert query.text == "trail running 鞋"
    assert query.phrases == ("trail running",)
    assert query.excluded == ("kids", "high heel")
    assert query.filters == Filters(platforms=("taobao", "weibo"), types=("product",))
    assert "-kids → left out" in query.understood


def test_narrowing_keeps_the_tighter_price_and_all_alternatives() -> None:
    both = Filters(platforms=("a",), price_max=300, price_min=5).narrowed(Filters(platforms=("b", "a"), price_max=200))
    assert both == Filters(platforms=("a", "b"), price_min=5, price_max=200)

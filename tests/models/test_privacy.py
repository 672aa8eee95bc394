"""What is hidden in texts of people, and what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.privacy import WEIGHTS, is_identity, masked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("write to a.b+c@mail.example.com!", "write to ***!"),
        ("联系电话13812345678，微信同号", "联系电话***，微信同号"),
        ("call +44 20 7946 0958 now", "call *** now"),
        ("call 138-1234-5678", "call ***"),
        ("身份证11010519491231002X。", "身份证***。"),
        ("EAN 6901234567892 and 110105194912310021", "EAN 6901234567892 and 110105194912310021"),  # a wrong check digit
        ("https://a.example/13812345678", "https://a.example/13812345678"),
        ("@someone at 10:30, 2026-01-02", "@someone at 10:30, 2026-01-02"),
        ("order 1381234567890", "order 1381234567890"),
    ],
)
def test_personal_data_is_hidden_and_nothing_else(text: str, shown: str) -> None:
    assert masked(text) == shown


@given(st.text())
def test_hiding_twice_hides_nothing_more(text: str) -> None:
    assert masked(masked(text)) == masked(text)


@given(st.lists(st.integers(0, 9), min_size=17, max_size=17))
def test_one_check_digit_is_right(digits: list[int]) -> None:
    stem = "".join(map(str, digits))
    assert sum(is_identity(stem + last) for last in "0123456789X") == 1 and len(WEIGHTS) == 17

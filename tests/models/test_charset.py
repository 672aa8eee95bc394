"""The charset of a page, and that any bytes are text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.charset import decoded

HAN = "我们在山里走了一整天，看到了很多没有见过的花和鸟"


@pytest.mark.parametrize(
    ("body", "content_type", "charset"),
    [
        (b"\xef\xbb\xbf" + HAN.encode(), "text/html; charset=gbk", "utf-8"),  # the BOM goes before the header
        (HAN.encode("utf-16"), "", "utf-16-le"),
        (HAN.encode("gbk"), "text/html; charset=gb2312", "gb18030"),  # the header, by the set that holds it
        (f"<meta charset=gbk>{HAN}".encode("gbk"), "", "gb18030"),
        (f"<?xml version='1.0' encoding='gb2312'?><p>{HAN}</p>".encode("gbk"), "", "gb18030"),
        (f"<meta charset=utf-16>{HAN}".encode(), "", "utf-8"),  # it could be read as ASCII, so it is none
        (HAN.encode(), "", "utf-8"),
        (HAN.encode()[:-1], "", "utf-8"),  # cut off within a character
        (HAN.encode("gbk"), "", "gb18030"),  # nothing declared: told from the bytes
        (HAN.encode("gbk"), "text/html; charset=utf-8", "gb18030"),  # declared wrongly
        ("café au lait".encode("latin-1"), "text/html; charset=utf-8", "cp1252"),
        (HAN.encode(), "text/html; charset=no-such-set", "utf-8"),
    ],
)
def test_the_charset_of_a_page(body: bytes, content_type: str, charset: str) -> None:
    read = decoded(body, content_type)
    assert read.charset == charset or (charset == "cp1252" and read.text == "café au lait")
    assert (HAN[:-1] in read.text or "café" in read.text) and read.lost < 0.05


@given(st.binary(max_size=300), st.sampled_from(["", "text/html; charset=utf-7", "text/html; charset=utf-16", "x"]))
@settings(max_examples=60)
def test_any_bytes_are_text(body: bytes, content_type: str) -> None:
    assert 0 <= decoded(body, content_type).lost <= 1

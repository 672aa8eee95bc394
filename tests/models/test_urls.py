"""One form for the many addresses of one thing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.urls import canonical


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://youtu.be/zGk3vTq1xQA?t=5", "https://www.youtube.com/watch?v=zGk3vTq1xQA"),
        ("http://m.youtube.com/watch?list=PL1&v=zGk3vTq1xQA", "https://www.youtube.com/watch?v=zGk3vTq1xQA"),
        ("https://www.youtube.com/shorts/zGk3vTq1xQA", "https://www.youtube.com/watch?v=zGk3vTq1xQA"),
        ("https://b23.tv/BV1aa411c7mD", "https://www.bilibili.com/video/BV1aa411c7mD"),
        ("https://b23.tv/a1B2c3", "https://b23.tv/a1B2c3"),  # a short code: only its platform knows
        ("https://m.bilibili.com/video/BV1aa411c7mD/?p=2", "https://www.bilibili.com/video/BV1aa411c7mD"),
        ("//item.taobao.com/item.htm?spm=a.1&id=61&ns=1", "https://item.taobao.com/item.htm?id=61"),
        ("https://detail.tmall.com/item.htm?id=61", "https://item.taobao.com/item.htm?id=61"),
        ("https://item.m.jd.com/product/100012.html?x=1", "https://item.jd.com/100012.html"),
        ("http://dx.doi.org/10.5555/AB.c%281%29", "https://doi.org/10.5555/ab.c(1)"),
        ("https://arxiv.org/pdf/2101.00001v3.pdf", "https://arxiv.org/abs/2101.00001"),
        ("http://arxiv.org/abs/hep-th/9901001", "https://arxiv.org/abs/hep-th/9901001"),
        ("https://youtu.be/", "https://youtu.be/"),
        ("https://example.org/youtu.be/zGk3vTq1xQA", "https://example.org/youtu.be/zGk3vTq1xQA"),
        ("http://[::1]:80/a/?utm_source=x&b=2&a=1#f", "http://[::1]:80/a?a=1&b=2"),
        ("http://[::1", None),
        ("ftp://x.y/z", None),
    ],
)
def test_one_address_of_many(url: str, kept: str | None) -> None:
    assert canonical(url) == kept


HOSTS = (
    "youtu.be www.youtube.com b23.tv item.taobao.com detail.tmall.com item.jd.com doi.org arxiv.org x.example".split()
)


PATHS = ["/watch", "/item.htm", "/abs/2101.00001v2", "/pdf/2101.00001", "/zGk3vTq1xQA", "/BV1aa411c7mD", "/10.5555/A?b"]


@given(
    st.one_of(
        st.text(max_size=40).map(lambda tail: f"http://{tail}"),
        st.tuples(st.sampled_from(HOSTS), st.sampled_from(PATHS), st.text(max_size=12)).map(
            lambda parts: f"https://{parts[0]}{parts[1]}{parts[2]}"
        ),
        st.tuples(st.sampled_from(HOSTS), st.text(max_size=30)).map("/".join).map("https://{}".format),
    )
)
@settings(max_examples=500)
def test_the_one_form_of_an_address_is_its_own_form(url: str) -> None:
    once = canonical(url)
    assert once is None or canonical(once) == once

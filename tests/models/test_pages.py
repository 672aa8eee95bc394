"""Charset, structured data, main text, sitemaps, wikitext and addresses: each rule, and what anyone may send."""

import gzip
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import document_fromstring

from models import maintext, structured, wikitext
from models.charset import decoded
from models.maintext import main_text
from models.markup import bounded
from models.packed import Opened, TooLarge, head
from models.sitemaps import sitemap
from models.urls import canonical

HAN = "我们在山里走了一整天，看到了很多没有见过的花和鸟"
LONG = (
    "The lamp of the old lighthouse is lit every evening by its keeper, who climbs the stairs with a can of oil. " * 4
)


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
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_text(body: bytes, content_type: str) -> None:
    assert 0 <= decoded(body, content_type).lost <= 1


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
@settings(max_examples=500, deadline=None)
def test_the_one_form_of_an_address_is_its_own_form(url: str) -> None:
    once = canonical(url)
    assert once is None or canonical(once) == once


def told(html: str) -> structured.Told:
    return structured.in_page(document_fromstring(html), "https://x.example/a")


def script(text: str) -> str:
    return f'<html><head><script type="application/ld+json">{text}</script></head><body><p>x</p></body></html>'


@pytest.mark.parametrize(
    "text",
    [
        '{"@type": "Product", "name": "a"}',
        '<!-- made by hand -->\n{"@type": "Product", "name": "a"}',
        '{"@type": "Product", "name": "a", // said so\n}',
        '[[{"@type": ["Thing", "http://schema.org/Product"], "name": "a"}]]',
        '{"@graph": [{"@type": "WebSite", "name": "b"}, {"@type": "Product", "name": "a"}]}',
        '{"@type": "WebPage", "mainEntity": {"@type": "Product", "name": "a"}}',
        '{"http://schema.org/name": {"@value": "a"}, "@type": "schema:Product"}',
        '{"@type": "Product", "name": "a", "description": "one\n\ttwo"}',
    ],
)
def test_json_ld_as_people_write_it(text: str) -> None:
    main = structured.about(told(script(text)).json_ld, lambda _: False)
    assert structured.kind_of(main) == "product" and structured.words(main, "name") == "a"


def test_a_broken_script_costs_itself_alone() -> None:
    page = script("{").replace(
        "</head>", '<script type="APPLICATION/LD+JSON">{"@type": "Article", "name": "b"}</script></head>'
    )
    assert [thing["name"] for thing in told(page).json_ld] == ["b"]


def test_references_in_a_ring_end() -> None:
    ring = '{"@graph": [{"@id": "#a", "@type": "Article", "author": {"@id": "#b"}}, {"@id": "#b", "name": "B", "knows": {"@id": "#a"}}]}'
    article, author = told(script(ring)).json_ld
    assert structured.words(article, "author") == "B" and author["knows"]["@id"] == "#a"


def test_a_page_that_lists_many_is_about_none_unless_one_bears_its_address() -> None:
    many = '[{"@type": "Product", "name": "a", "url": "https://x.example/a"}, {"@type": "Product", "name": "b"}]'
    things = told(script(many)).json_ld
    assert structured.about(things, lambda _: False) == {}
    assert structured.about(things, lambda url: url == "https://x.example/a")["name"] == "a"
    assert [thing["name"] for thing in structured.mains(things)] == ["a", "b"]


def test_what_stands_on_every_page_of_a_site_is_not_the_page() -> None:
    everywhere = (
        '[{"@type": "WebSite", "name": "a"}, {"@type": "Restaurant", "name": "b"}, {"@type": "Person", "name": "c"}]'
    )
    assert structured.about(told(script(everywhere)).json_ld, lambda _: False) == {}


def test_microdata_and_open_graph() -> None:
    page = (
        '<html prefix="og: http://ogp.me/ns#"><head><meta property="og:title" content="t"/><meta property="og:image" content="1"/>'
        '<meta property="og:image" content="2"/></head><body><div itemscope itemtype="http://schema.org/Product">'
        '<b itemprop="name">n</b></div></body></html>'
    )
    found = told(page)
    assert found.microdata == [{"name": "n", "@type": ["Product"]}]
    assert found.graph == {"og:title": ["t"], "og:image": ["1", "2"]}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["@graph", "@type", "@id", "properties", "items", "name", "url", "elements"]), inner
    ),
    max_leaves=15,
)


@given(JSON)
@settings(max_examples=150, deadline=None)
def test_any_json_is_things(payload: Any) -> None:
    things = structured.things(payload)
    structured.mains(things)
    structured.about(things, bool)


def test_deep_json_is_cut_off() -> None:
    deep: Any = {"name": "x"}
    for _ in range(300):
        deep = {"name": "y", "about": [deep]}
    assert structured.things(deep)[0]["name"] == "y"


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


def test_a_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(200_000_000), 1)
    with pytest.raises(TooLarge):
        Opened(bomb).read()
    assert sitemap(bomb) is None and head(bomb) == bytes(4096)


@pytest.mark.parametrize(
    "body", [b"", b"\x1f\x8b", b"\x1f\x8b\x08\x00junk", gzip.compress(b"<urlset/>", mtime=0)[:12], b"plain words"]
)
def test_what_is_no_sitemap(body: bytes) -> None:
    assert sitemap(body) is None and isinstance(head(body), bytes)


URLSET = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>'
ENTRY = "<url><loc> https://x.example/a?b=1&amp;c=2 </loc><lastmod>2026-01-02</lastmod></url>"


def test_sitemaps_of_every_kind() -> None:
    doubled = URLSET.format(ENTRY + ENTRY + "<url><loc>nowhere</loc></url><!-- x --><url/>")
    for body in (
        doubled.encode(),
        gzip.compress(doubled.encode()),
        b"\xef\xbb\xbf" + doubled.encode(),
        doubled[:-9].encode(),
    ):
        found = sitemap(body)
        assert (
            found and not found.is_index and [entry.url for entry in found.entries] == ["https://x.example/a?b=1&c=2"]
        )
        assert found.entries[0].changed_at and found.entries[0].changed_at[1] == "day"
    index = sitemap(b"<sitemapindex><sitemap><loc>https://x.example/s.xml</loc></sitemap></sitemapindex>")
    assert index and index.is_index and index.entries[0].changed_at is None
    robots = sitemap(b"User-agent: *\nSitemap: https://x.example/s.xml\n")
    assert robots and robots.is_index
    lines = sitemap(b"https://x.example/a\nhttps://x.example/b\n")
    assert lines and not lines.is_index and len(lines.entries) == 2


def test_entities_of_a_sitemap_are_not_expanded() -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "https://x.example/">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
    )
    body = f'{laughs}<!ENTITY f SYSTEM "file:///etc/hostname">]>{URLSET.format("<url><loc>&j;</loc></url><url><loc>https://x.example/&f;</loc></url>")}'
    found = sitemap(body.encode())
    assert found is None or all(entry.url == "https://x.example/" for entry in found.entries)


@given(st.binary(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_a_sitemap_or_none(body: bytes) -> None:
    sitemap(body)
    sitemap(b"<urlset>" + body)


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
@settings(max_examples=200, deadline=None)
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

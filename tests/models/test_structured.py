"""JSON-LD, microdata and Open Graph as people write them, and whatever JSON anyone may send."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import document_fromstring

from models import structured


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
@settings(max_examples=150)
def test_any_json_is_things(payload: Any) -> None:
    things = structured.things(payload)
    structured.mains(things)
    structured.about(things, bool)


def test_deep_json_is_cut_off() -> None:
    deep: Any = {"name": "x"}
    for _ in range(300):
        deep = {"name": "y", "about": [deep]}
    assert structured.things(deep)[0]["name"] == "y"

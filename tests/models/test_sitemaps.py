"""Sitemaps of every kind, and what is none."""

import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.packed import Opened, TooLarge, head
from models.sitemaps import sitemap


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
@settings(max_examples=60)
def test_any_bytes_are_a_sitemap_or_none(body: bytes) -> None:
    sitemap(body)
    sitemap(b"<urlset>" + body)

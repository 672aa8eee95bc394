"""Web pages as a crawler keeps them: HTML with what machines read of it, inside WARC records (ISO 28500)."""

import io
from collections.abc import Sequence
from html import escape
from typing import Any
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

import orjson
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

Capture = dict[str, Any]  # an appearance


def warc(pages: Sequence[Capture], at: str) -> bytes:
    """A compressed file: a response for each page, captured at `at`; what was deleted answers 410."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    for page in pages:
        is_there = page["status"] == "live"
        body = html(page).encode() if is_there else b"<html><head><title>Gone</title></head><body>Gone</body></html>"
        status = "200 OK" if is_there else "410 Gone"
        headers = StatusAndHeaders(status, [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
        told = {"WARC-Date": at, "WARC-Record-ID": f"<urn:uuid:{uuid5(NAMESPACE_URL, page['url'] + at)}>"}
        writer.write_record(
            writer.create_warc_record(
                page["url"], "response", io.BytesIO(body), http_headers=headers, warc_headers_dict=told
            )
        )
    return out.getvalue()


def html(page: Capture) -> str:
    """A page with navigation and footer around its text, its facts as JSON-LD."""
    paragraphs = "".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in page["body"].split("\n\n"))
    title, url, host = escape(page["title"]), escape(page["url"]), urlsplit(page["url"]).hostname
    return f"""<!DOCTYPE html>
<html lang="{page['lang']}"><head><meta charset="utf-8"><title>{title}</title><link rel="canonical" href="{url}">
<script type="application/ld+json">{_facts(page)}</script></head>
<body><nav><a href="/">{host}</a> <a href="/latest">Latest</a></nav>
<main><h1>{title}</h1><article>{paragraphs}</article></main>
<footer>{host}, all pages of a made-up world</footer></body></html>
"""


def _facts(page: Capture) -> str:
    facts = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": page["title"],
        "url": page["url"],
        "inLanguage": page["lang"],
        "datePublished": page["created_at"],
        "author": {"@type": "Organization", "name": page["author"]["name"]},
        "keywords": page["tags"],
    }
    return orjson.dumps(facts).decode().replace("<", "\\u003c")

"""Fetch the pictures that tonight's pages point to, once per address, under their content hash.

In   pages    tonight's answers of one platform
     media    the platform's addresses known from earlier nights
Out  media    one row per address (standing); the bytes at blobs/<2 hex>/<sha256>
     rejects  addresses that gave no usable picture, with the reason
"""

import hashlib
import io
import logging
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import httpx
import pyarrow as pa
from PIL import Image

from jobs import platforms
from jobs.platforms import Page, Reject, Request
from schemas.media import MEDIA_FILE
from schemas.reject import REJECT
from store import archive, cli, lake, ledger, settings

log = logging.getLogger(__name__)
MAX_BYTES = 10 << 20
MAX_PIXELS = 50_000_000  # a picture larger than this is a decompression bomb or a poster: neither is searched
THREADS = 4

Row = dict[str, Any]


def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("jobs.media", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--date", type=cli.day, required=True, help="night, YYYY-MM-DD")
    parser.add_argument("--platform", choices=platforms.names(), required=True)
    args = parser.parse_args(argv)
    with ledger.step("media", args.date, args.platform) as counts:
        counts.update(fetch_all(args.platform, args.date))
    log.info("%s: %s", args.platform, counts)


def fetch_all(platform: str, night: str) -> dict[str, int]:
    """Make tonight's partition from the standing one and what is new; counts by outcome."""
    known = {row["url"]: row for row in _standing(platform, night)}
    wanted = sorted(set(picture_urls(platform, night)) - set(known))
    allowed = [url for url in wanted if _is_allowed(url)]
    with httpx.Client(timeout=30, follow_redirects=True) as client, ThreadPoolExecutor(THREADS) as pool:
        outcomes = list(
            cli.progress(pool.map(lambda url: fetch(client, url), allowed), total=len(allowed), unit="files")
        )
    rejects = [outcome for outcome in outcomes if isinstance(outcome, Reject)]
    found = sorted([*known.values(), *(o for o in outcomes if isinstance(o, dict))], key=lambda row: row["url"])
    lake.write(
        lake.partition("rejects", step="media", platform=platform, date=night),
        [pa.Table.from_pylist([_reject_row(platform, reject) for reject in rejects], schema=REJECT)],
        REJECT,
    )
    inputs = [lake.partition("pages", platform=platform, date=night)]
    path = lake.partition("media", platform=platform, date=night)
    lake.write(path, [pa.Table.from_pylist(found, schema=MEDIA_FILE)], MEDIA_FILE, inputs=inputs)
    new = len(allowed) - len(rejects)
    return {"known": len(known), "out": new, "rejected": len(rejects), "not_allowed": len(wanted) - len(allowed)}


def _standing(platform: str, night: str) -> list[Row]:
    earlier = [date for date in ledger.dates("media", platform, night) if date < night]
    if not earlier:
        return []
    rows: list[Row] = lake.read(lake.partition("media", platform=platform, date=earlier[-1]), MEDIA_FILE).to_pylist()
    return rows


def picture_urls(platform: str, night: str) -> Iterator[str]:
    """Addresses of the pictures of tonight's items, repeats included."""
    adapter = platforms.load(platform)
    for row in archive.pages(lake.partition("pages", platform=platform, date=night)):
        page = Page(Request(row["url"]), row["status"], row["content_type"], row["fetched_at"], row["body"], "")
        for item in adapter.items(page):
            if not isinstance(item, Reject):
                yield from (m["url"] for m in item.get("media") or () if m.get("kind") == "image" and m.get("url"))


def _is_allowed(url: str) -> bool:
    hosts = settings.media_hosts()
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and (not hosts or parts.hostname in hosts)


def fetch(client: httpx.Client, url: str) -> Row | Reject:
    """A MEDIA_FILE row with its bytes stored, or why not."""
    try:
        with client.stream("GET", url) as answer:
            if not answer.is_success:
                return Reject(f"HTTP {answer.status_code}", url)
            data = _at_most(answer, MAX_BYTES)
    except httpx.HTTPError as error:
        return Reject(type(error).__name__, url)
    if data is None:
        return Reject("file too large", url)
    return stored(url, data)


def _at_most(answer: httpx.Response, limit: int) -> bytes | None:
    """The body, or None when it is longer than `limit`."""
    data = bytearray()
    for chunk in answer.iter_bytes():
        data += chunk
        if len(data) > limit:
            return None
    return bytes(data)


def stored(url: str, data: bytes) -> Row | Reject:
    """The row of a picture whose type is told by its content; its bytes are put under their hash."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            mime, (width, height) = Image.MIME.get(picture.format or "", ""), picture.size
    except (OSError, ValueError, Image.DecompressionBombError):
        return Reject("not a picture", url)
    if width * height > MAX_PIXELS:
        return Reject("too many pixels", f"{url} {width}x{height}")
    digest = hashlib.sha256(data).hexdigest()
    lake.put_bytes(f"blobs/{digest[:2]}/{digest}", data)
    return {"url": url, "sha256": digest, "mime": mime, "size_bytes": len(data), "width": width, "height": height}


def _reject_row(platform: str, reject: Reject) -> Row:
    return {"step": "media", "platform": platform, "ref": reject.detail, "reason": reject.reason, "detail": None}


if __name__ == "__main__":
    cli.run(main)

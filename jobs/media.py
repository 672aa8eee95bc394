"""Fetch the pictures and sounds that tonight's pages point to, once per address, under their content hash.

In   pages    tonight's answers of one platform
     media    the platform's addresses known from earlier nights
Out  media    one row per address (standing); the bytes at blobs/<2 hex>/<sha256>
     rejects  addresses that gave nothing usable, with the reason

An address comes from strangers: nothing is fetched out of a private network, wherever names and redirects lead, but from
the hosts that TRAWL_MEDIA_HOSTS names; where it names some, from no other.
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

from jobs import guard, platforms
from jobs.crawling import fetch as line
from jobs.crawling import transfer
from jobs.platforms import Page, Reject, Request
from models import picture_hash, sound_hash
from schemas.media import MEDIA_FILE
from schemas.reject import REJECT
from store import archive, cli, lake, ledger, objects, settings

log = logging.getLogger(__name__)
MAX_BYTES = {"image": 10 << 20, "audio": 32 << 20}  # half an hour of speech; longer sounds are programmes, not items
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
    wanted = {url: kind for url, kind in media_urls(platform, night) if url not in known}
    allowed = sorted(url for url in wanted if _is_allowed(url))
    with _client() as client, ThreadPoolExecutor(THREADS) as pool:
        fetched = pool.map(lambda url: fetch(client, url, wanted[url]), allowed)
        outcomes = list(cli.progress(fetched, total=len(allowed), unit="files"))
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


def media_urls(platform: str, night: str) -> Iterator[tuple[str, str]]:
    """Address and kind of the pictures and sounds of tonight's items, repeats included."""
    adapter = platforms.load(platform)
    for row in archive.pages(lake.partition("pages", platform=platform, date=night)):
        page = Page(Request(row["url"]), row["status"], row["content_type"], row["fetched_at"], row["body"], "")
        for item in adapter.items(page):
            for medium in () if isinstance(item, Reject) else item.get("media") or ():
                if medium.get("kind") in MAX_BYTES and medium.get("url"):
                    yield medium["url"], medium["kind"]


def _is_allowed(url: str) -> bool:
    hosts = settings.media_hosts()
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and (not hosts or parts.hostname in hosts)


def _client() -> httpx.Client:
    hosts = settings.media_hosts()
    return line.client(guard.transport(hosts, only=bool(hosts)))


def fetch(client: httpx.Client, url: str, kind: str = "image") -> Row | Reject:
    """A MEDIA_FILE row with its bytes stored, or why not."""
    try:
        answer = transfer.send(client, Request(url), MAX_BYTES[kind])
    except (httpx.HTTPError, transfer.Cut) as error:
        return Reject("private address" if guard.is_refused(error) else type(error).__name__, url)
    except transfer.Refused as refused:
        return Reject("file too large" if refused.reason == "body too large" else refused.reason, url)
    if not 200 <= answer.status < 300:
        return Reject(f"HTTP {answer.status}", url)
    return stored(url, answer.body, kind)


def stored(url: str, data: bytes, kind: str = "image") -> Row | Reject:
    """The row of a file whose type is told by its content; its bytes are put under their hash."""
    found = _picture(url, data) if kind == "image" else _sound(url, data)
    if isinstance(found, Reject):
        return found
    digest = hashlib.sha256(data).hexdigest()
    objects.put_bytes(f"blobs/{digest[:2]}/{digest}", data)
    return {"url": url, "sha256": digest, "size_bytes": len(data), **found}


def _picture(url: str, data: bytes) -> Row | Reject:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            mime, (width, height) = Image.MIME.get(picture.format or "", ""), picture.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return Reject("not a picture", url)
    if width * height > MAX_PIXELS:
        return Reject("too many pixels", f"{url} {width}x{height}")
    return {"mime": mime, "width": width, "height": height, "fingerprint": picture_hash.fingerprint(data)}


def _sound(url: str, data: bytes) -> Row | Reject:
    mime = sound_type(data)
    if not mime:
        return Reject("not a sound", url)
    return {"mime": mime, "width": None, "height": None, "fingerprint": sound_hash.fingerprint(data)}


def sound_type(data: bytes) -> str | None:
    """Type of a sound by its first bytes; None for anything else."""
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "audio/wav"
    if data[:4] == b"OggS":
        return "audio/ogg"
    if data[:4] == b"fLaC":
        return "audio/flac"
    # An ID3 tag, or the eleven set bits of a frame of layer 3.
    is_frame = len(data) > 2 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0 and data[1] & 0x06 == 0x02
    return "audio/mpeg" if data[:3] == b"ID3" or is_frame else None


def _reject_row(platform: str, reject: Reject) -> Row:
    return {"step": "media", "platform": platform, "ref": reject.detail, "reason": reject.reason, "detail": None}


if __name__ == "__main__":
    cli.run(main)

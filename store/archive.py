"""The raw archive: every page exactly as received, one zstd frame of JSON each.

A crawl appends to a file on its own disk (the spool), so that a page is on disk before it is counted;
the finished file goes into the lake as the `pages` partition. A file cut in its last frame keeps all earlier pages.
"""

import base64
import hashlib
import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import zstandard

from schemas.page import PAGE
from store import lake, settings


def spool(platform: str, date: str) -> Path:
    """Where a crawl that is under way keeps its pages."""
    return settings.home() / "spool" / f"{platform}-{date}.jsonl.zst"


def append(path: Path, page: dict[str, Any], *, offset: int) -> int:
    """Write one PAGE row at `offset`, cutting off what an earlier crash left behind; the new offset, on disk."""
    frame = zstandard.ZstdCompressor(level=3).compress(_encode(page))
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(path, os.O_RDWR | os.O_CREAT), "r+b") as out:
        out.truncate(offset)
        out.seek(offset)
        out.write(frame)
        out.flush()
        os.fsync(out.fileno())
    return offset + len(frame)


def _encode(page: dict[str, Any]) -> bytes:
    body = base64.b64encode(page["body"]).decode()
    return json.dumps({**page, "body": body, "fetched_at": page["fetched_at"].isoformat()}).encode() + b"\n"


def finish(platform: str, date: str, *, rows: int, extra: dict[str, Any]) -> str:
    """Put the spooled pages into the lake as one partition; its path."""
    source, path = spool(platform, date), lake.partition("pages", platform=platform, date=date)
    data = source.read_bytes() if source.exists() else b""
    digest = hashlib.sha256(data).hexdigest()
    name = f"{path}/pages-{digest[:12]}.jsonl.zst"
    lake.put_bytes(name, data)
    lake.put_manifest(path, [lake.DataFile(name, rows, len(data), digest)], PAGE, extra=extra)
    source.unlink(missing_ok=True)
    return path


def pages(path: str) -> Iterator[dict[str, Any]]:
    """The PAGE rows of a finished partition, in the order they were fetched."""
    for file in lake.must(path).files:
        data = lake.get_bytes(file.path)
        if data is None:
            raise lake.PartitionMissing(file.path)
        reader = zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True)
        for line in _lines(reader):
            row = json.loads(line)
            yield {
                **row,
                "body": base64.b64decode(row["body"]),
                "fetched_at": datetime.fromisoformat(row["fetched_at"]),
            }


def _lines(reader: zstandard.ZstdDecompressionReader) -> Iterator[bytes]:
    held = b""
    while chunk := reader.read(1 << 20):
        *whole, held = (held + chunk).split(b"\n")
        yield from whole

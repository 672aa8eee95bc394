"""The raw archive: every page exactly as received, one zstd frame each: a line of JSON, then the body.

A crawl appends to a file on its own disk (the spool), so that a page is on disk before it is counted;
the finished file goes into the lake as the `pages` partition. A file cut in its last frame keeps all earlier pages.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson
import zstandard

from schemas.page import PAGE
from store import lake, objects, settings
from store.cli import TrawlError
from store.frames import CHUNK_BYTES, Source, frames

SYNC = getattr(os, "fdatasync", os.fsync)  # half the price: times of the file may be lost, its length and bytes not


class SpoolTaken(TrawlError):
    """Another process is crawling the same window."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path.name} is being written by another crawl: wait for it to end")


class ArchiveBroken(TrawlError):
    """A published file holds fewer pages than its manifest says."""

    def __init__(self, path: str, pages: int, wanted: int) -> None:
        super().__init__(f"{path} holds {pages} of {wanted} pages: crawl its date again with --again")


def spool(platform: str, date: str) -> Path:
    """Where a crawl that is under way keeps its pages."""
    return settings.home() / "spool" / f"{platform}-{date}.pages.zst"


class Spool:
    """The spool of one crawl, open for appending; what lies behind `offset` is of a page that was never counted."""

    def __init__(self, path: Path, offset: int = 0) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self.offset = path, offset
        self._file = open(os.open(path, os.O_RDWR | os.O_CREAT), "r+b", buffering=0)
        self._compressor = zstandard.ZstdCompressor(level=3)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.close()
            raise SpoolTaken(path) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._file.close()

    @property
    def size(self) -> int:
        """Bytes there are, counted or not."""
        return os.fstat(self._file.fileno()).st_size

    def append(self, page: dict[str, Any], *, offset: int) -> int:
        """Write one PAGE row at `offset`, cutting off what an earlier crash left behind; the new offset, on disk."""
        frame = self._compressor.compress(encoded(page))
        if self.size != offset:
            self._file.truncate(offset)
        self._file.seek(offset)
        self._file.write(frame)
        SYNC(self._file.fileno())
        self.offset = offset + len(frame)
        return self.offset

    def restore(self, partition: str) -> int:
        """Begin with the pages of a published partition; the offset after them."""
        self._file.truncate(0)
        self._file.seek(0)
        for file in lake.must(partition).files:
            with objects.stream(file.path) as source:
                while chunk := source.read(CHUNK_BYTES):
                    self._file.write(chunk)
        os.fsync(self._file.fileno())
        return self.size

    def cut(self, offset: int) -> None:
        """Drop what lies behind `offset`."""
        self._file.truncate(offset)

    def forget(self) -> None:
        """Remove the file: its pages are published."""
        self.path.unlink(missing_ok=True)


def encoded(page: dict[str, Any]) -> bytes:
    """A PAGE row as it is written, before it is compressed."""
    body = page["body"]
    head = {key: value for key, value in page.items() if key != "body"}
    return b"%b\n%b" % (orjson.dumps({**head, "body_bytes": len(body)}), body)


def finish(platform: str, date: str, *, rows: int, extra: dict[str, Any]) -> str:
    """Put the spooled pages into the lake as one partition, piece by piece; its path."""
    source, path = spool(platform, date), lake.partition("pages", platform=platform, date=date)
    files = []
    if rows:
        with open(source, "rb") as data:
            digest = hashlib.file_digest(data, "sha256").hexdigest()
        files = [lake.DataFile(f"{path}/pages-{digest[:12]}.zst", rows, source.stat().st_size, digest)]
        objects.put_file(files[0].path, source)
    lake.put_manifest(path, files, PAGE, extra=extra)
    return path


def pages(path: str, *, part: int = 0, parts: int = 1) -> Iterator[dict[str, Any]]:
    """The PAGE rows of a finished partition, in the order they were fetched, one at a time.

    Of `parts` readers, number `part` gets its own: the others' pages are passed over unread. Two pages in a row go to one
    reader, as one often tells more of what the other lists.
    """
    for file in lake.must(path).files:
        number = 0
        with objects.stream(file.path) as source:
            for number, frame in enumerate(frames(source), 1):
                if (number - 1) // 2 % parts == part:
                    yield _decoded(frame)
        if number != file.rows:
            raise ArchiveBroken(file.path, number, file.rows)


def spooled(path: Path, offset: int) -> Iterator[dict[str, Any]]:
    """The PAGE rows that a crawl under way has counted."""
    with open(path, "rb") as source:
        yield from read(_Part(source, offset))


class _Part:
    """The first bytes of a file."""

    def __init__(self, source: Source, left: int) -> None:
        self._source, self._left = source, left

    def read(self, size: int, /) -> bytes:
        data = self._source.read(min(size, self._left) if size >= 0 else self._left)
        self._left -= len(data)
        return data


def read(source: Source) -> Iterator[dict[str, Any]]:
    """The PAGE rows of a file; a torn last page is left out."""
    return map(_decoded, frames(source))


def _decoded(frame: bytes) -> dict[str, Any]:
    head, _, body = zstandard.decompress(frame).partition(b"\n")
    row: dict[str, Any] = orjson.loads(head)
    del row["body_bytes"]
    return row | {"body": body, "fetched_at": datetime.fromisoformat(row["fetched_at"])}

"""Files that people exported and dropped into a folder: each one page, taken once by its name and content."""

import hashlib
import mimetypes
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from jobs.crawling import transfer
from jobs.platforms import Page, Request
from store import cli, visits
from store.crawls import Crawl

LONGEST_NAME = 500


@dataclass(frozen=True)
class Dropped:
    """One file, or why it is not taken."""

    name: str
    sha256: str = ""
    body: bytes = b""
    reason: str = ""


def page(file: Dropped) -> Page:
    """The file as an answer of its platform."""
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return Page(Request(f"file:{file.name}"), 200, kind, datetime.now(UTC), file.body, "")


def fresh(folder: Path, crawl: Crawl) -> Iterator[Dropped]:
    """The files that no published crawl has taken, by name, one at a time."""
    if not folder.is_dir():
        raise cli.TrawlError(f"{folder} is no folder: make it, or name another (--files, TRAWL_<PLATFORM>_FILES)")
    for name, path in listed(folder):
        file = read(name, path)
        if file.reason or not visits.is_taken(crawl.platform, name, file.sha256, crawl):
            yield file


def listed(folder: Path) -> Iterator[tuple[str, Path]]:
    """Name below the folder, and path, of everything in it that is no folder; in the order of names."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir(follow_symlinks=False):
            yield from ((f"{entry.name}/{name}", path) for name, path in listed(Path(entry.path)))
        else:
            yield entry.name, Path(entry.path)


def read(name: str, path: Path) -> Dropped:
    """The file's bytes, or the reason why it stays where it is; a huge one is never held."""
    shown = name.encode("utf-8", "replace").decode()
    if shown != name or not name.isprintable() or len(name) > LONGEST_NAME:
        return Dropped("".join(c if c.isprintable() else "?" for c in shown)[:LONGEST_NAME], reason="not a usable name")
    if any(part.startswith(".") for part in name.split("/")):
        return Dropped(name, reason="hidden file")
    try:
        # No link is followed out of the folder, and a pipe that nobody writes to does not hold us up.
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as source:
            return _read(name, source.fileno())
    except OSError as error:
        return Dropped(name, reason="a link" if path.is_symlink() else f"cannot be read: {error.strerror}")


def _read(name: str, source: int) -> Dropped:
    before = os.fstat(source)
    if not stat.S_ISREG(before.st_mode):
        return Dropped(name, reason="not a file")
    if before.st_size > transfer.LIMIT_BYTES:
        return Dropped(name, reason=f"larger than {transfer.LIMIT_BYTES >> 20} MiB: split it")
    with open(source, "rb", closefd=False) as data:
        body = data.read(before.st_size + 1)
    if os.fstat(source).st_mtime_ns != before.st_mtime_ns or len(body) != before.st_size:
        return Dropped(name, reason="still being written")
    if not body:
        return Dropped(name, reason="empty file")
    return Dropped(name, hashlib.sha256(body).hexdigest(), body)

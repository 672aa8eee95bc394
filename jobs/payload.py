"""What raw payload files hold, as records, without a crawl (the `--payload` of align)."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from jobs import parse, platforms
from jobs.platforms import Page, Reject, Request
from store import settings
from store.cli import TrawlError

BIGGEST = 256 << 20  # bytes: a file is read whole here, unlike in a crawl
TENANT = "local"  # private records are shown to whoever has the file anyway
NOT_PAYLOADS = ("readme", "license", "licence")


class NotRecognised(TrawlError):
    """Files that look like no platform's payloads."""


def show(paths: Sequence[Path], name: str | None) -> None:
    """Print the records and events of the files as JSON lines; on stderr, per file, its platform, counts and rejects.

    Folders stand for the files below them. Raises NotRecognised after the last file.
    """
    unknown = 0
    for path in files(paths):
        page = page_of(path)
        platform = name or recognised(page)
        unknown += platform is None
        told = tell(page, platform) if platform else "not recognised: name its platform with --platform"
        print(f"{path}: {told}", file=sys.stderr)
    if unknown:
        raise NotRecognised(f"{unknown} files are no platform's payloads that we know: they are named above")


def files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files named, and those below the folders named, in order of name."""
    for path in paths:
        found = sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
        yield from (one for one in found if one == path or not _is_about(one))


def _is_about(path: Path) -> bool:
    return path.name.startswith(".") or path.stem.lower() in NOT_PAYLOADS


def page_of(path: Path) -> Page:
    """The file as a page that was fetched when it was written. Raises TrawlError for one that cannot be read."""
    try:
        about = path.stat()
        if about.st_size > BIGGEST:
            raise TrawlError(f"{path} has {about.st_size:,} bytes, more than {BIGGEST:,}: crawl it as a dropped file")
        body = path.read_bytes()
    except OSError as error:
        raise TrawlError(f"{path} cannot be read: {error.strerror}") from error
    return Page(Request(f"file:{path.name}"), 200, "", datetime.fromtimestamp(about.st_mtime, UTC), body, str(path))


def recognised(page: Page) -> str | None:
    """The platform whose payload this is: of those that claim it, the one that reads most items; None for nobody's.

    Any page is a page written for people: who reads those is asked only where nobody else claims it.
    """
    claimers = [name for name in platforms.names() if platforms.load(name).claims(page)]
    own = [name for name in claimers if not platforms.load(name).POLICY.for_people] or claimers
    return max(own, key=lambda name: _read(page, name)) if len(own) > 1 else next(iter(own), None)


def _read(page: Page, name: str) -> tuple[int, int]:
    items = list(platforms.load(name).items(page))
    refused = sum(isinstance(item, Reject) for item in items)
    return len(items) - refused, -refused


def tell(page: Page, platform: str) -> str:
    """Print the rows of a page, and say in a line what it held."""
    rows = list(outcomes(page, platform))
    kept = [row.get("record") or row.get("event") for row in rows if "reject" not in row]
    rejects = [row["reject"] for row in rows if "reject" in row]
    for row in kept:
        sys.stdout.buffer.write(orjson.dumps(row, default=str, option=orjson.OPT_APPEND_NEWLINE))
    sys.stdout.flush()
    refused = [" ".join(f"rejected {reject['reason']}: {reject['detail']}".split()) for reject in rejects]
    return "; ".join([f"{platform}: {len(kept) or 'no'} items", *refused])


def outcomes(page: Page, platform: str) -> Iterator[dict[str, Any]]:
    """One of record, event, reject per item, as align would make it."""
    adapter = platforms.load(platform)
    read = parse.Reading(platform, adapter.POLICY, {}, settings.tenant() or TENANT)
    yield from (read.outcome(item, page) for item in adapter.items(page))

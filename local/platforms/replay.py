"""Recorded pages instead of a world: the files of a folder, one after the other, unchanged."""

from pathlib import Path

from local.platforms.answers import JSON, Answer, Ask
from store.cli import TrawlError

TYPES = {
    ".json": JSON,
    ".jsonl": "application/x-ndjson",
    ".xml": "application/xml",
    ".html": "text/html",
    ".rss": "application/rss+xml",
}
PAGING = ("pageToken", "page", "page_no", "from", "id")  # with these an adapter asks for more than the first page


def files(folder: Path) -> list[Path]:
    """The files to serve, by name. Raises TrawlError where there is none."""
    found = sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
    kept = [path for path in found if path.name != "README.md" and not path.name.startswith(".")]
    if not kept:
        raise TrawlError(f"{folder} holds no file to replay: name a folder of recorded pages")
    return kept


def is_further(ask: Ask) -> bool:
    """True when an adapter pages on by itself: the recording has answered that already."""
    return any(ask.query.get(name, "") not in ("", "0", "1") for name in PAGING)


def answer(recorded: list[Path], platform: str, number: int, base: str) -> Answer | None:
    """File `number`, from 1, and the address of the one after it in a Link header (RFC 8288); None past the last."""
    if not 1 <= number <= len(recorded):
        return None
    path = recorded[number - 1]
    following = f'<{base}/replay/{platform}/{number + 1}>; rel="recorded"'
    headers = (("Link", following),) if number < len(recorded) else ()
    return Answer(200, path.read_bytes(), TYPES.get(path.suffix.lower(), "application/octet-stream"), headers)

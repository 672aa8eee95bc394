"""Files that people export by hand, for the platforms that have no API: made from the world when they are asked for.

A library, a help desk's list or a capture is exported whole, as it is at the end of a day; a log tells of its day alone.
"""

import csv
import io
import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import orjson

from local.world.captures import warc
from local.world.dice import Dice, roll
from local.world.reader import World
from local.world.references import bibtex, halves, noteexpress, refworks, ris

Files = Iterator[tuple[str, bytes]]
SIZE = 1000  # entries in a file
_COLUMNS = ("id", "question", "answer", "link", "category", "lang", "last_update", "status")
_ACTIONS = {"view": "view", "click": "click", "cart": "addtocart", "buy": "purchase", "search": "search"}
_BROWSERS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
)


def exports(world: World, platform: str, day: int) -> Files:
    """Name and bytes of each file that somebody would export of a platform on a day.

    Raises  KeyError  the platform has no exports
    """
    if platform in LOGS:
        date = (world.day0 + timedelta(days=day)).isoformat()
        yield LOGS[platform][0].format(date), LOGS[platform][1](world, day)
        return
    write = EXPORTS[platform]
    for number, start in enumerate(range(0, world.size(platform, day), SIZE), 1):
        yield from write(world.page(platform, day=day, start=start, size=SIZE), number, _closing(world, day))


def _closing(world: World, day: int) -> str:
    return world.plan.start_of(day + 1).strftime("%Y-%m-%dT%H:%M:%SZ")


def _live(entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [entry for entry in entries if entry["status"] == "live"]


def _scholar(entries: Sequence[dict[str, Any]], number: int, _: str) -> Files:
    first, second = halves(_live(entries), bibtex, ris)
    yield from ((f"scholar-{number:04d}.bib", first.encode()), (f"scholar-{number:04d}.ris", second.encode()))


def _cnki(entries: Sequence[dict[str, Any]], number: int, _: str) -> Files:
    first, second = halves(_live(entries), refworks, noteexpress)
    yield f"CNKI-refworks-{number:04d}.txt", first.encode()
    yield f"CNKI-noteexpress-{number:04d}.net", b"\xef\xbb\xbf" + second.encode()


def _faq(entries: Sequence[dict[str, Any]], number: int, _: str) -> Files:
    """Half of the rows as a table, half as lines of JSON."""
    rows = [_pair(entry) for entry in entries]
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, _COLUMNS)
    writer.writeheader()
    writer.writerows(rows[::2])
    yield f"faq-{number:04d}.csv", b"\xef\xbb\xbf" + table.getvalue().encode()
    yield f"faq-{number:04d}.jsonl", b"".join(orjson.dumps(row) + b"\n" for row in rows[1::2])


def _pair(entry: dict[str, Any]) -> dict[str, Any]:
    told = (entry["native_id"], entry["title"], entry["body"], entry["url"], " > ".join(entry["category_path"]))
    status = "published" if entry["status"] == "live" else "deleted"
    return dict(zip(_COLUMNS, (*told, entry["lang"], entry["created_at"], status), strict=True))


def _warc(entries: Sequence[dict[str, Any]], number: int, at: str) -> Files:
    yield f"capture-{number:04d}.warc.gz", warc(entries, at)


def _matter(entries: Sequence[dict[str, Any]], number: int, _: str) -> Files:
    """Definitions as zigbee2mqtt writes them."""
    yield f"definitions-{number:04d}.json", orjson.dumps([_definition(entry) for entry in _live(entries)])


def _definition(entry: dict[str, Any]) -> dict[str, Any]:
    dice = Dice(entry["native_id"], "features")
    vendor, _, model = entry["native_id"].partition(":")
    features: list[dict[str, Any]] = [
        {"name": "state", "property": "state", "type": "binary", "access": 7, "value_on": "ON", "value_off": "OFF"},
        {"name": "level", "property": "level", "type": "numeric", "access": 7, "value_min": 0, "value_max": 100},
        {"name": "power", "property": "power", "type": "numeric", "access": 5, "unit": "W"},
        {"name": "mode", "property": "mode", "type": "enum", "access": 7, "values": ["auto", "quiet", "away"]},
    ]
    exposes = [features[at] for at in sorted(dice.order(len(features))[: 2 + dice.below(3)])]
    return {"model": model, "vendor": vendor, "description": entry["title"], "exposes": exposes}


EXPORTS: dict[str, Callable[[Sequence[dict[str, Any]], int, str], Files]] = {
    "scholar": _scholar,
    "cnki": _cnki,
    "faq": _faq,
    "warc": _warc,
    "matter": _matter,
}


def _clickstream(world: World, day: int) -> bytes:
    """A table of a shop's events; it names records as the index does."""
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(("event_id", "event_time", "event_type", "record_id", "user_id", "query"))
    for event in world.events(day, "clickstream"):
        at = datetime.fromisoformat(event["occurred_at"]).strftime("%Y-%m-%d %H:%M:%S UTC")
        record = f"{event['platform']}:{event['native_id']}" if event["native_id"] else ""
        action = _ACTIONS[event["action"]]
        writer.writerow((event["event_id"], at, action, record, event["user_id"], event["query"] or ""))
    return table.getvalue().encode()


def _weblog(world: World, day: int) -> bytes:
    """Lines in the combined format with the virtual host before them; purchases have pages of their own."""
    return b"".join(_request(world, day, event).encode() for event in world.events(day, "weblog"))


def _request(world: World, day: int, event: dict[str, Any]) -> str:
    found = world.get(event["platform"], event["native_id"], day=day) if event["native_id"] else None
    parts = urlsplit(found["url"] if found else "https://search.example/")
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    asked = f"/search?q={quote(event['query'])}" if event["query"] else ""
    if event["action"] == "search":
        target = asked
    referer = f"https://search.example{asked}" if event["action"] == "click" and asked else "-"
    at = datetime.fromisoformat(event["occurred_at"])
    stamp = f"{at:%d}/{'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split()[at.month - 1]}/{at:%Y:%H:%M:%S} +0000"
    drawn = roll(event["user_id"], "address")
    address = f"10.{drawn % 250}.{drawn // 250 % 250}.{drawn // 62_500 % 250}"
    request = f'"GET {target} HTTP/1.1" 200 {1000 + drawn % 9000} "{referer}" "{_BROWSERS[drawn % 2]}"'
    return f"{parts.hostname} {address} - - [{stamp}] {request}\n"


LOGS: dict[str, tuple[str, Callable[[World, int], bytes]]] = {
    "weblog": ("access-{}.log", _weblog),
    "clickstream": ("clickstream-{}.csv", _clickstream),
}


def drop(world: World, day: int, folder: Path) -> None:
    """Put the exports of a day into a folder for each platform, in place of those of another day."""
    for platform in (*EXPORTS, *LOGS):
        shutil.rmtree(folder / platform, ignore_errors=True)
        (folder / platform).mkdir(parents=True)
        for name, content in exports(world, platform, day):
            (folder / platform / name).write_bytes(content)

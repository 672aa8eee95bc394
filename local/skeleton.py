"""Begin a platform: `python -m local.skeleton NAME` (`make platform NAME=x`).

Writes jobs/platforms/NAME.py, its stand-in local/platforms/NAME.py and its line in dags/crawl.py. The tests then fail until
tests/golden/platforms/NAME/ holds a saved page and `make golden` has written its records: look at them before you commit.
"""

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

from jobs import platforms
from store import cli

ROOT = Path(__file__).resolve().parent.parent
ADAPTER = '''"""{title}: what is read there, in which order.

Source  GET {{base}}/items, 50 a page by `page` (address of the documentation, terms as of when they were read)
Units   what a reader must know: times, money, counts
"""

from collections.abc import Iterator
from typing import Any

from jobs.platforms import Item, Page, Policy, Reject, Request, Window
from jobs.platforms._reading import at, checked, decoded, each, identity, many, turned
from models.markup import clean, plain
from models.times import instant

POLICY = Policy(tier="A", license="as the platform says", default_url="https://{name}.example", requests_per_s=1)


def first(window: Window) -> Request:
    """The first page."""
    return _listed(window, target=0, page=1)


def following(window: Window, request: Request, page: Page) -> Request | None:
    """The next page, while a page holds items."""
    return turned(window, request, page, ask=_listed, has_more=lambda payload, number: bool(many(at(payload, "items"))))


def _listed(window: Window, *, target: int, page: int, broken: int = 0) -> Request:
    steps = (("target", str(target)), ("page", str(page)), ("broken", str(broken)))
    return Request(f"{{window.base_url}}/items", (("page", str(page)),), steps)


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per item of the page."""
    payload = decoded(page)
    if isinstance(payload, Reject):
        yield payload
        return
    yield from each(many(at(payload, "items")), lambda entry: iter([checked(_item(entry))]))


def _item(entry: Any) -> Item:
    created_at, precision = instant(at(entry, "created_at")) or (None, None)
    return {{
        "native_id": identity(at(entry, "id")),
        "type": "post",
        "url": at(entry, "url"),
        "title": clean(at(entry, "title")),
        "body": plain(at(entry, "body")),
        "created_at": created_at,
        "time_precision": precision,
    }}


def claims(page: Page) -> bool:
    """True for a payload that nobody else sends."""
    return b'"{name}"' in page.body[:1000]
'''
STAND_IN = '''"""{title}: the world's items, 50 a page."""

from local.platforms.answers import Answer, Ask, json_answer


def answer(ask: Ask) -> Answer:
    """A page of items."""
    page = max(1, ask.number("page", 1, 10**9))
    shown = ask.world.page("{name}", day=ask.day, start=(page - 1) * 50, size=50)
    kept = ("title", "url", "created_at")
    listed = [{{"id": one["native_id"], "body": ask.body(one), **{{key: one[key] for key in kept}}}} for one in shown]
    return json_answer({{"platform": "{name}", "items": listed}})


def failure(status: int, message: str, path: str = "") -> Answer:
    """An error in the platform's own shape."""
    return json_answer({{"platform": "{name}", "error": message}}, status)
'''


def main(argv: Sequence[str] | None = None) -> None:
    style = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("python -m local.skeleton", description=__doc__, formatter_class=style)
    parser.add_argument("name", help="lower-case word, as in --platform")
    name = parser.parse_args(argv).name
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name in platforms.names():
        raise cli.TrawlError(f"{name!r}: give a new name of lower-case letters, digits and _")
    for path in write(ROOT, name):
        print(f"written: {path.relative_to(ROOT)}")
    print(f"next: save a page as tests/golden/platforms/{name}/page.json, then make golden")


def write(root: Path, name: str) -> list[Path]:
    """The files of a new platform, below `root`."""
    made = {f"jobs/platforms/{name}.py": ADAPTER, f"local/platforms/{name}.py": STAND_IN}
    for place, text in made.items():
        (root / place).write_text(text.format(name=name, title=name.capitalize()))
    schedule = root / "dags" / "crawl.py"
    schedule.write_text(
        schedule.read_text().replace("PLATFORMS = {\n", f'PLATFORMS = {{\n    "{name}": "0 3 * * *",\n', 1)
    )
    return [root / place for place in (*made, "dags/crawl.py")]


if __name__ == "__main__":
    cli.run(main)

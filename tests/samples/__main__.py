"""How much of what raw payload files hold comes out of align: `python -m tests.samples FOLDER`.

FOLDER holds a folder per source (weibo, smart_home, ...). What each file holds is counted by the modules beside this one,
which know nothing of the adapters. An item is there when a record or event of its file carries its key, with text and a
time where the item has them. The last line is one JSON object: items and found, in all and by folder.
"""

import argparse
import importlib
import json
import pkgutil
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jobs import payload
from tests import samples
from tests.samples import Expected

Counter = Callable[[Path], list[Expected]]
Row = dict[str, Any]


class Figures(defaultdict[str, dict[str, int]]):
    """Items and found by name."""

    def __init__(self) -> None:
        super().__init__(lambda: {"items": 0, "found": 0})


def counters() -> dict[str, Counter]:
    """By name of the folder."""
    modules = [m.name for m in pkgutil.iter_modules(samples.__path__) if m.name != "__main__"]
    found = [importlib.import_module(f"tests.samples.{name}").COUNTERS for name in modules]
    return {folder: counter for each in found for folder, counter in each.items()}


def missing(path: Path, counter: Counter) -> tuple[str, int, list[Expected]]:
    """The platform of a file, how many items the file holds, and those that are not among its rows."""
    page, expected = payload.page_of(path), counter(path)
    platform = payload.recognised(page)
    rows = [row.get("record") or row.get("event") for row in payload.outcomes(page, platform)] if platform else []
    lost = [one for one in expected if not any(row and is_found(one, row) for row in rows)]
    return platform or "nobody", len(expected), lost


def is_found(one: Expected, row: Row) -> bool:
    """True where the row is this item, with its words and its time."""
    names = (row.get(name) or "" for name in ("native_id", "url", "title", "user_id"))
    has_text = bool(row.get("title") or row.get("body") or "event_id" in row or row.get("status") != "live")
    has_time = any(row.get(name) for name in ("created_at", "updated_at", "occurred_at")) or row.get("status") in GONE
    is_named = any(one.key in str(name) for name in names)
    return is_named and (has_text or not one.has_text) and (bool(has_time) or not one.has_time)


GONE = ("deleted", "gone", "hidden")


def check(folder: Path) -> tuple[Figures, Figures]:
    """Items and found, by folder that a counter knows and by platform; what is missing is printed."""
    known, by_folder, by_platform = counters(), Figures(), Figures()
    for own in sorted(one for one in folder.iterdir() if one.name in known):
        for path in payload.files([own]):
            platform, items, lost = missing(path, known[own.name])
            for figures, name in ((by_folder, own.name), (by_platform, platform)):
                figures[name]["items"] += items
                figures[name]["found"] += items - len(lost)
            print(*(f"  missing in {path.name}: {one}" for one in lost[:5]), sep="\n", end="\n" if lost else "")
        print(f"{own.name:<24}{by_folder[own.name]['found']:>7} of {by_folder[own.name]['items']:>6}")
    return by_folder, by_platform


def main() -> None:
    parser = argparse.ArgumentParser("python -m tests.samples", description=__doc__)
    parser.add_argument("folder", type=Path)
    folders, by_platform = check(parser.parse_args().folder)
    items, found = (sum(one[name] for one in folders.values()) for name in ("items", "found"))
    share = round(found / max(1, items), 4)
    print(json.dumps({"items": items, "found": found, "share": share, "folders": folders, "platforms": by_platform}))


if __name__ == "__main__":
    main()

"""One night from end to end: crawl and build through Airflow, then search what was built.

The first demo is the made-up world's first night, each further one the next night, up to its last.
With --recorded DIR the stand-in platforms replay recorded payloads instead, and every record must be found by its title.
"""

import argparse
import shlex
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from jobs import platforms
from local import findable, runs, stack, stand_in, table
from local.world import World
from query import __main__ as query
from store import cli, ledger, settings
from store.cli import TrawlError

RECORDED_NIGHT = "2026-01-01"


class RecordedMissing(TrawlError):
    """The folder given holds no recorded payloads."""


def main(argv: Sequence[str] | None = None) -> None:
    """Everything, from whatever runs already."""
    style = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("python -m local.demo", description=__doc__, formatter_class=style)
    parser.add_argument("--recorded", type=Path, metavar="DIR", help=f"holds {', '.join(stand_in.FOLDERS.values())}")
    recorded = parser.parse_args(argv).recorded
    began = time.monotonic()
    lost = _recorded_night(recorded.resolve()) if recorded else _made_up_night()
    print(f"\nwhole demo: {time.monotonic() - began:.0f} s")
    if lost:
        raise findable.RecordsLost(lost)


def _made_up_night() -> int:
    say("starting the stack")
    addresses = stack.up()
    world = World(stand_in.world_folder())
    number = next_night(world)
    night = (world.day0 + timedelta(days=number)).isoformat()
    stand_in.show(addresses["platforms"], world, number)
    crawl(platforms.names(), night)
    if ledger.latest("train") is None:
        say("training the sentiment classifier (first night only)")
        labels = str(stand_in.world_folder() / "truth" / "labels.jsonl")
        runs.wait([runs.trigger("train", {"date": night, "labels": labels})])
    build(night, golden=str(stand_in.world_folder() / "golden" / "queries.jsonl"))
    for example in examples(world, number):
        search(example)
    _end(night, addresses)
    return 0


def next_night(world: World) -> int:
    """The night after the one promoted last; the last night again when there is no other."""
    if ledger.latest("promote") is None:
        return 0
    return min(stand_in.night() + 1, world.days - 1)


def _recorded_night(folder: Path) -> int:
    missing = [name for name in stand_in.FOLDERS.values() if not (folder / name).is_dir()]
    if missing:
        raise RecordedMissing(
            f"{folder} has no folder {missing[0]}: give a folder with {', '.join(stand_in.FOLDERS.values())}"
        )
    stack.use_recorded_home()
    say("starting a stack of its own for the recorded payloads")
    addresses = stack.up(folder)
    crawl(list(stand_in.FOLDERS), RECORDED_NIGHT)
    build(RECORDED_NIGHT)
    say("searching every record by its own title")
    lost = findable.report(RECORDED_NIGHT)
    _end(RECORDED_NIGHT, addresses)
    return lost


def crawl(names: Sequence[str], night: str) -> None:
    """All platforms at once; a night that was crawled before may show other pages now."""
    say(f"night {night}: crawling {', '.join(names)}")
    runs.wait([runs.trigger(f"crawl_{name}", {"date": night, "again": True}) for name in names])


def build(night: str, **params: str) -> None:
    """A new generation, promoted."""
    say(f"night {night}: building a new generation")
    runs.wait([runs.trigger("build", {"date": night, **params})])


def examples(world: World, number: int) -> Iterator[list[str]]:
    """Arguments of example searches that fit this world: Chinese, English, a user's, a picture's."""
    golden = list(world.truth("golden"))
    by_lang = {row["lang"]: row["query"] for row in reversed(golden)}
    chinese, english = by_lang.get("zh", golden[0]["query"]), by_lang.get("en", golden[-1]["query"])
    user = next(world.truth("users"))
    picture = settings.home() / "run" / "example.png"
    picture.write_bytes(world.picture(_a_picture(world, number)))
    yield [chinese, "--size", "3"]
    yield [english, "--size", "3"]
    yield [user["likes"][0], "--user", user["user_id"], "--size", "3", "--explain"]
    yield ["--image", str(picture), "--size", "3"]


def _a_picture(world: World, number: int) -> str:
    shown: list[dict[str, Any]] = world.page("taobao", day=number, start=0, size=50)
    return str(next(item["pictures"][0] for item in shown if item["pictures"]))


def search(arguments: list[str]) -> None:
    """One search as the command line does it; in this process, which loads the models once for all of them."""
    print(f"\n$ python -m query {shlex.join(arguments)}", flush=True)
    query.main(arguments)


def say(what: str) -> None:
    """A headline."""
    print(f"\n== {what}", flush=True)


def _end(night: str, addresses: dict[str, str]) -> None:
    say(f"what night {night} made")
    print(table.text(ledger.summary(night)))
    print(f"\nsearch page  {addresses['search page']}\nAirflow      {addresses['Airflow']}\nstop all     make down")
    sys.stdout.flush()


if __name__ == "__main__":
    cli.run(main)

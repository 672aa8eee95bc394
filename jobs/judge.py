"""Decide what records are: the same work, or not, whatever the matcher thinks. It holds from the next match on.

    python -m jobs.judge same  weibo:1 rss:2 --by mei --why "one press release"
    python -m jobs.judge apart weibo:1 rss:2 --by mei --why "another edition"
    python -m jobs.judge split weibo:1       --by mei --why "a parody"     apart from all others of its work
    python -m jobs.judge open  weibo:1 rss:2 --by mei --why "mistaken"     left to the matcher again
    python -m jobs.judge take reviewed.jsonl                               rulings of a file, one JSON line each
    python -m jobs.judge list

In   works    the newest night: records that it does not know are refused
Out  rulings  rulings.jsonl in the lake, a line per pair (jobs/rulings.py)
"""

import logging
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from jobs import rulings
from jobs.rulings import Ruling
from schemas.work import WORK
from store import cli, lake, ledger

log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("jobs.judge", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="ruling", required=True)
    for name in (*rulings.KINDS, "split"):
        command = commands.add_parser(name)
        command.add_argument("records", nargs="+", help="record ids, platform:native_id")
        command.add_argument("--by", required=True, help="who decides")
        command.add_argument("--why", required=True, help="the reason, for those who ask later")
    commands.add_parser("take").add_argument("file", type=Path)
    commands.add_parser("list")
    args = parser.parse_args(argv)
    if args.ruling == "list":
        print(rulings.stored(), end="")
        return
    made = taken(args.file) if args.ruling == "take" else judged(args, work_of())
    rulings.add(made)
    log.info("%s rulings, followed from the next match on", len(made))


def taken(file: Path) -> list[Ruling]:
    """The rulings of a file; TrawlError names the first line that is none."""
    try:
        lines = file.read_text().splitlines()
    except OSError as error:
        raise cli.TrawlError(f"{file} cannot be read: {error.strerror}") from error
    found = list[Ruling]()
    for number, line in enumerate(lines, 1):
        try:
            found.append(rulings.parsed(line))
        except ValueError as error:
            raise cli.TrawlError(f"{file}, line {number} is no ruling: {error}") from error
    return found


def work_of() -> dict[str, str]:
    """The work of every record on the newest night."""
    if not (night := ledger.latest("match")):
        raise cli.TrawlError("there are no works to judge yet: run jobs.match first")
    table = lake.read(lake.partition("works", date=night), WORK, columns=["record_id", "work_id"])
    return dict(zip(*table.to_pydict().values(), strict=True))


def judged(args: Namespace, works: dict[str, str]) -> list[Ruling]:
    """A ruling for each pair that is meant; of several records that are the same, each with the next."""
    if unknown := [record_id for record_id in args.records if record_id not in works]:
        raise cli.TrawlError(f"no record {', no record '.join(unknown)}: see record_ids of the document")
    pairs = (
        apart_from_others(args.records, works)
        if args.ruling == "split"
        else sorted(map(sorted, pairwise(args.records)))
    )
    if not pairs:
        raise cli.TrawlError("there is nothing to decide: name two records, for split one of a work that has others")
    ruling, now = "apart" if args.ruling == "split" else args.ruling, datetime.now(UTC).date().isoformat()
    return [Ruling(first, second, ruling, args.by, now, args.why) for first, second in pairs]


def apart_from_others(chosen: Sequence[str], works: dict[str, str]) -> list[list[str]]:
    """Pairs of each chosen record with every other one of its work that is not chosen."""
    left = {works[record_id] for record_id in chosen}
    others = [other for other, work_id in works.items() if work_id in left and other not in chosen]
    return sorted(sorted((one, other)) for one in chosen for other in others if works[one] == works[other])


if __name__ == "__main__":
    cli.run(main)

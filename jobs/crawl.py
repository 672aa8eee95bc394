"""Crawl one platform for one night: every page into the raw archive before anything reads it.

In   the platform (TRAWL_<PLATFORM>_URL, TRAWL_<PLATFORM>_TARGETS, its credential), files that people dropped
     (TRAWL_<PLATFORM>_FILES)
Out  pages    one row per answer or file, one partition per platform and date
     rejects  what could not be taken, with the reason

A page is one commit: fetched, redacted, on disk, then counted. Killed at any moment, the same command goes on where
it stopped; a night that is done is not crawled again. Exit 99 when the crawl stopped softly: the platform asks for a
longer pause than this job waits, its quota of today is used up, or the job was told to stop. What was fetched is kept.
"""

import logging
import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from jobs import platforms
from jobs.crawling import alarms, files
from jobs.crawling.phases import crawl
from jobs.crawling.stopping import Stop
from jobs.platforms import Platform, Policy, Window
from store import cli, crawls, ledger, settings

log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("jobs.crawl", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--date", type=cli.day, required=True, help="night, YYYY-MM-DD")
    parser.add_argument("--platform", choices=platforms.names(), required=True)
    parser.add_argument("--files", type=Path, metavar="FOLDER", help="take the files in FOLDER, ask no network")
    parser.add_argument("--again", action="store_true", help="crawl a night that is done already once more")
    args = parser.parse_args(argv)
    name, platform = args.platform, platforms.load(args.platform)
    folder, asks = sources(name, platform.POLICY, args.files)
    if not args.again and is_done(name, args.date, folder, asks=asks):
        log.info("%s %s is done already: --again crawls it once more", name, args.date)
        return
    window, stop = open_window(name, platform.POLICY, args.date, asks=asks), Stop()
    with stop.listening(), ledger.step("crawl", args.date, name) as counts:
        run(name, platform, window, folder, counts, stop, asks=asks, again=args.again)


def run(
    name: str,
    platform: Platform,
    window: Window,
    folder: Path | None,
    counts: dict[str, Any],
    stop: Stop,
    *,
    asks: bool,
    again: bool,
) -> None:
    """Crawl, look for alarms, and say at the end what came and why it ended."""
    night, started, reason = window.date.isoformat(), time.monotonic(), "complete"
    try:
        crawl(name, platform, window, folder=folder, asks=asks, again=again, stop=stop)
        counts["alarms"] = _alarms(name, platform, night)
    except BaseException as error:
        reason = f"{type(error).__name__}: {error}"
        raise
    finally:
        counts.update(_counts(name, night))
        told = ", ".join(f"{key} {value:,}" for key, value in sorted(counts.items()) if isinstance(value, int))
        log.info("end platform=%s date=%s %s, %.1f s: %s", name, night, told, time.monotonic() - started, reason)
    for alarm in counts["alarms"]:
        log.warning("alarm platform=%s date=%s: %s", name, night, alarm)


def _alarms(name: str, platform: Platform, night: str) -> list[str]:
    """What is wrong with the look at earlier nights does not fail this one."""
    try:
        return alarms.raised(name, platform, night, _counts(name, night))
    except (cli.TrawlError, pa.ArrowException, OSError) as error:
        return [f"the records of earlier nights cannot be read: {error}"]


def _counts(name: str, night: str) -> dict[str, Any]:
    state = crawls.get(name, night)
    return dict(state.counts) if state else {}


def sources(name: str, policy: Policy, given: Path | None) -> tuple[Path | None, bool]:
    """The folder of dropped files, and whether the network is asked too: not where a file stands in for a credential."""
    folder = given or settings.files(name)
    is_able = policy.tier != "D" and not any(settings.credential(variable) is None for variable in policy.credentials)
    if policy.tier == "D" and folder is None:
        raise cli.TrawlError(
            f"{name} is read from files only: set TRAWL_{name.upper()}_FILES to their folder, or --files"
        )
    return folder, given is None and (is_able or folder is None)


def open_window(name: str, policy: Policy, night: str, *, asks: bool = True) -> Window:
    """What to ask for tonight; one line naming the variable where a credential is missing."""
    missing = [variable for variable in policy.credentials if not settings.credential(variable)]
    if missing and asks:
        raise cli.TrawlError(f"{name} needs credentials: set {', '.join(missing)}")
    secrets = tuple(settings.credential(variable) or "" for variable in policy.credentials)
    base, targets = settings.platform_url(name, policy.default_url), tuple(settings.targets(name))
    last = crawls.watermark(name, night, targets)
    since = last - timedelta(days=policy.overlap_days) if last else None
    return Window(date.fromisoformat(night), targets, base, secrets, since)


def is_done(name: str, night: str, folder: Path | None, *, asks: bool) -> bool:
    """True where the night is published, walked where it is to be, and no new file waits for it."""
    state = crawls.get(name, night)
    if state is None or state.phase != "done" or (asks and not state.is_walked):
        return False
    if night not in ledger.dates("crawl", name):
        return False
    return folder is None or not any(not file.reason for file in files.fresh(folder, state))


if __name__ == "__main__":
    cli.run(main)

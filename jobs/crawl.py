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
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from jobs import platforms
from jobs.crawling import alarms, files
from jobs.crawling.fetch import CrawlFailed
from jobs.crawling.keeping import Keeper
from jobs.crawling.stopping import Stop
from jobs.crawling.walk import LOST, Walk, opened
from jobs.platforms import PageBroken, Platform, Policy, TargetsMissing, Window
from store import archive, cli, crawls, lake, ledger, settings
from store.crawls import Crawl

log = logging.getLogger(__name__)
EXPIRED = ("HTTP 400", "HTTP 404", "HTTP 410", "HTTP 422")  # what a page token that is too old is answered with


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


def crawl(
    name: str,
    platform: Platform,
    window: Window,
    *,
    folder: Path | None = None,
    asks: bool = True,
    again: bool = False,
    stop: Stop | None = None,
) -> dict[str, Any]:
    """Walk the platform from where the ledger says to the end of the window; the counts of all its pages."""
    night, stop = window.date.isoformat(), stop or Stop()
    state = crawls.get(name, night)
    if state and state.phase == "done" and not again and folder is None and (state.is_walked or not asks):
        archive.spool(name, night).unlink(missing_ok=True)
        return state.counts
    with archive.Spool(archive.spool(name, night)) as spool:
        began, is_resumed = begin(name, window, spool, again=again and asks)
        keeper = Keeper(began, spool, platform.POLICY)
        with opened(name, platform, window, keeper, stop) as walk:
            walk.is_resumed = is_resumed
            try:
                while not _phases(walk, folder, asks=asks):
                    log.info("%s: the position is no longer answered: beginning the walk anew", name)
                    keeper.crawl = crawls.rewalk(keeper.crawl)
            finally:
                log.info("asked platform=%s %s", name, dict(sorted(walk.fetcher.counts.items())))
        keeper.publish()
    return keeper.crawl.counts


def begin(name: str, window: Window, spool: archive.Spool, *, again: bool) -> tuple[Crawl, bool]:
    """Where the crawl goes on, and whether a walk was under way."""
    night, now = window.date.isoformat(), datetime.now(UTC).isoformat(timespec="seconds")
    state = crawls.get(name, night)
    if state is not None and state.phase == "done":
        return _reopened(replace(state, began_at=now, targets=window.targets) if again else state, spool, again), False
    if state is None or spool.size < state.offset:
        crawls.restart(fresh := Crawl(name, night, now, window.targets))
        return fresh, False
    if state.next_request == LOST or state.targets != window.targets:
        return crawls.rewalk(replace(state, targets=window.targets)), False
    log.info("%s: going on after page %s", name, state.sequence)
    return state, state.next_request is not None


def _reopened(state: Crawl, spool: archive.Spool, again: bool) -> Crawl:
    """A published night to be added to: with all its pages, or with its dropped files only to be walked `again`."""
    path = lake.partition("pages", platform=state.platform, date=state.date)
    if not again:
        crawls.commit(begun := replace(state, phase="files", offset=spool.restore(path)))
        return begun
    place = {"offset": 0, "sequence": 0}
    for row in archive.pages(path):
        if row["url"].startswith("file:"):
            offset = spool.append({**row, "sequence": place["sequence"]}, offset=place["offset"])
            place = {"offset": offset, "sequence": place["sequence"] + 1}
    return crawls.rewalk(replace(state, walk_from={**place, "counts": {"files": place["sequence"]}}))


def _phases(walk: Walk, folder: Path | None, *, asks: bool) -> bool:
    """All that is left to do before publication; False where the walk must be begun anew."""
    keeper = walk.keeper
    if keeper.crawl.phase == "files":
        if folder is not None:
            walk.take_files(folder)
        before = {"offset": keeper.crawl.offset, "sequence": keeper.crawl.sequence, "counts": keeper.crawl.counts}
        is_asked = asks and not keeper.crawl.is_walked
        keeper.enter("walk" if is_asked else "publish", **({"walk_from": before} if is_asked else {}))
    if keeper.crawl.phase in ("walk", "revisit"):
        walk.log_in()
    if keeper.crawl.phase == "walk":
        try:
            if not _walked(walk):
                return False
        except TargetsMissing as missing:
            if folder is None:
                raise
            log.info("%s: files only: %s", walk.name, missing)
            keeper.enter("publish")
    if keeper.crawl.phase == "revisit":
        walk.revisit()
    return True


def _walked(walk: Walk) -> bool:
    """Walk to the end; False where the stored position is no longer answered: page tokens expire."""
    try:
        walk.walk()
        return True
    except (CrawlFailed, PageBroken) as failure:
        is_expired = isinstance(failure, PageBroken) or failure.why.startswith(EXPIRED)
        if not (walk.is_resumed and is_expired):
            raise
    walk.is_resumed = False
    return False


if __name__ == "__main__":
    cli.run(main)

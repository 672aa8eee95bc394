"""One night of one platform: dropped files, the walk, the second look at old items, publication; each where it stopped."""

import logging
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jobs.crawling.fetch import CrawlFailed
from jobs.crawling.keeping import Keeper
from jobs.crawling.stopping import Stop
from jobs.crawling.walk import LOST, Walk, opened
from jobs.platforms import PageBroken, Platform, TargetsMissing, Window
from store import archive, crawls, lake
from store.crawls import Crawl

log = logging.getLogger(__name__)
EXPIRED = ("HTTP 400", "HTTP 404", "HTTP 410", "HTTP 422")  # what a page token that is too old is answered with


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

"""The walk over one window: dropped files, the platform's pages, items asked for again.

A page is one commit: on disk first, then counted with the request that follows it. A crawl that is killed goes on there.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from jobs import guard
from jobs.crawling import fetch, files, politeness, quota, revisit, transfer
from jobs.crawling.circle import Circle
from jobs.crawling.keeping import Keeper
from jobs.crawling.pages import Fetched, Pages
from jobs.crawling.redaction import Secrets, quiet
from jobs.crawling.stopping import Stop
from jobs.platforms import Page, PageBroken, Platform, Request, Window, context
from store import archive, crawls, settings, visits

log = logging.getLogger(__name__)
PAGE_ATTEMPTS = 3  # of a page that came whole and tells nothing: an error page sent as a good one
LOST = ""  # position of a crawl whose next request held what is never stored


@dataclass
class Walk:
    """One window of one platform under way. `is_resumed` until the first page after a restart."""

    name: str
    platform: Platform
    window: Window
    keeper: Keeper
    fetcher: fetch.Fetcher
    stop: Stop
    is_resumed: bool = False
    pages: Pages = field(init=False)

    def __post_init__(self) -> None:
        named = (self.window.base_url, self.platform.POLICY.default_url, *self.window.targets)
        hosts = frozenset(urlsplit(url).netloc for url in named if "://" in url)
        self.pages = Pages(self.platform.POLICY, self.fetcher, hosts)

    def take_files(self, folder: Path) -> None:
        """Every new file of the folder as one page."""
        for file in files.fresh(folder, self.keeper.crawl):
            self.stop.check()
            if file.reason:
                note = crawls.refused(self.keeper.crawl, f"file:{file.name}", file.reason)
                self.keeper.note((note,), refused=1)
                continue
            page = files.page(replace(file, body=self.fetcher.secrets.cut(file.body)))
            note = visits.taken(self.keeper.crawl, file.name, file.sha256)
            fetched = Fetched(page, True, "files", notes=(note,))
            self.keeper.keep(fetched, self.keeper.append(fetched, self.fetcher.secrets), position=None)

    def log_in(self) -> None:
        """Ask once for the token that follows the credentials; its answer is not archived."""
        login, wanted = getattr(self.platform, "login", None), self.platform.POLICY.credentials
        if login is None:
            return
        request: Request = login(self.window)
        answer = self.fetcher.ask(request)
        if answer.status >= 300:
            url = self.fetcher.secrets.url(transfer.address(request))
            raise fetch.CrawlFailed(self.name, url, f"HTTP {answer.status}: check {', '.join(wanted)}")
        kind = answer.headers.get("content-type", "")
        page = Page(request, answer.status, kind, datetime.now(UTC), answer.body, "")
        token: str = self.platform.token(page)  # type: ignore[attr-defined]
        self.window = replace(self.window, credentials=(*self.window.credentials[: len(wanted)], token))
        self.fetcher.secrets = Secrets(self.window.credentials, self.platform.POLICY.redact)
        quiet(self.fetcher.secrets)

    def walk(self) -> None:
        """From the position in the ledger to the last page."""
        stored, circle = self.keeper.crawl.next_request, Circle()
        request: Request | None = self.fetcher.secrets.restored(stored) if stored else self.platform.first(self.window)
        while request is not None:
            self.stop.check()
            if circle.closes(request):
                why = "the platform sends in circles: its paging is broken"
                raise fetch.CrawlFailed(self.name, self._shown(request), why)
            request = self._step(request)
        if self.keeper.crawl.phase == "walk":  # a platform without a first page; else the last page has ended the walk
            self.keeper.enter("revisit", is_walked=True)

    def _step(self, request: Request) -> Request | None:
        """One page, committed; the request after it."""
        fetched, offset, following = self._read(request)
        if (
            following is not None and context(following, "broken", "0") != "0"
        ):  # the adapter passes over what it cannot read
            fetched = replace(fetched, is_lost=True)
        stored = None if following is None else self.fetcher.secrets.stored(following) or LOST
        shown = self._shown(following) if following else "end"
        self.keeper.keep(fetched, offset, position=stored, shown=shown)
        self.is_resumed = False
        return following

    def _read(self, request: Request) -> tuple[Fetched, int, Request | None]:
        """A page on disk, the offset behind it, and what it says is next; one that tells nothing is asked for again."""
        for attempt in range(PAGE_ATTEMPTS):
            fetched, is_last = self._fetch(request), attempt == PAGE_ATTEMPTS - 1
            is_wrong = is_foreign(self.platform, fetched.page)
            if is_last or not is_wrong:
                fetched = replace(fetched, is_lost=fetched.is_lost or is_wrong)
                offset = self.keeper.append(fetched, self.fetcher.secrets)
                try:
                    return fetched, offset, self._following(request, fetched)
                except PageBroken:
                    if is_last or fetched.count == "refused":
                        raise
            wait = politeness.jitter(attempt)
            log.info("%s: a page that tells nothing, asking again in %.1f s", self.name, wait)
            self.stop.nap(wait)
        raise AssertionError("the last attempt returns or raises")

    def _following(self, request: Request, fetched: Fetched) -> Request | None:
        if fetched.recorded:  # a server that replays what was recorded knows its order better
            return Request(fetched.recorded)
        return self.platform.following(self.window, request, fetched.page)

    def _fetch(self, request: Request, *, may_be_gone: bool = False) -> Fetched:
        """The page; after a 401, once more with a new token."""
        crawl = self.keeper.crawl
        try:
            return self.pages.get(request, crawl, may_be_gone=may_be_gone)
        except fetch.CrawlFailed as failure:
            if not failure.why.startswith("HTTP 401") or not hasattr(self.platform, "login"):
                raise
        before = self.fetcher.secrets
        self.log_in()
        return self.pages.get(before.renewed(request, self.fetcher.secrets), crawl, may_be_gone=may_be_gone)

    def _shown(self, request: Request) -> str:
        return self.fetcher.secrets.url(transfer.address(request))

    def revisit(self) -> None:
        """Ask for the standing items that are due, as far as the quota goes; this phase may end at any time."""
        if hasattr(self.platform, "revisit"):
            try:
                self._look_again()
            except (quota.QuotaUsed, fetch.Paused, fetch.CrawlFailed) as end:
                log.info("%s: no more items are asked for again: %s", self.name, end)
        self.keeper.enter("publish")

    def _look_again(self) -> None:
        size = int(getattr(self.platform, "REVISIT_SIZE", 1))
        native_ids = crawls.plan(self.keeper.crawl)
        if native_ids is None:
            native_ids = self._due(size)
            self.keeper.note((crawls.planned(self.keeper.crawl, native_ids),))
        for start in range(int(self.keeper.crawl.counts.get("revisited", 0)), len(native_ids), size):
            self.stop.check()
            chunk = native_ids[start : start + size]
            fetched = self._fetch(self._again(chunk), may_be_gone=True)
            offset = self.keeper.append(fetched, self.fetcher.secrets)
            self.keeper.keep(fetched, offset, position=None, revisited=len(chunk))

    def _again(self, native_ids: list[str]) -> Request:
        return self.platform.revisit(self.window, native_ids)  # type: ignore[attr-defined, no-any-return]

    def _due(self, size: int) -> list[str]:
        crawl, policy = self.keeper.crawl, self.platform.POLICY
        most, left = revisit.MOST_ITEMS, quota.left(self.name, policy, datetime.now(UTC))
        if left is not None:
            most = min(most, left // max(1, self._again(["0"]).units) * size)
        rows = archive.spooled(self.keeper.spool.path, crawl.offset)
        known = revisit.seen(self.platform, rows, visits.urls(crawl))
        return revisit.due(self.name, crawl.date, policy.max_age_days, known, most)


def is_foreign(platform: Platform, page: Page) -> bool:
    """True for a page of HTML where an API answers otherwise: "back soon", a log-in, somebody's proxy."""
    is_html = page.body[:200].lstrip().lower().startswith((b"<!doctype html", b"<html"))
    claims = getattr(platform, "claims", None)
    return bool(is_html and claims and not platform.POLICY.for_people and not claims(page))


@contextmanager
def opened(name: str, platform: Platform, window: Window, keeper: Keeper, stop: Stop) -> Iterator[Walk]:
    """A walk with its connection to the platform."""
    policy = platform.POLICY
    named = (window.base_url, *window.targets)
    own = {urlsplit(url).hostname or "" for url in named if "://" in url}
    pace = politeness.Pace(settings.rate(name, policy.requests_per_s))
    signed = getattr(platform, "signed", None)
    secrets = Secrets(window.credentials, policy.redact)
    quiet(secrets)
    with fetch.client(guard.transport(own) if policy.for_people else None) as client:
        fetcher = fetch.Fetcher(name, policy, client, secrets, stop, pace)
        walk = Walk(name, platform, window, keeper, fetcher, stop)
        if signed is not None:
            fetcher.sign = lambda request, at: signed(walk.window, request, at)
        yield walk

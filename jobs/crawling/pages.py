"""From a request to its page: what is archived, what is passed over and why, what is noted about the address.

An answer of a platform's API is a page or the end of the crawl. Where a policy is `conditional` or `for_people` every
address stands for itself, so one that cannot be had is passed over: the walk is handed a page without a body.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from jobs.crawling import conditional, fetch, quota, transfer
from jobs.crawling.robots import Robots
from jobs.platforms import Page, Policy, Request, context
from store import cli, crawls, visits
from store.crawls import Crawl, Note
from store.visits import Visit

GONE = (404, 410)
DENIED, TOO_LARGE, AWAY = 403, 413, 503  # status of a page that was not asked for, not taken, not there
INDEX = ("xml", "gzip", "text/plain")  # content types of sitemaps: what they list may change when they do not


@dataclass(frozen=True)
class Fetched:
    """A page and what to do with it. `is_lost`: it may be there tomorrow, so this crawl is not the whole."""

    page: Page
    is_kept: bool
    count: str = "pages"
    is_lost: bool = False
    notes: tuple[Note, ...] = ()
    recorded: str = ""
    ms: int = 0


@dataclass
class Pages:
    """The pages of one crawl, as its policy reads them."""

    policy: Policy
    fetcher: fetch.Fetcher
    hosts: frozenset[str]  # that the operator named
    _closed: dict[str, str] = field(default_factory=dict)
    robots: Robots = field(init=False)

    def __post_init__(self) -> None:
        self.robots = Robots(self.fetcher)

    def get(self, request: Request, crawl: Crawl, *, may_be_gone: bool = False) -> Fetched:
        """The page of a request. Raises CrawlFailed and soft stops."""
        url = self.fetcher.secrets.url(transfer.address(request))
        if self.policy.for_people or self.policy.conditional:
            return self._visited(request, url, crawl)
        try:
            answer = self.fetcher.ask(request)
        except (
            transfer.Refused
        ) as refused:  # its items are missing: kept without a body, so that nothing passes for gone
            lost = self._passed(request, url, TOO_LARGE, crawl, refused.reason, refused.detail, is_lost=True)
            return replace(lost, is_kept=True)
        if answer.status < 300 or answer.status == 304 or (may_be_gone and answer.status in GONE):
            return self._page(request, url, answer)
        raise self._failed(url, answer.status)

    def _failed(self, url: str, status: int) -> fetch.CrawlFailed:
        why = f"HTTP {status}"
        if status in (401, 403):
            why += f": check {', '.join(self.policy.credentials) or 'the permissions'}"
        return fetch.CrawlFailed(self.fetcher.name, url, why)

    def _page(self, request: Request, url: str, answer: transfer.Answer, status: int = 0) -> Fetched:
        secrets = self.fetcher.secrets
        shown = url if answer.url == transfer.address(request) or self.fetcher.sign else secrets.url(answer.url)
        page = self._made(request, shown, status or answer.status, answer)
        is_kept = page.status != 304
        made = replace(page, body=page.body if is_kept else b"")
        return Fetched(made, is_kept, "pages" if is_kept else "unchanged", recorded=answer.recorded, ms=answer.ms)

    def _made(self, request: Request, url: str, status: int, answer: transfer.Answer | None = None) -> Page:
        secrets, body, kind = self.fetcher.secrets, b"", ""
        if answer is not None:
            secrets.learn(request.headers)
            body, kind = secrets.cut(answer.body), secrets.text(answer.headers.get("content-type", ""))
        asked = Request(url, context=request.context, method=request.method, body=secrets.cut(request.body))
        return Page(asked, status, kind, datetime.now(UTC), body, "")

    def _passed(
        self, request: Request, url: str, status: int, crawl: Crawl, reason: str, detail: str = "", *, is_lost: bool
    ) -> Fetched:
        """A page without a body, refused with a reason."""
        note = crawls.refused(crawl, url, reason, self.fetcher.secrets.text(detail))
        return Fetched(self._made(request, url, status), False, "refused", is_lost, (note,))

    def _visited(self, request: Request, url: str, crawl: Crawl) -> Fetched:
        """A page that stands for itself: as robots.txt says, as its validators say, and one failure ends no walk."""
        host, now = urlsplit(request.url).netloc, datetime.now(UTC)
        if host in self._closed:
            return self._passed(request, url, AWAY, crawl, self._closed[host], is_lost=True)
        if self.policy.for_people and (refusal := self.robots.refusal(transfer.address(request))):
            is_lost = "unreachable" in refusal
            return self._passed(request, url, DENIED, crawl, refusal, is_lost=is_lost)
        seen = conditional.known(crawl.platform, self.policy, url, crawl.date, now)
        lastmod = context(request, "lastmod")
        if seen and conditional.is_same(seen, url, lastmod, crawl.date):
            return Fetched(self._made(request, url, 304), False, "unchanged")
        asked = replace(request, headers=(*request.headers, *conditional.headers(seen, url, crawl.date)))
        try:
            answer = self.fetcher.ask(asked)
        except transfer.Refused as refused:
            return self._passed(request, url, TOO_LARGE, crawl, refused.reason, refused.detail, is_lost=False)
        except quota.QuotaUsed:
            raise
        except (fetch.CrawlFailed, fetch.Paused) as failure:
            return self._away(request, url, crawl, host, failure)
        return self._read(request, url, crawl, answer, seen, lastmod)

    def _away(
        self, request: Request, url: str, crawl: Crawl, host: str, failure: fetch.CrawlFailed | fetch.Paused
    ) -> Fetched:
        """A host that does not answer, or asks for a long pause, is left alone tonight; the only one stops the crawl."""
        if self.hosts <= {host.rpartition("@")[2]} and isinstance(failure, cli.SoftStop):
            raise failure
        self._closed[host] = "host away" if isinstance(failure, fetch.CrawlFailed) else "host asks for a pause"
        return self._passed(request, url, AWAY, crawl, self._closed[host], failure.why, is_lost=True)

    def _read(
        self, request: Request, url: str, crawl: Crawl, answer: transfer.Answer, seen: Visit | None, lastmod: str
    ) -> Fetched:
        if answer.status in GONE:
            return self._gone(request, url, crawl, answer, seen)
        if answer.status == 304 and seen:
            note = visits.visited(crawl, url, replace(seen, lastmod=lastmod or seen.lastmod, fail_count=0))
            return replace(self._page(request, url, answer), notes=(note,))
        if answer.status in (401, 403) and self.policy.credentials:
            raise self._failed(url, answer.status)
        if answer.status >= 300:
            return self._passed(request, url, answer.status, crawl, f"HTTP {answer.status}", is_lost=False)
        if self.policy.for_people and _is_index(answer):
            return self._page(request, url, answer)
        new = conditional.visited(answer, lastmod, datetime.now(UTC))
        notes = conditional.judged(seen, new, url)
        is_equal = seen is not None and seen.content_hash == new.content_hash and not seen.fail_count
        kept = conditional.unchanged(seen, new) if is_equal and seen else new
        found = self._page(request, url, answer, status=304 if is_equal else 0)
        return replace(found, notes=(*notes, visits.visited(crawl, url, kept)))

    def _gone(self, request: Request, url: str, crawl: Crawl, answer: transfer.Answer, seen: Visit | None) -> Fetched:
        """A tombstone at 410 and at the second 404 in a row; the first one may be a mishap."""
        failed = replace(seen or Visit(), fail_count=(seen.fail_count if seen else 0) + 1)
        note = visits.visited(crawl, url, failed)
        if self.policy.for_people and (answer.status == 410 or failed.fail_count >= 2):
            return replace(self._page(request, url, answer), count="gone", notes=(note,))
        passed = self._passed(request, url, answer.status, crawl, f"HTTP {answer.status}", is_lost=False)
        return replace(passed, count="not_found", notes=(*passed.notes, note))


def _is_index(answer: transfer.Answer) -> bool:
    kind = answer.headers.get("content-type", "").lower()
    return "xhtml" not in kind and any(word in kind for word in INDEX)

"""What a crawl keeps: a page on disk, then its position and notes in one transaction, the whole window in the lake."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from jobs.crawling import quota
from jobs.crawling.fetch import CrawlFailed, Paused
from jobs.crawling.pages import Fetched
from jobs.crawling.redaction import Secrets
from jobs.platforms import Policy
from schemas.reject import REJECT
from store import archive, crawls, lake
from store.crawls import Crawl, Note

log = logging.getLogger(__name__)
REJECTS_PER_FILE = 10_000


@dataclass
class Keeper:
    """One window under way: what the ledger knows of it, and its spool."""

    crawl: Crawl
    spool: archive.Spool
    policy: Policy

    def append(self, fetched: Fetched, secrets: Secrets) -> int:
        """The page on disk, not yet counted; the offset behind it. Raises CrawlFailed over a credential."""
        if not fetched.is_kept:
            return self.crawl.offset
        page = fetched.page
        row = {
            "platform": self.crawl.platform,
            "sequence": self.crawl.sequence,
            "url": page.request.url,
            "status": page.status,
            "content_type": page.content_type,
            "fetched_at": page.fetched_at,
            "body": page.body,
        }
        if secrets.holds(f"{page.request.url}\n{page.content_type}".encode()) or secrets.holds(page.body):
            raise CrawlFailed(self.crawl.platform, "***", "a page would hold a credential: it is not archived")
        return self.spool.append(row, offset=self.crawl.offset)

    def keep(self, fetched: Fetched, offset: int, *, position: str | None, shown: str = "end", **more: int) -> None:
        """Commit a page that is on disk, with what is asked for next, and say so."""
        number, page = self.crawl.sequence, fetched.page
        counts = {fetched.count: 1, "bytes": len(page.body) if fetched.is_kept else 0, **more}
        if fetched.is_kept:
            counts["pages"] = 1
        place: dict[str, Any] = {"offset": offset, "sequence": number + fetched.is_kept, "next_request": position}
        if self.crawl.phase == "walk" and position is None:  # one commit: killed after it, nothing is walked again
            place |= {"phase": "revisit", "is_walked": True}
        self.note(fetched.notes, {**place, "is_whole": self.crawl.is_whole and not fetched.is_lost}, **counts)
        left = quota.left(self.crawl.platform, self.policy, datetime.now(UTC))
        told = (self.crawl.began_at, self.crawl.platform, number, page.status, fetched.ms, len(page.body), left, shown)
        log.info("page run=%s platform=%s page=%s status=%s ms=%s bytes=%s quota_left=%s next=%s", *told)

    def note(self, notes: tuple[Note, ...] = (), place: dict[str, Any] | None = None, **counts: int) -> None:
        """Commit notes and counts, at a new place where one is given."""
        total = {name: self.crawl.counts.get(name, 0) + number for name, number in counts.items()}
        self.crawl = replace(self.crawl, **(place or {}), counts={**self.crawl.counts, **total})
        crawls.commit(self.crawl, notes)

    def enter(self, phase: str, **more: Any) -> None:
        """Begin the next phase of the crawl."""
        self.note(place={"phase": phase, "next_request": None, **more})

    def publish(self) -> None:
        """The window into the lake: refusals, pages, then the ledger, then the spool is gone."""
        self._must_hold_something()
        path = lake.partition("rejects", step="crawl", platform=self.crawl.platform, date=self.crawl.date)
        lake.write(path, _tables(self.crawl), REJECT)
        self.spool.cut(self.crawl.offset)
        extra = {**self.crawl.counts, "is_whole": self.crawl.is_walked and self.crawl.is_whole}
        archive.finish(self.crawl.platform, self.crawl.date, rows=self.crawl.sequence, extra=extra)
        self.crawl = crawls.done(self.crawl)
        self.spool.forget()

    def _must_hold_something(self) -> None:
        """A walk of which nothing could be had is no empty platform: it is begun anew next time."""
        counts = self.crawl.counts
        if any(counts.get(name) for name in ("pages", "unchanged", "not_found")) or not counts.get("refused"):
            return
        if self.crawl.is_walked:
            first, is_whole = next(crawls.refusals(self.crawl)), self.crawl.is_whole
            self.crawl = crawls.rewalk(self.crawl)
            why = f"{first['ref']}: nothing could be had: {first['reason']}"
            raise CrawlFailed(self.crawl.platform, first["ref"], why) if is_whole else Paused(self.crawl.platform, why)


def _tables(crawl: Crawl) -> Iterator[pa.Table]:
    rows, told = list[dict[str, Any]](), {"step": "crawl", "platform": crawl.platform}
    for refusal in crawls.refusals(crawl):
        rows.append({**told, **refusal})
        if len(rows) == REJECTS_PER_FILE:
            yield pa.Table.from_pylist(rows, schema=REJECT)
            rows = []
    if rows:
        yield pa.Table.from_pylist(rows, schema=REJECT)

"""Asking only for what changed: validators of the last answer, believed as far as the content confirmed them."""

import hashlib
import zlib
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from jobs.crawling.transfer import Answer
from jobs.platforms import Pairs, Policy
from store import visits
from store.crawls import Note
from store.visits import Visit

TRUSTED = 20  # checks in a row: a host that touches its files nightly, or never, is found out by then
SAMPLE = 20  # of so many addresses one is fetched whatever a trusted host says: trust is earned anew
HEADER, SITEMAP = "last_modified", "lastmod"


def known(platform: str, policy: Policy, url: str, night: str, now: datetime) -> Visit | None:
    """What was seen at the address before; without validators where its content must be fetched anew by now."""
    seen = visits.visit(platform, url, night)
    if seen and policy.max_age_days and _is_old(seen.fetched_at, now - timedelta(days=policy.max_age_days / 2)):
        return Visit(fail_count=seen.fail_count)
    return seen


def _is_old(fetched_at: str, limit: datetime) -> bool:
    return not fetched_at or datetime.fromisoformat(fetched_at) < limit


def headers(seen: Visit | None, url: str, night: str) -> Pairs:
    """The ETag, else the date where the host has earned trust."""
    if seen and seen.etag:
        return (("If-None-Match", seen.etag),)
    if seen and seen.last_modified and is_trusted(url, HEADER, night):
        return (("If-Modified-Since", seen.last_modified),)
    return ()


def is_trusted(url: str, kind: str, night: str) -> bool:
    """True where the content confirmed what the host says of its age often enough, but for tonight's sample."""
    if zlib.crc32(f"{night} {url}".encode()) % SAMPLE == 0:
        return False
    return visits.agreed(urlsplit(url).netloc, kind) >= TRUSTED


def is_same(seen: Visit | None, url: str, lastmod: str, night: str) -> bool:
    """True where a sitemap that is trusted says that nothing changed: no need to ask."""
    is_told = seen and lastmod and seen.content_hash and seen.lastmod == lastmod
    return bool(is_told and is_trusted(url, SITEMAP, night))


def visited(answer: Answer, lastmod: str, fetched_at: datetime) -> Visit:
    """What an answer with a body says of itself."""
    return Visit(
        answer.headers.get("etag", ""),
        answer.headers.get("last-modified", ""),
        lastmod,
        hashlib.sha256(answer.body).hexdigest(),
        fetched_at.isoformat(),
    )


def unchanged(seen: Visit, new: Visit) -> Visit:
    """The same content once more: today's validators, the age of what is archived."""
    return replace(new, fetched_at=seen.fetched_at)


def judged(seen: Visit | None, new: Visit, url: str) -> list[Note]:
    """Whether the host told the truth: both times and contents of two fetches are compared."""
    if not (seen and seen.content_hash):
        return []
    host, is_equal = urlsplit(url).netloc, seen.content_hash == new.content_hash
    notes = []
    for kind in (HEADER, SITEMAP):
        then, now = getattr(seen, kind), getattr(new, kind)
        if then and now:
            agreed = visits.agreed(host, kind)
            # A date that moved over an equal content costs a fetch; one that stood still over a new one costs the content.
            outcome = agreed + 1 if (then == now) == is_equal else agreed if is_equal else 0
            notes.append(visits.honest(host, kind, min(outcome, TRUSTED)))
    return notes

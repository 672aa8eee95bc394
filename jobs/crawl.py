"""Crawl one platform for one night: every page into the raw archive before anything reads it.

In   the platform's API (TRAWL_<PLATFORM>_URL, TRAWL_<PLATFORM>_TARGETS, its credential)
Out  pages    one row per answer, one partition per platform and date

A page is one commit: fetched, redacted, on disk, then counted. Killed at any moment, the same command goes on where
it stopped. Exit 99 when the platform asks for a longer pause than this job waits; what was fetched is kept.
"""

import json
import logging
import random
import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import httpx

from jobs import platforms
from jobs.platforms import Page, Platform, Policy, Request, Window
from store import archive, cli, ledger, settings

log = logging.getLogger(__name__)
HIDDEN = "***"
ATTEMPTS = 6
LONGEST_WAIT_S = 60.0
SHORTEST_SECRET = 8  # characters: a shorter one would be cut out of innocent words
AGENT = "Trawl/0.1 (nightly index rebuild)"


class CrawlFailed(cli.TrawlError):
    """The platform refused or broke; carries the platform and what was asked, without secrets."""

    def __init__(self, platform: str, url: str, why: str) -> None:
        super().__init__(f"crawl of {platform} stopped at {url}: {why}")
        self.platform, self.url = platform, url


def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("jobs.crawl", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--date", type=cli.day, required=True, help="night, YYYY-MM-DD")
    parser.add_argument("--platform", choices=platforms.names(), required=True)
    args = parser.parse_args(argv)
    platform = platforms.load(args.platform)
    window = open_window(args.platform, platform.POLICY, args.date)
    with ledger.step("crawl", args.date, args.platform) as counts:
        counts.update(crawl(args.platform, platform, window))
    log.info("%s: %s pages, %s bytes", args.platform, counts["pages"], f"{counts['bytes']:,}")


def open_window(name: str, policy: Policy, night: str) -> Window:
    """What to ask for tonight; one line naming the variable where a credential is missing."""
    missing = [variable for variable in policy.credentials if not settings.credential(variable)]
    if missing:
        raise cli.TrawlError(f"{name} needs credentials: set {', '.join(missing)}")
    secrets = tuple(settings.credential(variable) or "" for variable in policy.credentials)
    base = settings.platform_url(name, policy.default_url)
    return Window(date.fromisoformat(night), tuple(settings.targets(name)), base, secrets)


def crawl(name: str, platform: Platform, window: Window) -> dict[str, int]:
    """Walk the platform from where the ledger says; counts of pages and bytes."""
    night = window.date.isoformat()
    request, sequence, offset, counts = resume(name, platform, window)
    pause = 1 / settings.rate(name, platform.POLICY.requests_per_s)
    with httpx.Client(headers={"User-Agent": AGENT}, timeout=30, follow_redirects=True) as client:
        while request is not None:
            started = time.monotonic()
            page, link = fetch(client, name, platform.POLICY, window, request, sequence)
            offset = archive.append(archive.spool(name, night), _row(name, sequence, page), offset=offset)
            sequence, counts = sequence + 1, {"pages": sequence + 1, "bytes": counts["bytes"] + len(page.body)}
            request = link or platform.following(window, request, page)
            _commit(name, night, platform.POLICY, request, sequence, offset, counts)
            if request is not None:
                time.sleep(max(0.0, pause - (time.monotonic() - started)))
    archive.finish(name, night, rows=sequence, extra=counts)
    return counts


def resume(name: str, platform: Platform, window: Window) -> tuple[Request | None, int, int, dict[str, int]]:
    """Next request, sequence, archive offset and counts: from the ledger, or the beginning."""
    night = window.date.isoformat()
    state, spool = ledger.crawl(name, night), archive.spool(name, night)
    if state is None or not spool.exists() or spool.stat().st_size < state["offset"]:
        return platform.first(window), 0, 0, {"pages": 0, "bytes": 0}
    log.info("%s: going on after page %s", name, state["sequence"])
    stored = json.loads(state["next_request"]) if state["next_request"] else None
    return _shown(stored, window) if stored else None, state["sequence"], state["offset"], state["counts"]


def fetch(
    client: httpx.Client, name: str, policy: Policy, window: Window, request: Request, sequence: int
) -> tuple[Page, Request | None]:
    """The page, secrets cut out, and the request of its `Link: rel="next"` header (RFC 8288)."""
    answer = _patiently(client, name, policy, request)
    body = answer.content
    for secret in window.credentials:
        if len(secret) >= SHORTEST_SECRET:
            body = body.replace(secret.encode(), HIDDEN.encode())
    asked = Request(_hidden(str(answer.url), policy), context=request.context)
    ref = f"pages/platform={name}/date={window.date.isoformat()}#{sequence}"
    page = Page(asked, answer.status_code, answer.headers.get("content-type", ""), datetime.now(UTC), body, ref)
    link = answer.links.get("next", {}).get("url")
    return page, Request(str(answer.url.join(link))) if link else None


def _patiently(client: httpx.Client, name: str, policy: Policy, request: Request) -> httpx.Response:
    """The answer, after as many waits as the platform asks for and we have patience for."""
    shown, why = _hidden(request.url, policy), ""
    for attempt in range(ATTEMPTS):
        try:
            answer = client.get(request.url, params=dict(request.params) or None)
        except httpx.TransportError as error:
            why, wait = f"{type(error).__name__} {error}", _jitter(attempt)
        else:
            if answer.is_success:
                return answer
            why = f"HTTP {answer.status_code}"
            if answer.status_code in (401, 403):
                raise CrawlFailed(name, shown, f"{why}: check {', '.join(policy.credentials) or 'the permissions'}")
            if answer.status_code != 429 and answer.status_code < 500:
                raise CrawlFailed(name, shown, why)
            wait = _asked_wait(answer) or _jitter(attempt)
        if wait > LONGEST_WAIT_S:
            raise cli.SoftStop(f"{name} asks for a pause of {wait:.0f} s: run the crawl again later, it goes on")
        log.info("%s: %s, waiting %.1f s", name, why, wait)
        time.sleep(wait)
    raise CrawlFailed(name, shown, f"{why} after {ATTEMPTS} attempts: run it again, it goes on")


def _jitter(attempt: int) -> float:
    """Full jitter: uniform below an exponential ceiling (Brooker, AWS architecture blog, 2015)."""
    return random.uniform(0, min(LONGEST_WAIT_S, 0.5 * 2**attempt))


def _asked_wait(answer: httpx.Response) -> float | None:
    """`Retry-After` in seconds, given as seconds or as a date."""
    given = answer.headers.get("retry-after")
    if not given:
        return None
    if given.isdigit():
        return float(given)
    try:
        return max(0.0, (parsedate_to_datetime(given) - datetime.now(UTC)).total_seconds())
    except ValueError:
        return None


def _row(name: str, sequence: int, page: Page) -> dict[str, Any]:
    return {
        "platform": name,
        "sequence": sequence,
        "url": page.request.url,
        "status": page.status,
        "content_type": page.content_type,
        "fetched_at": page.fetched_at,
        "body": page.body,
    }


def _commit(
    name: str, night: str, policy: Policy, request: Request | None, sequence: int, offset: int, counts: dict[str, int]
) -> None:
    following = None
    if request is not None:
        params = [(key, HIDDEN if key in policy.redact else value) for key, value in request.params]
        following = json.dumps([_hidden(request.url, policy), params, list(request.context)])
    ledger.save_crawl(name, night, next_request=following, sequence=sequence, offset=offset, counts=counts)


def _shown(stored: list[Any], window: Window) -> Request:
    """A stored request with its credential back in place."""
    url, params, context = stored
    secret = window.credentials[0] if window.credentials else HIDDEN
    restored = [(key, secret if value == HIDDEN else value) for key, value in params]
    url = url.replace(urlencode({"": HIDDEN})[1:], secret)
    return Request(url, tuple(restored), tuple((key, value) for key, value in context))


def _hidden(url: str, policy: Policy) -> str:
    """The address with the values of secret parameters replaced."""
    parts = urlsplit(url)
    if not parts.query:
        return url
    pairs = [(k, HIDDEN if k in policy.redact else v) for k, v in parse_qsl(parts.query, keep_blank_values=True)]
    return urlunsplit(parts._replace(query=urlencode(pairs)))


if __name__ == "__main__":
    cli.run(main)

"""One request with patience: at the platform's pace, within its quota, again after what passes."""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx

from jobs import guard
from jobs.crawling import politeness, quota, transfer
from jobs.crawling.redaction import Secrets
from jobs.crawling.stopping import Stop
from jobs.platforms import Policy, Request
from store import cli, settings

log = logging.getLogger(__name__)
ATTEMPTS = 6
TIMEOUT_S = 30.0
AGENT = "Trawl"


class CrawlFailed(cli.TrawlError):
    """The platform refused or broke; carries the platform and what was asked, without secrets."""

    def __init__(self, platform: str, url: str, why: str) -> None:
        super().__init__(f"crawl of {platform} stopped at {url}: {why}")
        self.platform, self.url, self.why = platform, url, why


class Paused(cli.SoftStop):
    """The platform asks for a longer pause than a crawl waits."""

    def __init__(self, platform: str, why: str) -> None:
        super().__init__(f"{platform} {why}: run the crawl again later, it goes on")
        self.platform, self.why = platform, why


def client(transport: httpx.BaseTransport | None = None) -> httpx.Client:
    """With the name that platforms know us by. It follows no redirect: transfer.send does."""
    contact = settings.contact()
    agent = f"{AGENT}/0.1 (nightly index rebuild{f'; {contact}' if contact else ''})"
    headers = {"User-Agent": agent, "Accept-Encoding": "gzip, deflate"}
    return httpx.Client(headers=headers, timeout=TIMEOUT_S, follow_redirects=False, transport=transport)


@dataclass
class Fetcher:
    """What stands between a crawl and the network; `counts` of requests, retries, seconds waited."""

    name: str
    policy: Policy
    client: httpx.Client
    secrets: Secrets
    stop: Stop
    pace: politeness.Pace
    sign: Callable[[Request, datetime], Request] | None = None
    counts: Counter[str] = field(default_factory=Counter)
    delays: dict[str, float] = field(default_factory=dict)  # seconds between requests that a host asks for

    def ask(self, request: Request) -> transfer.Answer:
        """A good answer, or a refusal that no patience mends. Raises CrawlFailed, Paused, QuotaUsed, Refused."""
        why = ""
        for attempt in range(ATTEMPTS):
            answer, why, wait = self._try(request, attempt)
            if answer is not None:
                return answer
            if wait > politeness.LONGEST_WAIT_S:
                raise Paused(self.name, f"asks for a pause of {wait:.0f} s ({why})")
            log.info("%s: %s, waiting %.1f s", self.name, self.secrets.text(why), wait)
            self.counts["retries"] += 1
            self._wait(wait)
        if why.startswith(("HTTP 429", "HTTP 503")):
            raise Paused(self.name, f"answers {why} after {ATTEMPTS} attempts")
        url = self.secrets.url(transfer.address(request))
        raise CrawlFailed(
            self.name, url, f"{self.secrets.text(why)} after {ATTEMPTS} attempts: run it again, it goes on"
        )

    def _try(self, request: Request, attempt: int) -> tuple[transfer.Answer | None, str, float]:
        """The answer, or why there is none and how long to wait."""
        buckets = self.take_turn(request)
        now = datetime.now(UTC)
        quota.spend(self.name, self.policy, request.units, now)
        self.counts["requests"] += 1
        try:
            answer = transfer.send(self.client, self.sign(request, now) if self.sign else request)
        except (httpx.HTTPError, transfer.Cut) as error:
            if guard.is_refused(error):
                raise transfer.Refused("private address", str(error)) from error
            return None, f"{type(error).__name__} {error}".strip(), politeness.jitter(attempt)
        if answer.status >= 400:
            return self._refused(answer, attempt)
        self.pace.hold(buckets, politeness.pause_s(answer.headers, answer.body))
        return answer, "", 0.0

    def _refused(self, answer: transfer.Answer, attempt: int) -> tuple[transfer.Answer | None, str, float]:
        is_limited = politeness.is_limited(answer.status, answer.headers, answer.body)
        if not is_limited and answer.status < 500 and answer.status != 408:
            return answer, "", 0.0
        why, now = f"HTTP {answer.status}", datetime.now(UTC)
        if answer.status == 403 and b"quota" in answer.body[:4000].lower() and self.policy.daily_units is not None:
            quota.exhaust(self.name, self.policy, now)
            raise quota.QuotaUsed(self.name, self.policy.daily_units, quota.reset_at(self.policy.quota_zone, now))
        asked = politeness.asked_wait(answer.headers)
        wait = asked if asked is not None else politeness.used_up(answer.headers)
        if wait is None and is_limited and answer.status in (400, 403):
            wait = politeness.HOUR_S
        return None, why, politeness.jitter(attempt) if wait is None else wait

    def take_turn(self, request: Request) -> list[str]:
        """Wait until the request may leave; the buckets that it was taken from."""
        host = urlsplit(request.url).netloc
        buckets = [f"host {host}"] + (["credential"] if self.secrets.values else [])
        wait = self.pace.wait_s(buckets)
        if wait > politeness.LONGEST_WAIT_S:
            raise Paused(self.name, f"asks for a pause of {wait:.0f} s")
        self._wait(wait)
        self.pace.take(buckets, at_least_s=self.delays.get(host, 0.0))
        return buckets

    def _wait(self, seconds: float) -> None:
        self.counts["waited_ms"] += round(seconds * 1000)
        self.stop.nap(seconds)

"""robots.txt of every host (RFC 9309), kept for a day in the ledger."""

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx
from protego import Protego

from jobs.crawling import fetch, transfer
from jobs.platforms import Request
from store import visits

log = logging.getLogger(__name__)
KEPT = timedelta(hours=24)
MOST_BYTES = 500 << 10  # as much of a file as the standard asks to read
LONGEST_DELAY_S = 30.0


@dataclass
class Robots:
    """What the hosts of one crawl allow."""

    fetcher: fetch.Fetcher
    _rules: dict[str, Protego | None] = field(default_factory=dict)

    def refusal(self, url: str) -> str:
        """Why an address may not be asked for; empty where it may. Sets the host's delay."""
        parts = urlsplit(url)
        host = f"{parts.scheme}://{parts.netloc}"
        if host not in self._rules:
            self._rules[host] = self._read(host)
            self._slow_down(parts.netloc, self._rules[host])
        rules = self._rules[host]
        if rules is None:
            return "robots.txt unreachable"
        return "" if rules.can_fetch(url, fetch.AGENT) else "robots.txt disallows"

    def _read(self, host: str) -> Protego | None:
        kept = visits.robots(host)
        if kept is None or datetime.now(UTC) - kept[0] > KEPT:
            kept = self._asked(host)
        status, text = kept[1:]
        if 400 <= status < 500 and status != 429:  # there is none: everything is allowed
            return Protego.parse("")
        return Protego.parse(text) if 200 <= status < 300 else None

    def _asked(self, host: str) -> tuple[datetime, int, str]:
        """Kept where the host gave a clear answer; asked for again tomorrow where it did not."""
        request = Request(f"{host}/robots.txt")
        try:
            self.fetcher.take_turn(request)
            answer = transfer.send(self.fetcher.client, request)
        except (httpx.HTTPError, transfer.Cut, transfer.Refused) as error:
            log.info("%s: no robots.txt: %s %s", host, type(error).__name__, error)
            return datetime.now(UTC), 0, ""
        text, now = answer.body[:MOST_BYTES].decode("utf-8-sig", "replace"), datetime.now(UTC)
        if answer.status < 500 and answer.status != 429:
            visits.save_robots(host, now, answer.status, text)
        return now, answer.status, text

    def _slow_down(self, netloc: str, rules: Protego | None) -> None:
        asked = float(rules.crawl_delay(fetch.AGENT) or 0.0) if rules else 0.0
        if asked > LONGEST_DELAY_S:
            log.info("%s: Crawl-delay of %.0f s is taken as %.0f s", netloc, asked, LONGEST_DELAY_S)
        self.fetcher.delays[netloc] = min(asked, LONGEST_DELAY_S)

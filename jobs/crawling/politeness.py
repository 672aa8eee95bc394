"""How often a platform may be asked, by our own rate and by what its answers say."""

import random
import re
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import orjson

LONGEST_WAIT_S = 60.0
BUSY_PERCENT, FULL_PERCENT = 75, 90  # of a quota that the platform shares out by the hour (X-App-Usage)
HOUR_S = 3600.0
EPOCH_S = 1e9  # a reset below this is a number of seconds, above it a moment
LIMITED = re.compile(rb"quota|rate.?limit|too many|limit exceeded|request limit|out of rate|throttl", re.IGNORECASE)

Clock = Callable[[], float]


class Pace:
    """A token bucket of one token for every host and every credential: what is asked next waits for all of its own."""

    def __init__(self, requests_per_s: float, clock: Clock = time.monotonic) -> None:
        self._every_s, self._clock = 1 / requests_per_s, clock
        self._free_at: dict[str, float] = {}

    def wait_s(self, buckets: Iterable[str]) -> float:
        """Seconds until the next request may leave."""
        return max(0.0, max((self._free_at.get(bucket, 0.0) for bucket in buckets), default=0.0) - self._clock())

    def take(self, buckets: Iterable[str], *, at_least_s: float = 0.0) -> None:
        """A request leaves now."""
        for bucket in buckets:
            self._free_at[bucket] = self._clock() + max(self._every_s, at_least_s)

    def hold(self, buckets: Iterable[str], seconds: float) -> None:
        """The platform asked for a pause."""
        for bucket in buckets:
            self._free_at[bucket] = max(self._free_at.get(bucket, 0.0), self._clock() + seconds)


def jitter(attempt: int) -> float:
    """Full jitter: uniform below an exponential ceiling (Brooker, AWS architecture blog, 2015)."""
    return random.uniform(0, min(LONGEST_WAIT_S, 0.5 * 2**attempt))


def asked_wait(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """`Retry-After` in seconds, given as seconds or as a date."""
    given = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", given):
        return float(given)
    try:
        moment = parsedate_to_datetime(given)
    except (ValueError, IndexError, TypeError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


def used_up(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds until a used-up allowance begins anew (`X-RateLimit-Remaining: 0`); None while there is some left."""
    for prefix in ("x-ratelimit", "ratelimit", "x-rate-limit"):
        if _number(headers.get(f"{prefix}-remaining", "")) == 0:
            return _reset_s(headers.get(f"{prefix}-reset", ""), now or datetime.now(UTC))
    return None


def _reset_s(given: str, now: datetime) -> float:
    """A reset is told as seconds, as a Unix time or as an ISO date, by platform."""
    number = _number(given)
    if number is not None:
        return max(0.0, number - now.timestamp()) if number > EPOCH_S else number
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        return LONGEST_WAIT_S
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def _number(text: str) -> float | None:
    match = re.match(r"\s*(\d{1,12}(?:\.\d+)?)\s*(?:$|[,;])", text)
    return float(match[1]) if match else None


def busy(headers: Mapping[str, str]) -> float:
    """Pause in seconds by the highest percentage of `X-App-Usage`: none below 75, an hour from 90 on."""
    shares = [_highest(headers.get(name, "")) for name in ("x-app-usage", "x-page-usage", "x-ad-account-usage")]
    highest = max(shares)
    return HOUR_S if highest >= FULL_PERCENT else max(0.0, highest - BUSY_PERCENT)


def _highest(given: str) -> float:
    try:
        told = orjson.loads(given or "{}")
    except orjson.JSONDecodeError:
        return 0.0
    values = told.values() if isinstance(told, dict) else ()
    return max((float(v) for v in values if isinstance(v, int | float)), default=0.0)


def told_in_payload(body: bytes) -> float:
    """Seconds to pause by the `backoff` of a Stack Exchange answer; an hour when its quota is used up."""
    if b'"backoff"' not in body and b'"quota_remaining"' not in body:
        return 0.0
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        return 0.0
    if not isinstance(told, dict):
        return 0.0
    wait = told.get("backoff")
    is_empty = type(told.get("quota_remaining")) is int and told["quota_remaining"] <= 0
    return HOUR_S if is_empty else float(wait) if isinstance(wait, int | float) and wait > 0 else 0.0


def pause_s(headers: Mapping[str, str], body: bytes) -> float:
    """What a good answer asks for before the next request."""
    return max(used_up(headers) or 0.0, busy(headers), told_in_payload(body))


def is_limited(status: int, headers: Mapping[str, str], body: bytes) -> bool:
    """True where a refusal means "not so often" rather than "not you"."""
    if status in (429, 503):
        return True
    return status in (400, 403) and (used_up(headers) is not None or bool(LIMITED.search(body[:4000])))

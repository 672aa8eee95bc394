"""What the stand-in does tonight: the day, which platforms are down, which requests fail, how fast it may be asked."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jobs import platforms

PLATFORMS = platforms.crawled()
# What can happen to a request, beside any HTTP status.
KINDS = {
    "cut": "half of the body, then silence",
    "garbage": "a body that is broken in the middle",
    "charset": "a body in another charset than it says",
    "slow": "an answer that lets wait",
    "429-date": "too many requests, to be repeated after an HTTP date (429 alone: after a second)",
    "token": "the page token has expired",
    "shift": "until this request the newest item is not there yet: the pages after it hold it all one place later",
}
SHIFT = "shift"
Faults = dict[str, dict[int, str]]


class WrongControl(ValueError):
    """A fault, platform or day that does not exist; str() says which."""


@dataclass
class State:
    """Shared by all requests; every method holds the lock."""

    day: int = 0
    days: int = 1
    limit: float | None = None
    faults: Faults = field(default_factory=dict)
    down: frozenset[str] = frozenset()
    asked: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    windows: dict[str, tuple[int, int]] = field(default_factory=dict)

    def count(self, platform: str) -> tuple[str, int]:
        """Counts a request; what is to happen to it ("", "down", "limit", a kind or an HTTP status), newest items hidden."""
        with self.lock:
            if self._is_over_limit(platform):
                return "limit", 0
            number = self.asked[platform] = self.asked.get(platform, 0) + 1
            if platform in self.down:
                return "down", 0
            faults = self.faults.get(platform, {})
            return faults.get(number, ""), sum(at > number for at, kind in faults.items() if kind == SHIFT)

    def _is_over_limit(self, platform: str) -> bool:
        """Fixed windows of one second, the simplest that a client can run into."""
        if self.limit is None:
            return False
        second = int(time.monotonic())
        started, seen = self.windows.get(platform, (second, 0))
        seen = seen + 1 if started == second else 1
        self.windows[platform] = (second, seen)
        return seen > self.limit

    def control(self, wanted: dict[str, Any]) -> None:
        """Sets day, faults, down, limit, whichever is given. New faults count from the next request on.

        Raises  WrongControl  and changes nothing
        """
        unknown = set(wanted) - {"day", "faults", "down", "limit"}
        if unknown:
            raise WrongControl(f"cannot set {', '.join(sorted(unknown))}: day, faults, down, limit")
        checked = {name: CHECKS[name](value, self.days) for name, value in wanted.items()}
        with self.lock:
            for name, value in checked.items():
                setattr(self, name, value)
            if "faults" in checked:
                self.asked = {}

    def shown(self) -> dict[str, Any]:
        """The state as JSON."""
        with self.lock:
            faults = {name: {str(n): kind for n, kind in kinds.items()} for name, kinds in self.faults.items()}
            told = {"day": self.day, "days": self.days, "limit": self.limit, "faults": faults}
            return told | {"down": sorted(self.down), "requests": dict(self.asked)}


def parse_faults(told: Any, days: int = 0) -> Faults:
    """Faults of "weibo:3:503,youtube:2:cut" or {"weibo": {"3": "503"}}: platform, number of the request from 1, what."""
    triples = [part.split(":") for part in told.split(",") if part] if isinstance(told, str) else _triples(told)
    faults: Faults = {}
    for triple in triples:
        if len(triple) != 3 or not triple[1].isdigit() or not (triple[2] in KINDS or _is_status(triple[2])):
            raise WrongControl(f"no such fault: {':'.join(triple)}; write PLATFORM:NUMBER:{'|'.join(KINDS)}|STATUS")
        faults.setdefault(_platform(triple[0]), {})[int(triple[1])] = triple[2]
    return faults


def _triples(told: Any) -> list[list[str]]:
    if not isinstance(told, dict) or not all(isinstance(kinds, dict) for kinds in told.values()):
        raise WrongControl("faults are an object of platforms, each an object of request numbers")
    return [[name, str(number), str(kind)] for name, kinds in told.items() for number, kind in kinds.items()]


def _is_status(text: str) -> bool:
    return text.isdigit() and 400 <= int(text) <= 599


def _platform(name: Any) -> str:
    if name not in PLATFORMS:
        raise WrongControl(f"no platform {name}: there are {', '.join(PLATFORMS)}")
    return str(name)


def _down(told: Any, days: int) -> frozenset[str]:
    if not isinstance(told, list):
        raise WrongControl("down is a list of platforms")
    return frozenset(_platform(name) for name in told)


def _day(told: Any, days: int) -> int:
    if not isinstance(told, int) or isinstance(told, bool) or not 0 <= told < days:
        raise WrongControl(f"no day {told}: the world has days 0 to {days - 1}")
    return told


def _limit(told: Any, days: int) -> float | None:
    if told is not None and (not isinstance(told, (int, float)) or isinstance(told, bool) or told <= 0):
        raise WrongControl(f"limit is requests per second, or null: {told}")
    return told


CHECKS: dict[str, Callable[[Any, int], Any]] = {"day": _day, "faults": parse_faults, "down": _down, "limit": _limit}

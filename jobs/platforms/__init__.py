"""What to ask a platform and how to read its answers: one module per platform, pure functions and a policy.

No sockets, files, clocks or Spark here, and no platform knows another. The engine (jobs/crawl.py) sends the requests and
archives every page before it is read. When two items of one night share a native_id, the later page holds the fuller one.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol, cast

Pairs = tuple[tuple[str, str], ...]
Item = dict[str, Any]


@dataclass(frozen=True)
class Window:
    """What one crawl covers: a night, the targets (accounts, playlists, feeds), where the platform is, our credential."""

    date: date
    targets: tuple[str, ...]
    base_url: str
    credential: str | None


@dataclass(frozen=True)
class Request:
    """One GET; `context` travels with it to its page and is never sent."""

    url: str
    params: Pairs = ()
    context: Pairs = ()


@dataclass(frozen=True)
class Page:
    """One answer as received; `ref` says where it is archived."""

    request: Request
    status: int
    content_type: str
    fetched_at: datetime
    body: bytes
    ref: str


@dataclass(frozen=True)
class Reject:
    """Something a page held that is no record; `reason` is short and countable."""

    reason: str
    detail: str


@dataclass(frozen=True)
class Policy:
    """What may be asked and kept.

    tier A open, B free key, C own account or partner, D export only; `credential` names the setting that holds it;
    `sweep`: one crawl sees everything, so what is missing is gone; `redact`: query parameters that are never stored;
    `max_age_days`: how long content may be kept without a refresh.
    """

    tier: str
    credential: str | None
    sweep: bool
    max_age_days: int | None
    redact: tuple[str, ...]
    license: str
    requests_per_s: float
    default_url: str


class Platform(Protocol):
    """A module of this package."""

    POLICY: Policy

    def first(self, window: Window) -> Request:
        """The request that opens the crawl. Raises TargetsMissing."""

    def following(self, window: Window, request: Request, page: Page) -> Request | None:
        """The request after `page`; None at the end. Raises PageBroken."""

    def items(self, page: Page) -> Iterator[Item | Reject]:
        """Dicts with columns of RECORD, or {"event": columns of EVENT}; never raises for what a page holds."""


class TargetsMissing(Exception):
    """The platform cannot be crawled without being told what to read."""

    one_line = True

    def __init__(self, platform: str, what: str) -> None:
        super().__init__(f"{platform} has no targets: set TRAWL_{platform.upper()}_TARGETS to {what}, comma separated")


class PageBroken(Exception):
    """The page that tells how to go on cannot be read; going on would take all that follows for gone."""

    one_line = True

    def __init__(self, platform: str, detail: str) -> None:
        super().__init__(
            f"{platform} sent a page that tells no next one ({detail}): run the crawl again, it goes on there"
        )


def names() -> list[str]:
    """Names of the platforms, sorted."""
    return sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))


def load(name: str) -> Platform:
    """The module of one platform. Raises KeyError for a name that is not in names()."""
    if name not in names():
        raise KeyError(f"no platform {name}: there are {', '.join(names())}")
    return cast(Platform, importlib.import_module(f"{__name__}.{name}"))


def context(request: Request, key: str, default: str = "") -> str:
    """One value that travelled with the request."""
    return dict(request.context).get(key, default)

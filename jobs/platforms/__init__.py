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
    """What one crawl covers.

    `since`: where the last complete crawl began, less the overlap; None asks for everything. `targets`: accounts,
    playlists, feeds. `credentials`: values of the policy's credentials, in its order; the token of a log-in follows them.
    """

    date: date
    targets: tuple[str, ...]
    base_url: str
    credentials: tuple[str, ...] = ()
    since: datetime | None = None


@dataclass(frozen=True)
class Request:
    """One request; `context` travels with it to its page and is never sent; `units` of the platform's daily quota.

    Where the policy is conditional, the context may hold `lastmod` as a sitemap tells it: once the host has proved honest,
    an address whose lastmod is that of the last crawl is not asked for, and its page has status 304. `broken` other than 0
    says that the page before was passed over unread: such a crawl is not whole, and the next one reaches back behind it.
    """

    url: str
    params: Pairs = ()
    context: Pairs = ()
    headers: Pairs = ()
    method: str = "GET"
    body: bytes = b""
    units: int = 1


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

    tier: A open, B free key, C own account or partner, D files that a person exported: no network code at all.
    credentials: settings without which no crawl starts. sweep: one crawl sees everything, so what is missing is gone.
    max_age_days: how long content may be kept without a refresh. overlap_days: how far a crawl reaches back before the
    last one. daily_units: quota of the platform, which begins anew at midnight of `quota_zone`. conditional: asked with the
    ETag and date of the last answer; a page of status 304 has no body, no items, and the walk goes on after it. for_people:
    the same, and every page is one item under its address, asked for as robots.txt says; after 410, or 404 twice, its page
    (of that status) is read as a tombstone. A conditional page that cannot be had has its status (403 by robots.txt, 413 too
    large, 503 host away) and no body, and the walk goes on. A conditional policy is no sweep: what is unchanged is not shown. is_private: records belong to a tenant, never to the public. masks: personal
    data in texts is hidden. redact: parameters that are never stored, whatever their values.
    """

    tier: str
    license: str
    default_url: str = ""
    credentials: tuple[str, ...] = ()
    sweep: bool = False
    requests_per_s: float = 1.0
    max_age_days: int | None = None
    overlap_days: int = 1
    daily_units: int | None = None
    quota_zone: str = "UTC"
    conditional: bool = False
    for_people: bool = False
    is_private: bool = False
    masks: bool = False
    redact: tuple[str, ...] = ()


class Platform(Protocol):
    """A module of this package. One of tier D has POLICY, items and claims alone.

    Three more functions are there where a platform needs them:
    `signed(window, request, at) -> Request`, just before it is sent: signature and time are never stored;
    `login(window) -> Request` and `token(page) -> str`: what is asked once before the walk; its answer is not archived;
    `revisit(window, native_ids) -> Request`: items asked for again, at most REVISIT_SIZE at a time.
    """

    POLICY: Policy

    def first(self, window: Window) -> Request:
        """The request that opens the crawl. Raises TargetsMissing."""

    def following(self, window: Window, request: Request, page: Page) -> Request | None:
        """The request after `page`; None at the end. Raises PageBroken."""

    def items(self, page: Page) -> Iterator[Item | Reject]:
        """Dicts with columns of RECORD, or {"event": columns of EVENT}; never raises for what a page holds."""

    def claims(self, page: Page) -> bool:
        """True where the body alone looks like this platform's, items or none: files are dropped without a name."""


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


def crawled() -> list[str]:
    """Names of the platforms that are asked over the network: all but those of tier D."""
    return [name for name in names() if load(name).POLICY.tier != "D"]


def load(name: str) -> Platform:
    """The module of one platform. Raises KeyError for a name that is not in names()."""
    if name not in names():
        raise KeyError(f"no platform {name}: there are {', '.join(names())}")
    return cast(Platform, importlib.import_module(f"{__name__}.{name}"))


def context(request: Request, key: str, default: str = "") -> str:
    """One value that travelled with the request."""
    return dict(request.context).get(key, default)

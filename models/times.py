"""Times as platforms write them, read into UTC with how exact they are."""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any

Instant = tuple[datetime, str]  # aware, UTC; second, minute, day or year

CHINA = timezone(timedelta(hours=8))
MONTHS = {name: n for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
YEARS = range(1000, 2200)
SECONDS_BELOW = 10**11  # as seconds the year 5138, as milliseconds 1973
WEIBO = re.compile(r"\w{3} (\w{3}) (\d{1,2}) (\d{2}):(\d{2}):(\d{2}) ([+-]\d{2})(\d{2}) (\d{4})", re.ASCII)
YEARLESS = re.compile(r"(\d{1,2})(?:月|-)(\d{1,2})日?\s+(\d{1,2}):(\d{2})", re.ASCII)
TODAY = re.compile(r"(今天|昨天|前天)\s*(\d{1,2}):(\d{2})", re.ASCII)
AGO = re.compile(r"(\d{1,3})\s*(秒|分钟|小时)前", re.ASCII)
MINUTE = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?:Z|[+-]\d{2}:?\d{2})?", re.ASCII)
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}.*", re.ASCII | re.DOTALL)


def instant(value: Any, *, zone: tzinfo = UTC, near: datetime | None = None) -> Instant | None:
    """The moment and its precision; None for what is no time.

    Epoch seconds or milliseconds, ISO 8601 with or without colon in the offset, RFC 822, the form of Weibo, a date, a
    year. `zone` is where a time without offset was written. A time without year, or told as distance, is resolved
    against `near`, the moment of the fetch: the latest one that is not in its future.
    """
    if isinstance(value, bool) or value is None:
        return None
    try:
        return _epoch(value) if isinstance(value, (int, float)) else _written(str(value).strip(), zone, near)
    except (ValueError, OverflowError, OSError):
        return None


def _epoch(value: float) -> Instant | None:
    if not 10**8 <= value < 10**14:  # before 1973, or micro-seconds and worse: more likely not a time at all
        return None
    moment = value if value < SECONDS_BELOW else value / 1000
    return _checked(datetime.fromtimestamp(moment, UTC), "second")


def _written(text: str, zone: tzinfo, near: datetime | None) -> Instant | None:
    if text.isascii() and text.isdigit():
        return _year(int(text)) if len(text) == 4 else _epoch(int(text)) if len(text) < 15 else None
    if match := WEIBO.fullmatch(text):
        return _weibo(*match.groups())
    if ISO_DATE.fullmatch(text):
        moment = datetime.fromisoformat(text)
        precision = "day" if len(text) == 10 else "minute" if MINUTE.fullmatch(text) else "second"
        # A date is the same date everywhere: midnight UTC, not of the zone.
        return _checked(moment, precision, UTC if precision == "day" else zone)
    if near is not None and (resolved := _relative(text, zone, near.astimezone(zone))):
        return _checked(*resolved, zone)
    return _checked(parsedate_to_datetime(text), "second") if len(text) < 60 and "," in text else None


def _year(year: int) -> Instant | None:
    return (datetime(year, 1, 1, tzinfo=UTC), "year") if year in YEARS else None


def _weibo(
    month: str, day: str, hour: str, minute: str, second: str, hours: str, minutes: str, year: str
) -> Instant | None:
    offset = timedelta(hours=int(hours), minutes=int(f"{hours[0]}{minutes}"))
    number = MONTHS.get(month.lower())
    if number is None:
        return None
    moment = datetime(int(year), number, int(day), int(hour), int(minute), int(second), tzinfo=timezone(offset))
    return _checked(moment, "second")


def _relative(text: str, zone: tzinfo, near: datetime) -> Instant | None:
    if text == "刚刚":
        return near, "minute"
    if match := AGO.fullmatch(text):
        unit = {"秒": "seconds", "分钟": "minutes", "小时": "hours"}[match.group(2)]
        return near - timedelta(**{unit: int(match.group(1))}), "minute"
    if match := TODAY.fullmatch(text):
        day = near - timedelta(days=("今天", "昨天", "前天").index(match.group(1)))
        return day.replace(hour=int(match.group(2)), minute=int(match.group(3)), second=0, microsecond=0), "minute"
    if match := YEARLESS.fullmatch(text):
        return _last(*(int(part) for part in match.groups()), near=near)
    return None


def _last(month: int, day: int, hour: int, minute: int, *, near: datetime) -> Instant | None:
    """The latest such moment up to a day after `near` (clocks differ); eight years back for 29 February."""
    for year in range(near.year + 1, near.year - 9, -1):
        if not _exists(year, month, day):
            continue
        moment = datetime(year, month, day, hour, minute, tzinfo=near.tzinfo)
        if moment <= near + timedelta(days=1):
            return moment, "minute"
    return None


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _checked(moment: datetime, precision: str, zone: tzinfo = UTC) -> Instant | None:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    utc = aware.astimezone(UTC)
    return (utc, precision) if utc.year in YEARS else None

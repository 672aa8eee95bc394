"""Values as platforms write them, read into ours: counts, money, durations, web addresses.

Every function returns None for what it cannot read: null is not given, 0 is zero.
"""

import math
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urljoin, urlsplit

UNITS = {"": 1, "k": 10**3, "w": 10**4, "万": 10**4, "萬": 10**4, "m": 10**6, "亿": 10**8, "億": 10**8}
MOST = 2**63 - 1
CENT = Decimal("0.0001")  # four places, as the tables keep money
RICHEST = Decimal(10) ** 12
HUGE = 1e300
CURRENCY_SIGNS = re.compile(r"^(?:rmb|cny|[¥$€£])?\s*(.*?)\s*(?:元|円|rmb|cny|yuan)?$", re.IGNORECASE)
AMOUNT = re.compile(r"(\d+(?:,\d{3})*(?:\.\d+)?)\s*([kmw万萬亿億]?)\+?", re.IGNORECASE | re.ASCII)
BARE = re.compile(r"\d{1,12}(?:\.\d{1,8})?", re.ASCII)
DURATION = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", re.ASCII)
WHOLE = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*(?P<port>:[1-5]?\d{1,4})?/[\w./?&=%~+,-]*(?<!\?)", re.ASCII)
HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?::\d+)?(?:/|$)", re.IGNORECASE | re.ASCII)


def count(value: Any) -> int | None:
    """Whole number, 0 or more, below 2^63: 7920, "7920", "1,024", "1.5万", "276.8万", "10万+"; None for "-"."""
    if type(value) is int:  # as most are, and the next most
        return value if 0 <= value <= MOST else None
    if isinstance(value, str) and len(value) < 19 and value.isascii() and value.isdigit():
        return int(value)
    amount = _amount(value)
    return None if amount is None or amount > MOST else int(amount)


def score(value: Any) -> int | None:
    """Votes for less votes against: a whole number of either sign within 2^63; None for what `count` cannot read."""
    text = unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else value
    is_negative = text.startswith("-") if isinstance(text, str) else isinstance(text, (int, float)) and text < 0
    if not is_negative:
        return count(text)
    size = count(text.removeprefix("-") if isinstance(text, str) else -text)
    return None if size is None else -size


def number(value: Any) -> float | None:
    """Finite double, 0 or more."""
    if type(value) is float and 0 < value < HUGE:
        return value
    amount = _amount(value)
    return float(amount) if amount is not None and amount < HUGE else None


def money(value: Any) -> Decimal | None:
    """Amount with four places: "34.9", 1369.0, "¥1,299.00", "12元"; None for words, negatives and 10^12 and more."""
    if isinstance(value, (str, int, float)) and BARE.fullmatch(told := str(value)):
        return Decimal(told).quantize(CENT)
    if isinstance(value, str):
        signs = CURRENCY_SIGNS.match(unicodedata.normalize("NFKC", value).strip())
        value = signs.group(1) if signs else value
    amount = _amount(value)
    if amount is None or amount >= RICHEST:
        return None
    return amount.quantize(CENT)


def _amount(value: Any) -> Decimal | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, (int, float)):
        value = repr(value) if isinstance(value, float) else f"{value:d}" if abs(value) <= MOST else ""
    if not isinstance(value, str):
        return None
    text = unicodedata.normalize("NFKC", value).strip()
    if "e" in text.lower():  # repr of a very large or small float
        return _scientific(text)
    match = AMOUNT.fullmatch(text)
    return Decimal(match.group(1).replace(",", "")) * UNITS[match.group(2).lower()] if match else None


def _scientific(text: str) -> Decimal | None:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 and amount.adjusted() < 400 else None


def seconds(value: Any) -> float | None:
    """Length in seconds: ISO 8601 "PT21M7S", "1:02:03", or a number of seconds."""
    text = str(value or "").strip()
    match = DURATION.fullmatch(text)
    if match and text not in ("P", "PT"):
        parts = [float(part or 0) for part in match.groups()]
        return sum(part * scale for part, scale in zip(parts, (604800, 86400, 3600, 60, 1), strict=True))
    if re.fullmatch(r"\d{1,4}(?::\d{1,2}){1,2}", text, re.ASCII):
        total = 0
        for part in text.split(":"):
            total = total * 60 + int(part)
        return float(total)
    return number(value)


def address(value: Any, base: str = "", *, upgrade: bool = False) -> str | None:
    """Absolute web address: "//host/..", "host.com/..", and relative ones against `base`.

    `upgrade` turns http into https unless the address names a port, as only machines of one's own do.
    """
    text = value if isinstance(value, str) else str(value or "")
    match = WHOLE.fullmatch(text)  # needs no parser, and most are so
    if not match:
        text = "".join(text.split())
        whole = f"https:{text}" if text.startswith("//") and not base else text
        whole = f"https://{text}" if not base and "://" not in text and HOST.match(text) else whole
        match = WHOLE.fullmatch(whole)
    if not text or len(text) > 4000:
        return None
    if match:
        whole = match.string
        return f"https{whole[4:]}" if upgrade and not match["port"] and whole.startswith("http:") else whole
    try:
        url = _joined(text, base)
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return None
        if upgrade and parts.scheme == "http" and parts.port is None:
            return parts._replace(scheme="https").geturl()
    except ValueError:  # unbalanced brackets, a port that is no number
        return None
    return url


def _joined(text: str, base: str) -> str:
    if text.startswith("//"):
        return f"{urlsplit(base).scheme or 'https'}:{text}" if base.startswith("http:") else f"https:{text}"
    if "://" not in text and HOST.match(text) and not base:
        return f"https://{text}"
    return urljoin(base, text) if base else text

"""What a query says, read thinly: prices, exclusions, phrases and `field:value`; everything else stays text.

Every character of a query ends up in exactly one piece, so no term is lost.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

FIELDS = {"platform": "platforms", "type": "types", "lang": "langs", "brand": "brands"}
CURRENCIES = {"$": "USD", "usd": "USD", "dollar": "USD", "dollars": "USD", "美元": "USD"}  # every other word is CNY
_FIELD = "|".join(FIELDS)

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)万?"
_CURRENCY = r"(?:元(?!旦|素|件|宵)|块钱|块|人民币|rmb|cny|yuan|¥|￥|\$|美元|usd|dollars?)(?![a-z])"
_MONEY = rf"(?:[¥￥$]\s*)?{_NUMBER}(?:\s*{_CURRENCY})?"
_PRICED = rf"(?:[¥￥$]\s*{_NUMBER}|{_NUMBER}\s*{_CURRENCY})"
# A bare number is a price only where nothing follows that it could count: not "under 8 hours", not "below 50mm".
_BARE = rf"{_NUMBER}(?=\s*(?:$|的|[,，。;；\"“「]|-[^\W\d]|(?:{_FIELD})[:：]))"
_AMOUNT = rf"(?:{_PRICED}|{_BARE})"
_MOST = (
    r"(?:\b(?:under|below|less\s+than|cheaper\s+than|up\s+to|at\s+most|no\s+more\s+than)\b"
    r"|不超过|不高于|低于|小于|少于|不到|[<≤]=?)"
)
_LEAST = (
    r"(?:\b(?:over|above|more\s+than|at\s+least|no\s+less\s+than)\b"
    r"|不低于|不少于|高于|大于|超过|至少|[>≥]=?)"
)  # fmt: skip
_QUOTED = r'(?:"[^"]*\w[^"]*"|“[^”]*\w[^”]*”|「[^」]*\w[^」]*」)'
_GRAMMAR = re.compile(
    "|".join(
        (
            rf"(?P<excluded>(?<!\S)-(?:{_QUOTED}|(?=[^\W\d])[^\s\"“”「」]+))",
            rf"(?P<phrase>{_QUOTED})",
            rf"(?P<field>(?<!\S)(?:{_FIELD})[:：][^\s\"“”「」]*\w[^\s\"“”「」]*)",
            rf"(?P<between>\bbetween\s+{_MONEY}\s*(?:and|-)\s*{_AMOUNT}|(?<![\w.,]){_MONEY}\s*(?:[-–~]|到|至)\s*{_PRICED}的?)",
            rf"(?P<most>{_MOST}\s*{_AMOUNT}的?|(?<![a-z\d.,-]){_MONEY}\s*(?:以下|以内|之内)的?)",
            rf"(?P<least>{_LEAST}\s*{_AMOUNT}的?|(?<![a-z\d.,-]){_MONEY}\s*以上的?)",
        )
    ),
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Filters:
    """What a hit must be; an empty tuple or None asks nothing. Prices are inclusive."""

    platforms: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    langs: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    price_min: float | None = None
    price_max: float | None = None
    currency: str | None = None

    def narrowed(self, other: "Filters") -> "Filters":
        """Both sets of filters: values of one field are alternatives, of two prices the narrower holds."""
        lists = {name: _union(getattr(self, name), getattr(other, name)) for name in FIELDS.values()}
        lows = [price for price in (self.price_min, other.price_min) if price is not None]
        highs = [price for price in (self.price_max, other.price_max) if price is not None]
        return Filters(
            **lists,
            price_min=max(lows, default=None),
            price_max=min(highs, default=None),
            currency=other.currency or self.currency,
        )


@dataclass(frozen=True)
class Piece:
    """A run of the query as typed; `kind` is text, phrase, excluded, field or price; `meaning` says what it became."""

    source: str
    kind: str
    value: str
    meaning: str = ""


@dataclass(frozen=True)
class Query:
    """A query, read. The sources of the pieces, joined, are the query as typed."""

    pieces: tuple[Piece, ...]
    filters: Filters = Filters()

    @property
    def text(self) -> str:
        """What is searched for: text and phrases, in order, without what became a filter."""
        words = " ".join(piece.value for piece in self.pieces if piece.kind in ("text", "phrase"))
        return " ".join(words.split())

    @property
    def phrases(self) -> tuple[str, ...]:
        """What a hit must hold word by word."""
        return tuple(piece.value for piece in self.pieces if piece.kind == "phrase")

    @property
    def excluded(self) -> tuple[str, ...]:
        """What a hit must not hold."""
        return tuple(piece.value for piece in self.pieces if piece.kind == "excluded")

    @property
    def understood(self) -> tuple[str, ...]:
        """Words that were read as more than text, each with its meaning."""
        return tuple(f"{piece.source.strip()} → {piece.meaning}" for piece in self.pieces if piece.meaning)


def parse(raw: str) -> Query:
    """The query read left to right; what no rule knows is text."""
    pieces, filters = [], Filters()
    for kind, source in _runs(raw):
        piece, asked = _read(kind, source)
        pieces.append(piece)
        filters = filters.narrowed(asked)
    return Query(tuple(pieces), filters)


def _runs(raw: str) -> Iterator[tuple[str, str]]:
    end = 0
    for match in _GRAMMAR.finditer(raw):
        if match.start() > end:
            yield "text", raw[end : match.start()]
        yield str(match.lastgroup), match.group()
        end = match.end()
    if end < len(raw):
        yield "text", raw[end:]


def _read(kind: str, source: str) -> tuple[Piece, Filters]:
    if kind == "text":
        return Piece(source, "text", source), Filters()
    if kind == "phrase":
        return Piece(source, kind, source[1:-1], "word by word"), Filters()
    if kind == "excluded":
        return Piece(source, kind, source[1:].strip('"“”「」'), "left out"), Filters()
    if kind == "field":
        return _field(source)
    return _price(kind, source)


def _field(source: str) -> tuple[Piece, Filters]:
    name, _, value = source.replace("：", ":", 1).partition(":")
    values = tuple(part for part in re.split("[,，]", value) if part)
    meaning = f"{name.lower()} is {' or '.join(values)}"
    return Piece(source, "field", value, meaning), _only(FIELDS[name.lower()], values)


def _only(name: str, values: tuple[str, ...]) -> Filters:
    asked: dict[str, Any] = {name: values}
    return Filters(**asked)


def _price(kind: str, source: str) -> tuple[Piece, Filters]:
    amounts = sorted(_amount(text) for text in re.findall(_NUMBER, source))
    found = re.search(_CURRENCY, source, re.IGNORECASE)
    currency = CURRENCIES.get(found.group().lower(), "CNY") if found else None
    low = amounts[0] if kind in ("between", "least") else None
    high = amounts[-1] if kind in ("between", "most") else None
    bounds = [f"{sign} {price:g}" for sign, price in (("≥", low), ("≤", high)) if price is not None]
    meaning = f"price {' and '.join(bounds)} {currency or ''}".rstrip()
    return Piece(source, "price", source, meaning), Filters(price_min=low, price_max=high, currency=currency)


def _amount(text: str) -> float:
    """A number as typed; 万 is ten thousand."""
    plain = float(text.rstrip("万").replace(",", ""))
    return plain * 10_000 if text.endswith("万") else plain


def _union(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))

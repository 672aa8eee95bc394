"""What a device can do, in the columns of a record and in a sentence that people and models can search.

Functions only: no state (it is stale at once), no place, no token.
"""

import math
import re
from collections.abc import Iterable
from typing import Any

from models.markup import clean

Function = dict[str, Any]
MOST_FUNCTIONS = 200
MOST_CHOICES = 40
LONGEST_NAME = 80
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
SEPARATORS = re.compile(r"[\s_.:/-]+")


def function(
    name: Any, kind: str | None, *, span: str | None = None, unit: Any = None, writable: bool | None = None
) -> Function:
    """One entry of `functions`; `span` is its range, `writable` None where nobody tells."""
    told = {"name": words(name)[:LONGEST_NAME], "kind": kind, "range": span, "unit": clean(unit), "writable": writable}
    return {key: value for key, value in told.items() if value is not None}


def words(code: Any) -> str:
    """A code as words in lower case: "setColorTemperature" is "set color temperature", other scripts stay."""
    return " ".join(SEPARATORS.split(CAMEL.sub(" ", clean(str(code)) or ""))).strip().lower()


def span(low: Any, high: Any, scale: Any = 0) -> str | None:
    """ "35..80" of two numbers; `scale` is the number of their decimals; None unless both are numbers."""
    places = scale if isinstance(scale, int) and not isinstance(scale, bool) and 0 <= scale <= 6 else 0
    ends = [end for end in (low, high) if isinstance(end, (int, float)) and not isinstance(end, bool)]
    if len(ends) < 2 or not all(map(math.isfinite, ends)):
        return None
    return "..".join(f"{end / 10**places:.10g}" for end in ends)


def choices(values: Any) -> str | None:
    """ "low, middle, high" of a list of words or numbers, each once; None where there are none."""
    told = [str(value) for value in values if isinstance(value, (str, int, float))] if isinstance(values, list) else []
    kept = [text for text in dict.fromkeys(clean(text) for text in told) if text]
    return ", ".join(text[:LONGEST_NAME] for text in kept[:MOST_CHOICES]) or None


def distinct(functions: Iterable[Function]) -> list[Function]:
    """Each name once: the entry that tells more stands, at the place of the first."""
    kept: dict[str, Function] = {}
    for one in functions:
        if one["name"] and len(one) > len(kept.get(one["name"], {})):
            kept[one["name"]] = one
    return list(kept.values())[:MOST_FUNCTIONS]


def sentence(noun: Any, functions: list[Function]) -> str:
    """ "dehumidifier, can set humidity 35..80 %, fan speed low or high; reads temperature °C"."""
    groups = (("can set", True), ("reads", False), ("has", None))
    told = [(verb, [_told(one) for one in functions if one.get("writable") is writable]) for verb, writable in groups]
    clauses = [f"{verb} {', '.join(parts)}" for verb, parts in told if parts]
    return f"{words(noun or '') or 'device'}{', ' if clauses else ''}{'; '.join(clauses)}"


def _told(one: Function) -> str:
    values = (one.get("range") or "").split(", ")
    listed = f"{', '.join(values[:-1])} or {values[-1]}" if len(values) > 1 else values[0]
    return " ".join(part for part in (one["name"], listed, one.get("unit")) if part)

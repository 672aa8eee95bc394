"""What each column holds, told from its values: names of columns say nothing."""

import re
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from models.grams import words_only

T = TypeVar("T")
Kind = Literal["empty", "number", "time", "names", "text", "long"]

SAMPLE = 2000  # values that are looked at, evenly over the column
MOST = 0.8  # share of the values that must read as a kind
LONG = 25  # words in the mean: running text
YEARS = (1000, 2100)

NUMBER = re.compile(r"[^\w.,-]{0,4}\s*(-?\d+(?:,\d{3})*(?:\.\d+)?)\s*(?:%|[^\W\d_]{1,4}|[^\w\s]{1,2})?")
YEAR = re.compile(r"(?<!\d)(1[0-9]{3}|20[0-9]{2}|2100)(?!\d)")
DATE = re.compile(
    r"\W*(?:\d{4}(?:[-/.年]\d{1,2}){0,2}\S?|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\d{4}\.0)[日\W]*(?:[ T][\d:.Z+]+)?"
)
PERSON = re.compile(r"[^\W\d_]{1,3}\.?(?:[ -][^\W\d_]{1,3}\.?)* [^\W\d_]{2,}|[^\W\d_]+(?:[ '.-]+[^\W\d_]+){1,3}\.?")
BETWEEN = re.compile(r"\s*(?:[,;&、，；]|\band\b)\s*")


@dataclass(frozen=True)
class Profile:
    """`filled` and `distinct`: shares of the rows that say something, and of different values among those; `words`: mean."""

    kind: Kind
    filled: float
    distinct: float
    words: float


def profile(values: Sequence[str]) -> Profile:
    """The kind and the shape of one column."""
    said = [value for value in values[:: max(1, len(values) // SAMPLE)] if words_only(value)]
    seen = len(values[:: max(1, len(values) // SAMPLE)])
    if not said or (len(set(said)) == 1 and seen > 1):
        return Profile("empty", len(said) / max(1, seen), 0.0, 0.0)
    words = statistics.fmean(len(words_only(value).split()) for value in said)
    return Profile(_kind(said, words), len(said) / seen, len(set(said)) / len(said), words)


def _kind(said: list[str], words: float) -> Kind:
    if _share(said, lambda value: bool(DATE.fullmatch(value.strip())) and year(value) is not None) >= MOST:
        return "time"
    if _share(said, lambda value: bool(NUMBER.fullmatch(value.strip()))) >= MOST:
        return "number"
    if words > LONG:
        return "long"
    return "names" if _is_names(said) else "text"


def _is_names(said: list[str]) -> bool:
    """Lists of persons: most values are persons throughout, and enough of them name more than one or abbreviate."""
    listed = [[part for part in BETWEEN.split(value.strip()) if part] for value in said]
    are_persons = _share(listed, lambda parts: bool(parts) and all(PERSON.fullmatch(p.strip(" .")) for p in parts))
    several = _share(listed, lambda parts: len(parts) > 1)
    return are_persons >= 0.6 and several >= 0.3


def _share(values: Sequence[T], is_so: Callable[[T], bool]) -> float:
    return sum(map(is_so, values)) / len(values)


def number(value: str) -> float | None:
    """Amount of "$1,299.00", "12 oz", "5.5%"; None where the value is something else."""
    found = NUMBER.fullmatch(value.strip())
    return float(found.group(1).replace(",", "")) if found else None


def year(value: str) -> float | None:
    """First year between 1000 and 2100 that a value names."""
    found = YEAR.search(value)
    return float(found.group(1)) if found else None

"""What records of papers need on every platform: partial dates, names, where it appeared, an id where none is given."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from models.identifiers import doi
from models.markup import clean, plain, primary_tag
from models.times import MONTHS, YEARS, Instant, instant

NUMBERS = re.compile(
    r"(?<!\d)(\d{4})(?!\d)(?:\s*[-/.年]\s*(\d{1,2})(?!\d)(?:\s*[-/.月]\s*(\d{1,2})(?!\d))?)?", re.ASCII
)
NAMED = re.compile(r"(?:(\d{1,2})\s+)?([A-Za-z]{3})[a-z]*\.?\s+(?:(\d{1,2}),\s*)?(\d{4})", re.ASCII)
MARKUP = re.compile(r"</[a-z]|<(?:p|br)\b|&(?:amp|lt|gt|quot|#\d+);", re.IGNORECASE)
HAN = re.compile("[\u3400-\u9fff]")
MOST_NAMES = 20  # of thousands, where a collaboration signs
# Source  ISO 639-2, both of its code sets, for the languages in which most papers are written
LANGUAGES = {
    **{"eng": "en", "fre": "fr", "fra": "fr", "ger": "de", "deu": "de", "spa": "es", "por": "pt", "ita": "it"},
    **{"rus": "ru", "jpn": "ja", "kor": "ko", "dut": "nl", "nld": "nl", "pol": "pl", "ukr": "uk", "tur": "tr"},
    **{"ara": "ar", "per": "fa", "fas": "fa", "swe": "sv", "dan": "da", "fin": "fi", "cze": "cs", "ces": "cs"},
    **{"gre": "el", "ell": "el", "hun": "hu", "ind": "id", "nor": "no", "cat": "ca", "vie": "vi", "heb": "he"},
}


def date_parts(parts: Any) -> Instant | None:
    """[2016, 3, 1] or [[2016, 3, 1]], year first and each further part optional; numbers may be written as text.

    Precise to the day, else to the year: a month alone stands in the moment and is not promised. A part that no
    calendar has is dropped.
    """
    while isinstance(parts, (list, tuple)) and parts and isinstance(parts[0], (list, tuple)):
        parts = parts[0]
    if not isinstance(parts, (list, tuple)):
        return None
    numbers = [_whole(part) for part in parts[:3]] + [None] * 3
    return _day(*numbers[:3])


def _whole(part: Any) -> int | None:
    told = str(part).strip() if isinstance(part, (int, str)) and not isinstance(part, bool) else ""
    return int(told) if told.isascii() and told.isdigit() and len(told) < 5 else None


def _day(year: int | None, month: int | None, day: int | None) -> Instant | None:
    if year is None or year not in YEARS:
        return None
    for month_, day_, precision in ((month, day, "day"), (month, 1, "year"), (1, 1, "year")):
        try:
            return datetime(year, month_ or 0, day_ or 0, tzinfo=UTC), precision
        except ValueError:
            continue
    return None


def published(told: Any) -> Instant | None:
    """A date of publication as libraries write it: "2011", "2014/05", "2013年5月", "14 Jan 2019", "[c2004]", a time."""
    if isinstance(told, int) and not isinstance(told, bool):
        told = str(told)
    if not isinstance(told, str) or len(told) > 200:
        return None
    if len(told.strip()) > 10 and (moment := instant(told)):
        return moment
    if re.fullmatch(r"\d{8}", told, re.ASCII):
        return date_parts([told[:4], told[4:6], told[6:]])
    if match := NAMED.search(told):
        before, month, after, year = match.groups()
        return date_parts([year, MONTHS.get(month.lower()), before or after])
    match = NUMBERS.search(told)
    return date_parts(match.groups()) if match else None


def language(told: Any) -> str | None:
    """BCP 47 primary tag of "en", "en-US", "eng"; three letters become two where there are two."""
    tag = primary_tag(told.strip()) if isinstance(told, str) else None
    return LANGUAGES.get(tag, tag) if tag else None


def prose(told: Any) -> str | None:
    """Plain text of what seldom is markup: "a<b" in a formula is no tag."""
    is_markup = isinstance(told, str) and MARKUP.search(told)
    return plain(told) if is_markup else clean(told)


def person(name: Any, given: Any = None) -> str | None:
    """A name in the order in which it is spoken: "Doe, Jane" and ("Doe", "Jane") are Jane Doe; Han stays together."""
    family, given = clean(name), clean(given)
    if family and not given and family.count(",") == 1:
        family, given = (part.strip() or None for part in family.split(","))
    if not (family and given):
        return family or given
    return f"{family}{given}" if HAN.search(family) and HAN.search(given) else f"{given} {family}"


def byline(
    names: Sequence[str],
    journal: str | None = None,
    volume: str | None = None,
    issue: str | None = None,
    pages: str | None = None,
) -> str | None:
    """Who and where in one line: "Jane Doe; John Smith. Journal of Maps 12 (3), 1-10"; None of nothing."""
    shown = "; ".join(names[:MOST_NAMES]) + ("; et al." if len(names) > MOST_NAMES else "")
    number = " ".join(filter(None, (volume, f"({issue})" if issue else None)))
    place = " ".join(filter(None, (journal, number)))
    return ". ".join(filter(None, (shown, ", ".join(filter(None, (place, pages)))))) or None


def title_id(title: str | None, first_author: str | None, year: int | None) -> str | None:
    """Hash of title, first author and year, whatever their case, width, punctuation and spaces; None without title."""
    words = [_bare(title), _bare(first_author), str(year or "")]
    return hashlib.blake2b("\n".join(words).encode(), digest_size=12).hexdigest() if words[0] else None


def _bare(text: str | None) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", text or "").casefold() if letter.isalnum())


def resolver(told: Any) -> str | None:
    """The address under which a DOI is found."""
    read = doi(told)
    return f"https://doi.org/{read}" if read else None

"""What is known of a pair of rows from the rows themselves: one column of numbers per way of being alike."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.blocking import Ints, information
from models.grams import Bags
from models.linkage import pieces
from models.linkage.fields import Field
from models.linkage.overlap import OVERLAP, cosine, edit_likeness, overlap
from models.linkage.pieces import Rows
from models.linkage.profile import number, year

Floats32 = NDArray[np.float32]
Column = tuple[str, Floats32]
TEXTS = ("text", "names", "long")


@dataclass(frozen=True)
class Said:
    """One text of every row, taken to pieces."""

    words: Rows
    grams: Rows
    starts: Ints
    letters: NDArray[np.int32]
    keys: Ints
    initials: Rows | None


@dataclass(frozen=True)
class Records:
    """All rows of all tables, ready to be compared. `size` rows; `groups` says of which table, None of one table."""

    size: int
    groups: NDArray[np.int32] | None
    texts: dict[str, Said]
    main: str
    whole: Said
    codes: Rows
    digits: Rows
    main_digits: Rows
    main_codes: Rows
    amounts: dict[str, NDArray[np.float64]]
    years: dict[str, NDArray[np.float64]]
    main_words: Rows
    whole_words: Rows
    search: Bags


def main_field(fields: list[Field], texts: dict[str, list[str]]) -> str:
    """The field that names a row: the text that tells most of it, in nats of its words over all rows."""
    named = [f for f in fields if f.is_shared and f.kind == "text"] or [f for f in fields if f.name in texts]
    told = [round(float(pieces.rows(pieces.bags(texts[f.name], pieces.words)).total.mean()), 2) for f in named]
    return named[told.index(max(told))].name


def records(fields: list[Field], groups: NDArray[np.int32] | None) -> Records:
    """Every text normalised once, every value read once."""
    texts = {f.name: [pieces.clean(v) for v in f.values] for f in fields if f.kind in TEXTS}
    size = len(fields[0].values)
    whole = [" ".join(filter(None, row)) for row in zip(*texts.values(), strict=True)]
    short = [
        " ".join(filter(None, row))
        for row in zip(*(texts[f.name] for f in fields if f.name in texts and f.kind != "long"), strict=True)
    ] or whole
    main = main_field(fields, texts)
    shared = [f for f in fields if f.is_shared]
    both = pieces.bags([*texts[main], *whole], pieces.words)
    idf = information(both, int(both.columns.max(initial=-1)) + 1)
    halves = [
        Bags(both.starts[: size + 1], both.columns, both.counts),
        Bags(both.starts[size:], both.columns, both.counts),
    ]
    halves = [
        Bags(h.starts - h.starts[0], h.columns[h.starts[0] : h.starts[-1]], h.counts[h.starts[0] : h.starts[-1]])
        for h in halves
    ]
    codes = pieces.bags(whole, pieces.codes)
    return Records(
        size,
        groups,
        {f.name: said(texts[f.name], f.kind == "names") for f in shared if f.name in texts},
        main,
        said(whole, False),
        pieces.rows(codes),
        pieces.rows(pieces.bags(whole, pieces.numbers)),
        pieces.rows(pieces.bags(texts[main], pieces.numbers)),
        pieces.rows(pieces.bags(texts[main], pieces.codes)),
        {f.name: _read(f.values, number) for f in shared if f.kind == "number"},
        {f.name: _read(f.values, year) for f in shared if f.kind == "time"},
        pieces.rows(halves[0], idf),
        pieces.rows(halves[1], idf),
        pieces.grams(short) if groups is None else pieces.joined(pieces.grams(short), codes),
    )


def _read(values, reader) -> NDArray[np.float64]:  # type: ignore[no-untyped-def]
    found = [reader(value) for value in values]
    return np.array([np.nan if value is None else value for value in found], np.float64)


def said(texts: list[str], are_names: bool) -> Said:
    points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    _, letters = np.unique(points, return_inverse=True)
    starts = np.cumsum([0, *map(len, texts)]).astype(np.int64)
    keys = np.unique(np.array([" ".join(pieces.words(t)) for t in texts], object).astype(str), return_inverse=True)[1]
    initials = pieces.rows(pieces.bags(texts, _initials)) if are_names else None
    return Said(
        pieces.rows(pieces.bags(texts, pieces.words)),
        pieces.rows(pieces.grams(texts)),
        starts,
        letters.astype(np.int32),
        np.where(np.diff(starts) > 0, keys, -1),
        initials,
    )


def _initials(text: str) -> list[str]:
    """First letters of all names but whole words of what is longer: "m. rusin" and "marek rusin" share m and rusin."""
    found = pieces.words(text)
    return [*found, *(word[0] + "." for word in found)]


def features(known: Records, firsts: Ints, seconds: Ints) -> tuple[list[str], Floats32]:
    """Names and (pairs, features); pairs are in ascending order. NaN is what a row does not say."""
    columns = list(_columns(known, firsts, seconds))
    if known.groups is None:
        columns = _symmetric(columns)
    return [name for name, _ in columns], np.column_stack([values for _, values in columns])


def _columns(known: Records, firsts: Ints, seconds: Ints) -> Iterator[Column]:
    for name, text in known.texts.items():
        yield from _of_text(name, text, firsts, seconds)
    yield from _of_text("whole", known.whole, firsts, seconds)
    yield from _spread("code", overlap(known.codes, known.codes, firsts, seconds))
    yield from _spread("digits", overlap(known.digits, known.digits, firsts, seconds))
    yield from _spread("main digits", overlap(known.main_digits, known.main_digits, firsts, seconds))
    there, back = main_in_whole(known, firsts, seconds)
    for place, side in ((1, "held"), (3, "odd")):
        yield f"main in whole {side}", there[:, place]
        yield f"main in whole {side} back", back[:, place]
    for name, amounts in known.amounts.items():
        yield f"{name} ratio", ratio(amounts, firsts, seconds)
        yield f"{name} over", _over(amounts[firsts], amounts[seconds])
    for name, years in known.years.items():
        yield f"{name} apart", apart(years, firsts, seconds)


def main_in_whole(known: Records, firsts: Ints, seconds: Ints) -> tuple[Floats32, Floats32]:
    """Overlap of what names the first row with all that the second says, and the other way round."""
    there = overlap(known.main_words, known.whole_words, firsts, seconds)
    order = np.lexsort((firsts, seconds))
    back = np.empty_like(there)
    back[order] = overlap(known.main_words, known.whole_words, seconds[order], firsts[order])
    return there, back


def ratio(amounts: NDArray[np.float64], firsts: Ints, seconds: Ints) -> Floats32:
    """The smaller of two amounts to the greater; of what is not above 0, whether they are equal."""
    one, two = amounts[firsts], amounts[seconds]
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.minimum(one, two) / np.maximum(one, two)
        other = np.where(np.isnan(one) | np.isnan(two), np.nan, one == two)
        return np.where((one > 0) & (two > 0), part, other).astype(np.float32)


def _over(one: NDArray[np.float64], two: NDArray[np.float64]) -> Floats32:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.clip(np.where((one > 0) & (two > 0), np.log(one / two), np.nan), -5, 5).astype(np.float32)


def apart(years: NDArray[np.float64], firsts: Ints, seconds: Ints) -> Floats32:
    """Years between, 50 at most."""
    return np.minimum(np.abs(years[firsts] - years[seconds]), 50).astype(np.float32)


def _of_text(name: str, text: Said, firsts: Ints, seconds: Ints) -> Iterator[Column]:
    yield from _spread(name, overlap(text.words, text.words, firsts, seconds))
    yield f"{name} grams", cosine(text.grams, firsts, seconds)
    yield f"{name} edit", edit_likeness(
        text.starts, text.letters, int(text.letters.max(initial=0)) + 1, firsts, seconds
    )
    one, two = text.keys[firsts], text.keys[seconds]
    yield f"{name} same", np.where((one < 0) | (two < 0), np.nan, one == two).astype(np.float32)
    sizes = np.diff(text.words.starts).astype(np.float32)
    yield f"{name} length", sizes[firsts]
    yield f"{name} length back", sizes[seconds]
    if text.initials is not None:
        yield from _spread(f"{name} initials", overlap(text.initials, text.initials, firsts, seconds))


def _spread(name: str, table: Floats32) -> Iterator[Column]:
    for place, part in enumerate(OVERLAP):
        yield f"{name} {part}", table[:, place]


SIDES = ((" held", " holds"), (" odd", " odder"), ("", " back"))


def _symmetric(columns: list[Column]) -> list[Column]:
    """Columns of which neither row is the first: the smaller and the greater of what has two sides."""
    named = dict(columns)
    sides = [(n, n[: len(n) - len(one)] + two) for n in named for one, two in SIDES if n.endswith(one)]
    for one, two in [pair for pair in sides if pair[1] in named]:
        named[one], named[two] = np.fmin(named[one], named[two]), np.fmax(named[one], named[two])
    return [(name, np.abs(values) if name.endswith(" over") else values) for name, values in named.items()]

"""Made-up tables that are hard to group, with each row's group: papers, persons and goods, of made-up words.

Groups are of very unequal size, and near every group stand others that share most of what is said.
"""

from collections.abc import Callable

import numpy as np

Columns = dict[str, list[str]]
Draw = np.random.Generator
Row = dict[str, str]


def _table(things: list[Callable[[], Row]], sizes: list[int]) -> tuple[Columns, list[int]]:
    """As many rows of each thing as its size says, and the thing of each row."""
    owner = [number for number, size in enumerate(sizes) for _ in range(size)]
    rows = [things[number]() for number in owner]
    return {name: [row[name] for row in rows] for name in rows[0]}, owner


def _sizes(draw: Draw, groups: int, shape: float, most: int) -> list[int]:
    return [int(min(most, 1 + 2 * part)) for part in draw.pareto(shape, groups)]


def _words(draw: Draw, size: int) -> list[str]:
    found: set[str] = set()
    while len(found) < size:
        parts = [
            str(draw.choice([*"bdfgklmnprstvz"])) + str(draw.choice([*"aeiou"])) for _ in range(draw.integers(2, 4))
        ]
        found.add("".join(parts) + str(draw.choice([*"nrslt", ""])))
    return sorted(found)


def _names(draw: Draw, size: int) -> list[str]:
    return [word.capitalize() for word in _words(draw, size)]


def _slip(draw: Draw, text: str, often: float) -> str:
    at = int(draw.integers(1, max(2, len(text) - 1)))
    return text[:at] + text[at + 1 :] if draw.random() < often else text


def _some(draw: Draw, text: str, often: float) -> str:
    return text if draw.random() < often else ""


def papers(works: int, seed: int) -> tuple[Columns, list[int]]:
    """Citations: a work has up to three versions, of one title in other venues and years, each a group of its own.

    Writers are shortened in four ways, venues in three; a tenth of the rows has a value in a wrong column.
    """
    draw = np.random.default_rng(seed)
    words, venues = _words(draw, 160), [" ".join(_names(draw, 4)) for _ in range(12)]
    people = list(zip(_names(draw, 50), _names(draw, 50), strict=True))
    things: list[Callable[[], Row]] = []
    for _ in range(works):
        title = " ".join(draw.choice(words, int(draw.integers(4, 9)), replace=False))
        writers = [people[at] for at in draw.choice(len(people), int(draw.integers(1, 4)), replace=False)]
        year = int(draw.integers(1980, 1998))
        for version in range(1 + int(draw.random() < 0.3) + int(draw.random() < 0.1)):
            said = (title, writers, str(draw.choice(venues)), year + version, int(draw.integers(1, 900)))
            things.append(lambda said=said: _cited(draw, *said))  # type: ignore[misc]
    return _table(things, _sizes(draw, len(things), 1.1, 60))


def _cited(draw: Draw, title: str, writers: list[tuple[str, str]], venue: str, year: int, page: int) -> Row:
    style = int(draw.integers(4))
    who = [(f"{a} {b}", f"{a[0]}. {b}", f"{b}, {a[0]}.", f"{a[0]} {b}")[style] for a, b in writers]
    short = "".join(word[0] for word in venue.split())
    where = _some(draw, (f"Proceedings of the {venue}", short, venue)[int(draw.integers(3))], 0.7)
    row = {
        "who": _some(draw, " and ".join(who), 0.95),
        "title": _some(draw, _slip(draw, title, 0.25), 0.97),
        "where": where,
        "when": _some(draw, str(year), 0.75),
        "pp": _some(draw, f"{page}-{page + 12}", 0.5),
    }
    if draw.random() < 0.1:
        row |= {"where": f"{where}, {row['when']}".strip(", "), "when": ""}
    return row


def persons(families: int, seed: int) -> tuple[Columns, list[int]]:
    """Persons of one family share name and address; a first name is shortened, some rows say an old address."""
    draw = np.random.default_rng(seed)
    first, last, streets, towns = (_names(draw, size) for size in (60, 80, 60, 20))
    things: list[Callable[[], Row]] = []
    for _ in range(families):
        name, homes = str(draw.choice(last)), [_home(draw, streets, towns) for _ in range(3)]
        for _ in range(1 + int(draw.random() < 0.5) + int(draw.random() < 0.2)):
            said = (
                str(draw.choice(first)),
                name,
                homes,
                int(draw.integers(1930, 2000)),
                int(draw.integers(10**6, 10**7)),
            )
            things.append(lambda said=said: _person(draw, *said))  # type: ignore[misc]
    return _table(things, _sizes(draw, len(things), 1.5, 15))


def _home(draw: Draw, streets: list[str], towns: list[str]) -> tuple[int, str, str]:
    return int(draw.integers(1, 200)), str(draw.choice(streets)), str(draw.choice(towns))


def _person(draw: Draw, first: str, last: str, homes: list[tuple[int, str, str]], born: int, phone: int) -> Row:
    house, street, town = homes[int(draw.choice(3, p=[0.75, 0.15, 0.1]))]
    called = (first, f"{first[0]}.", first[:3])[int(draw.choice(3, p=[0.7, 0.2, 0.1]))]
    name = _slip(draw, f"{called} {last}", 0.2) if draw.random() < 0.85 else f"{last}, {called}"
    return {
        "name": name,
        "home": _some(draw, f"{house} {street} St" if draw.random() < 0.5 else f"{street} Street {house}", 0.85),
        "town": _some(draw, _slip(draw, town, 0.1), 0.8),
        "born": _some(draw, str(born), 0.6),
        "phone": _some(draw, str(phone), 0.5),
    }


def goods(lines: int, seed: int) -> tuple[Columns, list[int]]:
    """Offers of goods whose variants differ in size, colour and the last letter of a code, each a group of its own."""
    draw = np.random.default_rng(seed)
    makers, kinds, traits, colours = _names(draw, 25), _words(draw, 25), _words(draw, 60), _words(draw, 8)
    things: list[Callable[[], Row]] = []
    for _ in range(lines):
        maker, kind, line = str(draw.choice(makers)), str(draw.choice(kinds)), " ".join(draw.choice(traits, 2))
        number = int(draw.integers(100, 9999))
        for variant in "ABC"[: 1 + int(draw.random() < 0.6) + int(draw.random() < 0.4)]:
            code, colour = f"{maker[:2].upper()}{number}-{variant}", str(draw.choice(colours))
            said = (maker, kind, line, code, colour, 16 * 2 ** int(draw.integers(5)), float(draw.integers(20, 900)))
            things.append(lambda said=said: _offered(draw, *said))  # type: ignore[misc]
    return _table(things, _sizes(draw, len(things), 1.3, 40))


def _offered(draw: Draw, maker: str, kind: str, line: str, code: str, colour: str, size: int, price: float) -> Row:
    said = ((maker, 0.8), (line, 1.0), (kind, 0.8), (code, 0.5), (f"{size}gb", 0.7), (colour, 0.6))
    parts = [part for part in (_some(draw, text, often) for text, often in said) if part]
    order = draw.permutation(len(parts)) if draw.random() < 0.3 else range(len(parts))
    return {
        "name": _slip(draw, " ".join(parts[at] for at in order), 0.15),
        "brand": _some(draw, maker, 0.4),
        "price": _some(draw, f"{price * draw.uniform(0.85, 1.15):.2f}", 0.7),
        "specs": _some(draw, f"{colour} {size} GB {kind} by {maker}", 0.4),
    }

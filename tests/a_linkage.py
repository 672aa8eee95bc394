"""Made-up tables with their truth: machines in two shops, and books in Chinese and English."""

import numpy as np

Columns = dict[str, list[str]]
MAKERS = "Norvik Halden Ostrava Kessel Tamsin Brodel Quimby Veltan".split()
THINGS = "lathe kettle router lantern printer speaker grinder monitor".split()
TRAITS = "compact silent foldable wireless heavy-duty portable steel quick".split()
BOOKS = "数据库系统 海上的灯塔 Distributed Storage 城市与河流 Graph Theory 山间的铁路 Parsing Text 冬天的信".split()


def shops(size: int, seed: int, *, alone: int = 0) -> tuple[Columns, Columns, set[tuple[int, int]]]:
    """Two shops' tables and the true pairs; `alone` more rows on either side have no partner."""
    draw = np.random.default_rng(seed)
    things = [_thing(draw, number) for number in range(size + 2 * alone)]
    left = [_offer(thing, draw, "") for thing in things[: size + alone]]
    order = draw.permutation(np.r_[:size, size + alone : size + 2 * alone])
    right = [_offer(things[number], draw, "new ") for number in order]
    truth = {(int(number), place) for place, number in enumerate(order) if number < size}
    return _columns(left), _columns(right), truth


def _thing(draw: np.random.Generator, number: int) -> tuple[str, str, str, str, float]:
    maker, thing, trait = (str(draw.choice(words)) for words in (MAKERS, THINGS, TRAITS))
    return maker, thing, trait, f"{maker[:2].lower()}-{number * 37 + 1000}", float(draw.integers(20, 900))


def _offer(thing: tuple[str, str, str, str, float], draw: np.random.Generator, prefix: str) -> dict[str, str]:
    maker, kind, trait, code, price = thing
    shown = code.replace("-", "") if draw.random() < 0.5 else code.upper()
    return {
        "what": f"{prefix}{maker} {kind} {shown}" + (f" {trait}" if draw.random() < 0.7 else ""),
        "厂商": maker if draw.random() < 0.6 else str(draw.choice(["N/A", "暂无", "-", ""])),
        "cost": f"${price * draw.uniform(0.9, 1.1):.2f}" if draw.random() < 0.8 else "",
        "nothing": "",
    }


def _columns(rows: list[dict[str, str]]) -> Columns:
    return {name: [row[name] for row in rows] for name in rows[0]}


def catalogue(groups: int, seed: int) -> tuple[Columns, list[int]]:
    """One table of books, one to five rows of each with slips of the pen, and each row's group."""
    draw = np.random.default_rng(seed)
    rows: list[dict[str, str]] = []
    owner: list[int] = []
    for group in range(groups):
        words = [str(w) for w in draw.choice([*BOOKS, *TRAITS], 4, replace=False)]
        title = f"{' '.join(words)} vol {group * 7 % 97} {THINGS[group % 8]} {MAKERS[group // 8 % 8]}"
        for _ in range(int(draw.integers(1, 6))):
            at = int(draw.integers(1, len(title) - 1))
            slip = title[:at] + title[at + 1 :] if draw.random() < 0.5 else title
            rows.append({"题名": slip, "year": str(1950 + group % 60) if draw.random() < 0.8 else "unknown"})
            owner.append(group)
    return _columns(rows), owner

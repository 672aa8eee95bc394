"""Columns of two tables brought side by side, and what each pair of columns holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from models.grams import gram_bags, words_only
from models.linkage.profile import Kind, Profile, profile

Columns = Mapping[str, Sequence[str]]
SAMPLE = 300  # values of a column that its likeness to another is told from
LEAST_ALIKE = 0.3  # cosine from which two columns of different names hold the same


@dataclass(frozen=True)
class Field:
    """One thing that rows say: its values over all rows, those of the left table first; "" where nothing is said.

    `is_shared` is false for what only one of the tables has: such a field counts in the whole record alone.
    """

    name: str
    kind: Kind
    profile: Profile
    values: list[str]
    is_shared: bool


def fields(left: Columns, right: Columns | None) -> list[Field]:
    """Fields of one table, or of two: columns of one name (in any case) are one field, the others by their values."""
    if right is None:
        return [_field(name, list(values), profile(values), True) for name, values in left.items()]
    rows = len(next(iter(left.values()), ())), len(next(iter(right.values()), ()))
    pairs = _aligned(left, right)
    found = [_field(one, [*left[one], *right[two]], profile([*left[one], *right[two]]), True) for one, two in pairs]
    alone = [([*left[name], *[""] * rows[1]], name, left[name]) for name in left if name not in dict(pairs)]
    taken = {two for _, two in pairs}
    alone += [([*[""] * rows[0], *right[name]], name, right[name]) for name in right if name not in taken]
    return found + [_field(name, values, profile(said), False) for values, name, said in alone]


def _field(name: str, values: list[str], shape: Profile, is_shared: bool) -> Field:
    return Field(name, shape.kind, shape, values, is_shared)


def _aligned(left: Columns, right: Columns) -> list[tuple[str, str]]:
    folded = {name.casefold(): name for name in right}
    same = {name: folded[name.casefold()] for name in left if name.casefold() in folded}
    ones, twos = [n for n in left if n not in same], [n for n in right if n not in same.values()]
    if ones and twos:
        alike = _alike([left[n] for n in ones], [right[n] for n in twos])
        for one, two in zip(*linear_sum_assignment(-alike), strict=True):
            if alike[one, two] >= LEAST_ALIKE:
                same[ones[one]] = twos[two]
    return [(name, same[name]) for name in left if name in same]


def _alike(ones: list[Sequence[str]], twos: list[Sequence[str]]) -> NDArray[np.float64]:
    """Cosine between the 3-grams of two columns' values; 0 between columns of different kinds."""
    kinds = [profile(values).kind for values in (*ones, *twos)]
    bags = gram_bags(
        [f" {'  '.join(map(words_only, values[:: max(1, len(values) // SAMPLE)]))} " for values in (*ones, *twos)]
    )
    rows = []
    used, places = np.unique(bags.columns, return_inverse=True)
    for row in range(len(kinds)):
        vector = np.zeros(len(used))
        span = slice(bags.starts[row], bags.starts[row + 1])
        vector[places[span]] = 1 + np.log(bags.counts[span])
        rows.append(vector / max(1e-9, float(np.linalg.norm(vector))))
    alike = np.array([[one @ two for two in rows[len(ones) :]] for one in rows[: len(ones)]])
    is_kind = np.array([[one == two != "empty" for two in kinds[len(ones) :]] for one in kinds[: len(ones)]])
    return np.where(is_kind, alike, 0.0)

"""Tables in, candidate pairs with their features out: what both matchers, with labels and without, start from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.linkage.candidates import Pairs, candidates
from models.linkage.context import standings
from models.linkage.features import Records, features, records
from models.linkage.fields import Columns, Field, fields
from models.linkage.overlap import Floats32

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Compared:
    """Candidate pairs of all rows (those of the right table follow the left one's).

    `own` (pairs, features) say nothing of rivals, `standings` only that; `scores` are likenesses, the sum of them first.
    """

    pairs: Pairs
    names: list[str]
    own: Floats32
    standings: Floats32
    scores: list[Floats]

    @property
    def all(self) -> Floats32:
        return np.hstack([self.own, self.standings])


def prepared(left: Columns, right: Columns | None) -> tuple[list[Field], Records]:
    """Fields and rows of one table, or of two."""
    found = fields(left, right)
    rows = len(next(iter(left.values()))), len(next(iter(right.values()))) if right else 0
    groups = (np.arange(sum(rows)) >= rows[0]).astype(np.int32) if right else None
    return found, records(found, groups)


def proposed(known: Records) -> Pairs:
    """Candidate pairs."""
    return candidates(known.search, known.groups)


def compared(known: Records, pairs: Pairs) -> Compared:
    """Everything that is known of the pairs."""
    names, own = features(known, *pairs)
    ways = {name: np.nan_to_num(own[:, names.index(name)].astype(np.float64)) for name in _ways(known.main)}
    scores = {"sum": sum(list(ways.values())[:4], np.zeros(len(own))), **ways}
    stood, table = standings(scores, *pairs, known.size)
    return Compared(pairs, names + stood, own, table, list(scores.values()))


def _ways(main: str) -> tuple[str, ...]:
    return ("whole grams", f"{main} cosine", f"{main} grams", "whole cosine", "code cosine", "main in whole held")

"""Pairs of records of which it is known, without asking anybody, whether they are one work; and what people said of pairs.

One work: they share an identifier or an address. Not one: their identifiers of a kind differ, or one of them is known to be
one with another record of the other's platform (a work has one record per platform). These pairs teach what texts of
one work look like (models/learned.py), which then holds for the records that have no identifier.

Source  distant supervision: Mintz et al. (2009); here identifiers are the knowledge base.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from models import keys
from models.likeness import Corpus
from models.matcher import PICTURE, Ruled, Scored, places_of
from models.pieces import Ints

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Labels:
    """Of each scored pair whether it is one work, or is not; of some neither is known. `kinds`: by which keys it is."""

    is_same: Flags
    is_apart: Flags
    kinds: Mapping[str, Flags]


def known(table: pa.Table, records: Corpus, pairs: Scored, shared: pa.Table, ruled: Ruled) -> Labels:
    """What shared KEY rows, identifiers that differ, and rulings say of scored pairs; a ruling holds against the others."""
    size, places = len(table), pairs.firsts * len(table) + pairs.seconds
    differs = np.zeros(len(places), np.bool_)
    for kind in keys.apart_by(table):
        one, two = kind[pairs.firsts], kind[pairs.seconds]
        differs |= (one >= 0) & (two >= 0) & (one != two)
    ruled_same, ruled_apart = (_among(places, first * size + second) for first, second in (ruled.same, ruled.apart))
    is_same = ((pairs.keyed > PICTURE) & ~differs | ruled_same) & ~ruled_apart
    is_apart = (differs | _lost(records, pairs, is_same) | ruled_apart) & ~is_same
    return Labels(is_same, is_apart, {**_by_kind(places, shared, size), "ruling": ruled_same})


def _lost(records: Corpus, pairs: Scored, is_same: Flags) -> Flags:
    """Pairs of which one record is known to be one with another record of the other's platform."""
    width = int(records.groups.max(initial=0)) + 1
    one = pairs.firsts * width + records.groups[pairs.seconds]
    two = pairs.seconds * width + records.groups[pairs.firsts]
    taken = np.concatenate([one[is_same], two[is_same]])
    return (np.isin(one, taken) | np.isin(two, taken)) & ~is_same


def _by_kind(places: Ints, shared: pa.Table, size: int) -> dict[str, Flags]:
    firsts, seconds = (np.asarray(shared[name], np.int64) for name in ("first", "second"))
    wanted, kinds = firsts * size + seconds, np.asarray(shared["kind"].to_pylist(), object)
    return {kind: _among(places, wanted[kinds == kind]) for kind in sorted(set(kinds))}


def _among(places: Ints, wanted: Ints) -> Flags:
    """Which of the pairs (ascending) are wanted."""
    found = np.zeros(len(places), np.bool_)
    found[places_of(places, wanted)] = True
    return found

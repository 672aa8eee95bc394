"""WORK rows out of matched pairs: the id of each work, and the evidence of every record in it."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import xxhash

from jobs.rulings import Ruling
from models.cluster import Ints
from models.matcher import Matched, Ruled
from models.pieces import places
from schemas.work import WORK

PLAIN = pa.schema([column.remove_metadata() for column in WORK])
SURE = {"same": 1.0, "apart": 0.0}
Why = dict[str, Any]
Told = tuple[int, int, Why]


def name(files: Sequence[str]) -> str:
    """What the corpus of these files is called: the same for the same records."""
    return f"match-{xxhash.xxh3_64_hexdigest(' '.join(files).encode())}"


def ruled(table: pa.Table, rulings: Sequence[Ruling]) -> Ruled:
    """Rows of the pairs that people decided on."""
    return Ruled(*(_sides(table, [one for one in rulings if one.ruling == kind]) for kind in SURE))


def _sides(table: pa.Table, rulings: Sequence[Ruling]) -> tuple[Ints, Ints]:
    return places(table, [one.first for one in rulings]), places(table, [one.second for one in rulings])


def works(table: pa.Table, ids: pa.Array, told: Sequence[Told], stays: Sequence[Told]) -> pa.Table:
    """WORK rows in the order of record_id; what is told of a pair stands on both its records."""
    record_ids = table["record_id"].to_pylist()
    evidence: list[list[Why]] = [[] for _ in record_ids]
    for one, two, why in told:
        evidence[one].append({"other_id": record_ids[two], **why})
        evidence[two].append({"other_id": record_ids[one], **why})
    for row, other, why in stays:
        evidence[row].append({"other_id": record_ids[other], **why})
    made = [table["record_id"], table["platform"], ids]
    return pa.Table.from_arrays([*made, pa.array(evidence, PLAIN.field("evidence").type)], schema=PLAIN)


def decided(table: pa.Table, rulings: Sequence[Ruling]) -> list[Told]:
    """What people said of pairs, in the order of the rulings."""
    sides = (side.tolist() for side in _sides(table, rulings))
    return [
        (one, two, {"kind": ruling.ruling, "value": ruling.said, "score": SURE[ruling.ruling]})
        for ruling, one, two in zip(rulings, *sides, strict=True)
    ]


def edges(found: Matched, shared: pa.Table, said: Sequence[Told]) -> list[Told]:
    """What the two records of each taken edge share, or their likeness; of a pair that is ruled on only the former."""
    held = defaultdict[tuple[int, int], list[tuple[str, str | None]]](list)
    for one, two, kind, value in zip(*(shared[name].to_pylist() for name in shared.column_names), strict=True):
        held[one, two].append((kind, value))
    is_said = {(one, two) for one, two, _ in said}
    taken = sorted(zip(found.firsts.tolist(), found.seconds.tolist(), found.scores.tolist(), strict=True))
    return [
        (one, two, {"kind": kind, "value": value, "score": round(score, 4)})
        for one, two, score in taken
        for kind, value in held.get((one, two), [] if (one, two) in is_said else [("text", None)])
    ]


def stays(roots: Ints, matched: Ints) -> list[Told]:
    """Tombstones that are where they were before, each with the record that its work begins with."""
    why = {"kind": "stayed", "value": None, "score": 1.0}
    return [(int(row), int(roots[row]), why) for row in np.flatnonzero(roots != matched)]

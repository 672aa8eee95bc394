"""Which id each work bears tonight: last night's where it goes on, so that links, clicks and judgements hold.

1. A work bears the oldest id that one of its records founded (work_id of the record) and bore last night.
2. An id whose founder is elsewhere or unknown stays with the work that holds most of the records that bore it.
3. A work without either bears the oldest id that one of its records founded and none of tonight's records bore.
4. Else it founds one after its smallest record.
An id that nobody bears leads to the work that holds most of its records. Ids are as old as the night they were given
on, then in their own order; equal counts go to the smaller row. So two works that part again have the ids from before.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
ROW = pa.schema([(name, pa.string()) for name in ("work_id", "since_night", "leads_to", "moved_night")])


@dataclass(frozen=True)
class Before:
    """Last night's ids: `known` are ROWs, the oldest first; `bore` the place among them of what each row bore, or -1."""

    known: pa.Table
    bore: Ints


def work_id(name: str) -> str:
    """The id that the record of this name founds."""
    return f"w{xxhash.xxh3_64_intdigest(name.encode()):016x}"


def before(record_ids: pa.Array, works: pa.Table, known: pa.Table) -> Before:
    """What tonight's records bore, from last night's `works` (record_id, work_id) and ids; both may be without rows."""
    known = known.select(ROW.names).cast(ROW).sort_by([("since_night", "ascending"), ("work_id", "ascending")])
    there = places(record_ids, works["record_id"])
    codes = np.concatenate([places(works["work_id"], known["work_id"]), [-1]])
    return Before(known, codes[there])


def places(values: pa.Array | pa.ChunkedArray, among: pa.ChunkedArray) -> Ints:
    """Where each value stands, -1 for nowhere."""
    return np.asarray(pc.fill_null(pc.index_in(values, among), -1), np.int64)


def stayed(roots: Ints, is_mute: Flags, last: Before) -> Ints:
    """Roots, where what says nothing any more (a tombstone) is with the records that it was with last night.

    Rows of one former work of which none speaks stay together.
    """
    speaks = ~is_mute
    heirs = _heirs(np.where(speaks, last.bore, -1), roots, len(last.known))
    alone = _heirs(np.where(is_mute, last.bore, -1), np.arange(len(roots)), len(last.known))
    heirs = np.where(heirs >= 0, heirs, alone)
    return np.where(is_mute & (last.bore >= 0), heirs[last.bore], roots) if len(heirs) else roots


def _heirs(bore: Ints, roots: Ints, size: int) -> Ints:
    """Root of the work that holds most of the rows that bore each id, the smaller root where equal; -1 for none."""
    heirs, width = np.full(size, -1, np.int64), len(roots)
    held = bore >= 0
    keys, counts = np.unique(bore[held] * width + roots[held], return_counts=True)
    order = np.lexsort((-keys, counts))  # the best comes last and is what remains
    heirs[keys[order] // max(width, 1)] = keys[order] % max(width, 1)
    return heirs


def identify(record_ids: list[str], roots: Ints, last: Before, *, night: str) -> tuple[pa.Array, pa.Table]:
    """The id of every row's work, and all ids ever given as ROWs in the order of work_id."""
    own = [work_id(record_id) for record_id in record_ids]
    heirs = _heirs(last.bore, roots, len(last.known))
    founded = places(pa.array(own, pa.string()), last.known["work_id"])
    borne = _borne(founded, roots, heirs, last)
    ids = _taken(last.known["work_id"], borne).to_pylist()
    fresh = [root for root in np.unique(roots).tolist() if borne[root] < 0]
    for root in fresh:  # where its own id went on without it, one that no record founds
        ids[root] = own[root] if founded[root] < 0 else work_id(f"{record_ids[root]} {night}")
    by_root = pa.array(ids, pa.string())
    return _taken(by_root, roots), _registry(by_root, fresh, borne, heirs, last, night)


def _borne(founded: Ints, roots: Ints, heirs: Ints, last: Before) -> Ints:
    """The place among the known of the id that the work of each root bears, -1 for a new one."""
    nobody = len(heirs)
    borne = np.full(len(roots), nobody, np.int64)

    def claim(by: Ints, ids: Ints) -> None:
        is_free = borne[by] == nobody
        np.minimum.at(borne, by[is_free], ids[is_free])

    keeps = (founded >= 0) & (founded == last.bore)
    claim(roots[keeps], founded[keeps])
    orphans = np.setdiff1d(np.flatnonzero(heirs >= 0), borne)
    claim(heirs[orphans], orphans)
    revives = np.isin(founded, np.flatnonzero(heirs < 0))
    claim(roots[revives], founded[revives])
    return np.where(borne == nobody, -1, borne)


def _taken(values: pa.Array | pa.ChunkedArray, at: Ints) -> pa.Array:
    """The values there, null for -1."""
    found = values.take(pa.array(at, mask=at < 0))
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def _registry(by_root: pa.Array, fresh: list[int], borne: Ints, heirs: Ints, last: Before, night: str) -> pa.Table:
    """What was known and where it leads tonight, and what is new."""
    known, moved = last.known["work_id"].combine_chunks(), last.known["moved_night"].combine_chunks()
    lives = np.isin(np.arange(len(known)), borne)
    leads = pc.if_else(pa.array(lives), known, _taken(by_root, heirs))
    through = _taken(leads, places(last.known["leads_to"], known))
    leads = pc.if_else(pc.and_(pc.is_valid(moved), pc.invert(pa.array(lives))), through, leads)
    moved = pc.if_else(pa.array(lives), pa.scalar(None, pa.string()), pc.fill_null(moved, night))
    kept = pa.table([known, last.known["since_night"], leads, moved], schema=ROW)
    names = by_root.take(pa.array(fresh, pa.int64()))
    nights, nothing = pa.array([night] * len(fresh), pa.string()), pa.nulls(len(fresh), pa.string())
    return pa.concat_tables([kept, pa.table([names, nights, names, nothing], schema=ROW)]).sort_by("work_id")

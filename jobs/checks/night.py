"""What the lake says a generation must hold, in one pass over the night's documents."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from schemas.document import DOCUMENT
from schemas.fields import meta
from store import lake

SAMPLE = 200  # documents that are compared one by one
MODALITIES = ("text", "image")


@dataclass
class Night:
    """Counts over the live documents; `families` maps graded record_ids to the work that survives among near-duplicates.

    `fields` counts the documents that have a field, objects by dotted name. `sample` holds whole rows of DOCUMENT.
    """

    date: str
    documents: int = 0
    platforms: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    hashes: dict[str, list[pa.Array]] = field(default_factory=lambda: {name: [] for name in MODALITIES})
    families: dict[str, str] = field(default_factory=dict)
    sample: list[dict[str, Any]] = field(default_factory=list)


def read(date: str, *, graded: Collection[str], seed: str) -> Night:
    """The night's live documents, read batch by batch; another `seed` samples others."""
    path, night = lake.partition("documents", step="dedup", date=date), Night(date)
    share = min(1.0, 2 * SAMPLE / max(1, lake.must_fit(path, DOCUMENT).rows))
    wanted = pa.array(sorted(graded), pa.string())
    for batch in lake.batches(path, DOCUMENT):
        rows = pa.Table.from_batches([batch]).filter(pc.equal(batch["status"], "live")).combine_chunks()
        night.documents += rows.num_rows
        night.platforms.update(tally(pc.list_flatten(rows["platforms"])))
        night.types.update(tally(rows["type"]))
        night.fields.update(dict(given(rows)))
        for name, held in night.hashes.items():
            held.append(pc.unique(rows[f"{name}_hash"].drop_null()))
        night.families |= families(rows, wanted)
        night.sample += sampled(rows, share, seed)
    night.sample = sorted(night.sample, key=lambda row: digest(row["work_id"], seed))[:SAMPLE]
    return night


def tally(values: pa.ChunkedArray) -> dict[str, int]:
    """How often each value is there."""
    return {row["values"]: row["counts"] for row in pc.value_counts(values).to_pylist()}


def given(rows: pa.Table) -> Iterator[tuple[str, int]]:
    """Indexed fields and how many rows have something in them."""
    for column in DOCUMENT:
        for chunk in rows[column.name].chunks if meta(column, "es") else ():
            yield from _given(column.name, chunk)


def _given(name: str, values: pa.Array) -> Iterator[tuple[str, int]]:
    kind = values.type
    if pa.types.is_struct(kind):
        for part, inner in zip(kind, values.flatten(), strict=True):
            yield from _given(f"{name}.{part.name}", inner)
    elif pa.types.is_list(kind):
        yield name, pc.sum(pc.greater(pc.list_value_length(values), 0)).as_py() or 0
    elif pa.types.is_string(kind):
        yield name, pc.sum(pc.greater(pc.utf8_length(values), 0)).as_py() or 0
    else:
        yield name, len(values) - values.null_count


def families(documents: pa.Table, wanted: pa.Array) -> dict[str, str]:
    """Family of each of these records: the work that survives among its near-duplicates."""
    place, record = pc.list_parent_indices(documents["record_ids"]), pc.list_flatten(documents["record_ids"])
    is_wanted = pc.is_in(record, value_set=wanted)
    family = pc.coalesce(documents["duplicate_of"], documents["work_id"]).take(place.filter(is_wanted))
    return dict(zip(record.filter(is_wanted).to_pylist(), family.to_pylist(), strict=True))


def sampled(rows: pa.Table, share: float, seed: str) -> list[dict[str, Any]]:
    """About this share of the rows, the same ones for the same seed."""
    chosen = [digest(work, seed) < share * 2**64 for work in rows["work_id"].to_pylist()]
    return list(rows.filter(pa.array(chosen, pa.bool_())).to_pylist())


def digest(work_id: str, seed: str) -> int:
    """A number below 2^64 by which works are drawn."""
    return xxhash.xxh3_64_intdigest(f"{seed} {work_id}".encode())

"""Links between records that say nearly the same: a sketch per text, and three shuffles of where blocks lie.

    files of records ── sketched ──► sketches, members, keys ── paired ──► pairs ── joined ──► halves ── linked ──► links
    those links that are not sure ── said ──► their texts ── compared ──► similarities

Every arrow is a Spark stage whose rows are packed blocks (jobs/blocks.py); what happens inside is arithmetic on arrays
(models/minhash.py, models/candidates.py). A record is known by a number made of its id, a text by the hash of what it says.
"""

import functools
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from jobs.blocks import (
    REFERENCES,
    Batches,
    Block,
    Blocks,
    Sent,
    ended,
    exchanged,
    held,
    packed,
    packed_table,
    put,
    unpacked_table,
)
from models import candidates, minhash
from models.candidates import HALF, KEY, LINK, MEMBER, PAIR
from models.minhash import SKETCH, THRESHOLD
from models.numbering import numbers
from schemas.derive import spark_schema
from schemas.record import RECORD
from store import lake, objects, spark, tasks

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Ints = NDArray[np.int64]
Alike = tuple[Ints, NDArray[np.float64], NDArray[np.bool_]]  # places, exact similarities, whether a text is short

SHAPE = "first long, second long, similarity double, is_sure boolean"
COMPARED = "pair long, similarity double, is_short boolean"
KNOWN = {"sketch": SKETCH, "member": MEMBER}
ROWS = 8192  # records that are read at once: some megabytes of text
BATCHES = 8  # of which one block for each part is made
COLUMNS = ["record_id", "status", "tenant", "title", "body"]


@dataclass(frozen=True)
class Run:
    """The partitions whose live records are linked, how many parts share the work, and the folder of what these hand on."""

    session: "SparkSession"
    records: Sequence[str]
    parts: int
    folder: str

    def of_files(self, step: Callable[[Sequence[str]], Blocks], name: str) -> "DataFrame":
        """REFERENCES to what `step` makes of the files, of a share of them in each task."""

        def work(number: int, paths: Sequence[str]) -> Batches:
            yield put(step(paths), f"{folder}/{number}")

        folder = f"{self.folder}/{name}"  # the session stays here
        files = tasks.shares(lake.files(self.records, RECORD), self.parts)
        return tasks.each(self.session, files, work, spark_schema(REFERENCES).simpleString())


@contextmanager
def run(session: "SparkSession", records: Sequence[str], parts: int) -> Iterator[Run]:
    """A run over these partitions; its folder is of their name, so that what a killed one left is replaced."""
    folder = f"scratch/dedup/{hashlib.sha256(' '.join(records).encode()).hexdigest()[:16]}"
    try:
        yield Run(session, records, parts, folder)
    finally:
        objects.remove_folder(folder)


def links(run: Run) -> pa.Table:
    """first, second (records by their numbers), similarity, medium: those at least THRESHOLD alike, however many parts."""
    parts, folder = run.parts, run.folder
    pair, join = (functools.partial(step, parts=parts) for step in (paired, joined))
    read = run.of_files(lambda paths: sketched(_texts(paths), parts), "read")
    pairs = exchanged(read, parts, pair, f"{folder}/pairs", reads=["key"], passes=[*KNOWN])
    halves = exchanged(pairs, parts, join, f"{folder}/halves", reads=["pair", *KNOWN], passes=[*KNOWN])
    found = ended(halves, parts, linked, SHAPE)
    is_sure = found["is_sure"]
    sure, rest = (found.filter(chosen).drop_columns(["is_sure"]) for chosen in (is_sure, pc.invert(is_sure)))
    found = pa.concat_tables([sure, exact(run, rest)])
    return found.append_column("medium", pa.array(["text"] * found.num_rows, pa.string()))


def _texts(paths: Iterable[str]) -> Batches:
    """record (by its number), seed (of its tenant: private texts meet nobody else's), title and body of live records."""
    for path in paths:
        for batch in lake.file_batches(path, COLUMNS, ROWS):
            live = batch.filter(pc.equal(batch["status"], "live"))
            seeds = np.where(live["tenant"].is_valid(), numbers(live["tenant"]), 0)
            columns = [pa.array(numbers(live["record_id"])), pa.array(seeds), live["title"], live["body"]]
            yield pa.RecordBatch.from_arrays(columns, ["record", "seed", "title", "body"])


def sketched(batches: Batches, parts: int) -> Iterator[Block]:
    """Blocks of a sketch per distinct text, of the records that say it, and of its keys."""
    each = ((batch["record"].to_numpy(), _sketches(batch)) for batch in batches)

    def sent() -> Iterator[Sent]:
        while some := list(islice(each, BATCHES)):
            records, made = (np.concatenate(column) for column in zip(*some, strict=True))
            members = np.empty(len(made), MEMBER)
            members["text"], members["record"] = made["text"], records
            members, made = members[members["text"] > 0], candidates.by_text(made[made["text"] > 0])
            keys = candidates.keys(made)
            yield "sketch", made, made["text"]
            yield "member", members, members["text"]
            yield "key", keys, keys["key"]

    return packed(sent(), parts)


def _sketches(batch: pa.RecordBatch) -> minhash.Sketches:
    return minhash.sketches(batch["title"], batch["body"], batch["seed"].to_numpy().view(np.uint64))


def paired(blocks: Blocks, parts: int) -> Iterator[Block]:
    pairs = candidates.neighbours(held(blocks, {"key": KEY})["key"])
    return packed([("pair", pairs, pairs["first"])], parts)


def joined(blocks: Blocks, parts: int) -> Iterator[Block]:
    got = held(blocks, {"pair": PAIR, **KNOWN})
    halves = candidates.halves(got["pair"], got["sketch"], got["member"])
    return packed([("half", halves, halves["second"])], parts)


def linked(blocks: Blocks) -> Batches:
    got = held(blocks, {"half": HALF, **KNOWN})
    found = np.concatenate(
        [candidates.links(got["half"], got["sketch"], got["member"]), candidates.equals(got["member"])]
    )
    columns = {name: np.ascontiguousarray(found[name]) for name in LINK.names or ()}
    yield from pa.table(columns).to_batches(max_chunksize=1 << 16)


def exact(run: Run, pairs: pa.Table) -> pa.Table:
    """Those of the pairs that are near-duplicates by their texts, with the exact similarity."""
    places, similarity, _ = alike(run, pairs, "text")
    is_near = similarity >= THRESHOLD
    found = pairs.take(pa.array(places[is_near]))
    return found.set_column(found.column_names.index("similarity"), "similarity", pa.array(similarity[is_near]))


def alike(run: Run, pairs: pa.Table, name: str) -> Alike:
    """Of pairs whose texts are read again: their places, exact similarity, and whether one of the two is short."""
    if not pairs.num_rows:
        return np.empty(0, np.int64), np.empty(0), np.empty(0, np.bool_)
    parts, sides = run.parts, (pairs["first"].to_numpy(), pairs["second"].to_numpy())
    with spark.shared(sides, f"{run.folder}/asked") as asked:
        texts = run.of_files(lambda paths: said(_texts(paths), asked(), parts), name)
        found = ended(texts, parts, compared, COMPARED).sort_by("pair")
    return tuple(found[column].to_numpy() for column in ("pair", "similarity", "is_short"))


def said(batches: Batches, sides: Sequence[Ints], parts: int) -> Iterator[Block]:
    """Blocks of the texts that pairs are made of: both texts of a pair go to one part."""
    for batch in filter(len, batches):
        text = pc.binary_join_element_wise(batch["title"], batch["body"], "\n", null_handling="skip")
        records = batch["record"].to_numpy()
        order = np.argsort(records)
        for side, asked in enumerate(sides):
            rows = order[np.minimum(np.searchsorted(records, asked, sorter=order), len(order) - 1)]
            pairs = np.flatnonzero(records[rows] == asked)
            for part in np.unique(pairs % parts).tolist():
                own = pairs[pairs % parts == part]
                columns = [
                    pa.array(own),
                    pa.repeat(side, len(own)),
                    text.take(pa.array(rows[own])).cast(pa.large_string()),
                ]
                yield Block(part, "text", packed_table(pa.table(columns, ["pair", "side", "text"])))


def compared(blocks: Blocks) -> Batches:
    """The pairs of a part by their texts; an id in two files has two, of which the first in their order counts."""
    found = [unpacked_table(data) for _, _, data in blocks]
    if not found:
        return
    table = pa.concat_tables(found).sort_by([(name, "ascending") for name in ("pair", "side", "text")])
    _, first = np.unique(2 * table["pair"].to_numpy() + table["side"].to_numpy(), return_index=True)
    table = table.take(pa.array(first)).combine_chunks()
    pairs, texts = table["pair"].to_numpy()[::2], table["text"].chunk(0)
    similarity, is_short = minhash.compared(texts[::2], texts[1::2])
    yield pa.record_batch({"pair": pairs, "similarity": similarity, "is_short": is_short})

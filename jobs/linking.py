"""Links between records that say nearly the same: a sketch per text, one shuffle of band keys, two of sketches.

    records ── sketched ──► sketches, members ── keyed ──► keys ── paired ──► pairs
               sketches, members + pairs ── joined ──► halves
               sketches, members + halves ── linked ──► links; those not sure ── exact ──► links

Every arrow is a Spark stage whose rows are packed blocks (jobs/blocks.py); what happens inside is arithmetic on arrays
(models/minhash.py, models/candidates.py). A record is known by the hash of its id, a text by the hash of what it says.
"""

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jobs.blocks import BLOCKS, Sent, exchanged, held, packed
from models import candidates, minhash
from models.candidates import HALF, KEY, LINK, MEMBER, PAIR
from models.minhash import SKETCH, THRESHOLD

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

Batches = Iterator[pa.RecordBatch]

SHAPE = "first long, second long, similarity double, is_sure boolean"
KNOWN = {"sketch": SKETCH, "member": MEMBER}


def links(records: "DataFrame", parts: int) -> pa.Table:
    """first, second (records by their numbers), similarity, medium: those at least THRESHOLD alike, whatever `parts` is."""
    read = texts(records).mapInArrow(functools.partial(sketched, parts=parts), BLOCKS).persist()
    keys = read.where("kind = 'sketch'").mapInArrow(functools.partial(keyed, parts=parts), BLOCKS)
    pairs = exchanged(keys, parts, functools.partial(paired, parts=parts))
    halves = exchanged(pairs.unionAll(read), parts, functools.partial(joined, parts=parts))
    found = exchanged(halves.unionAll(read), parts, linked, SHAPE).toArrow()
    read.unpersist()
    is_sure = found["is_sure"]
    sure, rest = (found.filter(chosen).drop_columns(["is_sure"]) for chosen in (is_sure, pc.invert(is_sure)))
    found = pa.concat_tables([sure, exact(records, rest)]) if rest.num_rows else sure
    return found.append_column("medium", pa.array(["text"] * found.num_rows, pa.string()))


def number(record_id: str = "record_id") -> "Column":
    """What a record is called between tasks: a hash of its id, the same in every run."""
    from pyspark.sql import functions as F

    return F.xxhash64(record_id)


def texts(records: "DataFrame") -> "DataFrame":
    """record, seed (of its tenant: private texts meet nobody else's), title and body of every live record."""
    from pyspark.sql import functions as F

    seed = F.when(F.col("tenant").isNull(), F.lit(0)).otherwise(F.xxhash64("tenant"))
    return records.where("status = 'live'").select(number().alias("record"), seed.alias("seed"), "title", "body")


def sketched(batches: Batches, parts: int) -> Batches:
    """Blocks of a sketch per distinct text and of the records that say it."""

    def sent() -> Iterator[Sent]:
        for batch in batches:
            seeds = batch["seed"].to_numpy(zero_copy_only=False).astype(np.int64).view(np.uint64)
            made = minhash.sketches(batch["title"], batch["body"], seeds)
            members = np.empty(len(made), MEMBER)
            members["text"], members["record"] = made["text"], batch["record"].to_numpy(zero_copy_only=False)
            members, made = members[members["text"] > 0], candidates.by_text(made[made["text"] > 0])
            yield "sketch", made, made["text"]
            yield "member", members, members["text"]

    return packed(sent(), parts)


def keyed(batches: Batches, parts: int) -> Batches:
    for batch in batches:
        rows = candidates.keys(held([batch], {"sketch": SKETCH})["sketch"])
        yield from packed([("key", rows, rows["key"])], parts)


def paired(batches: Batches, parts: int) -> Batches:
    pairs = candidates.neighbours(held(batches, {"key": KEY})["key"])
    return packed([("pair", pairs, pairs["first"])], parts)


def joined(batches: Batches, parts: int) -> Batches:
    got = held(batches, {"pair": PAIR, **KNOWN})
    halves = candidates.halves(got["pair"], got["sketch"], got["member"])
    return packed([("half", halves, halves["second"])], parts)


def linked(batches: Batches) -> Batches:
    got = held(batches, {"half": HALF, **KNOWN})
    found = np.concatenate(
        [candidates.links(got["half"], got["sketch"], got["member"]), candidates.equals(got["member"])]
    )
    columns = {name: np.ascontiguousarray(found[name]) for name in LINK.names or ()}
    yield from pa.table(columns).to_batches(max_chunksize=1 << 16)


def exact(records: "DataFrame", pairs: pa.Table) -> pa.Table:
    """Those of the pairs that are near-duplicates by their texts, with the exact similarity."""
    return said(records, pairs).mapInArrow(compared, "first long, second long, similarity double").toArrow()


def said(records: "DataFrame", pairs: pa.Table) -> "DataFrame":
    """The pairs with `first_text` and `second_text`."""
    from pyspark.sql import functions as F

    asked = records.sparkSession.createDataFrame(pairs)
    wanted = asked.select(F.explode(F.array("first", "second")).alias("record")).distinct()
    text = F.concat_ws("\n", "title", "body")
    own = texts(records).join(wanted, on="record", how="inner").select("record", text.alias("text"))
    sides = [own.withColumnsRenamed({"record": side, "text": f"{side}_text"}) for side in ("first", "second")]
    return asked.join(sides[0], on="first", how="inner").join(sides[1], on="second", how="inner")


def compared(batches: Batches) -> Batches:
    for batch in batches:
        similarity = minhash.jaccard(batch["first_text"], batch["second_text"])
        columns = [batch["first"], batch["second"], pa.array(similarity)]
        found = pa.RecordBatch.from_arrays(columns, ["first", "second", "similarity"])
        yield found.filter(pa.array(similarity >= THRESHOLD))

"""What the choice of a survivor asks of linked records and of their documents, read in Spark's tasks, file by file."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from jobs.blocks import Batches, packed_table, unpacked_table
from models.numbering import numbers
from schemas.document import DOCUMENT
from schemas.record import RECORD
from store import lake, spark, tasks

if TYPE_CHECKING:
    from jobs.linking import Run

KINDS = ("gtin", "isbn", "doi", "model")
PLAIN = ("work_id", "record_count", "popularity", "created_at")

Ints = NDArray[np.int64]


def described(run: "Run", documents: str, linked: pa.Table) -> pa.Table:
    """One row per linked record: its number, whether it is a repost, and what its document brings to the choice."""
    sides = pa.chunked_array([*linked["first"].chunks, *linked["second"].chunks], pa.int64())
    asked = np.sort(pc.unique(sides).to_numpy())
    shares = [
        (is_document, paths)
        for is_document, files in enumerate((lake.files(run.records, RECORD), lake.files([documents], DOCUMENT)))
        for paths in tasks.shares(files, run.parts)
    ]
    with spark.shared(asked, f"{run.folder}/linked") as held:

        def work(_: int, share: tuple[int, Sequence[str]]) -> Batches:
            is_document, paths = share
            found = [(_documents if is_document else _reposts)(path, held()) for path in paths]
            yield pa.record_batch(
                {"is_document": [bool(is_document)], "block": [packed_table(pa.concat_tables(found))]}
            )

        told = tasks.each(run.session, shares, work, "is_document boolean, block binary").toArrow()
    reposts, known = (
        pa.concat_tables(unpacked_table(block.as_buffer()) for block in told.filter(chosen)["block"])
        for chosen in (pc.invert(told["is_document"]), told["is_document"])
    )
    is_repost = _is_among(known["record"].to_numpy(), np.sort(reposts["record"].to_numpy()))
    return known.append_column("is_repost", pa.array(is_repost))


def _is_among(values: Ints, ascending: Ints) -> NDArray[np.bool_]:
    """numpy's isin, which would sort or hash them anew for every batch."""
    if not len(ascending):
        return np.zeros(len(values), np.bool_)
    found: NDArray[np.bool_] = ascending[np.searchsorted(ascending[:-1], values)] == values
    return found


def _reposts(path: str, asked: Ints) -> pa.Table:
    """Those of the records asked for that repeat another one."""
    found = [np.empty(0, np.int64)]
    for batch in lake.file_batches(path, ["record_id", "relations"]):
        says, owners = pc.list_flatten(batch["relations"]), pc.list_parent_indices(batch["relations"])
        reposts = np.unique(owners.filter(pc.starts_with(says, "repost_of:")).to_numpy())
        found.append(numbers(batch["record_id"].take(pa.array(reposts))))
    records = np.concatenate(found)
    return pa.table({"record": records[_is_among(records, asked)]})


def _documents(path: str, asked: Ints) -> pa.Table:
    """A row for each of the records asked for that a document was made of."""
    found = []
    for batch in lake.file_batches(
        path, [*PLAIN, "status", "tenant", "record_ids", *(f"ids.{kind}" for kind in KINDS)]
    ):
        records = numbers(pc.list_flatten(batch["record_ids"]))
        is_asked = pa.array(_is_among(records, asked))
        own = batch.take(pc.list_parent_indices(batch["record_ids"]).filter(is_asked))
        columns = {"record": pa.array(records).filter(is_asked), **{name: own[name] for name in PLAIN}}
        columns["is_dead"] = pc.not_equal(own["status"], "live")
        columns["tenant"] = pc.fill_null(own["tenant"], "public")
        columns |= {kind: pc.struct_field(own["ids"], kind) for kind in KINDS}
        found.append(pa.table(columns))
    return pa.concat_tables(found)

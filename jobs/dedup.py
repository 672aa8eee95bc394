"""Find the documents that say nearly the same, and say of all but one whose duplicate they are.

In   documents  one row per work (step=merge)
     records    the standing records, compared one by one: a repost copies one appearance of a work, not the merge of all
     works      which records were matched
     media      fingerprints of the pictures and sounds that the records point to
Out  documents  the same rows (step=dedup) with `duplicate_of`, `duplicate_similarity`, `duplicate_by`; nothing is deleted

Candidates share a band of their MinHash sketch, the sketch decides, and where it cannot the exact similarity (jobs/linking.py). Two documents that
hold different identifiers of a kind are siblings, not duplicates; nor are two of which one is private. The survivor of a family is live, no repost, has most
records, is most popular, was first, has the smallest work_id: in this order.
"""

import logging
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from jobs import linking, media_linking
from jobs.describing import KINDS, described
from models.cluster import clusters
from models.pieces import numbered
from schemas.document import DOCUMENT
from store import cli, lake, ledger, settings, spark

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

log = logging.getLogger(__name__)

STANDING = {
    "is_dead": "ascending",
    "is_repost": "ascending",
    "record_count": "descending",
    "popularity": "descending",
    "created_at": "ascending",
}
ALARM = 1000  # documents of one family: more are seldom copies of one thing, but of a notice that a platform puts in

ADDED = ("duplicate_of", "duplicate_similarity", "duplicate_by")
Ints = NDArray[np.int64]


def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("jobs.dedup", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--date", type=cli.day, required=True, help="night, YYYY-MM-DD")
    args = parser.parse_args(argv)
    merged, works = lake.partition("documents", step="merge", date=args.date), lake.partition("works", date=args.date)
    records = lake.must(works).inputs  # the very records that were matched, whatever came since
    with ledger.step("dedup", args.date) as counts:
        session = spark.session("dedup")
        documents = spark.read(session, [merged], DOCUMENT)
        found = duplicates(session, records, merged, media_linking.fingerprints(records))
        path = lake.partition("documents", step="dedup", date=args.date)
        inputs = [merged, works, *records]
        made = spark.write(marked(documents, found), path, DOCUMENT, key=["work_id"], inputs=inputs)
        size, survivor = largest(found)
        counts.update({"in": lake.must(merged).rows, "out": made.rows, "duplicates": found.num_rows, "largest": size})
    if size > ALARM:
        log.warning("%s documents are called copies of %s: look at it before you believe it", size, survivor)
    log.info("%s documents, %s of them duplicates", counts["out"], counts["duplicates"])


def duplicates(session: "SparkSession", records: Sequence[str], documents: str, files: pa.Table) -> pa.Table:
    """work_id and the three columns of every duplicate among the documents of a partition.

    `records` are the partitions that these were made of, `files` are fingerprints of media.
    """
    with linking.run(session, records, settings.spark_parts()) as run:
        linked = pa.concat_tables([linking.links(run), media_linking.links(run, files)])
        return families(described(run, documents, linked), linked)


def families(known: pa.Table, linked: pa.Table) -> pa.Table:
    """work_id, its survivor, and similarity and medium of its strongest link, for every duplicate."""
    works = in_standing(known)
    taken = strongest_first(*_places(known, works["work_id"], linked), linked)
    firsts, seconds = taken["first"].to_numpy(), taken["second"].to_numpy()
    labels = [numbered(works[kind]) for kind in ("tenant", *KINDS)]
    roots, _ = clusters(works.num_rows, firsts, seconds, labels=labels)
    strongest = np.full(works.num_rows, taken.num_rows)
    is_inside = roots[firsts] == roots[seconds]
    for side in (firsts, seconds):
        np.minimum.at(strongest, side[is_inside], np.flatnonzero(is_inside))
    places = np.flatnonzero(roots != np.arange(works.num_rows))
    names, by = works["work_id"], taken.take(strongest[places])
    similarity = pc.round(by["similarity"], 4)
    return pa.table(
        [names.take(places), names.take(roots[places]), similarity, by["medium"]], names=["work_id", *ADDED]
    )


def _places(known: pa.Table, works: pa.ChunkedArray, linked: pa.Table) -> tuple[Ints, Ints]:
    """Both sides of the links as places among the works."""
    places = pc.index_in(known["work_id"], works).to_numpy().astype(np.int64)
    records = known["record"].to_numpy()
    order = np.argsort(records)
    one, two = (places[order[np.searchsorted(records[order], linked[side])]] for side in ("first", "second"))
    return one, two


def in_standing(known: pa.Table) -> pa.Table:
    """One row per work, the one that is to survive first."""
    kept = [name for name in known.column_names if name not in ("record", "work_id")]
    works = known.group_by("work_id").aggregate([(name, "max") for name in kept])
    works = works.rename_columns({f"{name}_max": name for name in kept})
    popular = pc.fill_null(works["popularity"], 0.0)
    works = works.set_column(works.column_names.index("popularity"), "popularity", popular)
    return works.sort_by([*STANDING.items(), ("work_id", "ascending")])


def strongest_first(firsts: Ints, seconds: Ints, linked: pa.Table) -> pa.Table:
    """Links between different works, in the order in which they are taken: ties by who stands first, then by medium."""
    low, high = pa.array(np.minimum(firsts, seconds)), pa.array(np.maximum(firsts, seconds))
    table = pa.table({"first": low, "second": high, "similarity": linked["similarity"], "medium": linked["medium"]})
    by = [("similarity", "descending"), ("first", "ascending"), ("second", "ascending"), ("medium", "descending")]
    return table.filter(pc.not_equal(low, high)).sort_by(by)


def marked(documents: "DataFrame", found: pa.Table) -> "DataFrame":
    """The documents with the survivor of their family; what is linked fits in memory, the documents need not."""
    known = documents.sparkSession.createDataFrame(found)
    plain = documents.drop(*ADDED)
    return plain.join(known, on="work_id", how="left").select(*DOCUMENT.names)


def largest(found: pa.Table) -> tuple[int, str | None]:
    """Size and survivor of the largest family."""
    sizes = sorted(found["duplicate_of"].value_counts().to_pylist(), key=lambda row: (-row["counts"], row["values"]))
    return (sizes[0]["counts"] + 1, sizes[0]["values"]) if sizes else (0, None)


if __name__ == "__main__":
    cli.run(main)

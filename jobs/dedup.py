"""Find the documents that say nearly the same, and say of all but one whose duplicate they are.

In   documents  one row per work (step=merge)
     records    the standing records, compared one by one: a repost copies one appearance of a work, not the merge of all
     works      which record belongs to which document
Out  documents  the same rows (step=dedup) with `duplicate_of` and `duplicate_similarity`; nothing is deleted

Candidates share a band of their MinHash sketch; the exact similarity decides (models/minhash.py). Two documents that
hold different identifiers of a kind are siblings, not duplicates; nor are two of which one is private. The survivor of a family is live, no repost, has most
records, is most popular, was first, has the smallest work_id: in this order.
"""

import logging
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from models import minhash
from models.cluster import clusters
from schemas.document import DOCUMENT
from schemas.record import RECORD
from schemas.work import WORK
from store import cli, lake, ledger, spark

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

log = logging.getLogger(__name__)

HOT = 50  # records of one band: more are paired with their neighbours only, enough to connect them
KINDS = ("gtin", "isbn", "doi", "model")
Link = tuple[str, str, float]
PAIR = "first string, second string"
LINK = "first_work string, second_work string, similarity double"


def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("jobs.dedup", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--date", type=cli.day, required=True, help="night, YYYY-MM-DD")
    args = parser.parse_args(argv)
    merged, works = lake.partition("documents", step="merge", date=args.date), lake.partition("works", date=args.date)
    records = lake.must(works).inputs  # the very records that were matched, whatever came since
    with ledger.step("dedup", args.date) as counts:
        session = spark.session("dedup")
        documents = spark.read(session, [merged], DOCUMENT)
        texts = plain_texts(spark.read(session, records, RECORD), spark.read(session, [works], WORK)).persist()
        found = marked(documents, texts, links(texts))
        path = lake.partition("documents", step="dedup", date=args.date)
        made = spark.write(found, path, DOCUMENT, key=["work_id"], inputs=[merged, works, *records])
        duplicates = sum(
            name is not None for name in lake.read(path, DOCUMENT, columns=["duplicate_of"])["duplicate_of"].to_pylist()
        )
        counts.update({"in": lake.must(merged).rows, "out": made.rows, "duplicates": duplicates})
    log.info("%s documents, %s of them duplicates", counts["out"], duplicates)


def plain_texts(records: "DataFrame", works: "DataFrame") -> "DataFrame":
    """record_id, work_id, is_repost and the text that is compared of every live record."""
    from pyspark.sql import functions as F

    is_repost = F.exists(F.coalesce("relations", F.array()), lambda relation: relation.startswith("repost_of:"))
    live = records.where("status = 'live'").join(works.select("record_id", "work_id"), on="record_id", how="inner")
    shape = "record_id string, work_id string, is_repost boolean, text string"
    return live.select("record_id", "work_id", is_repost.alias("is_repost"), "title", "body").mapInArrow(_plain, shape)


def _plain(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        read = zip(batch["title"].to_pylist(), batch["body"].to_pylist(), strict=True)
        texts = pa.array([minhash.plain(title, body) for title, body in read], pa.string())
        yield batch.select(["record_id", "work_id", "is_repost"]).append_column("text", texts)


def links(texts: "DataFrame") -> "DataFrame":
    """LINK rows: documents of which two records are at least THRESHOLD alike, with the greatest similarity."""
    from pyspark.sql import functions as F

    keyed = texts.mapInArrow(_band_keys, "key long, record_id string")
    groups = keyed.groupBy("key").agg(F.array_sort(F.collect_set("record_id")).alias("ids")).where(F.size("ids") > 1)
    pairs = groups.select("ids").mapInArrow(_pairs, PAIR).distinct()
    sides = [
        texts.select(
            *(
                F.col(name).alias(f"{side}{suffix}")
                for name, suffix in (("record_id", ""), ("work_id", "_work"), ("text", "_text"))
            )
        )
        for side in ("first", "second")
    ]
    both = pairs.join(sides[0], on="first", how="inner").join(sides[1], on="second", how="inner")
    candidates = both.where("first_work != second_work").select(
        "first_work", "second_work", "first_text", "second_text"
    )
    return candidates.mapInArrow(_alike, LINK)


def _band_keys(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        keys = minhash.band_keys(batch["text"].to_pylist())
        owners = np.repeat(np.arange(len(keys)), [len(own) for own in keys])
        flat = pa.array([key for own in keys for key in own], pa.int64())
        yield pa.RecordBatch.from_arrays([flat, batch["record_id"].take(pa.array(owners))], ["key", "record_id"])


def _pairs(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        found = [pair for ids in batch["ids"].to_pylist() for pair in paired(ids)]
        yield pa.RecordBatch.from_arrays(
            [pa.array([p[side] for p in found], pa.string()) for side in (0, 1)], ["first", "second"]
        )


def paired(ids: Sequence[str]) -> Iterator[tuple[str, str]]:
    """All pairs of a small band; of a hot one each id with the next and with the first."""
    if len(ids) <= HOT:
        return combinations(ids, 2)
    return iter([*zip(ids, ids[1:], strict=False), *((ids[0], other) for other in ids[2:])])


def _alike(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        similarity = minhash.jaccard(batch["first_text"].to_pylist(), batch["second_text"].to_pylist())
        kept = pa.array(similarity >= minhash.THRESHOLD)
        columns = [batch["first_work"], batch["second_work"], pa.array(similarity.round(4))]
        names = ["first_work", "second_work", "similarity"]
        yield pa.RecordBatch.from_arrays(columns, names).filter(kept)


def marked(documents: "DataFrame", texts: "DataFrame", links: "DataFrame") -> "DataFrame":
    """The documents with the survivor of their family; what is linked fits in memory, the documents need not."""
    linked = [(row["first_work"], row["second_work"], row["similarity"]) for row in links.collect()]
    families = survivors(described(documents, texts, linked), linked)
    shape = "work_id string, duplicate_of string, duplicate_similarity double"
    known = documents.sparkSession.createDataFrame(families, shape)
    plain = documents.drop("duplicate_of", "duplicate_similarity")
    return plain.join(known, on="work_id", how="left").select(*DOCUMENT.names)


def described(documents: "DataFrame", texts: "DataFrame", linked: Sequence[Link]) -> dict[str, dict[str, Any]]:
    """What decides between linked documents, by work_id."""
    from pyspark.sql import functions as F

    names = sorted({(work_id,) for link in linked for work_id in link[:2]})
    wanted = documents.sparkSession.createDataFrame(names, "work_id string")
    reposts = texts.groupBy("work_id").agg(F.max("is_repost").alias("is_repost"))
    columns = ("work_id", "status", "is_repost", "record_count", "popularity", "created_at", "ids", "tenant")
    rows = wanted.join(documents, on="work_id", how="inner").join(reposts, on="work_id", how="left").select(*columns)
    return {row["work_id"]: row.asDict(recursive=True) for row in rows.collect()}


def survivors(known: dict[str, dict[str, Any]], linked: Sequence[Link]) -> list[Link]:
    """work_id, its survivor and the similarity of its strongest link, for every duplicate."""
    names = sorted(known, key=lambda work_id: _standing(known[work_id]))
    number = {work_id: place for place, work_id in enumerate(names)}
    ordered = sorted(linked, key=lambda link: (-link[2], link[0], link[1]))
    firsts = np.array([number[first] for first, _, _ in ordered], np.int64)
    seconds = np.array([number[second] for _, second, _ in ordered], np.int64)
    owners = _numbers([known[name]["tenant"] or "public" for name in names])
    labels = [owners, *(_numbers([(known[name]["ids"] or {}).get(kind) for name in names]) for kind in KINDS)]
    roots, _ = clusters(len(names), firsts, seconds, labels=labels)
    strongest: dict[str, float] = {}
    for first, second, similarity in reversed(ordered):
        if roots[number[first]] == roots[number[second]]:
            strongest[first] = strongest[second] = similarity
    return [
        (name, names[int(root)], strongest[name])
        for name, root in zip(names, roots, strict=True)
        if names[int(root)] != name
    ]


def _standing(document: dict[str, Any]) -> tuple[Any, ...]:
    """Sorts the survivor first."""
    created = document["created_at"].timestamp() if document["created_at"] else float("inf")
    popular = -(document["popularity"] or 0.0)
    return (
        document["status"] != "live",
        document["is_repost"],
        -document["record_count"],
        popular,
        created,
        document["work_id"],
    )


def _numbers(values: Sequence[str | None]) -> "np.ndarray[Any, Any]":
    """A number per distinct value, -1 for none."""
    numbers = {value: place for place, value in enumerate(sorted({value for value in values if value}))}
    return np.array([numbers.get(value or "", -1) for value in values], np.int64)


if __name__ == "__main__":
    cli.run(main)

"""Find which records of all platforms are the same work.

In   records     the standing records of every platform, its newest good partition up to the date, deletions included
     works, identities   of the night before, whose ids go on (models/identity.py)
     media       fingerprints of the pictures that belong to these partitions of records
     rulings     what people decided of pairs of records (jobs/rulings.py): it holds against everything else
     models      models/name=matcher of the lake, where jobs.train_matcher has put one: learned weights and chances
Out  works       one row per record: its work, and why it joined
     identities  one row per work_id ever given, and the work that stands for it
     rejects     rulings that could not be followed, with the reason

Shared identifiers, links and pictures first, then text and sound: candidates from blocking, a transparent score,
clusters of at most one record per platform (models/matcher.py has the formula, models/likeness.py the features,
models/learned.py what labels may make of its weights). A tombstone without words
stays with what it was with. A work of more than LARGE records is named in the log.

Spark makes the pieces of the records, and asks an index that its workers share for every record's nearest ones. Pairs
that can win, or are the rivals of one that can, reach the driver; it holds them, the clusters, and the index while it is
made.
"""

import logging
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from jobs import gathering, learning, matching, media_linking, pairing, rulings
from models import identity, keys, learned, matcher, picture_hash
from models.learned import Model
from schemas.identity import IDENTITY
from schemas.reject import REJECT
from schemas.work import WORK
from store import cli, lake, ledger, spark

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LARGE = 20  # records of a work: more are seldom one thing
Tables = dict[str, pa.Table]

log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("jobs.match", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--date", type=cli.day, required=True, help="night, YYYY-MM-DD")
    args = parser.parse_args(argv)
    nights = ledger.platforms("align", until=args.date)
    if not nights:
        raise cli.TrawlError(f"no platform has records up to {args.date}: run jobs.align for that date first")
    inputs = [lake.partition("records", platform=name, date=night) for name, night in nights.items()]
    session = spark.session("match")
    with ledger.step("match", args.date) as counts:
        model = learning.newest()
        extra = {"matcher_model": model[0]} if model else {}
        files = gathering.staged(session, inputs)
        try:
            pictures = media_linking.fingerprints(inputs)
            made = match(session, files, pictures, args.date, counts, model[1] if model else None)
            put(args.date, made, inputs=inputs, extra=extra)
        finally:
            gathering.removed(files)
        counts.update(extra)
    log.info("%s", counts)


def match(
    session: "SparkSession",
    files: Sequence[str],
    pictures: pa.Table,
    night: str,
    counts: dict[str, Any],
    model: Model | None = None,
) -> Tables:
    """Rows of works, identities and rejects of the records with these pieces; `counts` is told what happened.

    `pictures` are sha256 and fingerprint of the files that were fetched.
    """
    table = gathering.table(files)
    record_ids = table["record_id"].to_pylist()
    tenants = dict(zip(record_ids, table["tenant"].to_pylist(), strict=True))
    said, refused = rulings.followed(rulings.read(rulings.stored()), tenants)
    ruled, last = matching.ruled(table, said), last_night(table, night)
    shared, hot = keys.shared_keys(table, picture_hash.looks(table["picture"], pictures))
    with spark.shared(gathering.corpus(files, table), matching.name(files)) as records:
        proposed = pairing.proposals(session, records, len(table))
        pairs = matcher.scored(table, records(), proposed, shared, ruled)
        pairs = learned.rescored(records(), pairs, model) if model else pairs
        found = matcher.decided(table, records(), pairs, ruled)
    roots = identity.stayed(found.roots, matcher.muted(table, ruled), last)
    refused += rulings.contradicted(said, dict(zip(record_ids, roots.tolist(), strict=True)))
    ids, identities = identity.identify(record_ids, roots, last, night=night)
    told = matching.decided(table, said)
    works = matching.works(table, ids, matching.edges(found, shared, told) + told, matching.stays(roots, found.roots))
    counts.update(found.counts, shared_keys=len(shared), hot_keys=hot, rulings=len(said), rejected=len(refused))
    counts.update({"in": len(table), "out": len(works), **sizes(roots, ids)})
    return {"identities": identities, "rejects": rulings.rejects(refused), "works": works}


def last_night(table: pa.Table, night: str) -> identity.Before:
    """What the records bore on the newest night before this one; nothing on the first."""
    until = (date.fromisoformat(night) - timedelta(days=1)).isoformat()
    found = {"date": before} if (before := ledger.latest("match", until=until)) else None
    works, known = (_rows(name, schema, found) for name, schema in (("works", WORK), ("identities", IDENTITY)))
    return identity.before(table["record_id"], works.select(["record_id", "work_id"]), known)


def _rows(name: str, schema: pa.Schema, keys: dict[str, str] | None) -> pa.Table:
    plain = pa.schema([column.remove_metadata() for column in schema])
    return lake.read(lake.partition(name, **keys), schema) if keys else plain.empty_table()


def sizes(roots: identity.Ints, ids: pa.Array) -> dict[str, int]:
    """How many works there are and the most records that one has; those with too many are named in the log."""
    first, held = np.unique(roots, return_counts=True)
    for root, size in zip(first[held > LARGE].tolist(), held[held > LARGE].tolist(), strict=True):
        log.warning(
            "work %s has %s records: look whether they are one thing, else run jobs.judge split", ids[root], size
        )
    return {"works": len(first), "largest": int(held.max(initial=0))}


def put(night: str, made: Tables, *, inputs: Sequence[str], extra: dict[str, Any]) -> None:
    """The partitions of a night, works last: whoever sees them sees the ids that they bear too."""
    keys = {"identities": {"date": night}, "rejects": {"step": "match", "date": night}, "works": {"date": night}}
    for (name, own), schema in zip(keys.items(), (IDENTITY, REJECT, WORK), strict=True):
        files = [made[name].slice(at, lake.ROWS_PER_FILE) for at in range(0, len(made[name]), lake.ROWS_PER_FILE)]
        lake.write(lake.partition(name, **own), files, schema, inputs=inputs, extra=extra)


if __name__ == "__main__":
    cli.run(main)

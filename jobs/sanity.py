"""Look after what is live: does it still hold what the lake says?

In   documents, annotations, embeddings   of the night that the live generation was built from
     live   a part of it, another one every night; with --all everything
Out  printed and in the ledger: looked_at, missing, stale and ghost documents
     live   with --repair, missing and stale documents are sent again and ghosts deleted

Fails when more than a hundredth of what was looked at is wrong: then not a document is broken, but the generation. A part is
PART documents that lie side by side in the order of work_id.
"""

import logging
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from datetime import date as day

import pyarrow as pa
import pyarrow.compute as pc
from elasticsearch import Elasticsearch

from jobs import generations, wide
from jobs.drift import Range, drift
from jobs.mending import mend
from schemas.document import DOCUMENT
from store import cli, elastic, lake, ledger, lock, spark

log = logging.getLogger(__name__)

PART = 20_000
WRONG_SHARE = 0.01
FEWEST = 10  # of a small index one document is already a large share


class TooMuchWrong(cli.TrawlError):
    """The live generation does not hold what the lake says."""

    def __init__(self, generation: str, counts: dict[str, int]) -> None:
        super().__init__(
            f"{generation} is not what the lake says ({counts}): build anew, or go back with jobs.rollback"
        )


class MadeAnew(cli.TrawlError):
    """The lake no longer holds what the live generation was made from."""

    def __init__(self, generation: str, date: str) -> None:
        super().__init__(
            f"the lake's {date} was made anew since {generation} was: run `python -m jobs.topup --date {date}`, or a build"
        )


def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("jobs.sanity", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--date", type=cli.day, required=True, help="day it is done, YYYY-MM-DD")
    parser.add_argument("--all", action="store_true", help="everything instead of a part")
    parser.add_argument("--repair", action="store_true", help="send missing and stale documents again, delete ghosts")
    args = parser.parse_args(argv)
    es = elastic.client()
    generation = generations.live(es)
    if generation is None:
        raise generations.NotPromoted("nothing is live: run a build")
    with ledger.step("sanity", args.date) as counts, lock.held(es, "sanity") as must_hold:
        night = night_of(es, generation)
        session = spark.session("sanity")
        documents, annotations, _ = wide.tables(session, night)
        among = (None, None) if args.all else part(night, args.date)
        found = drift(es, generation, wide.described(documents, annotations), among=among)
        counts.update(found.counts())
        log.info("%s: %s, first ones %s", generation, counts, found.wrong[:10])
        if len(found.wrong) > max(FEWEST, WRONG_SHARE * found.looked_at):
            raise TooMuchWrong(generation, found.counts())
        if args.repair and found.wrong:
            counts["refused"] = mend(session, es, generation, night, found, must_hold).refusals.count()


def night_of(es: Elasticsearch, generation: str) -> str:
    """The night that a generation was made from; MadeAnew where the lake holds another one under its date."""
    meta = generations.meta(es, generation)
    date = str(meta["date"])
    if meta.get("made_from", "") not in ("", wide.made_from(date)):
        raise MadeAnew(generation, date)
    return date


def part(night: str, today: str) -> Range:
    """Bounds of the part whose turn it is."""
    batches = lake.batches(wide.paths(night)["documents"], DOCUMENT, columns=["work_id", "status"])
    live = [batch.filter(pc.equal(batch["status"], "live"))["work_id"] for batch in batches]
    ids = pa.chunked_array(live, pa.string()).sort()
    count = max(1, -(-len(ids) // PART))
    number = day.fromisoformat(today).toordinal() % count
    first, last = ids[number * PART] if number else None, ids[(number + 1) * PART] if number + 1 < count else None
    return first and first.as_py(), last and last.as_py()


if __name__ == "__main__":
    cli.run(main)

"""Look after what is live: does it still hold what the lake says?

In   documents, annotations, embeddings   of the night that the live generation was built from
     live   a part of it, another one every night; with --all everything
Out  printed and in the ledger: looked_at, missing, stale and ghost documents
     live   with --repair, missing and stale documents are sent again and ghosts deleted

Fails when more than a hundredth of what was looked at is wrong: then not a document is broken, but the generation. Everything is
read in slices of SLICE documents, a pass over the night for each: minutes per million documents.
"""

import logging
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date as day
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
from elasticsearch import Elasticsearch, helpers

from jobs import generations
from jobs.checks.content import sent
from jobs.checks.night import digest
from jobs.sameness import differing, stored
from schemas.document import DOCUMENT
from store import bulk, cli, elastic, lake, ledger, lock

log = logging.getLogger(__name__)

SLICE = 20_000
WRONG_SHARE = 0.01
FEWEST = 10  # of a small index one document is already a large share


class TooMuchWrong(cli.TrawlError):
    """The live generation does not hold what the lake says."""

    def __init__(self, generation: str, counts: dict[str, int]) -> None:
        super().__init__(
            f"{generation} is not what the lake says ({counts}): build anew, or go back with jobs.rollback"
        )


@dataclass
class Found:
    """work_ids of what is wrong, and how many documents were looked at."""

    looked_at: int = 0
    missing: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    ghost: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        wrong = {name: len(getattr(self, name)) for name in ("missing", "stale", "ghost")}
        return {"looked_at": self.looked_at, **wrong}


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
    with ledger.step("sanity", args.date) as counts, lock.held(es, "sanity"):
        night = generations.night(es, generation)
        found = look(es, generation, night, slices(night, args.date, everything=args.all))
        counts.update(found.counts())
        log.info("%s: %s, first ones %s", generation, counts, (found.missing + found.stale + found.ghost)[:10])
        if sum(map(len, (found.missing, found.stale, found.ghost))) > max(FEWEST, WRONG_SHARE * found.looked_at):
            raise TooMuchWrong(generation, found.counts())
        if args.repair:
            repair(es, generation, night, found)


def slices(night: str, today: str, *, everything: bool) -> list[tuple[int, int]]:
    """(number, of how many): all, or the one whose turn it is."""
    count = max(1, -(-lake.must(path_of(night)).rows // SLICE))
    return [
        (number, count)
        for number in range(count)
        if everything or number == day.fromisoformat(today).toordinal() % count
    ]


def look(es: Elasticsearch, generation: str, night: str, parts: Sequence[tuple[int, int]]) -> Found:
    """What is wrong with these slices. Ghosts are found by their ids, of which all are compared."""
    elastic.refresh(es, generation)
    found, alive = Found(), set[str]()
    for number, count in parts:
        rows = documents(night, number, count)
        wanted = sent(rows, night, vectors=False)
        there = stored(es, generation, list(wanted), vectors=False)
        found.looked_at += len(wanted)
        found.missing += sorted(wanted.keys() - there.keys())
        found.stale += sorted(work for work, body in there.items() if differing(wanted[work], body))
        alive |= wanted.keys()
    with elastic.plainly():
        for hit in helpers.scan(es, index=generation, _source=False, size=5000):
            if any(digest(hit["_id"], "") % count == number for number, count in parts) and hit["_id"] not in alive:
                found.ghost.append(hit["_id"])
    return found


def documents(night: str, number: int, count: int) -> list[dict[str, Any]]:
    """Rows of the live documents of one slice."""
    return [row for table in _slice(night, number, count) for row in table.to_pylist()]


def _slice(night: str, number: int, count: int) -> Iterator[pa.Table]:
    for batch in lake.batches(path_of(night), DOCUMENT):
        rows = pa.Table.from_batches([batch]).filter(pc.equal(batch["status"], "live"))
        mine = [digest(work, "") % count == number for work in rows["work_id"].to_pylist()]
        yield rows.filter(pa.array(mine, pa.bool_()))


def path_of(night: str) -> str:
    return lake.partition("documents", step="dedup", date=night)


def repair(es: Elasticsearch, generation: str, night: str, found: Found) -> None:
    """Send what is missing or stale again, whole; delete what the lake does not know."""
    wanted = pa.array(sorted(found.missing + found.stale), pa.string())
    picked = (
        batch.filter(pc.is_in(batch["work_id"], value_set=wanted)) for batch in lake.batches(path_of(night), DOCUMENT)
    )
    rows = [row for batch in picked for row in batch.to_pylist()] if len(wanted) else []
    made = sent(rows, night, vectors=True)
    bulk.written(bulk.bulk(es, generation, ((work, orjson.dumps(body)) for work, body in made.items())))
    gone = ({"_op_type": "delete", "_id": work} for work in found.ghost)
    with elastic.plainly():
        helpers.bulk(es, gone, index=generation, raise_on_error=False)
    elastic.refresh(es, generation)


if __name__ == "__main__":
    cli.run(main)

"""Top up what is live: what changed in the lake since goes into the live generation, without waiting for the night.

In   documents, annotations, embeddings   of the date
     live   the live generation, compared with them document by document
Out  live   new and changed documents sent whole, documents that are no more deleted; `topups` of its `_meta` tell of it
     dead_letters, rejects   of the date: the documents that were refused

A top-up runs on a date whose documents were built again: a platform was crawled once more between nights (`jobs.crawl --again`),
and align to embed have replaced the date's partitions. It is mostly the date that is live, never an older one. Profiles wait for
the night, which builds everything anew from the same records: nothing of a top-up has to be carried over.

It is no way around the gate. It says no, and that a build is due, where the mapping or a model is another one, where the gate let
no generation of the date through or it was rolled back, and where more than CHANGED_SHARE of the documents would be others (those
in which only figures of the fetch moved do not count) or more than GONE_SHARE would go. Killed and run again it finishes the rest.
"""

import logging
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from elasticsearch import Elasticsearch

from jobs import generations, refusals, verdict, wide
from jobs.checks import mapping as checks
from jobs.drift import Drift, drift
from jobs.mending import mend
from store import cli, dead, elastic, ledger, loading, lock, spark

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

log = logging.getLogger(__name__)

CHANGED_SHARE = 0.20  # as much as the gate lets a platform lose from one night to the next
GONE_SHARE = 0.05
FEWEST = 10  # of a small index one document is already a large share


class RebuildDue(cli.TrawlError):
    """The live generation is left as it is."""

    def __init__(self, generation: str, date: str, reason: str) -> None:
        super().__init__(f"{generation} is not topped up with {date}: {reason}")


def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("jobs.topup", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--date", type=cli.day, required=True, help="date whose documents were built again, YYYY-MM-DD")
    args = parser.parse_args(argv)
    es = elastic.client()
    with ledger.step("topup", args.date) as counts, lock.held(es, "a top-up") as must_hold:
        generation = generations.live(es)
        if generation is None:
            raise generations.NotPromoted("nothing is live: run a build")
        counts.update(topup(spark.session("topup"), es, generation, args.date, must_hold))
    log.info("%s: %s", generation, counts)


def topup(
    session: "SparkSession", es: Elasticsearch, generation: str, date: str, must_hold: Callable[[], None]
) -> dict[str, int]:
    """Counts of what was done; RebuildDue where it must not be done."""
    documents, annotations, embeddings = wide.tables(session, date)
    models, source = wide.one_model(embeddings), wide.made_from(date)
    if reason := objection(es, elastic.mapping(es, generation) or {}, date, models):
        raise RebuildDue(generation, date, reason)
    found = drift(es, generation, wide.described(documents, annotations))
    if reason := too_much(found):
        raise RebuildDue(generation, date, reason)
    loaded = mend(session, es, generation, date, found, must_hold)
    refused = refusals.keep(loaded.refusals, date, index=generation, inputs=list(wide.paths(date).values()))
    refusals.must_be_few(loaded.refusals, date, index=generation, refused=refused, total=found.looked_at)
    dead.publish(es, generation, date)
    counts = {"in": found.looked_at, "out": elastic.count(es, generation), "rejected": refused}
    done = {"new": len(found.missing), "changed": len(found.stale), "deleted": len(found.ghost)}
    complete(es, generation, {"date": date, "made_from": source, **known(models)}, counts, done)
    return {**counts, **done, "newer": loaded.newer}


def objection(es: Elasticsearch, found: Mapping[str, Any], date: str, models: Mapping[str, str | None]) -> str | None:
    """Why this mapping, with its `_meta`, is not topped up from that date; None where it may be."""
    meta = found["_meta"]
    if date < meta["date"]:
        return f"it is of {meta['date']} already, which is newer"
    shaped = [check for check in (checks.declared(found), checks.schema(meta)) if not check.passed]
    if shaped:
        return f"its {shaped[0].name} is another one ({shaped[0].seen}): run a build"
    for name, model in known(models).items():
        if meta[name] not in (None, model):
            return f"its vectors are of {meta[name]}, those of the lake of {model}: run a build"
    judged = verdict.newest(es, date)
    if judged is not None and not judged.may_go_live:
        return f"{judged.generation} of that date was not let through, or was rolled back: mend it, then run a build"
    return None


def known(models: Mapping[str, str | None]) -> dict[str, str]:
    """Of the modalities that have vectors."""
    return {name: model for name, model in models.items() if model}


def too_much(found: Drift) -> str | None:
    """Why this is more than may go by the gate; None where it is not."""
    there = found.looked_at - len(found.missing) + len(found.ghost)
    gone, others = len(found.ghost), len(found.missing) + len(found.stale) - found.refreshed
    for count, share, what in ((gone, GONE_SHARE, "go"), (gone + others, CHANGED_SHARE, "be others")):
        if count > max(FEWEST, share * there):
            return (
                f"{count:,} of {there:,} documents would {what}, at most {share:.0%} may: run a build, which has a gate"
            )
    return None


def complete(
    es: Elasticsearch, generation: str, source: Mapping[str, str], counts: Mapping[str, int], done: Mapping[str, int]
) -> None:
    """The last write: what the generation is of now, what it holds, and that this top-up made it so."""
    meta = (elastic.mapping(es, generation) or {})["_meta"]
    told = {"at": verdict.now(), "date": source["date"], "version": meta["version"], **done}
    news = {"counts": {**meta["counts"], **counts}, "topups": [*meta.get("topups", []), told]}
    loading.complete(es, generation, {**meta, **source, **news})


if __name__ == "__main__":
    cli.run(main)

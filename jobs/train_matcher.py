"""Learn from what is known of pairs of records how match is to weigh likeness, and how sure it may be.

In   records    the standing records of every platform, its newest good partition up to the date
     rulings    what people decided of pairs of records
Out  models/name=matcher   weights, the curve of chances, a report (jobs/learning.py); the next match uses them

Pairs that share an identifier or an address are one work; those whose identifiers differ, and rivals of the former, are
not. Their texts teach (models/labels.py, models/fitting.py). What is not better on pairs kept aside is not used: the
report says what is. The same records and rulings give the same model.
"""

import logging
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from jobs import gathering, learning, matching, pairing, rulings
from models import fitting, keys, labels, matcher
from models.fitting import Labelled
from store import cli, lake, ledger, spark

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("jobs.train_matcher", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--date", type=cli.day, required=True, help="night whose records are used, YYYY-MM-DD")
    args = parser.parse_args(argv)
    nights = ledger.platforms("align", until=args.date)
    if not nights:
        raise cli.TrawlError(f"no platform has records up to {args.date}: run jobs.align for that date first")
    session = spark.session("train_matcher")
    with ledger.step("train_matcher", args.date) as counts:
        files = gathering.staged(session, [lake.partition("records", platform=p, date=d) for p, d in nights.items()])
        try:
            given = labelled(session, files)
        finally:
            gathering.removed(files)
        right, wrong = int(given.is_same.sum()), int((~given.is_same).sum())
        counts.update({"in": right + wrong, "right": right, "wrong": wrong})
        model, report = fitting.learn(enough(given))
        model_id = learning.put(model, report)
        counts["model_id"] = model_id
    log.info("%s", counts)
    print(learning.page(report, model_id))


def labelled(session: "SparkSession", files: Sequence[str]) -> Labelled:
    """What can be learned from the records with these pieces."""
    table = gathering.table(files)
    tenants = dict(zip(table["record_id"].to_pylist(), table["tenant"].to_pylist(), strict=True))
    said, _ = rulings.followed(rulings.read(rulings.stored()), tenants)
    ruled, (shared, _) = matching.ruled(table, said), keys.shared_keys(table)
    with spark.shared(gathering.corpus(files, table), matching.name(files)) as records:
        corpus, proposed = records(), pairing.proposals(session, records, len(table))
        pairs = matcher.scored(table, corpus, proposed, shared, ruled)
        return fitting.labelled(corpus, pairs, labels.known(table, corpus, pairs, shared, ruled))


def enough(given: Labelled) -> Labelled:
    """The same; TrawlError where they are too few to learn from."""
    right, wrong = int(given.is_same.sum()), int((~given.is_same).sum())
    if right < fitting.RIGHT or wrong < fitting.WRONG:
        raise cli.TrawlError(
            f"{right} pairs that are one work and {wrong} that are not: {fitting.RIGHT} and {fitting.WRONG} are needed. "
            "Match goes on as before; platforms with identifiers, or rulings by jobs.judge, give more"
        )
    return given


if __name__ == "__main__":
    cli.run(main)

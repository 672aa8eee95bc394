"""Go back to the generation that was live before, in one atomic call; nothing is deleted.

In   moves     what was live before
Out  aliases   `<alias>` and `<alias>-profiles` point to it
     verdicts  the generation that was left is withdrawn: it does not go live again until the gate has judged it anew
     moves     who went back, and why

The same --key goes back once, however often it is run.
"""

import logging
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence

from elasticsearch import Elasticsearch

from jobs import asking, generations, verdict
from jobs.generations import NotPromoted
from jobs.verdict import Signed
from store import cli, elastic, ledger, lock, settings

log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("jobs.rollback", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--date", type=cli.day, required=True, help="day it is done, YYYY-MM-DD")
    parser.add_argument("--why", required=True, help="kept with the generation that is left")
    parser.add_argument("--by", default=settings.operator(), help="who (default: TRAWL_OPERATOR, or who is logged in)")
    parser.add_argument("--key", default=verdict.now(), help="name of this roll-back (default: this moment)")
    args = parser.parse_args(argv)
    es = elastic.client()
    with ledger.step("rollback", args.date) as counts, lock.held(es, "a roll-back") as must_hold:
        chosen = rollback(es, f"rollback {args.key}", Signed(args.by, args.why), must_hold)
        counts.update(promoted=chosen)
    log.info("%s is live again", chosen)


def rollback(es: Elasticsearch, key: str, signed: Signed, must_hold: Callable[[], None]) -> str:
    """Withdraw what is live and move both aliases; the generation that is live then."""
    begun = generations.moved(es, {"term": {"key": key}})
    live = begun["before"] if begun else generations.live(es)
    if live is None:
        raise NotPromoted("nothing is live: run a build")
    chosen = str(begun["generation"]) if begun else generations.previous(es, live)
    asking.ask(es, chosen, asking.questions(es, chosen))
    must_hold()
    verdict.withdraw(es, live, signed)
    generations.move(es, chosen, action="rolled_back", key=key, signed=signed)
    return chosen


if __name__ == "__main__":
    cli.run(main)

"""Make a generation the one that people search, in one atomic call, after asking it what people ask.

In   generation  complete, with a verdict that lets it through, of no earlier night than what is live
Out  aliases     `<alias>` and `<alias>-profiles` point to it
     moves       who made what live, and what was live before
     indices     --keep generations before it stay for a roll-back (`python -m jobs.rollback`), older ones are deleted
"""

import logging
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence

from elasticsearch import Elasticsearch

from jobs import asking, generations
from jobs.generations import NotPromoted
from jobs.verdict import Signed
from store import cli, elastic, ledger, lock, settings

log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("jobs.promote", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--date", type=cli.day, required=True, help="night, YYYY-MM-DD")
    parser.add_argument("--generation", type=elastic.generation, required=True, help="<alias>-YYYYMMDD-HHMMSS")
    parser.add_argument("--keep", type=_at_least_one, default=2, help="earlier generations kept (default 2)")
    args = parser.parse_args(argv)
    es = elastic.client()
    with ledger.step("promote", args.date) as counts, lock.held(es, f"promote of {args.generation}") as must_hold:
        promote(es, args.generation, must_hold)
        gone = clean(es, args.generation, keep=args.keep)
        counts.update(promoted=args.generation, deleted=len(gone))
    log.info("%s is live%s", args.generation, f", deleted: {', '.join(gone)}" if gone else "")


def _at_least_one(text: str) -> int:
    if int(text) < 1:
        raise ValueError(text)
    return int(text)


def promote(es: Elasticsearch, generation: str, must_hold: Callable[[], None]) -> None:
    """Warm it up, then move both aliases; NotPromoted with the reason when it may not go live."""
    reason = generations.objection(es, generation) or back_in_time(es, generation)
    if reason:
        raise NotPromoted(f"{generation} is not promoted: {reason}")
    asking.ask(es, generation, asking.questions(es, generation))
    must_hold()
    signed = Signed(settings.operator(), "its verdict lets it through")
    generations.move(
        es, generation, action="promoted", key=f"{generation}@{elastic.uuid(es, generation)}", signed=signed
    )


def back_in_time(es: Elasticsearch, generation: str) -> str | None:
    """Why a generation is older than what people search; None when it is not."""
    live = generations.live(es)
    if live is None or live == generation:
        return None
    dates = [(elastic.mapping(es, name) or {}).get("_meta", {}).get("date", "") for name in (generation, live)]
    if generation > live and dates[0] >= dates[1]:
        return None
    return f"{live}, of {dates[1]}, is live and newer: to go back there is jobs.rollback"


def clean(es: Elasticsearch, generation: str, *, keep: int) -> list[str]:
    """Delete earlier generations but the one that was live before and the newest that may go live, `keep` in all.

    Never one that any alias leads to, nor an index that jobs.index did not make.
    """
    before = generations.before(es, generation)
    earlier = [name for name in elastic.generations(es, settings.alias()) if name < generation and name != before]
    usable = [name for name in reversed(earlier) if generations.objection(es, name) is None]
    spared = {*usable[: keep - (before is not None)], *elastic.aliased(es, earlier)}
    gone = [name for name in earlier if name not in spared and generations.is_ours(elastic.mapping(es, name) or {})]
    for name in gone:
        elastic.delete(es, name)
    return gone


if __name__ == "__main__":
    cli.run(main)

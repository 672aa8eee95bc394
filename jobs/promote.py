"""Make a generation the one that people search, in one atomic call; or go back to the one before.

In   generation  complete, with a verdict that lets it through
Out  aliases     `<alias>` and `<alias>-profiles` point to it
     indices     the newest --keep generations before it stay for a roll-back, older ones are deleted

`--rollback` points the aliases to the newest earlier generation whose verdict lets it through; nothing is deleted.
"""

import logging
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence

from elasticsearch import Elasticsearch

from jobs import verdict
from store import cli, elastic, ledger, settings

log = logging.getLogger(__name__)


class NotPromoted(cli.TrawlError):
    """The aliases stay as they are."""


def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("jobs.promote", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--date", type=cli.day, required=True, help="night, YYYY-MM-DD")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--generation", type=elastic.generation, help="<alias>-YYYYMMDD-HHMMSS")
    which.add_argument("--rollback", action="store_true", help="go back to the generation before")
    parser.add_argument("--keep", type=_at_least_one, default=2, help="earlier generations kept (default 2)")
    args = parser.parse_args(argv)
    es = elastic.client()
    with ledger.step("promote", args.date) as counts:
        old = elastic.live(es, settings.alias())
        chosen = previous(es, old) if args.rollback else args.generation
        promote(es, chosen)
        gone = [] if args.rollback else clean(es, chosen, old, keep=args.keep)
        counts.update(promoted=chosen, deleted=len(gone))
    log.info("%s is live%s%s", chosen, _listed(", before it", old), _listed(", deleted", gone))


def _at_least_one(text: str) -> int:
    if int(text) < 1:
        raise ValueError(text)
    return int(text)


def _listed(label: str, names: Sequence[str]) -> str:
    return f"{label}: {', '.join(names)}" if names else ""


def promote(es: Elasticsearch, generation: str) -> None:
    """Move both aliases; NotPromoted with the reason when the generation may not go live."""
    if reason := objection(es, generation):
        raise NotPromoted(f"{generation} is not promoted: {reason}")
    alias = settings.alias()
    elastic.promote(es, {alias: generation, elastic.profiles(alias): elastic.profiles(generation)})


def objection(es: Elasticsearch, generation: str) -> str | None:
    """Why a generation may not go live; None when it may."""
    mapping, profiles = elastic.mapping(es, generation), elastic.mapping(es, elastic.profiles(generation))
    if mapping is None or profiles is None or "_meta" not in mapping:
        return "it is not complete: run jobs.index, then jobs.gate"
    found = verdict.get(generation)
    if found is None:
        return "it has no verdict: run jobs.gate"
    if found.uuid != elastic.uuid(es, generation):
        return "it was built anew after its verdict: run jobs.gate again"
    if not found.may_go_live:
        failed = ", ".join(check.name for check in found.checks if check.passed is False)
        return f"its verdict is negative ({failed}): see {verdict.address(generation)} in the lake"
    return None


def previous(es: Elasticsearch, live: Sequence[str]) -> str:
    """The newest generation before the live one that may go live; NotPromoted when there is none."""
    earlier = [name for name in elastic.generations(es, settings.alias()) if live and name < min(live)]
    for name in reversed(earlier):
        if objection(es, name) is None:
            return name
    raise NotPromoted("there is no earlier generation that may go live: nothing to go back to")


def clean(es: Elasticsearch, live: str, old: Sequence[str], *, keep: int) -> list[str]:
    """Delete the generations before the live one, except `keep` that may go live again and the one just replaced."""
    earlier = [name for name in elastic.generations(es, settings.alias()) if name < live and name not in old]
    usable = [name for name in reversed(earlier) if objection(es, name) is None]
    room = max(0, keep - sum(name < live for name in old))
    gone = [name for name in earlier if name not in usable[:room]]
    for name in gone:
        elastic.delete(es, name)
    return gone


if __name__ == "__main__":
    cli.run(main)

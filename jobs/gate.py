"""Decide whether a generation may go live, and write down why.

In   generation  the index, its mapping and `_meta`
     documents, annotations, embeddings   what the lake holds that night
     events      what users searched for and went on to: golden queries from clicks
     live        the generation that people search now, where there is one
     golden      queries with graded records, one JSON object per line (--golden)
Out  verdict     verdicts/<generation>.json in the lake, and a row of the index `<alias>-verdicts`

Exits 1 when a check fails. `--force WHY` lets a complete generation through all the same, under the name of `--by`.
"""

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from elasticsearch import Elasticsearch

from jobs import clicks, generations, golden
from jobs.checks import age, content, counts, mapping, night, relevance, speed, vectors
from jobs.verdict import Check, Signed, Verdict, put, table
from store import cli, elastic, failures, ledger, lock, settings


class NotPassed(cli.TrawlError):
    """A check failed: the generation must not go live."""

    def __init__(self, verdict: Verdict, path: str) -> None:
        failed = [f"{check.name}: {check.seen}, wanted {check.wanted}" for check in verdict.failed]
        super().__init__(f"{verdict.generation} is not let through: {'; '.join(failed)} (verdict: {path})")


def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("jobs.gate", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--date", type=cli.day, required=True, help="night, YYYY-MM-DD")
    parser.add_argument("--generation", type=elastic.generation, required=True, help="<alias>-YYYYMMDD-HHMMSS")
    parser.add_argument("--golden", type=Path, help="file of graded queries")
    parser.add_argument("--force", metavar="WHY", help="let it through in spite of failed checks, for this reason")
    parser.add_argument("--by", default=settings.operator(), help="who forces (default: TRAWL_OPERATOR, or the login)")
    args = parser.parse_args(argv)
    es = elastic.client()
    with ledger.step("gate", args.date) as told, lock.held(es, f"gate of {args.generation}"):
        verdict = judge(es, args)
        path = put(es, verdict)
        print(table(verdict))
        told.update(checks=len(verdict.checks), failed=len(verdict.failed))
        if not verdict.may_go_live:
            raise NotPassed(verdict, path)


def judge(es: Elasticsearch, args: Namespace) -> Verdict:
    """All checks of one generation; when it is incomplete the others mean nothing and are left out."""
    found = elastic.mapping(es, args.generation)
    if found is None:
        raise failures.ElasticsearchRefused(f"there is no index {args.generation}: run jobs.index first")
    if not generations.is_ours(found):
        raise failures.ElasticsearchRefused(
            f"{args.generation} is an index that jobs.index did not make: rename it, or set TRAWL_ALIAS"
        )
    live = generations.live(es)
    live = None if live == args.generation else live
    complete = mapping.complete(found.get("_meta", {}), args.date)
    checks, losers = [complete], list[dict[str, Any]]()
    if complete.passed:
        more, losers = checked(es, args, found, live=live)
        checks += more
    return Verdict(
        generation=args.generation,
        uuid=elastic.uuid(es, args.generation),
        date=args.date,
        live=live,
        checks=checks,
        losers=losers,
        forced=Signed(args.by, args.force) if args.force and complete.passed else None,
    )


def checked(
    es: Elasticsearch, args: Namespace, found: Mapping[str, Any], *, live: str | None
) -> tuple[list[Check], list[dict[str, Any]]]:
    """What is asked of a complete generation, and the golden queries that lost most."""
    generation, meta = args.generation, found["_meta"]
    elastic.refresh(es, generation)
    refused = int(meta["counts"]["rejected"])
    queries = [*(golden.read(args.golden) if args.golden else []), *clicks.queries(args.date)]
    graded = {record for query in queries for record in query.grades}
    tonight = night.read(args.date, graded=graded, seed=generation)
    checks = [mapping.declared(found), mapping.schema(meta), *age.check(args.date)]
    checks += counts.check(es, generation, tonight, refused=refused, live=live)
    alike, sample = content.check(es, generation, tonight, refused=refused)
    checks += [alike, *vectors.check(es, generation, tonight, sample), speed.check(es, generation, live=live)]
    rated, losers = relevance.check(queries, generation, live=live, families=tonight.families)
    return checks + rated, losers


if __name__ == "__main__":
    cli.run(main)

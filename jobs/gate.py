"""Decide whether a generation may go live, and write down why.

In   generation  the index, its mapping and `_meta`
     documents   what the lake holds that night, after dedup
     live        the generation that people search now, where there is one
     golden      queries with graded records, one JSON object per line (--golden)
Out  verdict     verdicts/<generation>.json in the lake, and a row of the index `<alias>-verdicts`

Exits 1 when a check fails. `--force WHY` lets a complete generation through all the same, and keeps the reason.
"""

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from elasticsearch import Elasticsearch

from jobs import golden
from jobs.verdict import Check, Verdict, put, table
from schemas.annotation import ANNOTATION
from schemas.derive import es_mapping
from schemas.document import DOCUMENT
from schemas.embedding import VECTORS
from store import cli, elastic, lake, ledger, settings

DROP = 0.20  # of a platform's documents from one night to the next; more is an outage, not a clean-up
VECTOR_SHARES = {"text": 0.99, "image": 0.90}  # of the documents that have something to embed; pictures may be broken
FLOOR = 0.5  # mean nDCG@10; below half of the ideal the search is broken, not merely worse
WORSE = 0.05  # of mean nDCG@10, against the live generation
META = ("run", "date", "schema_version", "text_model", "image_model", "counts")


class NotPassed(cli.TrawlError):
    """A check failed: the generation must not go live."""

    def __init__(self, verdict: Verdict, path: str) -> None:
        failed = [
            f"{check.name}: {check.seen}, wanted {check.wanted}" for check in verdict.checks if check.passed is False
        ]
        super().__init__(f"{verdict.generation} is not let through: {'; '.join(failed)} (verdict: {path})")


@dataclass
class Expected:
    """What the lake says the index must hold; `families` maps graded record_ids to their family."""

    documents: int = 0
    platforms: Counter[str] = field(default_factory=Counter)
    embeddable: Counter[str] = field(default_factory=Counter)
    families: dict[str, str] = field(default_factory=dict)


def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("jobs.gate", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--date", type=cli.day, required=True, help="night, YYYY-MM-DD")
    parser.add_argument("--generation", type=elastic.generation, required=True, help="<alias>-YYYYMMDD-HHMMSS")
    parser.add_argument("--golden", type=Path, help="file of graded queries")
    parser.add_argument("--force", metavar="WHY", help="let it through in spite of failed checks, for this reason")
    args = parser.parse_args(argv)
    es = elastic.client()
    with ledger.step("gate", args.date) as counts:
        verdict = judge(es, args)
        path = put(es, verdict)
        print(table(verdict))
        counts.update(checks=len(verdict.checks), failed=sum(check.passed is False for check in verdict.checks))
        if not verdict.may_go_live:
            raise NotPassed(verdict, path)


def judge(es: Elasticsearch, args: Namespace) -> Verdict:
    """All checks of one generation; when it is incomplete the others mean nothing and are left out."""
    mapping = elastic.mapping(es, args.generation)
    if mapping is None:
        raise elastic.ElasticsearchRefused(f"there is no index {args.generation}: run jobs.index first")
    live = next((name for name in elastic.live(es, settings.alias()) if name != args.generation), None)
    complete = check_complete(mapping.get("_meta", {}), args.date)
    checks, losers = [complete], list[dict[str, Any]]()
    if complete.passed:
        graded = golden.read(args.golden) if args.golden else []
        expected = expect(args.date, {record for query in graded for record in query.grades})
        checks += [check_mapping(mapping), *check_index(es, args.generation, mapping["_meta"], expected, live=live)]
        rated, losers = check_golden(args.golden, graded, args.generation, live=live, families=expected.families)
        checks += rated
    return Verdict(
        generation=args.generation,
        uuid=elastic.uuid(es, args.generation),
        date=args.date,
        live=live,
        checks=checks,
        losers=losers,
        forced=args.force if complete.passed else None,
    )


def expect(date: str, graded: set[str]) -> Expected:
    """Counts over the live documents of a night, read batch by batch."""
    columns = ["work_id", "status", "platforms", "record_ids", "duplicate_of", "text_hash", "image_hash"]
    found = Expected()
    for batch in lake.batches(lake.partition("documents", step="dedup", date=date), DOCUMENT, columns=columns):
        rows = pa.Table.from_batches([batch]).filter(pc.equal(batch["status"], "live")).combine_chunks()
        found.documents += rows.num_rows
        found.platforms.update(pc.list_flatten(rows["platforms"]).to_pylist())
        for modality in VECTOR_SHARES:
            found.embeddable[modality] += rows.num_rows - rows[f"{modality}_hash"].null_count
        found.families |= families(rows, graded)
    return found


def families(documents: pa.Table, graded: set[str]) -> dict[str, str]:
    """Family of each graded record: the work that survives among its near-duplicates."""
    place, record = pc.list_parent_indices(documents["record_ids"]), pc.list_flatten(documents["record_ids"])
    wanted = pc.is_in(record, value_set=pa.array(sorted(graded), pa.string()))
    family = pc.coalesce(documents["duplicate_of"], documents["work_id"]).take(place.filter(wanted))
    return dict(zip(record.filter(wanted).to_pylist(), family.to_pylist(), strict=True))


def check_complete(meta: Mapping[str, Any], date: str) -> Check:
    """Whether the index was finished, from this night's documents."""
    missing = [key for key in META if key not in meta]
    seen = f"no {', '.join(missing)}" if missing else f"built from {meta['date']}"
    return Check("complete", not missing and meta["date"] == date, seen, f"built from {date}, all of _meta")


def check_mapping(seen: Mapping[str, Any]) -> Check:
    """Whether the mapping is the one that the tables declare."""
    wrong = differences(seen, es_mapping(DOCUMENT, ANNOTATION, VECTORS))
    return Check("mapping", not wrong, ", ".join(wrong[:5]) or "as declared", "as declared")


def differences(seen: Mapping[str, Any], wanted: Mapping[str, Any], path: str = "") -> list[str]:
    """Paths at which a mapping differs; what Elasticsearch adds as its own default does not count."""
    wrong = []
    for key, value in wanted.items():
        here = f"{path}.{key}".lstrip(".")
        if isinstance(value, Mapping):
            wrong += differences(seen.get(key, {}), value, here) if key in seen else [f"{here} is missing"]
        elif str(seen.get(key, "object" if key == "type" else None)).lower() != str(value).lower():
            wrong.append(f"{here} is {seen.get(key)}, not {value}")
    if path.endswith("properties"):
        wrong += [f"{path}.{key} is not declared" for key in seen if key not in wanted]
    return wrong


def check_index(
    es: Elasticsearch, generation: str, meta: Mapping[str, Any], expected: Expected, *, live: str | None
) -> list[Check]:
    """Documents in all and per platform, and vectors."""
    refused = int(meta["counts"]["rejected"])
    found = elastic.count(es, generation)
    low = max(1, expected.documents - refused)
    checks = [
        Check("documents", low <= found <= expected.documents, f"{found:,}", f"{low:,} to {expected.documents:,}")
    ]
    now = elastic.tally(es, generation, "platforms")
    before = elastic.tally(es, live, "platforms") if live else {}
    for name in sorted({*now, *before, *expected.platforms}):
        checks.append(check_platform(name, now, before, expected=expected.platforms[name], refused=refused))
    for modality, share in VECTOR_SHARES.items():
        vectors = elastic.count(es, generation, {"exists": {"field": f"{modality}_vector"}})
        least = int(expected.embeddable[modality] * share)
        wanted = f"at least {least:,} of {expected.embeddable[modality]:,} that can have one"
        checks.append(Check(f"{modality} vectors", vectors >= least, f"{vectors:,}", wanted))
    return checks


def check_platform(
    name: str, now: Mapping[str, int], before: Mapping[str, int], *, expected: int, refused: int
) -> Check:
    """Whether a platform has the lake's documents, and not many fewer than the live generation."""
    least = max(expected - refused, round(before.get(name, 0) * (1 - DROP)), 1)
    seen, was = now.get(name, 0), f" (live: {before[name]:,})" if name in before else ""
    return Check(f"platform {name}", least <= seen <= expected, f"{seen:,}{was}", f"{least:,} to {expected:,}")


def check_golden(
    path: Path | None,
    queries: Sequence[golden.Golden],
    generation: str,
    *,
    live: str | None,
    families: Mapping[str, str],
) -> tuple[list[Check], list[dict[str, Any]]]:
    """Relevance against the floor and against the live generation, and the worst losers."""
    if path is None:
        return [Check("golden queries", None, "not checked", f"nDCG@10 of at least {FLOOR}")], []
    try:
        answers = golden.ask(path, *filter(None, (generation, live)))
        found, before = [golden.scores(queries, answer, families) for answer in answers] + ([] if live else [{}])
    except golden.GoldenFailed as error:
        return [Check("golden queries", False, str(error), "answers")], []
    mean, was = golden.mean(found), golden.mean(before)
    checks = [Check("golden queries", mean >= FLOOR, f"nDCG@10 {mean:.3f} over {len(found)}", f"at least {FLOOR}")]
    if live:
        checks.append(Check("golden queries against live", mean >= was - WORSE, f"{mean:.3f}", f"{was - WORSE:.3f}"))
    return checks, golden.losers(found, before)


if __name__ == "__main__":
    cli.run(main)

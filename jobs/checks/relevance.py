"""Golden queries: how well a generation answers them, against a floor and against the live generation."""

from collections.abc import Mapping, Sequence
from typing import Any

from jobs import golden
from jobs.golden import Golden
from jobs.verdict import Check

FLOOR = 0.5  # mean nDCG@10; below half of the ideal the search is broken, not merely worse
WORSE = 0.05  # of mean nDCG@10, against the live generation


def check(
    queries: Sequence[Golden], generation: str, *, live: str | None, families: Mapping[str, str]
) -> tuple[list[Check], list[dict[str, Any]]]:
    """The checks of golden queries from the file and from clicks, and the worst losers of both."""
    if not queries:
        return [Check("golden queries", None, "none given", f"nDCG@10 of at least {FLOOR}")], []
    try:
        answers = golden.ask(queries, *filter(None, (generation, live)))
    except golden.GoldenFailed as error:
        return [Check("golden queries", False, str(error), "answers")], []
    found, *rest = [golden.scores(queries, answer, families) for answer in answers]
    before = rest[0] if rest else {}
    sources = dict.fromkeys(query.source for query in queries)
    checks = [one for source in sources for one in compared(source, found, before if live else None)]
    return checks, golden.losers(found, before)


def compared(source: str, found: Mapping[Golden, float], before: Mapping[Golden, float] | None) -> list[Check]:
    """Of the queries of one source: the floor (clicks know none) and the comparison, where something is live."""
    own = {query: value for query, value in found.items() if query.source == source}
    mean, checks = golden.mean(own), []
    if source == "file":
        checks.append(
            Check("golden queries", mean >= FLOOR, f"nDCG@10 {mean:.3f} over {len(own)}", f"at least {FLOOR}")
        )
    if before is not None and own:
        name = "golden queries against live" if source == "file" else "clicks against live"
        was = golden.mean({query: before[query] for query in own})
        checks.append(Check(name, mean >= was - WORSE, f"{mean:.3f} over {len(own)}", f"{was - WORSE:.3f}"))
    return checks

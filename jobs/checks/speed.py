"""Whether a generation answers as fast as the live one, on the same questions, asked in turn."""

from elasticsearch import Elasticsearch

from jobs.asking import FLOOR_MS, SLOWER, p95_ms, questions
from jobs.verdict import Check


def check(es: Elasticsearch, generation: str, *, live: str | None) -> Check:
    """p95 of words and neighbours, against the live generation and a floor that nobody feels."""
    asked = questions(es, generation)
    if not asked:
        return Check("speed", None, "nothing to ask", "a document with words or a vector")
    seen, *before = p95_ms(es, [generation, *([live] if live else [])], asked)
    limit = max([FLOOR_MS, *(SLOWER * was for was in before)])
    was = f" (live: {before[0]:.0f} ms)" if before else ""
    return Check("speed", seen <= limit, f"p95 {seen:.0f} ms over {len(asked)}{was}", f"at most {limit:.0f} ms")

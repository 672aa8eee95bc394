"""What changed from one generation to another: documents, fields, and the places of golden queries' answers.

In   before, after   two generations (before: the live one, where none is named)
     golden          queries whose answers are compared (--golden)
Out  printed, and diffs/<before>..<after>.json in the lake

Both are read in the order of work_id and merged, so memory stays flat; vectors are left out (`text_hash` says whether one changed).
"""

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from heapq import merge
from itertools import groupby
from pathlib import Path
from typing import Any

from elasticsearch import Elasticsearch

from jobs import generations, golden
from jobs.sameness import differing
from store import cli, elastic, failures, ledger, objects

PAGE = 1000
MOVED = 20  # documents that moved most
EXAMPLES = 3
Row = tuple[str, int, dict[str, Any]]  # work_id, 0 before or 1 after, body


def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("jobs.diff", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--date", type=cli.day, required=True, help="day it is done, YYYY-MM-DD")
    parser.add_argument("--before", type=elastic.generation, help="default: the live generation")
    parser.add_argument("--after", type=elastic.generation, required=True)
    parser.add_argument("--golden", type=Path, help="file of graded queries")
    args = parser.parse_args(argv)
    es = elastic.client()
    before = args.before or generations.live(es)
    if before is None:
        raise generations.NotPromoted("nothing is live: name a generation with --before")
    with ledger.step("diff", args.date) as counts:
        found = documents(es, before, args.after)
        queries = golden.read(args.golden) if args.golden else []
        found["moved"] = moved(queries, *golden.ask(queries, before, args.after)) if queries else []
        objects.put_bytes(
            f"diffs/{before}..{args.after}.json", json.dumps(found, indent=1, ensure_ascii=False).encode()
        )
        print(json.dumps(found, indent=1, ensure_ascii=False))
        counts.update({name: found[name] for name in ("added", "removed", "changed", "same")})


def documents(es: Elasticsearch, before: str, after: str) -> dict[str, Any]:
    """Counts of documents and of the fields that changed, most first, with the first works of each."""
    counts, fields, examples = (
        Counter[str](added=0, removed=0, changed=0, same=0),
        Counter[str](),
        dict[str, list[str]](),
    )
    rows = merge(pages(es, before, 0), pages(es, after, 1), key=lambda row: row[:2])
    for work_id, group in groupby(rows, key=lambda row: row[0]):
        sides = {side: body for _, side, body in group}
        names = differing(sides[0], sides[1]) if len(sides) == 2 else []
        counts["changed" if names else "same" if len(sides) == 2 else "added" if 1 in sides else "removed"] += 1
        fields.update(names)
        for name in names:
            examples.setdefault(name, []).extend([work_id] if len(examples.get(name, [])) < EXAMPLES else [])
    most = sorted(fields.items(), key=lambda pair: (-pair[1], pair[0]))
    return {**counts, "fields": [{"field": name, "changed": n, "works": examples[name]} for name, n in most]}


def pages(es: Elasticsearch, index: str, side: int) -> Iterator[Row]:
    """Every document of an index in the order of work_id, at one point in time."""
    with failures.plainly():
        point, last = es.open_point_in_time(index=index, keep_alive="5m")["id"], dict[str, Any]()
        while True:
            pit = {"id": point, "keep_alive": "5m"}
            hits = es.search(size=PAGE, pit=pit, sort=[{"work_id": "asc"}], **last)["hits"]["hits"]
            yield from ((hit["_id"], side, hit["_source"]) for hit in hits)
            if not hits:
                break
            last = {"search_after": hits[-1]["sort"]}
        es.close_point_in_time(id=point)


def moved(
    queries: Sequence[golden.Golden],
    before: Sequence[Sequence[Mapping[str, Any]]],
    after: Sequence[Sequence[Mapping[str, Any]]],
) -> list[dict[str, Any]]:
    """The answers that moved by most places; one that is not among the first ten stands at the eleventh."""
    found = []
    for query, *answers in zip(queries, before, after, strict=True):
        old, new = ({hit["work_id"]: place for place, hit in enumerate(hits, 1)} for hits in answers)
        for work in old.keys() | new.keys():
            found.append({"query": query.query, "work_id": work, "before": old.get(work), "after": new.get(work)})
    outside = golden.SIZE + 1
    far = [(abs((row["before"] or outside) - (row["after"] or outside)), row) for row in found]
    order = sorted(far, key=lambda pair: (-pair[0], str(pair[1]["query"]), str(pair[1]["work_id"])))
    return [row for places, row in order[:MOVED] if places]


if __name__ == "__main__":
    cli.run(main)

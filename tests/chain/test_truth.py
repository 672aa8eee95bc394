"""What the chain found against what the made-up world knows."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path
from typing import Any

from a_chain import LOGS, PLATFORMS, Chain

from models.metrics import ndcg
from schemas.annotation import ANNOTATION
from schemas.document import DOCUMENT
from schemas.record import RECORD
from schemas.work import WORK
from store import elastic, lake, ledger, settings

Pairs = set[tuple[str, str]]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def pairs(groups: Iterable[Iterable[str]]) -> Pairs:
    return {pair for group in groups for pair in combinations(sorted(group), 2)}


def f1(found: Pairs, truth: Pairs) -> float:
    return 2 * len(found & truth) / (len(found) + len(truth))


def works(chain: Chain) -> dict[str, str]:
    """Work of every record that was crawled."""
    table = lake.read(lake.partition("works", date=chain.day(0)), WORK, columns=["record_id", "work_id"])
    return dict(zip(*table.to_pydict().values(), strict=True))


def documents(chain: Chain) -> list[dict[str, Any]]:
    return lake.read(lake.partition("documents", step="dedup", date=chain.day(0)), DOCUMENT).to_pylist()


def test_records_of_one_work_are_one_work(chain: Chain) -> None:
    work_of = works(chain)
    found = defaultdict(list)
    for record_id, work_id in work_of.items():
        found[work_id].append(record_id)
    truth = [[r for r in row["records"] if r in work_of] for row in lines(chain.world / "truth" / "works.jsonl")]
    assert f1(pairs(found.values()), pairs(truth)) >= 0.98


def test_near_duplicates_are_one_family(chain: Chain) -> None:
    work_of = works(chain)
    found = defaultdict(list)
    for document in documents(chain):
        found[document["duplicate_of"] or document["work_id"]] += [document["record_ids"][0]]
    families = defaultdict(set)
    first_of = {document["work_id"]: document["record_ids"][0] for document in documents(chain)}
    for row in lines(chain.world / "truth" / "works.jsonl"):
        families[row["family"]] |= {first_of[work_of[r]] for r in row["records"] if r in work_of}
    assert f1(pairs(found.values()), pairs(families.values())) >= 0.95


def test_every_live_document_is_in_the_index_with_its_vector(chain: Chain) -> None:
    live = {d["work_id"] for d in documents(chain) if d["status"] == "live"}
    client = elastic.client()
    assert client.count(index=settings.alias())["count"] == len(live)
    assert client.count(index=settings.alias(), query={"exists": {"field": "text_vector"}})["count"] == len(live)
    assert client.count(index=settings.alias(), query={"exists": {"field": "image_vector"}})["count"] > 0


def test_queries_find_what_the_world_grades(chain: Chain) -> None:
    from query import Ask, search_many

    rows = lines(chain.world / "truth" / "queries.jsonl")
    answers = search_many([Ask(row["query"]) for row in rows], size=10)
    scores = []
    for row, answer in zip(rows, answers, strict=True):
        grades, ideal = graded(chain, row["grades"])
        if any(ideal):  # else all that answers it is on platforms that nobody crawled
            scores.append(ndcg([grades.get(hit.work_id, 0) for hit in answer.hits], ideal, 10))
    assert len(scores) > len(rows) / 2
    assert sum(scores) / len(scores) >= 0.8


def graded(chain: Chain, by_record: dict[str, int]) -> tuple[dict[str, int], list[int]]:
    """Grade per shown document (one per family of near-duplicates), and the best list possible."""
    grades: dict[str, int] = {}
    for document in documents(chain):
        shown = document["duplicate_of"] or document["work_id"]
        best = max((by_record.get(record_id, 0) for record_id in document["record_ids"]), default=0)
        grades[shown] = max(best, grades.get(shown, 0))
    return grades, sorted(grades.values(), reverse=True)


def test_sentiment_labels_reach_the_index(chain: Chain) -> None:
    """About ninety posts to learn from: better than always saying the commonest label is what can be asked."""
    table = lake.read(lake.partition("annotations", date=chain.day(0)), ANNOTATION).to_pylist()
    found = {row["work_id"]: row["sentiment"] for row in table if row["sentiment"]}
    work_of = works(chain)
    tested = [row for row in lines(chain.world / "truth" / "labels.jsonl") if row["part"] == "test"]
    asked = [(work_of.get(row["record_id"]), row["sentiment"]) for row in tested]
    judged = [(found[work_id], sentiment) for work_id, sentiment in asked if work_id in found]
    assert len(judged) > 10
    commonest = max(Counter(truth for _, truth in judged).values())
    assert sum(label == truth for label, truth in judged) > commonest
    live = {d["work_id"] for d in documents(chain) if d["status"] == "live"}
    indexed = elastic.client().count(index=settings.alias(), query={"exists": {"field": "sentiment"}})["count"]
    assert indexed == len(live & set(found))


def test_every_platform_arrived_and_rejects_say_why(chain: Chain) -> None:
    crawled = ledger.platforms("align")
    assert set(crawled) == set(PLATFORMS)
    for platform in set(crawled) - LOGS:
        path = lake.partition("records", platform=platform, date=chain.day(0))
        assert lake.read(path, RECORD, columns=["record_id"]).num_rows > 0

"""The bodies that are sent, as golden files: a changed query is a reviewable diff."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from query import clauses, retrieve
from query.parse import Filters, parse
from query.terms import Terms, analyse

GOLDEN = Path(__file__).parent.parent / "golden" / "query"
TYPED = {"红色": ["红色"], "shoe": ["Shoes"], "x-200": ["X-200"], "x200": ["X-200"], "200": ["X-200"]}
TERMS = Terms("红色 Shoes X-200", TYPED, "红色 shoes x-200")
ASKED = Filters(("taobao", "weibo"), ("product",), ("zh",), ("Nike",), 50, 300, "CNY")
PHRASED = Terms(
    "trail run", {"trail": ["trail"], "run": ["run"]}, "trail run", (("trail run", "trail run"),), (("kids", "kid"),)
)


def bodies() -> dict[str, Any]:
    """Every builder, once plain and once with all it can carry."""
    plain = clauses.filtered(Filters(), TERMS, duplicates=False)
    narrow = clauses.filtered(ASKED, PHRASED, duplicates=True)
    nothing = Terms("", {}, "")
    return {
        "words": retrieve.words_leg(TERMS, plain),
        "words_narrow": retrieve.words_leg(PHRASED, narrow),
        "words_none": retrieve.words_leg(nothing, clauses.filtered(ASKED, nothing, duplicates=False)),
        "words_signs": retrieve.words_leg(Terms("🙂", {}, "🙂"), plain),
        "exact": retrieve.exact_leg(TERMS, plain),
        "meaning": retrieve.nearest_leg("text_vector", [0.6, 0.8], narrow),
        "page": retrieve.page(["w02", "w01"], TERMS),
        "profile": retrieve.profile("u1"),
        "taste": retrieve.taste([0.6, 0.8], ["w02", "w01"]),
    }


@pytest.mark.parametrize("name", sorted(bodies()))
def test_bodies_are_the_golden_ones(name: str) -> None:
    found, golden = bodies()[name], GOLDEN / f"{name}.json"
    if os.environ.get("TRAWL_GOLDEN") == "write":
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    assert found == json.loads(golden.read_text()), "a query changed: run `make golden` and review the diff"


def test_no_golden_file_without_its_body() -> None:
    assert {file.stem for file in GOLDEN.iterdir()} == set(bodies())


def test_every_leg_carries_every_filter() -> None:
    among = clauses.filtered(ASKED, PHRASED, duplicates=False)
    legs = [retrieve.words_leg(PHRASED, among), retrieve.exact_leg(PHRASED, among)]
    held = [leg["query"]["bool"] for leg in legs]
    held += [retrieve.nearest_leg("text_vector", [1.0], among)["knn"]["filter"]["bool"]]
    assert all(bool_["filter"] == among["filter"] and bool_["must_not"] == among["must_not"] for bool_ in held)
    assert {"exists": {"field": "duplicate_of"}} in among["must_not"]


def test_equal_scores_are_ranked_by_id_and_a_failed_leg_is_empty() -> None:
    hits = [{"_id": "b", "_score": 1.0}, {"_id": "a", "_score": 1.0}, {"_id": "c", "_score": 2.0}]
    assert retrieve.ranked({"hits": {"hits": hits}}) == ["c", "a", "b"]
    assert retrieve.ranked({"error": {"type": "x"}}) == []


def test_a_query_is_analysed_as_documents_are() -> None:
    terms = analyse(parse("無線 Shoes Sony -紅色"))
    assert terms.tokens == {"无线": ["無線"], "shoe": ["Shoes"], "soni": ["Sony"]}
    assert terms.excluded == (("紅色", "红色"),)


def test_numbers_inside_a_query_are_no_identifiers() -> None:
    sent = json.dumps(retrieve.exact_leg(Terms("iPhone 15 X-200", {}, ""), {"filter": [], "must_not": []}))
    assert '"value": "X-200"' in sent and '"value": "15"' not in sent


def test_what_is_private_is_there_for_its_tenant_alone() -> None:
    public = {"bool": {"filter": [{"exists": {"field": "tenant"}}]}}
    own = {"bool": {"filter": [{"exists": {"field": "tenant"}}], "must_not": [{"term": {"tenant": "home"}}]}}
    assert public in clauses.filtered(Filters(), TERMS, duplicates=False)["must_not"]
    assert own in clauses.filtered(Filters(), TERMS, duplicates=False, tenant="home")["must_not"]

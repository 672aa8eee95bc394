"""What docs/index-contract.md promises: it is what the schemas say, and its questions have answers."""

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import a_night
import pytest
from elasticsearch import Elasticsearch

from jobs import gate, promote
from schemas import contract
from store import elastic

PAGE = Path(__file__).parents[2] / "docs" / "index-contract.md"
BLOCKS = [block.partition("\n")[::2] for block in re.findall(r"```http\n(.*?)```", PAGE.read_text(), re.DOTALL)]
QUESTIONS = [(request.removeprefix("POST "), body) for request, body in BLOCKS if "_search" in request]
NAME = "trawl-20260102-000000"


def test_the_page_is_what_the_schemas_say() -> None:
    if os.environ.get("TRAWL_GOLDEN") == "write":
        PAGE.write_text(contract.contract())
    assert PAGE.read_text() == contract.contract(), "docs/index-contract.md is behind the schemas: run `make golden`"


def rows() -> list[dict[str, Any]]:
    """A shoe that two platforms have, a negative post that was carried forward."""
    price = {"amount": Decimal("259"), "currency": "CNY", "list_amount": None}
    won = [{"field": "title", "platform": "taobao", "record_id": "taobao:1", "rule": "trust"}]
    shoe = {"title": "红色 运动鞋", "price": price, "provenance": won, "record_count": 2, "why_merged": "same gtin"}
    post = {"type": "post", "created_at": datetime(2026, 1, 1, tzinfo=UTC), "is_stale": True, "stale_days": 2}
    return [a_night.document(1, "taobao", **shoe), a_night.document(2, "weibo", **post)]


@pytest.fixture(scope="module")
def analysts(elasticsearch_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elasticsearch]:
    es = Elasticsearch(elasticsearch_url)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRAWL_HOME", str(tmp_path_factory.mktemp("var")))
        a_night.put_night(rows())
        a_night.generation(es, NAME, rows())
        es.index(index=elastic.profiles(NAME), id="u1", document={"user_id": "u1", "event_count": 1}, refresh=True)
        es.update(index=NAME, id="w002", doc={"sentiment": "negative"}, refresh=True)  # which the lake does not say
        with pytest.raises(gate.NotPassed):
            gate.main(["--date", a_night.DATE, "--generation", NAME])
        gate.main(["--date", a_night.DATE, "--generation", NAME, "--force", "to be asked"])
        promote.main(["--date", a_night.DATE, "--generation", NAME])
    yield es
    elastic.delete(es, NAME)
    es.indices.delete(index="trawl-verdicts,trawl-moves", ignore_unavailable=True)


@pytest.mark.parametrize(("path", "body"), QUESTIONS, ids=[str(number) for number in range(len(QUESTIONS))])
def test_every_question_has_an_answer(analysts: Elasticsearch, path: str, body: str) -> None:
    headers = {"accept": "application/json", "content-type": "application/json"}
    answer = analysts.perform_request("POST", path, headers=headers, body=json.loads(body)).body
    facets = [facet for facet in answer.get("aggregations", {}).values()]
    completed = [entry["options"] for [entry] in answer.get("suggest", {}).values()]
    assert answer["_shards"]["failed"] == 0 and all(completed)
    assert all(facet["buckets"] for facet in facets) and (facets or completed or answer["hits"]["hits"])


def test_a_question_knows_every_field_that_it_names() -> None:
    known = set(re.findall(r"^\| `([a-z_0-9.]+)` \|", PAGE.read_text(), re.MULTILINE))
    named = {name for _, body in QUESTIONS for name in re.findall(r'"(?:field|path)": "([a-z_0-9.]+)"', body)}
    assert len(QUESTIONS) == 14 and named <= known


def test_the_key_can_read_the_aliases_and_nothing_else() -> None:
    [key] = [json.loads(body) for request, body in BLOCKS if request == "POST /_security/api_key"]
    [rights] = key["role_descriptors"]["trawl_read"]["indices"]
    assert (
        set(rights["privileges"]) == {"read", "view_index_metadata"}
        and not key["role_descriptors"]["trawl_read"]["cluster"]
    )
    assert set(rights["names"]) == {path.split("/")[1] for path, _ in QUESTIONS}

"""What a search box is completed to, on a real node: Chinese and English, the most popular first, nothing private."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from a_suggestion import suggestion
from elasticsearch import Elasticsearch, NotFoundError
from hypothesis import given
from hypothesis import strategies as st

from jobs.suggestions import suggestions
from models import text as analysis
from query import Suggestion
from query import __main__ as command
from query import suggest
from query.live import SearchFailed

WORDS = pa.schema([("title_key", pa.string()), ("brand", pa.string()), ("author", pa.struct([("name", pa.string())]))])
words = st.none() | st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("aA \0\x1f\x85\u3000"), max_size=3
)


def completed(text: str, **more: Any) -> list[str]:
    return [one.text for one in suggest(text, **more)]


@pytest.fixture
def at_home(seeing: str, elasticsearch_url: str) -> Iterator[None]:
    es = Elasticsearch(elasticsearch_url)
    device = {"title": "红外 感应灯", "title_key": "红外 感应灯", "tenant": "home", "popularity": 1.0}
    es.index(index=seeing, id="d1", document={**device, **suggestion(device)}, refresh=True)
    yield
    es.delete(index=seeing, id="d1", refresh=True)


def test_chinese_and_english_from_their_beginning_on(seeing: str) -> None:
    assert completed("红色") == [
        "红色运动鞋 专业版",
        "红色运动鞋",
    ]  # w02 is more popular than w01; w11 is a near-duplicate
    assert completed("红色运动鞋专") == completed("红色 运动鞋 专") == ["红色运动鞋 专业版"]
    assert completed("ＲＵＮＮＩＮＧ") == completed("running") == ["Running shoes review"]
    assert completed("无线") == ["無線藍牙耳機 X-200"]  # typed in simplified characters, written in traditional ones
    assert completed("shoes") == completed("   ") == completed("!") == []


@pytest.fixture
def series(seeing: str, elasticsearch_url: str) -> Iterator[tuple[str, str]]:
    """Two titles that differ in what comes after all that the server knows of them."""
    es, begun = Elasticsearch(elasticsearch_url), "𠀀城中学 Annual report of the observatory"
    titles = f"{begun}, 2024", f"{begun}, 2025"
    for number, title in enumerate(titles):
        document = {"title": title, "title_key": analysis.title_key(title), "popularity": number / 2}
        es.index(index=seeing, id=f"s{number}", document={**document, **suggestion(document)}, refresh=True)
    yield titles
    for number in range(len(titles)):
        es.delete(index=seeing, id=f"s{number}", refresh=True)


def test_more_typed_than_the_server_knows_of_a_title(series: tuple[str, str]) -> None:
    first, last = series
    assert completed("𠀀城") == [last], "what begins alike is one, the more popular"
    assert completed(first[:40]) == [last, first] and completed(first[:-1] + "4") == [first]
    assert completed(first.replace(",", " ")) == [first] and completed(first + "6") == []


def test_a_brand_of_many_is_there_once(seeing: str) -> None:
    assert suggest("ni") == [Suggestion("Nike", "brand")]
    assert suggest("so") == [Suggestion("Sony", "brand")]
    assert len(suggest("", size=3)) == 0 and len(suggest("r", size=1)) == 1


@pytest.mark.usefixtures("at_home")
def test_what_is_private_is_suggested_to_its_tenant_alone() -> None:
    assert "红外 感应灯" not in completed("红") and completed("红外", tenant="office") == []
    assert completed("红", tenant="home")[0] == "红外 感应灯" and "红色运动鞋" in completed("红", tenant="home")


def test_nothing_live_is_said(seeing: str) -> None:
    with pytest.raises(SearchFailed, match="there is no index nowhere") as failed:
        suggest("a", index="nowhere")
    assert isinstance(failed.value.__cause__, NotFoundError)


def test_on_the_command_line(seeing: str, capsys: pytest.CaptureFixture[str]) -> None:
    command.main(["--suggest", "desk"])
    command.main(["--suggest", "台", "--json"])
    assert capsys.readouterr().out.splitlines() == ["title   Desk lamp", '{"text": "台灯 护眼", "kind": "title"}']


def test_what_cannot_be_completed_has_no_field() -> None:
    assert suggestion({"title_key": "\x1f\0", "brand": " "}) == {} == suggestion({})
    assert suggestion({"title_key": "\u3000"}) == suggestion({"title_key": "a", "duplicate_of": "w1"}) == {}


def test_weight_is_popularity_and_a_private_document_is_its_tenants() -> None:
    made = suggestion({"title_key": "a b", "author": {"name": "A\0"}, "popularity": float("nan")})["suggest"]
    assert made == {"input": ["a b", "a"], "weight": 0, "contexts": {"audience": ["public"]}}
    assert suggestion({"brand": "x", "tenant": "", "popularity": 0.5})["suggest"]["weight"] == 500_000
    assert suggestion({"brand": "x", "tenant": ""})["suggest"]["contexts"] == {"audience": ["tenant:"]}


@given(st.lists(st.fixed_dictionaries({"title": words, "brand": words, "author": words}), max_size=5))
def test_the_words_of_each_row_once_and_in_the_spelling_of_queries(given_rows: list[dict[str, str | None]]) -> None:
    rows = [
        {
            "title_key": each["title"] and analysis.title_key(each["title"]),
            "brand": each["brand"],
            "author": {"name": each["author"]},
        }
        for each in given_rows
    ]
    made = suggestions(pa.RecordBatch.from_pylist(rows, schema=WORDS)).to_pylist()
    spelled = [[analysis.normalise(each[name] or "") for name in ("title", "brand", "author")] for each in given_rows]
    assert [one["input"] if one else [] for one in made] == [
        list(dict.fromkeys(filter(None, each))) for each in spelled
    ]

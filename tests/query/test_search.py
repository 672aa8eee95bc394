"""Searches of a small shop on a real node."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from query import __main__ as command
from query import search
from query.live import SearchFailed
from query.meaning import NotAPicture
from query.personalise import CAP

QUICK = "import sys, query; print([m for m in ('torch', 'elasticsearch', 'jieba', 'pyspark') if m in sys.modules])"


def found(*args: object, **more: object) -> list[str]:
    return [hit.work_id for hit in search(*args, **more).hits]  # type: ignore[arg-type]


def test_importing_is_quick() -> None:
    told = subprocess.run([sys.executable, "-c", QUICK], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_chinese_and_english_words_and_meaning(seeing: str) -> None:
    result = search("红色 运动鞋 under 300 元", platforms=["taobao"])
    assert result.hits[0].work_id == "w01" and result.hits[0].legs == {"meaning": 1, "words": 1}
    assert "<em>" in result.hits[0].highlight["title"]
    assert result.understood == ("under 300 元 → price ≤ 300 CNY",)
    assert result.facets["platforms"] == {"taobao": 1}
    assert set(found("headphones")[:2]) == {"w06", "w07"}  # one by words, one by meaning alone
    assert found("降噪")[0] == "w06"  # written in traditional characters


def test_whole_titles_and_identifiers_come_first(seeing: str) -> None:
    for query, work_id, why in (
        ("台灯 护眼", "w12", "exact title"),
        ("Desk LAMP", "w10", "exact title"),
        ("6901234567892", "w06", "exact gtin"),
        ("case for x-200", "w06", "exact model"),
        ("rss:w13", "w13", "exact record_ids"),
    ):
        first = search(query).hits[0]
        assert (first.work_id, why in first.reasons) == (work_id, True), query


def test_filters_hold_in_every_leg(seeing: str) -> None:
    assert set(found("shoes", types=["video"])) <= {"w04", "w07", "w14"}
    assert set(found("running shoes platform:rss lang:en -kids", size=50)) == {"w09", "w10", "w13"}
    assert set(found("鞋 under 300元", size=50)) == {*"w01 w03 w05 w08 w10 w12".split()}  # no dollars, no unpriced
    assert "w05" not in found('"running shoes" -kids', size=50)
    assert set(found('"running shoes"', size=50)) == {"w04", "w05", "w14"}
    assert found("brand:sony", size=50) == ["w07", "w06"]  # nothing to search for: by popularity


def test_what_is_no_generation_is_not_searched(seeing: str, elasticsearch_url: str) -> None:
    es = Elasticsearch(elasticsearch_url)
    es.indices.create(index="foreign", mappings={"properties": {"title": {"type": "text"}}})
    es.indices.create(index="unfinished", mappings={"dynamic": "strict"})
    with pytest.raises(SearchFailed, match="foreign was not made by Trawl: give a generation with --index"):
        search("shoes", index="foreign")
    with pytest.raises(SearchFailed, match="unfinished is not complete: run jobs.index"):
        search("shoes", index="unfinished")
    es.indices.delete(index="foreign,unfinished")


def test_duplicates_are_hidden_unless_asked_for(seeing: str) -> None:
    assert "w11" not in found("红色运动鞋", size=50)
    assert "w11" in found("红色运动鞋", size=50, duplicates=True)
    copies = {hit.work_id: hit.document for hit in search("红色运动鞋", size=50, duplicates=True).hits}
    assert (copies["w11"]["duplicate_by"], copies["w11"]["duplicate_similarity"]) == ("text", 0.91)


def test_highlights_are_escaped(seeing: str) -> None:
    hit = search("reading lamp").hits[0]
    assert "&lt;b&gt;for" in hit.highlight["body"] and "<em>reading</em>" in hit.highlight["body"]


def test_a_picture_alone_and_with_words(seeing: str) -> None:
    alone = search(image=b"headphones")
    assert {hit.work_id for hit in alone.hits[:2]} == {"w06", "w07"} and list(alone.legs) == ["picture"]
    assert alone.facets["brand"]["Sony"] == 2
    both = search("Sony", image=b"headphones", types=["video"])
    assert both.hits[0].work_id == "w07" and both.hits[0].legs["picture"] == 1
    with pytest.raises(NotAPicture, match="no known format: give a PNG"):
        search(image=b"\0")


def test_taste_moves_hits_by_at_most_the_cap_and_says_why(seeing: str) -> None:
    plain, mine = found("shoes", size=20), search("shoes", size=20, user="u1")
    for place, hit in enumerate(mine.hits):
        assert plain.index(hit.work_id) - place == hit.moved and abs(hit.moved) <= CAP
    risen = [hit for hit in mine.hits if hit.moved > 0]
    assert risen and all("near your taste" in hit.reasons[-1] for hit in risen)
    unknown = search("shoes", size=20, user="nobody")
    assert [hit.work_id for hit in unknown.hits] == plain
    assert unknown.warnings == ("user nobody has no profile: the order is not personal",)


def test_another_encoder_is_refused_and_words_still_found(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from models import encoder
    from models.errors import ModelMissing
    from query import meaning

    class Other:
        model_id = "other"

    def missing(name: str) -> None:
        raise ModelMissing(name, "there is no such folder")

    monkeypatch.setattr(encoder, "LANGUAGES", {})
    for load, said in ((lambda name: Other(), "the index was made with axes"), (missing, "cannot be loaded")):
        monkeypatch.setattr(meaning, "_text_encoder", load)
        result = search("red running shoes", index=shop)
        assert result.hits[0].work_id == "w04" and "meaning" not in result.legs
        assert said in result.warnings[0]


def test_a_language_the_model_does_not_read_is_said(shop: str) -> None:
    result = search("红色运动鞋", index=shop)  # the default model reads English; it is not even loaded
    assert list(result.legs) == ["words", "exact"]
    assert result.notes == ("meaning left out: the query is zh, the model reads en",)


def test_batch_is_what_single_searches_give(seeing: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    queries = ["红色 运动鞋", "running shoes", "x-200"] * 20
    file = tmp_path / "queries.jsonl"
    file.write_text("".join(json.dumps({"query": query}) + "\n" for query in queries))
    command.main(["--batch", str(file), "--json", "--index", seeing, "--size", "5"])
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["query"] for row in rows] == queries
    for row in rows[:3]:
        assert [hit["work_id"] for hit in row["hits"]] == found(row["query"], size=5)
        assert set(row["hits"][0]) >= {"work_id", "record_ids", "score"}


def test_nothing_live_and_a_failed_leg_say_so_in_one_line(seeing: str) -> None:
    with pytest.raises(SearchFailed, match="there is no index nosuch at http.*: run a build"):
        search("x", index="nosuch")


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    from store.failures import ElasticsearchAway

    monkeypatch.setenv("TRAWL_ELASTICSEARCH_URL", "http://127.0.0.1:9")
    with pytest.raises(ElasticsearchAway, match="does not answer at http://127.0.0.1:9"):
        search("x")

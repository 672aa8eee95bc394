"""Night after night: the incremental build is the full build, failures carry forward, bad generations stay out."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from a_chain import PLATFORMS, Chain

from schemas.document import DOCUMENT
from schemas.embedding import EMBEDDING
from schemas.record import RECORD
from store import cli, elastic, lake, ledger, settings

TABLES = ("works/date={day}", "documents/step=merge/date={day}", "documents/step=dedup/date={day}")


@pytest.fixture(scope="module")
def nights(chain: Chain, tmp_path_factory: pytest.TempPathFactory) -> Chain:
    """The chain after two more nights: prices and counts change, items appear and are deleted; YouTube fails on night 2."""
    made = replace(chain, home=Path(shutil.copytree(chain.home, tmp_path_factory.mktemp("nights") / "home")))
    for number in (1, 2):
        made.crawl(number, tuple(p for p in PLATFORMS if not (number == 2 and p == "youtube")))
        made.build(number, until="embed")
    chain.show(0)
    return made


def manifests(chain: Chain, number: int) -> list[Any]:
    day = chain.day(number)
    with chain.settings():
        records = [
            lake.must(lake.partition("records", platform=p, date=d)).files for p, d in ledger.platforms("align").items()
        ]
        return records + [lake.must(path.format(day=day)).files for path in TABLES]


def test_the_incremental_build_is_the_full_build(nights: Chain) -> None:
    incremental = manifests(nights, 2)
    nights.job("align", 2, "--full")
    for name in ("match", "merge", "dedup"):
        nights.job(name, 2)
    assert manifests(nights, 2) == incremental


def test_what_was_deleted_is_a_tombstone_and_counts_are_tonights(nights: Chain) -> None:
    with nights.settings():
        standing = lake.read(lake.partition("records", platform="weibo", date=nights.day(2)), RECORD).to_pylist()
    assert {"live", "deleted"} <= {row["status"] for row in standing}
    assert all(row["body"] is None for row in standing if row["status"] == "deleted")


def test_a_platform_that_failed_keeps_its_last_good_records_visibly(nights: Chain) -> None:
    with nights.settings():
        assert ledger.platforms("align")["youtube"] == nights.day(1)
        documents = lake.read(lake.partition("documents", step="dedup", date=nights.day(2)), DOCUMENT).to_pylist()
    carried = [d for d in documents if "youtube" in d["platforms"]]
    assert carried and all(d["is_stale"] and d["stale_days"] == 1 for d in carried)
    assert not any(d["is_stale"] for d in documents if "youtube" not in d["platforms"])


def test_unchanged_content_is_not_embedded_twice(nights: Chain) -> None:
    with nights.settings():
        [row] = [row for row in ledger.summary(nights.day(1)) if row["step"] == "embed"]
        total = lake.read(
            lake.partition("embeddings", date=nights.day(1)), EMBEDDING, columns=["content_hash"]
        ).num_rows
    assert row["counts"]["computed"] < 0.2 * total


def test_worse_golden_queries_are_not_promoted_and_the_verdict_says_why(chain: Chain, tmp_path: Path) -> None:
    from jobs import gate, index, promote

    generation, golden = chain.generation(0, 1), tmp_path / "golden.jsonl"
    rows = [json.loads(line) for line in (chain.world / "golden" / "queries.jsonl").read_text().splitlines()]
    nonsense = [{**row, "query": f"zzqx{number} vvkj{number}"} for number, row in enumerate(rows)]
    golden.write_text("".join(json.dumps(row) + "\n" for row in nonsense))
    words = ["--date", chain.day(0), "--generation", generation]
    index.main(words)
    with pytest.raises(cli.TrawlError, match="golden"):
        gate.main([*words, "--golden", str(golden)])
    live = elastic.live(elastic.client(), settings.alias())
    with pytest.raises(cli.TrawlError):
        promote.main(words)
    assert elastic.live(elastic.client(), settings.alias()) == live
    elastic.client().indices.delete(index=f"{generation},{generation}-profiles")


def test_a_generation_with_a_missing_platform_is_not_promoted(chain: Chain, tmp_path: Path) -> None:
    from jobs import gate, index

    generation, client = chain.generation(0, 2), elastic.client()
    words = ["--date", chain.day(0), "--generation", generation]
    index.main(words)
    found = client.search(index=generation, query={"term": {"platforms": "taobao"}}, size=10_000, source=False)["hits"][
        "hits"
    ]
    client.bulk(operations=[{"delete": {"_index": generation, "_id": hit["_id"]}} for hit in found], refresh=True)
    with pytest.raises(cli.TrawlError, match="taobao"):
        gate.main(words)
    client.indices.delete(index=f"{generation},{generation}-profiles")


def test_elasticsearch_away_while_indexing_leaves_the_alias_alone(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jobs import index

    live = elastic.live(elastic.client(), settings.alias())
    with monkeypatch.context() as patch:
        patch.setenv("TRAWL_ELASTICSEARCH_URL", "http://127.0.0.1:9")
        with pytest.raises(cli.TrawlError, match="does not answer"):
            index.main(["--date", chain.day(0), "--generation", chain.generation(0, 3)])
    assert elastic.live(elastic.client(), settings.alias()) == live


def test_a_broken_payload_is_rejected_with_its_reason_and_the_rest_goes_on(chain: Chain, tmp_path: Path) -> None:
    from schemas.reject import REJECT

    made = replace(chain, home=tmp_path / "broken")
    chain.show(0, faults={"weibo": {"1": "garbage"}})
    made.job("crawl", 0, "--platform", "weibo")
    chain.show(0, faults={})
    made.job("align", 0)
    with made.settings():
        keys = {"platform": "weibo", "date": chain.day(0)}
        rejects = lake.read(lake.partition("rejects", step="align", **keys), REJECT).to_pylist()
        assert rejects and all(row["reason"] and row["ref"].startswith("pages/") for row in rejects)
        assert lake.must(lake.partition("records", **keys)).rows > 0

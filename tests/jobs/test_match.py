"""The match step: records of all platforms in, one row per record out, the same bytes each time."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from a_work import DATE, aligned, record
from pyspark.sql import SparkSession

from jobs import match, pairing
from models import picture_hash
from models.identity import work_id
from schemas.media import MEDIA_FILE
from schemas.work import WORK
from store import cli, lake, ledger

GTIN = {"gtin": "6901234567892", "model": "KX-1000"}
ROWS = [
    record("taobao:9", type="product", title="电水壶 新款", ids=GTIN),
    record("weibo:1", body="今天买了一个电水壶 条码：6901234567892", ids=GTIN, status="deleted"),
    record("youtube:5", title="Kettle test", url="https://y.example/5", canonical_url="https://y.example/5"),
    record("rss:3", title="Kettle test, the film", body="Our kettle test film is here: https://y.example/5"),
    record("rss:4", title="暂无", body="N/A"),
]


def works() -> dict[str, dict[str, Any]]:
    table = lake.read(lake.partition("works", date=DATE), WORK)
    return {row["record_id"]: row for row in table.to_pylist()}


@pytest.mark.usefixtures("lake", "spark")
def test_every_record_has_a_work_and_says_why() -> None:
    aligned(ROWS, nights={"rss": "2026-01-02"})
    match.main(["--date", DATE])
    found = works()
    assert set(found) == {row["record_id"] for row in ROWS}
    assert found["taobao:9"]["work_id"] == found["weibo:1"]["work_id"] == work_id("taobao:9")
    assert found["rss:3"]["work_id"] == found["youtube:5"]["work_id"] == work_id("rss:3")
    assert found["rss:4"]["evidence"] == []
    why = {(row["kind"], row["value"], row["other_id"]) for row in found["taobao:9"]["evidence"]}
    assert why == {("gtin", "06901234567892", "weibo:1"), ("model", "kx1000", "weibo:1")}
    [link] = found["rss:3"]["evidence"]
    assert (link["kind"], link["value"], link["other_id"]) == ("url", "https://y.example/5", "youtube:5")
    assert 0.5 < link["score"] <= 1
    [step] = [row for row in ledger.summary(DATE) if row["step"] == "match"]
    assert (step["counts"]["in"], step["counts"]["works"], step["counts"]["shared_keys"]) == (5, 3, 3)


@pytest.mark.usefixtures("lake", "spark")
def test_one_picture_in_two_files_is_evidence() -> None:
    prints = np.zeros(2, picture_hash.FINGERPRINT)
    prints["shapes"] = 0, 7
    said = {
        "rss:1": "Velora kettle: 371 grams, 62 degrees, 940 seconds",
        "weibo:2": "Our test of the Velora kettle: 62 degrees after 940 seconds",
    }
    shas = dict(zip(said, "ab", strict=True))
    aligned(
        [record(name, body=told, media=[{"kind": "image", "sha256": shas[name]}]) for name, told in said.items()]
        + [record(f"youtube:{n}", title=f"{n * 7919} lamps of maker {n * 104729}") for n in range(40)]
    )
    for (name, sha256), one in zip(shas.items(), prints, strict=True):
        file = {"url": sha256, "sha256": sha256, "mime": "image/png", "size_bytes": 1, "fingerprint": one.tobytes()}
        path = lake.partition("media", platform=name.partition(":")[0], date=DATE)
        lake.write(path, [pa.Table.from_pylist([file], schema=MEDIA_FILE)], MEDIA_FILE)
    match.main(["--date", DATE])
    [why] = works()["rss:1"]["evidence"]
    assert (why["kind"], why["value"], why["other_id"]) == ("picture", "a", "weibo:2")


@pytest.mark.usefixtures("lake", "spark")
def test_what_is_private_is_never_merged_with_what_another_may_see() -> None:
    owners = {"tuya:1": "home", "homeassistant:2": "home", "smartthings:3": "office", "taobao:4": None}
    rows = [
        record(name, type="device", title="电水壶", ids=GTIN, tenant=owner, scope="tenant" if owner else "public")
        for name, owner in owners.items()
    ]
    aligned(rows)
    match.main(["--date", DATE])
    found = {name: row["work_id"] for name, row in works().items()}
    assert found["tuya:1"] == found["homeassistant:2"] and len(set(found.values())) == 3


@pytest.mark.usefixtures("lake", "spark")
def test_a_second_run_writes_the_same_bytes_whatever_the_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    aligned(ROWS)
    match.main(["--date", DATE])
    first = lake.must(lake.partition("works", date=DATE))
    monkeypatch.setattr(pairing, "PROBES", 2)
    match.main(["--date", DATE])
    assert lake.must(lake.partition("works", date=DATE)) == first


def test_nothing_aligned_is_one_line(lake: Path, spark: SparkSession) -> None:
    with pytest.raises(cli.TrawlError, match="run jobs.align"):
        match.main(["--date", DATE])

"""Labels and records in, a model and its report out."""

import json
from pathlib import Path

import pytest
from understood import AT, done, put

from jobs import train
from schemas.record import RECORD
from store import cli
from store import lake as door
from store import objects

WORDS = {"positive": "great sound, love it", "negative": "terrible noise, hate it"}


@pytest.fixture
def labels(lake: Path, tmp_path: Path) -> Path:
    """Twenty labelled posts in the lake, and one label whose post is unknown."""
    kinds = [list(WORDS)[number % 2] for number in range(20)]
    fixed = {"platform": "weibo", "type": "post", "status": "live", "crawled_at": AT, "raw_ref": "", "content_hash": ""}
    rows = [
        {**fixed, "record_id": f"weibo:{number}", "native_id": str(number), "body": f"{WORDS[kind]} {number}"}
        for number, kind in enumerate(kinds)
    ]
    put(door.partition("records", platform="weibo", date="2026-01-01"), RECORD, rows)
    done("align", "2026-01-01", "weibo")
    told = [
        {"record_id": f"weibo:{number}", "sentiment": kind, "part": "test" if number > 15 else "train"}
        for number, kind in enumerate([*kinds, "positive"])
    ]
    file = tmp_path / "labels.jsonl"
    file.write_text("\n".join(map(json.dumps, told)))
    return file


def test_same_labels_same_model_and_the_report_is_printed(labels: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = []
    for _ in range(2):
        train.main(["--date", "2026-01-02", "--labels", str(labels), "--epochs", "12"])
        found.append(objects.get_bytes(f"{train.PLACE}/index.json"))
    assert found[0] == found[1] and found[0] is not None
    index = json.loads(found[0])
    assert all(objects.get_bytes(f"{index['folder']}/{name}") for name in index["files"])
    report = json.loads(objects.get_bytes(f"{train.PLACE}/report.json") or b"")
    assert report["model_id"] == index["model_id"] and report["train_posts"] == 16 and report["posts"] == 4
    assert report["accuracy"] == 1.0
    assert "macro F1" in capsys.readouterr().out


def test_wrong_labels_are_one_line(labels: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"record_id": "weibo:1", "sentiment": "positive", "part": "train"}\n{"record_id": 1}\n')
    with pytest.raises(cli.TrawlError, match=r"broken\.jsonl:2 is no label"):
        train.read_labels(broken)
    with pytest.raises(cli.TrawlError, match="not a file"):
        train.read_labels(tmp_path / "none")
    with pytest.raises(cli.TrawlError, match="0 posts to train on"):
        train.fit([], base="tiny", epochs=1)

"""A saved page of every platform against the records it gives; `make golden` rewrites the records."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from pages import page

from jobs import platforms
from jobs.platforms import Reject

GOLDEN = Path(__file__).parents[2] / "golden" / "platforms"
# What was asked for by its id and is missing is gone.
URLS = {
    "youtube": "http://127.0.0.1/youtube/v3/videos?id=zGk3vTq1xQA,pMissing001",
    "openalex": "http://127.0.0.1/works?filter=openalex:W4000000001|W4000000002|W4000000003",
}


def found(name: str) -> list[Any]:
    [saved] = [file for file in (GOLDEN / name).iterdir() if file.stem == "page"]
    read = platforms.load(name).items(page(saved.read_bytes(), URLS.get(name, "http://127.0.0.1/x")))
    told = [{"reject": item.reason} if isinstance(item, Reject) else item for item in read]
    return list(json.loads(json.dumps(told, default=str)))


@pytest.mark.parametrize("name", platforms.names())
def test_a_saved_page_gives_its_records(name: str) -> None:
    golden = GOLDEN / name / "records.json"
    if os.environ.get("TRAWL_GOLDEN") == "write":
        golden.write_text(json.dumps(found(name), ensure_ascii=False, indent=1) + "\n")
    assert found(name) == json.loads(golden.read_text())
    assert found(name) == found(name)

"""The check of recorded payloads, on the saved pages that are at hand: the independent counts and align agree."""

import json
import shutil
from pathlib import Path

import pytest

from jobs import platforms
from tests.samples.__main__ import check, counters

GOLDEN = Path(__file__).parents[1] / "golden" / "platforms"
FOLDERS = {
    **{name: "smart_home" for name in ("homeassistant", "smartthings", "tuya")},
    **{name: "qa_forums" for name in ("askbot", "confluence", "discourse")},
    **{"faq": "faq_customer_service", "html": "html_schemaorg", "rss": "rss_atom"},
    **{"clickstream": "behaviour_logs"},
}


@pytest.mark.parametrize("name", platforms.names())
def test_what_a_saved_page_holds_comes_out_of_align(name: str, tmp_path: Path) -> None:
    folder = FOLDERS.get(name, name)
    if folder not in counters():
        pytest.skip("no recording of this platform is counted")
    [page] = [file for file in (GOLDEN / name).iterdir() if file.stem == "page"]
    (tmp_path / folder).mkdir()
    shutil.copy(page, tmp_path / folder / f"{name}__page{page.suffix}")
    _, by_platform = check(tmp_path)
    lost = by_platform[name]["items"] - by_platform[name]["found"]
    refused = [one for one in json.loads((GOLDEN / name / "records.json").read_text()) if "reject" in one]
    assert lost <= len(refused), "an item is neither among the records nor refused with a reason"

"""A new platform begins as files that load, lint and lack nothing but their goldens."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local import skeleton
from store.cli import TrawlError

ROOT = Path(__file__).parents[2]


def test_a_skeleton_is_whole_but_for_its_goldens(tmp_path: Path) -> None:
    for folder in ("jobs", "local", "dags", "models", "schemas", "store", "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "setup.cfg", tmp_path)
    skeleton.write(tmp_path, "newplace")
    assert '    "newplace": "0 3 * * *",\n' in (tmp_path / "dags/crawl.py").read_text()
    files = ["jobs/platforms/newplace.py", "local/platforms/newplace.py"]
    black = [sys.executable, "-m", "black", "--check", "-l", "120", *files]
    assert subprocess.run(black, cwd=tmp_path, capture_output=True).returncode == 0
    tests = [sys.executable, "-m", "pytest", "tests/jobs/platforms/test_goldens.py", "-k", "newplace"]
    ran = subprocess.run(tests, cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 1 and "golden/platforms/newplace" in ran.stdout


@pytest.mark.parametrize("name", ["weibo", "New", "a-b", ""])
def test_a_wrong_name_writes_nothing(name: str) -> None:
    with pytest.raises(TrawlError, match="new name"):
        skeleton.main([name])

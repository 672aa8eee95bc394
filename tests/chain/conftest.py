"""The whole chain on a small made-up world, built once: stand-in platforms, Spark, torch, a real Elasticsearch node."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from a_chain import WORKS, Chain


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up world of three days with its ground truth."""
    out = tmp_path_factory.mktemp("world")
    words = ["-m", "local.world", str(out / "w"), "--works", str(WORKS), "--seed", "19", "--days", "3"]
    subprocess.run([sys.executable, *words], check=True)
    return out / "w"


@pytest.fixture(scope="session")
def platforms_url(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The stand-in platforms, in a process of their own."""
    written = tmp_path_factory.mktemp("platforms") / "url"
    words = ["-m", "local.platforms", "--world", str(world), "--day", "0", "--port", "0", "--url-file", str(written)]
    process = subprocess.Popen([sys.executable, *words])
    deadline = time.monotonic() + 30
    while not (written.exists() and written.read_text().strip()):
        assert process.poll() is None and time.monotonic() < deadline, "the stand-in platforms did not start"
        time.sleep(0.05)
    yield written.read_text().strip()
    process.terminate()
    process.wait(10)


@pytest.fixture(scope="session")
def chain(
    world: Path, platforms_url: str, elasticsearch_url: str, spark: Any, tmp_path_factory: pytest.TempPathFactory
) -> Chain:
    """Night 0 of the world: crawled, aligned, trained, built, promoted."""
    made = Chain(tmp_path_factory.mktemp("chain"), world, platforms_url)
    made.crawl(0)
    made.job("align", 0)
    made.job("train", 0, "--labels", str(world / "truth" / "labels.jsonl"), "--epochs", "12")
    made.build(0)
    return made


@pytest.fixture(autouse=True)
def _settings(chain: Chain) -> Iterator[None]:
    with chain.settings():
        yield

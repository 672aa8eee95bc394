"""The whole chain on a small made-up world, built once: stand-in platforms, Spark, torch, a real Elasticsearch node."""

import dataclasses
import importlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.stack import platform_environment
from local.world import World

PLATFORMS = ("rss", "taobao", "ubi", "weibo", "youtube")
WORKS = 300
BUILD = ("align", "match", "merge", "dedup", "annotate", "embed", "profile", "index", "gate", "promote")


@dataclasses.dataclass
class Chain:
    """A home of its own, the world behind it, and the commands of the nightly rebuild."""

    home: Path
    world: Path
    platforms_url: str

    @contextmanager
    def settings(self) -> Iterator[None]:
        """The environment of this home, and the old one again."""
        with pytest.MonkeyPatch.context() as patch:
            for key, value in self.environment().items():
                patch.setenv(key, value)
            yield

    def environment(self) -> dict[str, str]:
        return {
            **platform_environment(self.platforms_url),
            "TRAWL_HOME": str(self.home),
            "TRAWL_ALIAS": self.alias,
        }

    def day(self, number: int) -> str:
        """Date of a night of the world."""
        return (World(self.world).day0 + timedelta(days=number)).isoformat()

    @property
    def alias(self) -> str:
        return f"trawl-{self.home.name}"

    def generation(self, number: int, build: int = 0) -> str:
        """Name of a build of that night."""
        return f"{self.alias}-{self.day(number).replace('-', '')}-{build:06d}"

    def show(self, number: int, **more: Any) -> None:
        """Let the stand-in platforms live on this day."""
        httpx.put(f"{self.platforms_url}/_control", json={"day": number, **more}).raise_for_status()

    def job(self, name: str, number: int, *more: str) -> None:
        """One step, in this process."""
        with self.settings():
            importlib.import_module(f"jobs.{name}").main(self.arguments(name, number, *more))

    def arguments(self, name: str, number: int, *more: str) -> list[str]:
        words = ["--date", self.day(number), *more]
        if name in ("index", "gate", "promote"):
            words += ["--generation", self.generation(number)]
        if name == "gate":
            words += ["--golden", str(self.world / "golden" / "queries.jsonl")]
        return words

    def crawl(self, number: int, platforms: tuple[str, ...] = PLATFORMS) -> None:
        self.show(number)
        for platform in platforms:
            self.job("crawl", number, "--platform", platform)
            if platform != "ubi":
                self.job("media", number, "--platform", platform)

    def build(self, number: int, until: str = "promote") -> None:
        for name in BUILD[: BUILD.index(until) + 1]:
            self.job(name, number)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up world of three days with its ground truth."""
    out = tmp_path_factory.mktemp("world")
    words = ["-m", "local.world", str(out / "w"), "--works", str(WORKS), "--seed", "11", "--days", "3"]
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
    made.job("train", 0, "--labels", str(world / "truth" / "labels.jsonl"), "--epochs", "25")
    made.build(0)
    return made


@pytest.fixture(autouse=True)
def _settings(chain: Chain) -> Iterator[None]:
    with chain.settings():
        yield


def environment(chain: Chain) -> dict[str, str]:
    """For subprocesses of a test."""
    return {**os.environ, **chain.environment()}

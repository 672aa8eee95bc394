"""A home of its own with a made-up world behind it, and the commands of the nightly rebuild."""

import dataclasses
import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from jobs import platforms
from local.stand_in import platform_environment, show
from local.world import World

PLATFORMS = tuple(platforms.names())
LOGS = {"ubi", "weblog", "clickstream"}  # of behaviour: events, no records
WORKS = 400  # with the seed of the world enough for a few records on every platform
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
            **platform_environment(self.platforms_url, self.home),
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
        show(self.platforms_url, World(self.world), number, self.home)
        if more:
            httpx.put(f"{self.platforms_url}/_control", json=more).raise_for_status()

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

    def crawl(self, number: int, names: tuple[str, ...] = PLATFORMS) -> None:
        self.show(number)
        for platform in names:
            self.job("crawl", number, "--platform", platform)
            if platform not in LOGS:
                self.job("media", number, "--platform", platform)

    def build(self, number: int, until: str = "promote") -> None:
        for name in BUILD[: BUILD.index(until) + 1]:
            self.job(name, number)


def environment(chain: Chain) -> dict[str, str]:
    """For subprocesses of a test."""
    return {**os.environ, **chain.environment()}

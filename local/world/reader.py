"""The reading side of a world: what a platform shows at the end of a day. Holds the offsets of its files, no texts."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from local.world import ids, pictures
from local.world.changes import on_day
from local.world.edits import published
from local.world.plan import FIRST_DAY, Plan
from local.world.works import work
from local.world.write import FORMAT, existing
from store.cli import TrawlError


class NoWorld(TrawlError):
    """The folder holds no finished world."""


class World:
    """A finished world in a folder. Safe to share between threads: every read opens its own file.

    Raises  NoWorld  the folder holds none, or one of another format
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        about = existing(self.path)
        if about is None or about.get("format") != FORMAT:
            raise NoWorld(f"{path} holds no finished world: make one with `python -m local.world {path}`")
        self.plan = Plan(about["seed"], about["works"], about["days"])
        self.counts: dict[str, int] = about["counts"]
        self.day0: date = FIRST_DAY
        self.days: int = self.plan.days
        self._index: dict[str, npt.NDArray[np.uint64]] = {}

    def size(self, platform: str, day: int) -> int:
        """Appearances published by the end of `day`, the deleted ones included."""
        return int(np.searchsorted(self._lines(platform)[:, 1], np.uint64(self.plan.end_s(day))))

    def page(self, platform: str, *, day: int, start: int, size: int) -> list[dict[str, Any]]:
        """Appearances `start` to `start + size`, newest first, as they are at the end of `day`."""
        there = self.size(platform, day)
        last, first = there - start, max(0, there - start - size)
        if last <= first:
            return []
        index = self._lines(platform)
        begin = int(index[first, 0])
        end = int(index[last, 0]) if last < len(index) else None
        with (self.path / "appearances" / f"{platform}.jsonl").open("rb") as file:
            file.seek(begin)
            lines = file.read(-1 if end is None else end - begin).splitlines()
        return [self._shown(orjson.loads(line), day) for line in reversed(lines)]

    def get(self, platform: str, native_id: str, *, day: int) -> dict[str, Any] | None:
        """One appearance as it is at the end of `day`; None when it is not there (yet). Made anew, not looked up."""
        number = ids.number_of(platform, native_id)
        if number is None or not 0 <= number < self.plan.first_of(day + 1):
            return None
        for appearance in published(self.plan, work(self.plan, number)):
            if (appearance["platform"], appearance["native_id"]) == (platform, native_id):
                return self._shown(appearance, day)
        return None

    def events(self, day: int) -> Iterator[dict[str, Any]]:
        """What users did on `day`; nothing on a day that the world does not have."""
        path = self.path / "events" / f"day={day}.jsonl"
        if path.exists():
            with path.open("rb") as lines:
                yield from map(orjson.loads, lines)

    def picture(self, name: str) -> bytes:
        """PNG bytes of a picture that an appearance names.

        Raises  KeyError  the world has no such picture
        """
        return pictures.draw(self.plan, name)

    def truth(self, name: str) -> Iterator[dict[str, Any]]:
        """The rows of one truth file: works, duplicates, queries, crosslingual, users, labels; or golden."""
        path = self.path / ("golden/queries.jsonl" if name == "golden" else f"truth/{name}.jsonl")
        with path.open("rb") as lines:
            yield from map(orjson.loads, lines)

    def _shown(self, appearance: dict[str, Any], day: int) -> dict[str, Any]:
        return on_day(self.plan, appearance, int(appearance["work"][1:]), day=day)

    def _lines(self, platform: str) -> npt.NDArray[np.uint64]:
        """(n, 2) uint64: byte offset and epoch second of each line, mapped from the file."""
        if platform not in self._index:
            path = self.path / "appearances" / f"{platform}.index"
            mapped = np.memmap(path, "<u8", "r") if path.stat().st_size else np.empty(0, "<u8")
            self._index[platform] = mapped.reshape(-1, 2)
        return self._index[platform]

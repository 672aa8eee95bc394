"""The reading side of a world: what a platform shows at the end of a day. Holds the offsets of its files, no texts."""

import mmap
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from local.world import ids, pictures
from local.world.changes import on_day
from local.world.plan import FIRST_DAY, Plan
from local.world.write import FORMAT, existing
from store.cli import TrawlError


class NoWorld(TrawlError):
    """The folder holds no finished world."""


class World:
    """A finished world in a folder. Safe to share between threads: its files are mapped, and never written.

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
        self._lines: dict[str, mmap.mmap | bytes] = {}
        self._numbers: dict[str, tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]] = {}

    def size(self, platform: str, day: int) -> int:
        """Appearances published by the end of `day`, the deleted ones included."""
        return int(np.searchsorted(self._index_of(platform)[:, 1], np.uint64(self.plan.end_s(day))))

    def page(self, platform: str, *, day: int, start: int, size: int) -> list[dict[str, Any]]:
        """Appearances `start` to `start + size`, newest first, as they are at the end of `day`."""
        there = self.size(platform, day)
        last, first = there - start, max(0, there - start - size)
        if last <= first:
            return []
        lines = self._between(platform, first, last).splitlines()
        return [self._shown(orjson.loads(line), day) for line in reversed(lines)]

    def get(self, platform: str, native_id: str, *, day: int) -> dict[str, Any] | None:
        """One appearance as it is at the end of `day`; None when it is not there (yet)."""
        number = ids.number_of(platform, native_id)
        if number is None or not 0 <= number < self.plan.first_of(day + 1):
            return None
        numbers, rows = self._numbers_of(platform)
        place = int(np.searchsorted(numbers, np.uint64(number)))
        if place == len(numbers) or numbers[place] != number:
            return None
        appearance = orjson.loads(self._between(platform, int(rows[place]), int(rows[place]) + 1))
        return self._shown(appearance, day) if appearance["native_id"] == native_id else None

    def events(self, day: int, log: str = "ubi", start: int = 0) -> Iterator[dict[str, Any]]:
        """What a log tells of `day`, from event `start` on; nothing on a day that the world does not have."""
        path = self.path / "events" / f"{log}-{day}.jsonl"
        if path.exists():
            with path.open("rb") as lines:
                yield from map(orjson.loads, islice(lines, start, None))

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

    def _between(self, platform: str, first: int, last: int) -> bytes:
        """The lines first..last, oldest first."""
        offsets = self._index_of(platform)[:, 0]
        return self._lines_of(platform)[int(offsets[first]) : int(offsets[last]) if last < len(offsets) else None]

    def _lines_of(self, platform: str) -> mmap.mmap | bytes:
        if platform not in self._lines:
            path = self.path / "appearances" / f"{platform}.jsonl"
            with path.open("rb") as file:
                is_empty = path.stat().st_size == 0  # which cannot be mapped
                self._lines[platform] = b"" if is_empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return self._lines[platform]

    def _index_of(self, platform: str) -> npt.NDArray[np.uint64]:
        """(n, 3) uint64: byte offset, epoch second and work of each line."""
        if platform not in self._index:
            path = self.path / "appearances" / f"{platform}.index"
            mapped = np.asarray(np.memmap(path, "<u8", "r")) if path.stat().st_size else np.empty(0, "<u8")
            self._index[platform] = mapped.reshape(-1, 3)
        return self._index[platform]

    def _numbers_of(self, platform: str) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
        """The works of a platform in ascending order, and the row of each; a work is there once."""
        if platform not in self._numbers:
            numbers = self._index_of(platform)[:, 2]
            order = np.argsort(numbers)
            self._numbers[platform] = numbers[order], order
        return self._numbers[platform]

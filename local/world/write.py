"""Writes a world to a folder, streaming: a few thousand works are held to sort their appearances, never more."""

import heapq
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from local.world import behaviour, truth
from local.world.homes import PLATFORMS
from local.world.parts import PART, TRUTHS, Part, part_of
from local.world.plan import Plan
from store.cli import TrawlError, progress

FORMAT = 2
WORTH_PROCESSES = 20_000  # works; smaller worlds are made before the processes have started


class WorldExists(TrawlError):
    """The folder holds another world."""


def write(out: Path, plan: Plan) -> dict[str, int]:
    """Counts of what was written. `world.json` comes last: a folder without it is no world.

    Raises  WorldExists  the folder holds a world of another seed or size, or is no world at all
    """
    described = {"format": FORMAT, **asdict(plan)}
    known = existing(out)
    if known is not None and {name: known.get(name) for name in described} == described:
        return dict(known["counts"])
    if known is not None or (out.exists() and any(out.iterdir()) and not (out / ".unfinished").exists()):
        raise WorldExists(f"{out} holds something else than {described}: choose another folder or remove it first")
    counts = _write_parts(out, plan)
    text = orjson.dumps({**described, "counts": counts}, option=orjson.OPT_INDENT_2)
    (out / "world.json.part").write_bytes(text)
    (out / "world.json.part").replace(out / "world.json")
    (out / ".unfinished").unlink()
    return counts


def existing(out: Path) -> dict[str, Any] | None:
    """What `world.json` says; None when there is none."""
    path = out / "world.json"
    return dict(orjson.loads(path.read_bytes())) if path.exists() else None


def _write_parts(out: Path, plan: Plan) -> dict[str, int]:
    out.mkdir(parents=True, exist_ok=True)
    (out / ".unfinished").touch()
    for name in ("appearances", "events", "truth", "golden"):
        shutil.rmtree(out / name, ignore_errors=True)
        (out / name).mkdir()
    counts: Counter[str] = Counter()
    answers = _write_works(out, plan, counts)
    rows = list(truth.query_rows(plan, answers))
    for name, is_wanted in (("queries", False), ("crosslingual", True)):
        wanted = (row for row, members in rows if truth.is_crosslingual(members) == is_wanted)
        counts[name] = _lines(out / f"truth/{name}.jsonl", wanted)
    counts["golden"] = _lines(out / "golden/queries.jsonl", truth.golden(rows))
    counts["users"] = _lines(out / "truth/users.jsonl", truth.user_rows(plan))
    for day in range(plan.days):
        counts["events"] += _write_events(out / "events", plan, day)
    return dict(sorted(counts.items()))


def _lines(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    count = 0
    with path.open("wb") as file:
        for count, row in enumerate(rows, 1):
            file.write(orjson.dumps(row) + b"\n")
    return count


def _write_events(folder: Path, plan: Plan, day: int) -> int:
    """One file for each log that tells of users."""
    with ExitStack() as stack:
        files = {log: stack.enter_context((folder / f"{log}-{day}.jsonl").open("wb")) for log in set(behaviour.LOGS)}
        count = 0
        for count, event in enumerate(behaviour.events(plan, day), 1):
            files[event.pop("log")].write(orjson.dumps(event) + b"\n")
    return count


def _write_works(out: Path, plan: Plan, counts: Counter[str]) -> list[truth.Answer]:
    """Appearances and the truth about them; returns the works that queries ask about."""
    answers: list[truth.Answer] = []
    with ExitStack() as stack:
        writers = {name: stack.enter_context(Writer(out / "appearances", name)) for name in PLATFORMS}
        files = {name: stack.enter_context((out / "truth" / f"{name}.jsonl").open("wb")) for name in TRUTHS}
        parts = stack.enter_context(_parts(plan))
        for part in progress(parts, total=-(-plan.total // PART), unit=f"parts of {PART} works"):
            for platform, time_s, number, line in part.lines:
                writers[platform].add(time_s, number, line)
            for name, file in files.items():
                file.writelines(part.rows[name])
            for writer in writers.values():
                writer.flush(part.settled_s)
            counts.update(part.counts)
            answers += part.answers
    return answers


@contextmanager
def _parts(plan: Plan) -> Iterator[Iterator[Part]]:
    """The parts in order, made by all cores where that pays."""
    firsts, make = range(0, plan.total, PART), partial(part_of, plan)
    if plan.total < WORTH_PROCESSES or (os.cpu_count() or 1) < 2:
        yield map(make, firsts)
        return
    with get_context("spawn").Pool() as pool:
        yield pool.imap(make, firsts)


class Writer:
    """One platform's appearances, oldest first, with offset, second and work of each line beside them."""

    def __init__(self, folder: Path, name: str) -> None:
        self._lines = (folder / f"{name}.jsonl").open("wb", buffering=1 << 16)
        self._index = (folder / f"{name}.index").open("wb", buffering=1 << 16)
        self._waiting: list[tuple[int, int, bytes]] = []
        self._offset = 0

    def add(self, time_s: int, number: int, line: bytes) -> None:
        """Keeps a line until everything before it is known."""
        heapq.heappush(self._waiting, (time_s, number, line))

    def flush(self, before_s: float = float("inf")) -> None:
        """Writes what lies before a second; nothing earlier comes any more."""
        for time_s, number, line in self._due(before_s):
            self._index.write(np.array((self._offset, time_s, number), "<u8").tobytes())
            self._lines.write(line)
            self._offset += len(line)

    def _due(self, before_s: float) -> Iterator[tuple[int, int, bytes]]:
        while self._waiting and self._waiting[0][0] < before_s:
            yield heapq.heappop(self._waiting)

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *_: object) -> None:
        self.flush()
        self._lines.close()
        self._index.close()

"""Processes that outlive the command that started them: one record and one log per name under `<home>/run`.

A record holds the pid and when that process was born, so a pid used again by a stranger is never ended.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from store import settings
from store.cli import TrawlError

ROOT = Path(__file__).resolve().parent.parent


class NotStarted(TrawlError):
    """A process ended, or was not ready, when it was needed; its last words are in its log."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name} {why}: {last_line(name)} (whole log: {log(name)})")


class CommandFailed(TrawlError):
    """A command that must end well did not; its last line says why."""


def log(name: str) -> Path:
    """Where the process's output goes."""
    return settings.home() / "run" / f"{name}.log"


def last_line(name: str) -> str:
    """The last thing the process said."""
    if not log(name).exists():
        return "it said nothing"
    lines = log(name).read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def start(name: str, command: Sequence[str], *, environment: dict[str, str]) -> None:
    """Run the command from the repository root, detached, its environment this one's plus `environment`."""
    log(name).parent.mkdir(parents=True, exist_ok=True)
    with log(name).open("wb") as out:
        started = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    born = psutil.Process(started.pid).create_time()
    _record(name).write_text(json.dumps({"pid": started.pid, "born": born}))


def _record(name: str) -> Path:
    return settings.home() / "run" / f"{name}.json"


def running(name: str) -> psutil.Process | None:
    """The live process of this name."""
    if not _record(name).exists():
        return None
    known = json.loads(_record(name).read_text())
    with contextlib.suppress(psutil.NoSuchProcess):
        found = psutil.Process(known["pid"])
        if abs(found.create_time() - known["born"]) < 1 and found.status() != psutil.STATUS_ZOMBIE:
            return found
    return None


def stop(name: str, *, grace_s: float = 10) -> bool:
    """End the process and all its descendants, gently first; False where none ran."""
    found = running(name)
    if found is not None:
        family = [found, *found.children(recursive=True)]
        for member in family:
            _send(member, kill=False)
        _, left = psutil.wait_procs(family, timeout=grace_s)
        for member in left:
            _send(member, kill=True)
    _record(name).unlink(missing_ok=True)
    return found is not None


def _send(process: psutil.Process, *, kill: bool) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.kill() if kill else process.terminate()


def wait_for_file(name: str, path: Path, *, seconds: float) -> str:
    """What the process wrote into this file once it was ready; NotStarted where it ended or took too long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if path.exists() and (text := path.read_text().strip()):
            return text
        if running(name) is None:
            raise NotStarted(name, "ended at its start")
        time.sleep(0.1)
    raise NotStarted(name, f"was not ready after {seconds:.0f} s")


def run(command: Sequence[str], what: str) -> None:
    """A public command of ours, its progress shown; its last line is the reason where it fails."""
    whole, said = [sys.executable, *command], ""
    with subprocess.Popen(whole, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as started:
        for line in started.stdout or ():
            said = line.strip() or said
            if not said.startswith("error: "):
                print(f"  {what}: {said}", flush=True)
    if started.returncode:
        raise CommandFailed(f"{what}: {said.removeprefix('error: ')}")


def free_port(*wanted: int) -> int:
    """The first wanted port that is free on loopback, else any free one."""
    for port in (*wanted, 0):
        with contextlib.closing(socket.socket()) as tried, contextlib.suppress(OSError):
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(("127.0.0.1", port))
            return int(tried.getsockname()[1])
    raise TrawlError("no free port on 127.0.0.1: stop a program that listens there")

"""Processes that outlive their starter: found again, ended with their descendants, never a stranger's."""

import json
import socket
import sys
from pathlib import Path

import psutil
import pytest

from local import processes

PARENT = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
print("ready", flush=True)
time.sleep(60)
"""


def started(name: str) -> psutil.Process:
    processes.start(name, [sys.executable, "-c", PARENT], environment={"TRAWL_SAID": "x"})
    processes.wait_for_file(name, processes.log(name), seconds=20)
    found = processes.running(name)
    assert found is not None
    return found


def test_stop_ends_descendants_in_sessions_of_their_own(lake: Path) -> None:
    parent = started("one")
    [child] = parent.children()
    assert parent.environ()["TRAWL_SAID"] == "x"
    assert processes.stop("one") and processes.running("one") is None
    gone, alive = psutil.wait_procs([child], timeout=5)
    assert not alive
    assert not processes.stop("one")


def test_a_pid_used_again_is_left_alone(lake: Path) -> None:
    stranger = started("two")
    record = lake.parent / "run" / "two.json"
    known = json.loads(record.read_text())
    record.write_text(json.dumps({**known, "born": known["born"] - 100}))
    assert not processes.stop("two") and stranger.is_running()
    record.write_text(json.dumps(known))
    assert processes.stop("two")


def test_one_that_ends_at_its_start_says_why(lake: Path) -> None:
    processes.start("three", [sys.executable, "-c", "raise SystemExit('port 1 is taken')"], environment={})
    with pytest.raises(processes.NotStarted, match="three ended at its start: port 1 is taken"):
        processes.wait_for_file("three", lake / "never", seconds=20)


def test_a_port_in_use_is_passed_over() -> None:
    first = processes.free_port()
    with socket.socket() as held:
        held.bind(("127.0.0.1", first))
        held.listen()
        assert processes.free_port(first) != first
    assert processes.free_port(first) == first

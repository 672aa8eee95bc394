"""SIGKILL of every step in the middle of its work, then the same command again: as if nothing had happened."""

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from a_chain import Chain, environment

from store import elastic, lake, settings

OUTPUTS = {
    "align": ("records/platform=taobao/date={day}", "records/platform=weibo/date={day}"),
    "match": ("works/date={day}",),
    "merge": ("documents/step=merge/date={day}",),
    "dedup": ("documents/step=dedup/date={day}",),
    "annotate": ("annotations/date={day}",),
    "embed": ("embeddings/date={day}",),
    "profile": ("profiles/date={day}",),
}


@pytest.fixture
def copy(chain: Chain, tmp_path: Path) -> Chain:
    """The same home once more, to be broken."""
    return replace(chain, home=Path(shutil.copytree(chain.home, tmp_path / "copy")))


def start(chain: Chain, name: str, number: int) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", f"jobs.{name}", *chain.arguments(name, number)]
    return subprocess.Popen(words, env=environment(chain), stderr=subprocess.DEVNULL, start_new_session=True)


def kill(process: subprocess.Popen[bytes]) -> None:
    """The step and everything it started, at once."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_step_killed_while_it_writes_leaves_nothing_and_runs_again(copy: Chain, name: str) -> None:
    paths = [path.format(day=copy.day(0)) for path in OUTPUTS[name]]
    with copy.settings():
        undisturbed = [lake.must(path) for path in paths]
        for path in paths:
            shutil.rmtree(copy.home / "lake" / path)
        process = start(copy, name, 0)
        first = copy.home / "lake" / paths[0]
        while process.poll() is None and not (first.exists() and any(first.iterdir())):
            time.sleep(0.001)
        kill(process)
        for path in paths[1:]:
            assert lake.manifest(path) is None or lake.must(path) == undisturbed[paths.index(path)]
    copy.job(name, 0)
    with copy.settings():
        assert [lake.must(path) for path in paths] == undisturbed


def test_an_index_run_killed_in_the_middle_changes_nothing_that_is_live(chain: Chain, copy: Chain) -> None:
    client, generation = elastic.client(), chain.generation(0, 4)
    live = elastic.live(client, settings.alias())
    words = ["--date", chain.day(0), "--generation", generation]
    process = subprocess.Popen(
        [sys.executable, "-m", "jobs.index", *words],
        env=environment(chain),
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    while process.poll() is None and not client.indices.exists(index=generation):
        time.sleep(0.005)
    kill(process)
    assert elastic.live(client, settings.alias()) == live
    from jobs import index

    index.main(words)
    assert client.count(index=generation)["count"] == client.count(index=settings.alias())["count"]
    client.indices.delete(index=f"{generation},{generation}-profiles")

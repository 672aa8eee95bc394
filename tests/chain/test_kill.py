"""SIGKILL of every step in the middle of its work, then the same command again: as if nothing had happened.

Steps with a Spark of their own die with all of it. The others are clients of one warm Spark, as in `make demo`: there the
server goes on for a while with what nobody waits for, which must not matter either.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from a_chain import Chain, environment

from local import spark as local_spark
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
OWN_SPARK = ("align", "merge")


@pytest.fixture
def copy(chain: Chain, tmp_path: Path) -> Chain:
    """The same home once more, to be broken."""
    return replace(chain, home=Path(shutil.copytree(chain.home, tmp_path / "copy")))


@pytest.fixture(scope="module")
def warm_spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Spark Connect server, as the local stack starts it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRAWL_HOME", str(tmp_path_factory.mktemp("warm")))
        yield local_spark.start()
        local_spark.stop()


def start(chain: Chain, name: str, number: int, **more: str) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", f"jobs.{name}", *chain.arguments(name, number)]
    given = environment(chain) | more
    return subprocess.Popen(words, env=given, stderr=subprocess.DEVNULL, start_new_session=True)


def kill(process: subprocess.Popen[bytes]) -> None:
    """The step and everything it started, at once."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_step_killed_while_it_writes_leaves_nothing_and_runs_again(copy: Chain, name: str, warm_spark: str) -> None:
    paths = [path.format(day=copy.day(0)) for path in OUTPUTS[name]]
    with copy.settings():
        undisturbed = [lake.must(path) for path in paths]
        for path in paths:
            shutil.rmtree(copy.home / "lake" / path)
        master = {} if name in OWN_SPARK else {"TRAWL_SPARK_MASTER": warm_spark}
        process = start(copy, name, 0, **master)
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

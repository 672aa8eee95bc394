"""Fixtures that every test may use: a fresh lake, one Spark session, one Elasticsearch node."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

hypothesis.settings.register_profile("untimed", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("untimed")
logging.getLogger("py4j.clientserver").setLevel(logging.WARNING)  # it says good-bye to a terminal that is closed


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist; its --dist loadgroup marks nothing under pytest 9.2
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Who runs which tests where several processes share them."""
    from a_share import Together

    return Together(config, log)


@pytest.fixture(scope="session")
def spark_env() -> Iterator[pytest.MonkeyPatch]:
    """Small Spark: two threads, one gigabyte."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRAWL_SPARK_MASTER", "local[2]")
        patch.setenv("TRAWL_SPARK_MEMORY", "1g")
        yield patch


@pytest.fixture(scope="session")
def spark(spark_env: pytest.MonkeyPatch) -> Iterator[object]:
    """The one session of the test run: a start costs 4 to 8 s."""
    from store import spark as door

    session = door.session("tests")
    yield session
    session.stop()


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty lake and ledger of this test's own."""
    for name in ("TRAWL_LAKE", "TRAWL_LEDGER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TRAWL_HOME", str(tmp_path / "var"))
    return tmp_path / "var" / "lake"


@pytest.fixture(scope="session")
def elasticsearch_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real node, empty, on a free port; its jars are fetched once per checkout."""
    from local import elasticsearch

    home = tmp_path_factory.mktemp("node")
    url = elasticsearch.start(home, port=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRAWL_ELASTICSEARCH_URL", url)
        yield url
    elasticsearch.stop(home)

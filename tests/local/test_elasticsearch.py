"""The local node: found again, data kept, one line when something is missing."""

import os
import signal
import socket
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from local import elasticsearch
from local.elasticsearch import fetch
from local.elasticsearch.__main__ import main


def java(folder: Path, release: str) -> Path:
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "java").touch(mode=0o755)
    (folder / "release").write_text(f'IMPLEMENTOR="x"\nJAVA_VERSION="{release}"\n')
    return folder


def test_java_that_is_too_old_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(java(tmp_path / "old", "17.0.1")))
    monkeypatch.setenv("PATH", str(java(tmp_path / "older", "11.0.2") / "bin"))
    monkeypatch.setattr(fetch, "JAVA_FOLDERS", (f"{tmp_path}/jvm/*",))
    java(tmp_path / "jvm" / "a", "21.0.1")
    newest = java(tmp_path / "jvm" / "b", "25")
    assert fetch.find_java() == newest
    monkeypatch.setattr(fetch, "JAVA_FOLDERS", ())
    with pytest.raises(fetch.JavaMissing, match="install one"):
        fetch.find_java()


def test_without_a_network_it_says_so_in_one_line(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "import sys; print('Host repo1.maven.org not found'); sys.exit(1)"
    monkeypatch.setattr(fetch, "_ivy", lambda artifact, folder: [sys.executable, "-c", said])
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(fetch.FetchFailed, match="Host repo1.maven.org not found") as caught:
        fetch.fetch()
    assert "\n" not in str(caught.value)
    assert not fetch.server().exists() and not list(fetch.server().parent.glob("fetching-*"))


def test_a_full_disk_is_told_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elasticsearch, "DISK_NEEDED", 1 << 60)
    with pytest.raises(elasticsearch.NodeFailed, match="free at least 1 GB"):
        elasticsearch.start(tmp_path)


def test_a_taken_port_is_replaced_by_a_free_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert elasticsearch._port(port) not in (0, port)


def test_nothing_runs_in_a_new_home(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["stop"])
    assert "not running" in capsys.readouterr().err
    with pytest.raises(elasticsearch.NodeFailed, match="local.elasticsearch start"):
        main(["status"])


def test_a_cluster_of_ones_own_is_left_alone(
    lake: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRAWL_ELASTICSEARCH_URL", "https://search.example:9200")
    main(["start"])
    assert "no node is started" in capsys.readouterr().err


def test_data_outlives_stop_and_sigkill(tmp_path: Path) -> None:
    try:
        url = elasticsearch.start(tmp_path, heap="512m")
        assert elasticsearch.start(tmp_path) == url
        put(f"{url}/kept/_doc/1", b'{"a": 1}')
        node = elasticsearch.running(tmp_path)
        assert node is not None
        os.kill(node.pid, signal.SIGKILL)
        while elasticsearch.running(tmp_path):
            time.sleep(0.05)
        url = elasticsearch.start(tmp_path, heap="512m")
        assert (elasticsearch.ask(url, "/kept/_count") or {})["count"] == 1
    finally:
        assert elasticsearch.stop(tmp_path)
    assert elasticsearch.running(tmp_path) is None and elasticsearch.ask(url, "/_cluster/health") is None


def put(url: str, body: bytes) -> None:
    request = urllib.request.Request(url, data=body, method="PUT", headers={"content-type": "application/json"})
    urllib.request.urlopen(request, timeout=30).close()

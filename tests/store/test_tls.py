"""A real node behind TLS: the right authority is enough, a wrong one ends in one line, and the key is seen by nobody else."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import a_certificate
import a_proxy
import pytest
from elastic_transport import TlsError
from elasticsearch import Elasticsearch

from store import bulk, elastic, failures, loading, settings

INDEX = "tls-test"
MAPPING = {"dynamic": "strict", "properties": {"n": {"type": "long"}}}
SECRET = "c2VjcmV0OmtleQ=="
GIVEN = [(f"d{number}", b'{"n":%d}' % number) for number in range(20)]


@pytest.fixture
def keys() -> list[str]:
    """What the server was shown."""
    return []


@pytest.fixture
def ca(
    elasticsearch_url: str, tmp_path: Path, keys: list[str], monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> Iterator[Path]:
    """Settings of a cluster behind TLS; the file of its authority."""
    file, context = a_certificate.authority(tmp_path, "ours")
    caplog.set_level("DEBUG")
    with a_proxy.proxy(elasticsearch_url, a_proxy.fine, keys=keys, tls=context) as url:
        monkeypatch.setenv("TRAWL_ELASTICSEARCH_URL", url)
        monkeypatch.setenv("TRAWL_ELASTICSEARCH_API_KEY", SECRET)
        monkeypatch.setenv("TRAWL_ELASTICSEARCH_CA", str(file))
        yield file
    Elasticsearch(elasticsearch_url).indices.delete(index=INDEX, ignore_unavailable=True)
    assert SECRET not in caplog.text


def test_the_right_authority_is_enough(ca: Path, keys: list[str]) -> None:
    es = elastic.client()
    loading.create(es, INDEX, MAPPING)
    assert bulk.written(bulk.bulk(es, INDEX, GIVEN)) == loading.settle(es, INDEX, MAPPING) == len(GIVEN)
    assert set(keys) == {f"ApiKey {SECRET}"}


@pytest.mark.parametrize("trusts", ["another", ""])
def test_without_it_everything_ends_at_once_in_one_line(
    ca: Path, keys: list[str], trusts: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = a_certificate.authority(tmp_path, trusts)[0] if trusts else ""
    monkeypatch.setenv("TRAWL_ELASTICSEARCH_CA", str(other))
    said = "is not trusted .*certificate verify failed.*: set TRAWL_ELASTICSEARCH_CA to the file"
    with pytest.raises(failures.ElasticsearchUntrusted, match=said) as reading, failures.plainly():
        elastic.client().count()
    with pytest.raises(failures.ElasticsearchUntrusted, match=said) as writing:
        list(bulk.bulk(elastic.client(), INDEX, GIVEN))
    assert SECRET not in f"{reading.value!r} {writing.value!r}" and not keys


def test_a_handshake_that_breaks_off_is_waited_for() -> None:
    assert isinstance(
        failures.unanswered(TlsError("EOF occurred in violation of protocol")), failures.ElasticsearchAway
    )


def test_plain_http_where_tls_is_said_ends_at_once(elasticsearch_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAWL_ELASTICSEARCH_URL", elasticsearch_url.replace("http:", "https:"))
    with pytest.raises(failures.ElasticsearchUntrusted, match="TRAWL_ELASTICSEARCH_URL"), failures.plainly():
        elastic.client().count()


def test_a_job_says_it_in_one_line(ca: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAWL_ELASTICSEARCH_CA", str(a_certificate.authority(tmp_path, "another")[0]))
    monkeypatch.setenv("TRAWL_HOME", str(tmp_path))
    command = [sys.executable, "-m", "jobs.promote", "--date", "2026-01-01", "--generation", "trawl-20260101-000000"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    *_, last = done.stderr.splitlines()
    assert done.returncode == 1 and last.startswith("error: Elasticsearch at https://127.0.0.1:")
    assert "set TRAWL_ELASTICSEARCH_CA" in last and "Traceback" not in done.stderr and SECRET not in done.stderr


def test_an_authority_that_cannot_be_read_is_named(ca: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "none.pem").write_text("none")
    for path in (tmp_path / "none.pem", tmp_path / "nowhere.pem"):
        monkeypatch.setenv("TRAWL_ELASTICSEARCH_CA", str(path))
        with pytest.raises(failures.ElasticsearchRefused, match=f"TRAWL_ELASTICSEARCH_CA={path}"):
            elastic.client()


def test_a_password_in_the_address_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAWL_ELASTICSEARCH_URL", "https://mei:hush@a:9200,https://mei:hush@b:9200")
    assert settings.elasticsearch_told() == "https://a:9200,https://b:9200"
    assert "hush" not in str(failures.ElasticsearchAway("x"))

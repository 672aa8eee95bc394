"""A real Airflow on this machine: scheduler, DAG processor and web server, on loopback, without a login.

Everything it keeps is in `<home>/airflow`; `AIRFLOW_HOME=<home>/airflow airflow ...` talks to the same one.
The scheduler runs what is triggered or backfilled and nothing by the clock: the made-up world has its own nights.
"""

import argparse
import concurrent.futures
import configparser
import hashlib
import importlib.metadata
import json
import logging
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from local import processes
from store import cli, settings
from store.cli import TrawlError

log = logging.getLogger(__name__)

COMPONENTS = {
    "airflow-api": ("api-server",),
    "airflow-scheduler": ("scheduler", "--skip-serve-logs"),  # the web server reads the logs from this disk
    "airflow-dags": ("dag-processor",),
}
READY_S = 180
ATTEMPTS = 6
LONGEST_S = 30
LOCKED = 500  # what the web server says while its database is locked


class AirflowFailed(TrawlError):
    """Airflow is not there, or refused what was asked; `status` is that of its answer."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.status = status


def folder() -> Path:
    """AIRFLOW_HOME."""
    return settings.home() / "airflow"


def url() -> str:
    """Address of the web page and the API."""
    config = configparser.ConfigParser(interpolation=None)
    if not config.read(folder() / "airflow.cfg"):
        raise AirflowFailed(f"no Airflow was started in {folder()}: run `make up`")
    return config["api"]["base_url"]


def _environment() -> dict[str, str]:
    return {"AIRFLOW_HOME": str(folder()), "PYTHONPATH": str(processes.ROOT), "TRAWL_HOME": str(settings.home())}


def _configuration(port: int) -> dict[str, dict[str, str]]:
    address = f"http://127.0.0.1:{port}"
    # SQLite has one writer, and the web server can hold it while it waits for itself: no longer than the usual 5 s, so
    # that it lets go; `call` asks again.
    database = settings.credential("TRAWL_AIRFLOW_DB") or f"sqlite:///{folder() / 'airflow.db'}"
    return {
        "core": {
            "dags_folder": str(processes.ROOT / "dags"),
            "load_examples": "False",
            "executor": "LocalExecutor",
            "parallelism": "4",
            "dags_are_paused_at_creation": "False",
            "simple_auth_manager_all_admins": "True",
            "execution_api_server_url": f"{address}/execution/",
        },
        "api": {"host": "127.0.0.1", "port": str(port), "base_url": address, "secret_key": _secret()},
        "api_auth": {"jwt_secret": _secret()},
        "database": {"sql_alchemy_conn": database},
        "logging": {"base_log_folder": str(folder() / "logs")},
        # Each reading of the DAG files writes, and SQLite has one writer.
        "dag_processor": {"min_file_process_interval": "120"},
        "scheduler": {"use_job_schedule": "False", "scheduler_heartbeat_sec": "1"},
        "usage_data_collection": {"enabled": "False"},
    }


def _secret() -> str:
    """What the components sign their messages to each other with; made once."""
    file = folder() / "secret"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(32))
    return file.read_text()


def prepare() -> None:
    """Configuration and metadata tables, unless it runs; quick where they are there."""
    if all(map(processes.running, COMPONENTS)):
        return
    folder().mkdir(parents=True, exist_ok=True)
    _configure(processes.free_port(*_known_ports()))
    done, version = folder() / "migrated", importlib.metadata.version("apache-airflow")
    if done.exists() and done.read_text() == version and not settings.credential("TRAWL_AIRFLOW_DB"):
        return
    command = [sys.executable, "-m", "airflow", "db", "migrate"]
    given = {**os.environ, **_environment()}
    ended = subprocess.run(command, cwd=processes.ROOT, env=given, capture_output=True, text=True)
    if ended.returncode:
        raise AirflowFailed(f"`airflow db migrate` failed: {(ended.stderr or ended.stdout).strip().splitlines()[-1:]}")
    done.write_text(version)


def _known_ports() -> tuple[int, ...]:
    file = folder() / "airflow.cfg"
    return (int(url().rsplit(":", 1)[1]), 8080) if file.exists() else (8080,)


def _configure(port: int) -> None:
    config = configparser.ConfigParser(interpolation=None)
    config.read_dict({section: _escaped(values) for section, values in _configuration(port).items()})
    file = folder() / "airflow.cfg"
    file.touch(mode=0o600)
    with file.open("w") as out:
        config.write(out)


def _escaped(values: dict[str, str]) -> dict[str, str]:
    return {key: value.replace("%", "%%") for key, value in values.items()}


def start(environment: dict[str, str]) -> str:
    """Airflow's address, once it is healthy; its tasks see `environment`. Restarts one that runs with another."""
    seen, given = folder() / "environment.sha256", _fingerprint(environment)
    if all(map(processes.running, COMPONENTS)) and seen.exists() and seen.read_text() == given:
        return _healthy()
    stop()
    prepare()
    seen.write_text(given)
    for name, command in COMPONENTS.items():
        argv = [sys.executable, "-m", "airflow", *command]
        processes.start(name, argv, environment={**environment, **_environment()})
    return _healthy()


def _fingerprint(environment: dict[str, str]) -> str:
    """Changes with every setting that the tasks would see; a hash, as some of them are secrets."""
    ours = {key: value for key, value in {**os.environ, **environment}.items() if key.startswith("TRAWL_")}
    return hashlib.sha256(json.dumps(ours, sort_keys=True).encode()).hexdigest()


def _healthy() -> str:
    started, said = time.monotonic(), 0
    while (waited := time.monotonic() - started) < READY_S:
        state = _health()
        if set(state.values()) == {"healthy"}:
            return url()
        for name in COMPONENTS:
            if processes.running(name) is None:
                raise processes.NotStarted(name, "ended at its start")
        if waited // 10 > said:
            said = int(waited // 10)
            log.info("Airflow: %s", ", ".join(f"{k} {v}" for k, v in state.items()) or "web server starting")
        time.sleep(0.3)
    raise AirflowFailed(f"Airflow was not healthy after {READY_S} s: see {processes.log('airflow-scheduler')}")


def _health() -> dict[str, str]:
    try:
        answer = httpx.get(f"{url()}/api/v2/monitor/health", timeout=10).json()
    except (httpx.HTTPError, ValueError):
        return {}
    return {name: str(answer[name]["status"]) for name in ("metadatabase", "scheduler", "dag_processor")}


def stop() -> bool:
    """End Airflow and the tasks it runs; False where none ran."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        return any(list(pool.map(processes.stop, COMPONENTS)))


def status() -> dict[str, str]:
    """Health of each part; empty where Airflow does not run."""
    return _health() if all(map(processes.running, COMPONENTS)) else {}


def call(method: str, path: str, **options: Any) -> Any:
    """One request to the REST API, again while its database is locked; AirflowFailed says what it answered."""
    for left in reversed(range(ATTEMPTS)):
        try:
            answer = httpx.request(method, f"{url()}/api/v2/{path}", timeout=LONGEST_S, **options)
        except httpx.HTTPError as error:
            if not left or not isinstance(error, httpx.ReadTimeout):
                raise AirflowFailed(f"Airflow at {url()} does not answer ({error}): run `make up`") from error
        else:
            if not left or answer.status_code != LOCKED:
                break
        time.sleep(1)
    if answer.is_error:
        reason = f"Airflow refused {method} {path}: {answer.status_code} {answer.text[:300]}"
        raise AirflowFailed(reason, answer.status_code)
    return answer.json()


def main() -> None:
    """`python -m local.airflow start|stop|status`."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m local.airflow")
    parser.add_argument("command", choices=["start", "stop", "status"])
    command = parser.parse_args().command
    if command == "start":
        print(start({}))
    elif command == "stop":
        print("Airflow stopped" if stop() else "Airflow was not running")
    else:
        print(", ".join(f"{name} {state}" for name, state in status().items()) or "Airflow is not running")


if __name__ == "__main__":
    cli.run(main)

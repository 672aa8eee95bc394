"""A real Airflow on this machine: scheduler, DAG processor and web server, on loopback, without a login.

Everything it keeps is in `<home>/airflow`; `AIRFLOW_HOME=<home>/airflow airflow ...` talks to the same one.
The scheduler runs what is triggered or backfilled and nothing by the clock: the made-up world has its own nights.
"""

import argparse
import concurrent.futures
import hashlib
import importlib.metadata
import json
import logging
import os
import subprocess
import sys
import time
from typing import Any

import httpx

from local import airflow_home, processes
from local.airflow_home import AirflowFailed
from store import cli, settings

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


def prepare() -> None:
    """Configuration and metadata tables, unless it runs; quick where they are there."""
    if all(map(processes.running, COMPONENTS)):
        return
    airflow_home.folder().mkdir(parents=True, exist_ok=True)
    airflow_home.configure()
    done, version = airflow_home.folder() / "migrated", importlib.metadata.version("apache-airflow")
    if done.exists() and done.read_text() == version and not settings.credential("TRAWL_AIRFLOW_DB"):
        return
    command = [sys.executable, "-m", "airflow", "db", "migrate"]
    given = {**os.environ, **airflow_home.environment()}
    ended = subprocess.run(command, cwd=processes.ROOT, env=given, capture_output=True, text=True)
    if ended.returncode:
        raise AirflowFailed(f"`airflow db migrate` failed: {(ended.stderr or ended.stdout).strip().splitlines()[-1:]}")
    done.write_text(version)


def start(environment: dict[str, str]) -> str:
    """Airflow's address, once it is healthy; its tasks see `environment`. Restarts one that runs with another."""
    seen, given = airflow_home.folder() / "environment.sha256", _fingerprint(environment)
    if all(map(processes.running, COMPONENTS)) and seen.exists() and seen.read_text() == given:
        return _healthy()
    stop()
    prepare()
    seen.write_text(given)
    for name, command in COMPONENTS.items():
        argv = [sys.executable, "-m", "airflow", *command]
        processes.start(name, argv, environment={**environment, **airflow_home.environment()})
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
            return airflow_home.url()
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
        answer = httpx.get(f"{airflow_home.url()}/api/v2/monitor/health", timeout=10).json()
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
            answer = httpx.request(method, f"{airflow_home.url()}/api/v2/{path}", timeout=LONGEST_S, **options)
        except httpx.HTTPError as error:
            if not left or not isinstance(error, httpx.ReadTimeout):
                raise AirflowFailed(
                    f"Airflow at {airflow_home.url()} does not answer ({error}): run `make up`"
                ) from error
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

"""DAG runs of the local Airflow: start them, watch them, say what failed."""

import json
import logging
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local import airflow, airflow_home
from local.airflow_home import AirflowFailed
from store.cli import TrawlError

log = logging.getLogger(__name__)

APPEAR_S = 60  # a DAG file is first read a few seconds after the start
QUIET_S = 10
POLL_S = 1
PAGE = 100  # rows of an answer, the most that Airflow gives
CONFLICT = 409
FINAL = {"success", "failed"}


@dataclass(frozen=True)
class Run:
    """One run of one DAG."""

    dag_id: str
    run_id: str


class TaskFailed(TrawlError):
    """A task of a run failed for good."""

    def __init__(self, run: Run, task_id: str, log_file: str) -> None:
        super().__init__(f"{run.dag_id}.{task_id} failed: the reason stands above and in {log_file}")
        self.run, self.task_id, self.log_file = run, task_id, log_file


def trigger(dag_id: str, conf: Mapping[str, str | bool]) -> Run:
    """Start a run with these params."""
    _wait_for(dag_id)
    run = Run(dag_id, f"by_hand-{uuid.uuid4()}")
    body = {"dag_run_id": run.run_id, "logical_date": None, "conf": dict(conf)}
    try:
        airflow.call("POST", f"dags/{dag_id}/dagRuns", json=body)
    except AirflowFailed as error:
        if error.status != CONFLICT:  # an attempt that seemed to fail did not
            raise
    return run


def _wait_for(dag_id: str) -> None:
    until = time.monotonic() + APPEAR_S
    while dag_id not in {dag["dag_id"] for dag in airflow.call("GET", "dags", params={"limit": 100})["dags"]}:
        if time.monotonic() > until:
            errors = airflow.call("GET", "importErrors")["import_errors"]
            reason = errors[0]["stack_trace"].strip().splitlines()[-1] if errors else "no file defines it"
            raise AirflowFailed(f"Airflow does not know the DAG {dag_id}: {reason}")
        time.sleep(0.5)


def wait(runs: Sequence[Run]) -> None:
    """Until all runs ended; a line for every change, one every 10 s otherwise. TaskFailed where one failed."""
    started, seen, quiet = time.monotonic(), dict[tuple[Run, str], tuple[str, int]](), time.monotonic()
    states = dict.fromkeys(runs, "queued")
    while set(states.values()) - FINAL:
        for run, task in _all_tasks(runs):
            if _note(seen, run, task):
                _tell(run, task, time.monotonic() - started)
                quiet = time.monotonic()
        states |= _states(runs)
        if time.monotonic() - quiet >= QUIET_S:
            quiet = time.monotonic()
            _tell_running(seen, quiet - started)
        time.sleep(POLL_S)
    for run in (run for run, state in states.items() if state == "failed"):
        _raise(run)


def _all_tasks(runs: Sequence[Run]) -> Iterator[tuple[Run, dict[str, Any]]]:
    """The tasks of all runs by one question: asked one by one, the web server would take a core of its own."""
    body = {"dag_run_ids": [run.run_id for run in runs], "page_limit": PAGE}
    for task in airflow.call("POST", "dags/~/dagRuns/~/taskInstances/list", json=body)["task_instances"]:
        yield Run(task["dag_id"], task["dag_run_id"]), task


def _states(runs: Sequence[Run]) -> dict[Run, str]:
    body = {"dag_ids": sorted({run.dag_id for run in runs}), "order_by": "-run_after", "page_limit": PAGE}
    told = airflow.call("POST", "dags/~/dagRuns/list", json=body)["dag_runs"]
    found = {Run(one["dag_id"], one["dag_run_id"]): str(one["state"]) for one in told}
    return {run: found[run] for run in runs if run in found}


def _path(run: Run) -> str:
    return f"dags/{run.dag_id}/dagRuns/{run.run_id}"


def _tasks(run: Run) -> list[dict[str, Any]]:
    return list(airflow.call("GET", f"{_path(run)}/taskInstances")["task_instances"])


def _note(seen: dict[tuple[Run, str], tuple[str, int]], run: Run, task: dict[str, Any]) -> bool:
    """Remember the task's state; True where it changed into one worth a line."""
    state, key = (str(task["state"]), int(task["try_number"])), (run, str(task["task_id"]))
    changed = seen.get(key) != state
    seen[key] = state
    return changed and state[0] in {"success", "failed", "skipped", "upstream_failed", "up_for_retry"}


def _tell(run: Run, task: dict[str, Any], seconds: float) -> None:
    took = f" in {task['duration']:.1f} s" if task["duration"] else ""
    print(f"{seconds:6.0f} s  {run.dag_id}.{task['task_id']}: {task['state']}{took}", flush=True)
    if task["state"] == "up_for_retry":
        print(*last_words(run, task), sep="\n", flush=True)


def _tell_running(seen: dict[tuple[Run, str], tuple[str, int]], seconds: float) -> None:
    busy = [f"{run.dag_id}.{task_id}" for (run, task_id), (state, _) in seen.items() if state == "running"]
    print(f"{seconds:6.0f} s  running: {', '.join(busy) or 'nothing yet'}", flush=True)


def _raise(run: Run) -> None:
    task = next(task for task in _tasks(run) if task["state"] == "failed")
    print(*last_words(run, task), sep="\n", flush=True)
    raise TaskFailed(run, task["task_id"], log_file(run, task))


def log_file(run: Run, task: dict[str, Any]) -> str:
    """Where Airflow keeps the output of the task's last attempt."""
    name = f"dag_id={run.dag_id}/run_id={run.run_id}/task_id={task['task_id']}/attempt={task['try_number']}.log"
    return str(airflow_home.folder() / "logs" / name)


def last_words(run: Run, task: dict[str, Any], lines: int = 8) -> list[str]:
    """The last lines that the task's command printed."""
    try:
        with open(log_file(run, task), errors="replace") as source:
            said = list(_output(json.loads(line) for line in source))
    except (FileNotFoundError, ValueError):
        return [f"    (nothing to read in {log_file(run, task)})"]
    return [f"    {line}" for line in said][-lines:]


def _output(entries: Iterable[dict[str, Any]]) -> Iterator[str]:
    """What stands between Airflow's "Output:" and the exit code; all of Airflow's own errors too."""
    is_output = False
    for entry in entries:
        event = str(entry.get("event", ""))
        if is_output or entry.get("level") in ("error", "critical"):
            yield event
        is_output = (is_output or event == "Output:") and not event.startswith("Command exited")

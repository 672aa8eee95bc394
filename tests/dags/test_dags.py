"""Every task of every DAG as it will run, and the rules of the house that each DAG keeps.

`TRAWL_GOLDEN=write pytest` (`make golden`) rewrites the golden files: a changed schedule or command is then a diff.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests/golden/dags"
PLATFORMS = sorted(f.stem for f in (ROOT / "jobs/platforms").glob("*.py") if not f.stem.startswith("_"))
BY_HAND = ["maintain", "replay", "rollback", "topup", "train", "train_matcher"]
DAG_IDS = ["build", *(f"crawl_{name}" for name in PLATFORMS), *BY_HAND]
HEADINGS = ["## What it does", "## When", "## When it fails"]
GIVEN = {"train": {"labels": "labels.jsonl"}}  # params without which a run is refused
NIGHT = datetime(2026, 1, 31, 4, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def bag(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_HOME", str(tmp_path_factory.mktemp("airflow")))
        patch.setenv("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
        from airflow.dag_processing.dagbag import DagBag

        yield DagBag(dag_folder=str(ROOT / "dags"), collect_dags=True)


def rendered(task: Any, params: dict[str, str] | None = None, logical_date: datetime | None = NIGHT) -> str:
    """The command of a task in a run of that night, without what depends on this machine."""
    given = {**task.dag.params.dump(), **(params or {})}
    run = SimpleNamespace(logical_date=logical_date, run_after=NIGHT, conf=params, triggering_user_name=None)
    copy = task.prepare_for_execution()
    copy.render_template_fields({"dag_run": run, "params": SimpleNamespace(**given)})
    return str(copy.bash_command).replace(sys.executable, "python")


def described(dag: Any) -> dict[str, Any]:
    tasks = {task.task_id: described_task(task) for task in dag.topological_sort()}
    return {"schedule": dag.schedule, "catchup": dag.catchup, "max_active_runs": dag.max_active_runs, "tasks": tasks}


def described_task(task: Any) -> dict[str, Any]:
    return {
        "command": rendered(task, GIVEN.get(task.task_id)),
        "downstream": sorted(task.downstream_task_ids),
        "retries": task.retries,
        "exponential": bool(task.retry_exponential_backoff),
        "timeout_min": task.execution_timeout / timedelta(minutes=1),
        "skip_on_exit_code": task.skip_on_exit_code,
    }


def test_every_file_is_read(bag: Any) -> None:
    assert bag.import_errors == {}
    assert sorted(bag.dags) == DAG_IDS


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_rendered_tasks_are_the_golden_ones(bag: Any, dag_id: str) -> None:
    found, file = described(bag.dags[dag_id]), GOLDEN / f"{dag_id}.json"
    if os.environ.get("TRAWL_GOLDEN") == "write":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(found, indent=2) + "\n")
    assert found == json.loads(file.read_text()), f"{file.name} differs: look at the change, then `make golden`"


def test_no_golden_file_without_its_dag() -> None:
    assert sorted(file.stem for file in GOLDEN.glob("*.json")) == DAG_IDS


@pytest.mark.parametrize(
    ("logical_date", "params", "date"),
    [
        (datetime(2026, 1, 30, 4, tzinfo=UTC), {}, "2026-01-30"),  # scheduled, backfilled
        (None, {}, "2026-01-31"),  # started by hand: no logical date
        (NIGHT, {"date": "2025-12-24"}, "2025-12-24"),  # asked for
    ],
)
def test_date_of_a_run(bag: Any, logical_date: datetime | None, params: dict[str, str], date: str) -> None:
    command = rendered(bag.dags["build"].get_task("index"), params, logical_date)
    assert command.endswith(f"jobs.index --date {date} --generation ${{TRAWL_ALIAS:-trawl}}-20260131-040000")


def test_a_night_is_crawled_again_only_when_told(bag: Any) -> None:
    crawl = bag.dags["crawl_weibo"].get_task("crawl")
    assert rendered(crawl, {"again": True}).endswith(" --platform weibo --again")  # type: ignore[dict-item]
    assert rendered(crawl).endswith(" --platform weibo")


def test_golden_queries_of_the_run_go_before_those_of_every_night(bag: Any) -> None:
    gate = bag.dags["build"].get_task("gate")
    assert rendered(gate, {"golden": "a b/g.jsonl"}).endswith(" --golden 'a b/g.jsonl'")
    assert rendered(gate).endswith(' ${TRAWL_GOLDEN_QUERIES:+--golden "$TRAWL_GOLDEN_QUERIES"}')


def test_a_roll_back_is_signed_by_who_clicked(bag: Any) -> None:
    task = bag.dags["rollback"].get_task("rollback")
    run = SimpleNamespace(logical_date=NIGHT, run_after=NIGHT, triggering_user_name="O'Lin")
    copy = task.prepare_for_execution()
    copy.render_template_fields({"dag_run": run, "params": SimpleNamespace(date=None, why="wrong prices")})
    words = "--key 20260131-040000-000000 --why 'wrong prices' --by 'OLin'"
    assert copy.bash_command.endswith(words)


@pytest.mark.parametrize("wrong", [{"golden": "' ; rm -rf / #"}, {"date": "2026-01-01; id"}])
def test_a_parameter_cannot_carry_a_command(bag: Any, wrong: dict[str, str]) -> None:
    [(name, value)] = wrong.items()
    from airflow.sdk.exceptions import ParamValidationError

    with pytest.raises(ParamValidationError):
        bag.dags["build"].params.get_param(name).resolve(value)


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_house_rules(bag: Any, dag_id: str) -> None:
    dag = bag.dags[dag_id]
    assert dag.doc_md.startswith("# ") and [line for line in dag.doc_md.splitlines() if line in HEADINGS] == HEADINGS
    assert dag.tags and not dag.catchup and dag.max_active_runs == 1
    for task in dag.tasks:
        assert task.owner == "trawl" and task.retries >= 1 and task.execution_timeout, task.task_id
        assert f"python -m jobs.{task.task_id} --date D" in dag.doc_md, f"{task.task_id}: no command to run by hand"


def test_build_ends_in_promote_behind_the_gate(bag: Any) -> None:
    dag = bag.dags["build"]
    assert [task.task_id for task in dag.leaves] == ["promote"]
    assert dag.get_task("promote").upstream_task_ids == {"gate"}
    assert {task.trigger_rule for task in dag.tasks} == {"all_success"}


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_every_task_is_a_job(bag: Any, dag_id: str) -> None:
    for task in bag.dags[dag_id].tasks:
        module = re.search(r"-m jobs\.(\w+) ", task.bash_command)
        assert module and module[1] == task.task_id and (ROOT / "jobs" / f"{module[1]}.py").exists()


def test_every_platform_is_crawled() -> None:
    from dags import crawl

    assert sorted(crawl.PLATFORMS) == PLATFORMS


def test_files_parse_fast_and_alone(tmp_path: Path) -> None:
    code = (
        "import importlib, json, sys, time, airflow.sdk, airflow.providers.standard.operators.bash\n"
        "seconds = {}\n"
        "for name in ('crawl', 'build', 'maintain', 'rollback', 'topup', 'train', 'train_matcher'):\n"
        "    start = time.perf_counter(); importlib.import_module(f'dags.{name}')\n"
        "    seconds[name] = time.perf_counter() - start\n"
        "print(json.dumps([seconds, sorted({module.partition('.')[0] for module in sys.modules})]))"
    )
    environment = {**os.environ, "AIRFLOW_HOME": str(tmp_path)}
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=True)
    seconds, modules = json.loads(ran.stdout.splitlines()[-1])
    assert max(seconds.values()) < 1, seconds
    heavy = {"jobs", "models", "query", "schemas", "store", "local", "pyspark", "torch", "elasticsearch"}
    assert not heavy & set(modules)

"""What the DAGs of Trawl share: how a step is run, for which date, into which generation.

Defines no DAG. A step is a plain command, so what Airflow runs by night can be run by hand by day
(docs/decisions/0004-airflow-runs-plain-commands.md).
"""

import shlex
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import Param

ROOT = str(Path(__file__).resolve().parent.parent)

# A scheduled or backfilled run has a logical date; one started by hand may have none, but always has run_after.
DATE = "{{ params.date or (dag_run.logical_date or dag_run.run_after).strftime('%Y-%m-%d') }}"

# run_after never changes, so retried and cleared tasks of one run go on with the same generation.
# The shell puts in TRAWL_ALIAS, as the jobs do: a DAG file reads no environment.
GENERATION = "${TRAWL_ALIAS:-trawl}-{{ dag_run.run_after.strftime('%Y%m%d-%H%M%S') }}"

# For tonight only, or for every night; neither: the gate asks no golden queries.
GOLDEN = (
    "{% if params.golden %} --golden '{{ params.golden }}'"
    '{% else %} ${TRAWL_GOLDEN_QUERIES:+--golden "$TRAWL_GOLDEN_QUERIES"}{% endif %}'
)

AGAIN = "{% if params.again %} --again{% endif %}"

AGAIN_PARAM = Param(False, type="boolean", description="Crawl a night that is done already once more.")

DATE_PARAM = Param(
    None,
    type=["null", "string"],
    format="date",
    description="Night to work on, YYYY-MM-DD; empty: the date of the run.",
)


def file_param(description: str, *, required: bool = False) -> Param:
    """A path given with a run; without a quote in it, nothing can leave the quotes that stand around it."""
    kinds = "string" if required else ["null", "string"]
    default = {} if required else {"default": None}
    return Param(type=kinds, pattern="^[^']+$", description=description, **default)


def arguments(*, retries: int, **more: Any) -> dict[str, Any]:
    """default_args of a DAG."""
    return {"owner": "trawl", "retries": retries, "retry_delay": timedelta(minutes=1), **more}


# What only people start: never by the clock, one run at a time.
BY_HAND: dict[str, Any] = {
    "schedule": None,
    "catchup": False,
    "max_active_runs": 1,
    "default_args": arguments(retries=1),
}


def job(name: str, *, timeout_min: int, after: str = "", **options: str) -> BashOperator:
    """The task `name`: `python -m jobs.name --date D`, a flag per option, then `after`, from the repository root.

    Exit code 99 (stopped softly) becomes "skipped".
    """
    flags = [f"--{flag} {value}" for flag, value in {"date": DATE, **options}.items()]
    return BashOperator(
        task_id=name,
        bash_command=" ".join([shlex.quote(sys.executable), "-m", f"jobs.{name}", *flags]) + after,
        cwd=ROOT,
        execution_timeout=timedelta(minutes=timeout_min),
        do_xcom_push=False,  # the last log line of a job means nothing to the next one
    )


def documents() -> tuple[BashOperator, BashOperator]:
    """The tasks from records to documents and what is computed of them; annotate and embed, with which they end."""
    align, match = job("align", timeout_min=120), job("match", timeout_min=180)
    merge, dedup = job("merge", timeout_min=120), job("dedup", timeout_min=120)
    annotate, embed = job("annotate", timeout_min=240), job("embed", timeout_min=360)
    align >> match >> merge >> dedup >> [annotate, embed]
    return annotate, embed

"""# rollback: back to the generation that was live before

## What it does
Points the aliases that people search at the generation that was live before, in one atomic call; no request fails
meanwhile. Nothing is deleted. The generation that is left is withdrawn: it does not go live again until the gate has
judged it anew, and the index `<alias>-moves` says who went back, and why.

| task | reads | writes |
|---|---|---|
| `rollback` | `<alias>-moves`, `verdicts/` | the aliases, `<alias>-moves`, `verdicts/` |

## When
By hand: *Trigger*, with `why`. One run goes back once, however often its task is run; two runs go back two generations.

## When it fails
A failed task is tried once more after a minute. **The live index is untouched** by a failure.
The last line of the task's log says what is wrong. By hand, from the repository root:

- `rollback`: Elasticsearch is away, or there is no earlier generation. When it is back, clear the task, or
  `python -m jobs.rollback --date D --why WHY --by NAME`.
"""

from airflow.sdk import DAG, Param

from dags import defaults

WHO = "{{ (dag_run.triggering_user_name or 'airflow') | replace(\"'\", '') }}"
WORDS = f" --why '{{{{ params.why }}}}' --by '{WHO}'"

with DAG(
    "rollback",
    description="Back to the generation that was live before",
    **defaults.BY_HAND,
    params={
        "date": defaults.DATE_PARAM,
        "why": Param("by hand", type="string", pattern="^[^']+$", description="Kept with the generation that is left."),
    },
    tags=["build"],
    doc_md=__doc__,
):
    # run_after never changes, so a task that is tried again goes back once
    defaults.job("rollback", timeout_min=10, key="{{ dag_run.run_after.strftime('%Y%m%d-%H%M%S-%f') }}", after=WORDS)

"""# maintain: keep nothing longer than its platform allows

## What it does
`retain` removes what the terms of a platform do not allow to be kept any longer (`max_age_days` of its policy): records
that no crawl has refreshed in time become tombstones without content, and older partitions of the archive are deleted.
What a crawl still shows is refreshed by that crawl and stays.

| task | reads | writes |
|---|---|---|
| `retain` | `records` and `pages` of platforms with a limit | the same partitions |

## When
Every day at 14:00 UTC, long after `build` has read the night's records. The next `build` leaves the removed documents out.
By hand: *Trigger* with `date`.

## When it fails
A failed task is tried once more after a minute. Run again, it goes on where it was; nothing is removed twice.
The last line of the task's log says what is wrong. By hand, from the repository root:

- `retain`: the lake or the ledger cannot be written. Free space or mend the permissions, then
  `python -m jobs.retain --date D`.
"""

from airflow.sdk import DAG

from dags import defaults

with DAG(
    "maintain",
    description="Remove what may not be kept any longer",
    schedule="0 14 * * *",
    catchup=False,
    max_active_runs=1,
    default_args=defaults.arguments(retries=1),
    params={"date": defaults.DATE_PARAM},
    tags=["maintain"],
    doc_md=__doc__,
):
    defaults.job("retain", timeout_min=60)

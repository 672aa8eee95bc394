"""# maintain: keep nothing longer than its platform allows, and what is live as the lake says

## What it does
`retain` removes what the terms of a platform do not allow to be kept any longer (`max_age_days` of its policy): records
that no crawl has refreshed in time become tombstones without content, and older partitions of the archive are deleted.
What a crawl still shows is refreshed by that crawl and stays.

`sanity` compares what is live with the lake, a part every day and everything on Sundays: documents that are missing, stale or
unknown to the lake are mended, unless they are so many that the generation itself is wrong.

| task | reads | writes |
|---|---|---|
| `sanity` | the live generation, `documents`, `annotations`, `embeddings` of its night | the live generation |
| `retain` | `records` and `pages` of platforms with a limit | the same partitions |

## When
Every day at 14:00 UTC, long after `build` has read the night's records. The next `build` leaves the removed documents out.
By hand: *Trigger* with `date`.

## When it fails
A failed task is tried once more after a minute. Run again, it goes on where it was; nothing is removed twice.
The last line of the task's log says what is wrong. By hand, from the repository root:

- `sanity`, "was made anew": the date's documents were built again and are not live yet. Trigger `topup` with that date.
- `sanity`: more is wrong than can be mended piece by piece. Trigger `build`, or `rollback`; by hand
  `python -m jobs.sanity --date D --all` tells what differs, and `--repair` mends it.
- `retain`: the lake or the ledger cannot be written. Free space or mend the permissions, then
  `python -m jobs.retain --date D`.
"""

from airflow.sdk import DAG

from dags import defaults

EVERYTHING = "{% if (dag_run.logical_date or dag_run.run_after).weekday() == 6 %} --all{% endif %}"

with DAG(
    "maintain",
    description="Remove what may not be kept any longer, mend what is live",
    schedule="0 14 * * *",
    catchup=False,
    max_active_runs=1,
    default_args=defaults.arguments(retries=1),
    params={"date": defaults.DATE_PARAM},
    tags=["maintain"],
    doc_md=__doc__,
):
    # beside each other: what may not be kept goes, whatever is wrong with the index
    defaults.job("retain", timeout_min=60)
    defaults.job("sanity", timeout_min=240, after=" --repair" + EVERYTHING)

"""# topup: what changed since the night, into what is live

## What it does
After a platform was crawled once more between nights, its pages become records, works and documents as in `build`, and `topup`
sends what changed into the live generation: new and changed documents whole, and deletions. No new generation is made, nothing is
promoted, and what is not touched stays as it is. The next `build` makes everything anew from the same records.

| task | reads | writes |
|---|---|---|
| `align` to `embed` | as in `build` | the partitions of the date, in place of those of the night |
| `topup` | `documents`, `annotations`, `embeddings` of the date | the live generation, with `topups` in its `_meta`; `dead_letters`, `rejects` |

## When
Never by itself. First *Trigger* `crawl_<platform>` with `again`, then this with the same `date` (empty: today), not while `build`
runs. Profiles of users wait for the night.

## When it fails
A failed task is tried once more after a minute. Each task replaces its own output whole; a top-up that was killed in the middle
is finished by the next one. The last line of the task's log says what is wrong. By hand, from the repository root:

- `align`, `match`, `merge`, `dedup`, `annotate`, `embed`: as in `build`; `python -m jobs.align --date D`,
  `python -m jobs.match --date D`, `python -m jobs.merge --date D`, `python -m jobs.dedup --date D`,
  `python -m jobs.annotate --date D`, `python -m jobs.embed --date D`.
- `topup`, "is not topped up": the mapping or a model is another one, more would change or go than may go by the gate, or the gate
  let nothing of that date through. Trigger `build`, which has a gate.
- `topup`, "is being changed by": a build or a roll-back holds the lock. Wait until it has ended, then clear the task.
- `topup` otherwise: Elasticsearch is away or its disk is full. Bring it back, then `python -m jobs.topup --date D`.
"""

from airflow.sdk import DAG

from dags import defaults

with DAG(
    "topup",
    description="What changed since the night, into what is live",
    **defaults.BY_HAND,
    params={"date": defaults.DATE_PARAM},
    tags=["build"],
    doc_md=__doc__,
):
    annotate, embed = defaults.documents()
    topup = defaults.job("topup", timeout_min=60)

    [annotate, embed] >> topup

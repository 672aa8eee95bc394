"""# train_matcher: learn how match is to weigh likeness

## What it does
`align` brings the records of the night into shape; `train_matcher` learns from those that share an identifier, from
those whose identifiers differ, and from what people ruled, and stores weights, curve and report in the lake under
`models/name=matcher`. The next `build` uses them in `match`, and every partition of works says which it used.

## When
After platforms were added, or after many rulings: *Trigger*, with `date` if it is not for today. Not by the clock: the
works of a night should not move because of a night's noise.

## When it fails
A failed task is tried once more after a minute. **The model in use stays in use** until a new one is complete.
The last line of the task's log says what is wrong. By hand, from the repository root:

- `align`: pages of a platform are unreadable, or Spark ran out of memory or disk. Free space or set
  `TRAWL_SPARK_MEMORY`, then `python -m jobs.align --date D`.
- `train_matcher` finds too few pairs that are known: nothing needs to be done, match goes on as before.
  Later, when there are more: `python -m jobs.train_matcher --date D`.
- The works are worse than before: remove `models/name=matcher/index.json` from the lake, and `build` again.
"""

from airflow.sdk import DAG

from dags import defaults

with DAG(
    "train_matcher",
    description="Learn how match is to weigh likeness",
    **defaults.BY_HAND,
    params={"date": defaults.DATE_PARAM},
    tags=["train"],
    doc_md=__doc__,
):
    defaults.job("align", timeout_min=120) >> defaults.job("train_matcher", timeout_min=240)

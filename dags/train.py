"""# train: learn the models that the build uses

## What it does
`align` brings the records of the night into shape; `train` fine-tunes the sentiment classifier on the labelled
records, measures it on the part kept for testing, and stores model and report in the lake under `models/`.
The next `build` uses it in `annotate`.

## When
When there are new labels: *Trigger* with `labels` (a file of labelled records, JSON lines with `record_id`,
`sentiment`, `part`) and, if it is not for today, `date`. Not by the clock: the same labels give the same model.

## When it fails
A failed task is tried once more after a minute. **The model in use stays in use** until a new one is complete.
The last line of the task's log says what is wrong. By hand, from the repository root:

- `align`: pages of a platform are unreadable, or Spark ran out of memory or disk. Free space or set
  `TRAWL_SPARK_MEMORY`, then `python -m jobs.align --date D`.
- `train` finds no labels, or none whose records are known: look at the file, then
  `python -m jobs.train --date D --labels FILE`.
- `train` fails otherwise: the base of `TRAWL_SENTIMENT_MODEL` cannot be had, or memory is short. Name a folder that
  holds it, or a smaller base, then `python -m jobs.train --date D --labels FILE`.
"""

from airflow.sdk import DAG

from dags import defaults

with DAG(
    "train",
    description="Learn the models that the build uses",
    **defaults.BY_HAND,
    params={
        "date": defaults.DATE_PARAM,
        "labels": defaults.file_param("File of labelled records, JSON lines.", required=True),
    },
    tags=["train"],
    doc_md=__doc__,
):
    defaults.job("align", timeout_min=120) >> defaults.job("train", timeout_min=720, labels="'{{ params.labels }}'")

"""# replay: dead letters once more

## What it does
`replay` sends the documents that `index` could not put into a generation again: mended by hand, or unchanged after the
cause is gone. They go to the generation they belong to, or to the live one where that was deleted; a newer version that is
there already stays. What became of each letter stands in `dead_letters` and in the index `<generation>-dead-letters`.

| task | reads | writes |
|---|---|---|
| `replay` | `dead_letters` of the night, mended bodies | the generation, `dead_letters`, `rejects` |

## When
Never by itself. *Trigger* with `date`, and `repaired` (a file on the worker, made by
`python -m jobs.replay --date D --show` and mended by hand; empty: the letters as they are).

## When it fails
A failed task is tried once more after a minute. Run again, it sends what is still dead; nothing is there twice.
The last line of the task's log says what is wrong. By hand, from the repository root:

- `replay`: Elasticsearch is away, or a line of the file is not what it should be. Mend it, then
  `python -m jobs.replay --date D --repaired FILE`.
"""

from airflow.sdk import DAG

from dags import defaults

with DAG(
    "replay",
    description="Dead letters once more",
    **defaults.BY_HAND,
    params={
        "date": defaults.DATE_PARAM,
        "repaired": defaults.file_param("Mended bodies, one JSON object per line; empty: as they are."),
    },
    tags=["replay"],
    doc_md=__doc__,
):
    repaired = "{% if params.repaired %} --repaired '{{ params.repaired }}'{% endif %}"
    defaults.job("replay", timeout_min=60, after=repaired)

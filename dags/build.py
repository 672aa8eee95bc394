"""# build: a new generation of the search index

## What it does
Turns the pages of all platforms into one new index beside the live one, proves it, and only then points the aliases
that people search at it. Until `promote`, nothing that anyone can see changes.

| task | makes |
|---|---|
| `align` | `records` in one shape and `events`; a platform without new pages keeps its last records |
| `match` | `works`: which records are the same thing, with the evidence; `identities`: where each work_id leads |
| `merge` | `documents`: one per work, each field with the platform it came from |
| `dedup` | `documents` with `duplicate_of` set |
| `annotate` | `annotations`: language, tokens, sentiment |
| `embed` | `embeddings`: vectors of text and pictures, by content hash (what has not changed is not computed again) |
| `profile` | `profiles`: what each user likes |
| `index` | the generation `trawl-YYYYMMDD-HHMMSS`, named after the time of the run |
| `gate` | the verdict: counts, fields, mapping, a sample of documents, vectors and their recall, golden queries, speed, against the lake and the live generation |
| `promote` | the aliases on the new generation, in one atomic call; the previous generation is kept |

## When
Every night at 04:00 UTC, when the crawls are done; it does not wait for a platform that is late. One run at a time.
By hand: *Trigger* with `date`, and `golden` (a file of golden queries for the gate; where it is empty, the file that
`TRAWL_GOLDEN_QUERIES` names in Airflow's environment). Nights gone by (the last day named is left out):
`airflow backfill create --dag-id build --from-date 2026-01-01 --to-date 2026-01-08`

## When it fails
A failed task is tried once more after a minute. **The live index is untouched** by every failure. Each step replaces
its own output whole, so running it again is always safe: clear the task, and the run goes on with the same generation.
The last line of the task's log says what is wrong. By hand, from the repository root, with D the date of the run and
G its generation (*Rendered Templates* of `index` shows both):

- `align`: pages of a platform are unreadable, or Spark ran out of memory or disk. Free space or set
  `TRAWL_SPARK_MEMORY`, then `python -m jobs.align --date D`. A platform whose crawl did not finish fails nothing.
  One of which more than a fifth would be gone keeps its last records, and the ledger says so: look at its crawl, then,
  where it is true, `python -m jobs.align --date D --allow-deletions`.
- `match`, `merge`, `dedup`: Spark ran out of memory or disk, as above (`TRAWL_SPARK_MASTER` names a cluster); then
  `python -m jobs.match --date D`, `python -m jobs.merge --date D`, `python -m jobs.dedup --date D`.
  A wrong merge is split with `python -m jobs.judge split RECORD --by WHO --why WHY`; it holds from the next `match` on.
  "does not fit its schema": the input was written by another version; run the step before it again, then this one.
- `annotate`: the sentiment model cannot be read. Trigger the DAG `train`, then `python -m jobs.annotate --date D`.
- `embed`: the model of `TRAWL_TEXT_MODEL` or `TRAWL_IMAGE_MODEL` cannot be had. Name a folder that holds it, then
  `python -m jobs.embed --date D`; what was embedded before is not computed again.
- `profile`: `events` or `embeddings` of D are missing. Clear `align` or `embed`, or `python -m jobs.profile --date D`.
- `index`: Elasticsearch is away or its disk is full. Bring it back, then
  `python -m jobs.index --date D --generation G`. "is live": the run was cleared after it had been promoted; trigger a
  new run with `date` instead. "documents refused": `dead_letters` of D holds them with the reasons; the few that a night
  may lose are sent again by the DAG `replay`.
- `gate`: **the new generation is incomplete or worse than the live one**. The verdict (in the log, and in the lake
  under `verdicts/G.json`) names the check. Mend the cause and clear from the step at fault. Where the change is wanted:
  `python -m jobs.gate --date D --generation G --force WHY --by NAME`, then clear `promote`. "age of P": P has failed for
  longer than `TRAWL_CARRY_DAYS`; mend its crawl.
- `promote`: Elasticsearch is away, or G has no good verdict: `python -m jobs.promote --date D --generation G`.
- "is being changed by": another run holds the lock. Wait until it has ended, then clear the task.

Something is wrong with what is live already: trigger the DAG `rollback`. docs/drill.md rehearses all of it.
"""

from airflow.sdk import DAG

from dags import defaults

with DAG(
    "build",
    description="A new generation of the search index, promoted once it has proved itself",
    schedule="0 4 * * *",
    catchup=False,
    max_active_runs=1,  # each night reads what the night before it wrote
    default_args=defaults.arguments(retries=1),
    params={
        "date": defaults.DATE_PARAM,
        "golden": defaults.file_param("Golden queries for the gate; empty: the file of TRAWL_GOLDEN_QUERIES."),
    },
    tags=["build"],
    doc_md=__doc__,
):
    annotate, embed = defaults.documents()
    profile = defaults.job("profile", timeout_min=60)
    index = defaults.job("index", timeout_min=240, generation=defaults.GENERATION)
    gate = defaults.job("gate", timeout_min=30, generation=defaults.GENERATION, after=defaults.GOLDEN)
    promote = defaults.job("promote", timeout_min=10, generation=defaults.GENERATION)

    embed >> profile
    [annotate, profile] >> index >> gate >> promote

"""# crawl: fetch what one platform has new

## What it does
`crawl` walks the platform, page by page, and stores every page exactly as it was received before anything reads it;
files that people dropped into `TRAWL_<PLATFORM>_FILES` are pages too, and the only ones of a platform that is read from
exports alone. It ends with the items that are due to be asked for again. `media` then fetches the pictures and sounds
that the pages point to (`ubi` has none). Nothing else is touched: the DAG `build` turns pages into documents.

| task | reads | writes |
|---|---|---|
| `crawl` | the platform, its dropped files | `pages/platform=P/date=D`, `rejects/step=crawl/platform=P/date=D` |
| `media` | the media addresses in `pages/platform=P/date=D` | `media/platform=P/date=D`, `blobs/` |

## When
Every night (UTC), each platform at its own minute, all before `build` starts at 04:00. D is the day of the run.
By hand: *Trigger* with `date`. Nights gone by (the last day named is left out):
`airflow backfill create --dag-id crawl_weibo --from-date 2026-01-01 --to-date 2026-01-08`
(a platform answers with what it has today: only those whose API reaches back give the past). Every date is a window of
its own; one that is done is not crawled again, so a backfill fills exactly what is missing. `again` crawls it anyway.
`python -m store.ledger --from 2026-01-01 --to 2026-01-07` prints every window: planned, running, done, stopped, failed.

## When it fails
A failed task is tried twice more, after one and two minutes. A crawl goes on at the page where it stopped.
If it stays failed, **nothing is lost**: `build` carries the platform's last good records forward and marks them
stale, and the next crawl reaches back to where the last complete one began. A broken page, a refused file or a missing
picture fails nothing: it goes to `rejects` with its reason. A platform that falls silent fails nothing either: the last
lines of the log say `alarm`, and the ledger's counts of the step hold `alarms`.
The last line of the task's log says what is wrong. By hand, from the repository root:

- `crawl` is skipped (exit 99): the platform asked to come back later, its quota of today is used up, or the task was
  told to stop. The log says until when. Then clear the task: it resumes.
- `crawl` fails with 401 or 403: the credential is missing, wrong or used up. Set it (`TRAWL_YOUTUBE_KEY` and the
  like) where Airflow runs, then `python -m jobs.crawl --date D --platform P`.
- `crawl` fails with no connection or 5xx: the platform or the network is away. When it is back:
  `python -m jobs.crawl --date D --platform P`.
- `crawl` fails because the platform sends in circles, or a page tells no next one: its API has changed or is broken.
  The same command goes on at that page; `--again` of a later night begins at the first.
- `crawl` is ended after two hours: there are far more pages than usual. The same command resumes, without a limit.
- files alone: `python -m jobs.crawl --date D --platform P --files FOLDER`; they are added to what D holds already.
- `media` fails: the disk is full, or the media server is away. Then `python -m jobs.media --date D --platform P`.
"""

from airflow.sdk import DAG, get_parsing_context

from dags import defaults

# Minutes apart: the platforms' pages share one line to the outside.
PLATFORMS = {
    "weibo": "0 0 * * *",
    "wechat": "5 0 * * *",
    "facebook": "10 0 * * *",
    "mastodon": "15 0 * * *",
    "activitypub": "20 0 * * *",
    "bluesky": "25 0 * * *",
    "taobao": "30 0 * * *",
    "jd": "35 0 * * *",
    "amazon": "40 0 * * *",
    "shopify": "45 0 * * *",
    "bilibili": "50 0 * * *",
    "peertube": "55 0 * * *",
    "youtube": "0 1 * * *",
    "scholar": "5 1 * * *",
    "cnki": "10 1 * * *",
    "oai_pmh": "15 1 * * *",
    "crossref": "20 1 * * *",
    "openalex": "25 1 * * *",
    "rss": "30 1 * * *",
    "html": "35 1 * * *",
    "warc": "40 1 * * *",
    "mediawiki": "45 1 * * *",
    "ubi": "0 2 * * *",
    "zendesk": "5 2 * * *",
    "discourse": "10 2 * * *",
    "faq": "15 2 * * *",
    "stackexchange": "20 2 * * *",
    "hackernews": "25 2 * * *",
    "askbot": "30 2 * * *",
    "confluence": "35 2 * * *",
    "homeassistant": "5 3 * * *",
    "smartthings": "10 3 * * *",
    "tuya": "15 3 * * *",
    "matter": "20 3 * * *",
    "weblog": "25 3 * * *",
    "clickstream": "30 3 * * *",
}
# Behaviour, references and stories point to no files; the pictures of a home are nobody's business.
WITHOUT_MEDIA = {
    *("ubi", "weblog", "clickstream", "scholar", "cnki", "oai_pmh", "crossref", "openalex", "hackernews"),
    *("homeassistant", "smartthings", "tuya", "matter"),
}

# A task that starts reads this file again, and needs its own DAG alone.
own = (get_parsing_context().dag_id or "").removeprefix("crawl_")

for platform, schedule in PLATFORMS.items():
    if own and own != platform:
        continue
    with DAG(
        f"crawl_{platform}",
        description=f"Fetch what {platform} has new",
        schedule=schedule,
        catchup=False,
        max_active_runs=1,  # two walks at once would share one rate limit
        default_args=defaults.arguments(retries=2, retry_exponential_backoff=True),
        params={"date": defaults.DATE_PARAM, "again": defaults.AGAIN_PARAM},
        tags=["crawl", platform],
        doc_md=__doc__,
    ):
        crawl = defaults.job("crawl", platform=platform, timeout_min=120, after=defaults.AGAIN)
        if platform not in WITHOUT_MEDIA:
            crawl >> defaults.job("media", platform=platform, timeout_min=120)

"""# crawl: fetch what one platform has new

## What it does
`crawl` walks the platform's API, page by page, and stores every page exactly as it was received before anything
reads it. `media` then fetches the pictures, sounds and videos that the pages point to (behaviour and papers have none).
Nothing else is touched: the DAG `build` turns pages into documents.

| task | reads | writes |
|---|---|---|
| `crawl` | the platform's API | `pages/platform=P/date=D` |
| `media` | the media addresses in `pages/platform=P/date=D` | `media/platform=P/date=D`, `blobs/` |

## When
Every night (UTC), each platform at its own minute, all before `build` starts at 04:00. D is the day of the run.
By hand: *Trigger* with `date`. Nights gone by (the last day named is left out):
`airflow backfill create --dag-id crawl_weibo --from-date 2026-01-01 --to-date 2026-01-08`
(a platform answers with what it has today: only those whose API reaches back give the past).

## When it fails
A failed task is tried twice more, after one and two minutes. A crawl goes on at the page where it stopped.
If it stays failed, **nothing is lost**: `build` carries the platform's last good records forward and marks them
stale. A broken page or a missing picture fails nothing: it goes to `rejects` with its reason.
The last line of the task's log says what is wrong. By hand, from the repository root:

- `crawl` is skipped (exit 99): the platform asked to come back later. Wait, then clear the task: it resumes.
- `crawl` fails with 401 or 403: the credential is missing, wrong or used up. Set it (`TRAWL_YOUTUBE_KEY` and the
  like) where Airflow runs, then `python -m jobs.crawl --date D --platform P`.
- `crawl` fails with no connection or 5xx: the platform or the network is away. When it is back:
  `python -m jobs.crawl --date D --platform P`.
- `crawl` is ended after two hours: there are far more pages than usual. The same command resumes, without a limit.
- `media` fails: the disk is full, or the media server is away. Then `python -m jobs.media --date D --platform P`.
"""

from airflow.sdk import DAG

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

for platform, schedule in PLATFORMS.items():
    with DAG(
        f"crawl_{platform}",
        description=f"Fetch what {platform} has new",
        schedule=schedule,
        catchup=False,
        max_active_runs=1,  # two walks at once would share one rate limit
        default_args=defaults.arguments(retries=2, retry_exponential_backoff=True),
        params={"date": defaults.DATE_PARAM},
        tags=["crawl", platform],
        doc_md=__doc__,
    ):
        crawl = defaults.job("crawl", platform=platform, timeout_min=120)
        if platform not in WITHOUT_MEDIA:
            crawl >> defaults.job("media", platform=platform, timeout_min=120)

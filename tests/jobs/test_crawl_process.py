"""The crawl as Airflow runs it: a process of its own, its exit codes and what it prints."""

import os
import signal
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

from a_platform import SECRET, Asked, Reply, Site, paged, run, serving, told

from store import crawls

ROOT = Path(__file__).resolve().parents[2]
WORDS = [sys.executable, "-m", "jobs.crawl", "--platform", "weibo", "--date"]
POST = {"id": 1, "text": "x", "created_at": "Thu Jan 01 00:00:00 +0800 2026"}


def started(site: Site, night: str, rate: str) -> subprocess.Popen[str]:
    settings = {"TRAWL_WEIBO_URL": site.url, "TRAWL_WEIBO_RATE": rate, "TRAWL_WEIBO_TOKEN": SECRET}
    return subprocess.Popen(
        [*WORDS, night], cwd=ROOT, env={**os.environ, **settings}, stderr=subprocess.PIPE, text=True
    )


def posts(ask: Asked) -> Reply:
    """Twelve full pages, then one that is not full."""
    return told({"statuses": [POST] * (100 if int(ask.params["page"]) < 12 else 1)})


def test_told_to_stop_it_exits_99_and_goes_on_and_prints_no_credential(lake: Path) -> None:
    with serving(posts) as site:
        process = started(site, "2026-01-01", "5")
        deadline = time.monotonic() + 60
        while len(site.asked) < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
        assert process.returncode == 99 and said.splitlines()[-1] == (
            "error: told to stop: run the crawl again, it goes on"
        )
        state = crawls.get("weibo", "2026-01-01")
        assert state is not None and 2 <= state.sequence <= 4
        process = started(site, "2026-01-01", "1000")
        _, more = process.communicate(timeout=60)
        assert process.returncode == 0 and len(site.asked) in (12, 13)
        process = started(site, "2026-01-01", "1000")
        _, again = process.communicate(timeout=60)
        assert process.returncode == 0 and "is done already" in again and len(site.asked) in (12, 13)
    assert SECRET not in said + more and "s3cret" not in said + more


def test_memory_does_not_grow_with_the_pages(lake: Path) -> None:
    text = "x" * 50_000

    def peak(pages: int, night: str) -> int:
        def answer(ask: Asked) -> Reply:
            number = int(ask.params["page"])
            return told({"next": number + 1 if number < pages else None, "text": text})

        with serving(answer) as site:
            tracemalloc.start()
            run(paged(), site, night)
            size = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            return size

    peak(5, "2026-01-01")  # what is loaded once
    assert peak(300, "2026-01-03") < peak(50, "2026-01-02") + (1 << 20)

"""SIGKILL of a crawling process at random moments: at the end every page and every row is there once."""

import json
import multiprocessing
import os
import random
import signal
from pathlib import Path

import pytest
from a_platform import NIGHT, Asked, Reply, Site, paged, pages, run, serving, told, window

from jobs.crawling import phases
from jobs.crawling.stopping import Stop
from store import archive, cli, crawls
from store import lake as door
from store import objects

PAGES, KILLS = 40, 60
FAKE = paged(credentials=(), requests_per_s=100_000.0)


def answer(ask: Asked) -> Reply:
    number = int(ask.params["page"])
    ids = [f"{number}-{place}" for place in range(5)]
    return told({"ids": ids, "page": number, "next": number + 1 if number < PAGES else None})


def _run(url: str) -> None:
    site = Site.__new__(Site)
    site.url = url
    run(FAKE, site)


def rows() -> list[str]:
    return [native_id for page in pages() for native_id in json.loads(page["body"])["ids"]]


def test_sixty_kills_lose_nothing_and_double_nothing(lake: Path) -> None:
    dice, nights, kills = random.Random(7), 0, 0
    with serving(answer) as site:
        while kills < KILLS:
            process = multiprocessing.get_context("fork").Process(target=_run, args=(site.url,))
            process.start()
            process.join(dice.uniform(0.0, 0.15))
            process.kill()
            process.join()
            kills += process.exitcode == -signal.SIGKILL
            state = crawls.get("fake", NIGHT)
            if state and state.phase == "done":  # this night is through: once more
                nights += _checked(site)
        _run(site.url)
        nights += _checked(site)
    assert nights >= 1


def _checked(site: Site) -> int:
    _run(site.url)  # done already: asks nothing
    assert rows() == [f"{number}-{place}" for number in range(1, PAGES + 1) for place in range(5)]
    assert [page["sequence"] for page in pages()] == list(range(PAGES))
    assert not archive.spool("fake", NIGHT).exists()
    crawls.restart(crawls.Crawl("fake", NIGHT, "2026-01-01T00:00:00+00:00"))
    return 1


@pytest.mark.parametrize("moment", ["fetch", "append", "commit", "put_file", "put_manifest", "done"])
def test_killed_at_each_step_of_a_page_and_of_the_end(lake: Path, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    from jobs.crawling import transfer

    places = {
        "fetch": (transfer, "send", 3),
        "append": (archive.Spool, "append", 3),
        "commit": (crawls, "commit", 5),
        "put_file": (objects, "put_file", 1),
        "put_manifest": (door, "put_manifest", 2),
        "done": (crawls, "done", 1),
    }
    owner, name, times = places[moment]
    before, calls = getattr(owner, name), []

    def and_die(*args: object, **options: object) -> object:
        made = before(*args, **options)
        calls.append(1)
        if len(calls) == times:
            os.kill(os.getpid(), signal.SIGKILL)
        return made

    with serving(answer) as site:
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, and_die)
            process = multiprocessing.get_context("fork").Process(target=_run, args=(site.url,))
            process.start()
            process.join()
            assert process.exitcode == -signal.SIGKILL
        _run(site.url)
        asked = len(site.asked)
        assert rows() == [f"{number}-{place}" for number in range(1, PAGES + 1) for place in range(5)]
    assert asked <= PAGES + 1  # at most the page under way was asked for twice


def test_killed_after_the_last_page_walks_no_page_again(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = crawls.commit

    def and_die(state: crawls.Crawl, *more: object) -> None:
        before(state, *more)  # type: ignore[arg-type]
        if state.sequence == PAGES:
            os.kill(os.getpid(), signal.SIGKILL)

    with serving(answer) as site:
        with monkeypatch.context() as patch:
            patch.setattr(crawls, "commit", and_die)
            process = multiprocessing.get_context("fork").Process(target=_run, args=(site.url,))
            process.start()
            process.join()
            assert process.exitcode == -signal.SIGKILL
        _run(site.url)
        assert len(rows()) == PAGES * 5 and len(site.asked) == PAGES


def test_a_term_signal_finishes_the_page_and_the_crawl_goes_on(lake: Path) -> None:
    stop = Stop()

    def then_stop(ask: Asked) -> Reply:
        if ask.params["page"] == "3":
            os.kill(os.getpid(), signal.SIGTERM)
        return answer(ask)

    with serving(then_stop) as site, stop.listening():
        with pytest.raises(cli.SoftStop, match="told to stop"):
            phases.crawl("fake", FAKE, window(site), stop=stop)
        state = crawls.get("fake", NIGHT)
        assert state is not None and state.sequence in (3, 4)  # the signal finds the process a moment later
        site.answer = answer
        run(FAKE, site)
        assert len(rows()) == PAGES * 5 and len(site.asked) == PAGES

"""No credential reaches a disk or a log line, in whatever form a platform echoes it."""

import base64
import html
import json
import logging
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from a_platform import SECRET, Asked, Reply, listed, paged, pages, run, serving, told
from hypothesis import given
from hypothesis import strategies as st

from jobs.crawling.redaction import Secrets, quiet
from jobs.platforms import Page, Request, Window
from store import cli

ECHOES: list[Callable[[str], str]] = [
    str,
    quote,
    quote_plus,
    lambda value: quote(value, safe="").lower(),
    html.escape,
    lambda value: json.dumps(value).replace("/", "\\/"),
]


def everything(lake: Path) -> bytes:
    return b"".join(file.read_bytes() for file in lake.parent.rglob("*") if file.is_file())


@pytest.mark.parametrize("number", range(len(ECHOES)))
def test_a_credential_is_cut_out_in_every_form(lake: Path, number: int) -> None:
    written = ECHOES[number]("S3cret/to+ken==&more")
    with serving(lambda ask: (200, {"Content-Type": f"text/plain; token={written}"}, written.encode())) as site:
        run(listed("/a"), site, credentials=("S3cret/to+ken==&more", "s3cret/to+ken==&more"))
    [page] = pages()
    assert page["body"] in (b"***", b'"***"') and written not in page["content_type"]


def test_the_token_in_a_next_link_never_reaches_disk_and_is_sent_again_after_a_stop(lake: Path) -> None:
    """Graph's `paging.next` holds the access token."""
    stops = [told({}, 429, Retry_After="900")]

    def answer(ask: Asked) -> Reply:
        number = int(ask.params.get("after", "0"))
        if number == 2 and stops:
            return stops.pop()
        following = f"{site.url}/feed?after={number + 1}&access_token={quote(SECRET, safe='')}"
        return told({"paging": {"next": following} if number < 4 else {}})

    def first(window: Window) -> Request:
        return Request(f"{window.base_url}/feed", (("access_token", window.credentials[0]),))

    def following(window: Window, request: Request, page: Page) -> Request | None:
        url = json.loads(page.body)["paging"].get("next")
        return Request(url.replace("***", quote(window.credentials[0], safe=""))) if url else None

    platform = listed(first=first, following=following, redact=("access_token",))
    with serving(answer) as site:
        with pytest.raises(cli.SoftStop):
            run(platform, site, credentials=(SECRET,))
        assert SECRET.encode() not in everything(lake) and quote(SECRET, safe="").encode() not in everything(lake)
        run(platform, site, credentials=(SECRET,))
        assert {ask.params["access_token"] for ask in site.asked} == {SECRET} and len(pages()) == 5
    assert SECRET.encode() not in everything(lake)


def test_what_an_authorisation_header_holds_in_base64_is_hidden_too(lake: Path) -> None:
    basic = base64.b64encode(f"agent@example.org/token:{SECRET}".encode()).decode()

    def ask(window: Window, number: int) -> Request:
        headers = (("Authorization", f"Basic {basic}"),)
        return Request(f"{window.base_url}/list", (("page", str(number)),), (), headers)

    def following(window: Window, request: Request, page: Page) -> Request | None:
        return ask(window, 2) if json.loads(page.body)["page"] == "1" else None

    stops = [told({}, 429, Retry_After="900")]

    def answer(asked: Asked) -> Reply:
        if asked.params["page"] == "2" and stops:
            return stops.pop()
        return told({"page": asked.params["page"], "you": asked.headers["authorization"]})

    platform = paged(first=lambda window: ask(window, 1), following=following)
    with serving(answer) as site:
        with pytest.raises(cli.SoftStop):
            run(platform, site, credentials=(SECRET,))
        assert basic.encode() not in everything(lake)
        run(platform, site, credentials=(SECRET,))
        assert site.asked[-1].headers["authorization"] == f"Basic {basic}"
    assert basic not in str(pages())


def test_a_credential_does_not_follow_a_redirect_to_another_host(lake: Path) -> None:
    with serving(lambda ask: told({})) as stranger, serving(lambda ask: (302, {"Location": stranger.url}, b"")) as site:
        bearing = (("X-Api-Key", SECRET), ("Authorization", SECRET))
        platform = listed("/a", first=lambda window: Request(f"{site.url}/a", (), (("place", "0"),), bearing))
        run(platform, site, credentials=(SECRET,))
        assert SECRET not in str(stranger.asked[0].headers) and SECRET in str(site.asked[0].headers)


def test_a_position_that_cannot_be_put_back_begins_the_walk_anew(lake: Path) -> None:
    """A parameter that is never stored and is none of our credentials: a session that the platform gave."""

    def following(window: Window, request: Request, page: Page) -> Request | None:
        number = json.loads(page.body)["page"] + 1
        return Request(f"{window.base_url}/list", (("page", str(number)), ("session", "given"))) if number < 5 else None

    stops = [told({}, 429, Retry_After="900")]

    def answer(ask: Asked) -> Reply:
        number = int(ask.params["page"])
        return stops.pop() if number == 3 and stops else told({"page": number})

    with serving(answer) as site:
        platform = paged(following=following, redact=("session",))
        with pytest.raises(cli.SoftStop):
            run(platform, site)
        run(platform, site)
    assert [json.loads(page["body"])["page"] for page in pages()] == [1, 2, 3, 4]
    assert b"given" not in everything(lake)


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=8, max_size=20)


@given(TEXTS, st.binary(max_size=50), st.binary(max_size=50))
def test_no_form_of_a_secret_is_left(secret: str, before: bytes, after: bytes) -> None:
    secrets = Secrets([secret])
    data = before + secret.encode() + after + quote(secret, safe="").encode()
    assert not secrets.holds(secrets.cut(data)) or secret.encode() in b"***"


@given(TEXTS, st.text(st.characters(codec="utf-8"), max_size=20), st.binary(max_size=30))
def test_a_stored_request_is_the_same_request_again_and_holds_no_secret(secret: str, text: str, body: bytes) -> None:
    secrets = Secrets([secret, "short"], ["key"])
    request = Request(
        f"http://127.0.0.1/{quote(text)}?key={quote(secret, safe='')}",
        (("key", secret), ("q", text), ("key", "short")),
        (("token", secret), ("n", "1")),
        (("Authorization", f"Bearer {secret}"), ("X-Key", "short")),
        "POST",
        body + secret.encode(),
        3,
    )
    stored = secrets.stored(request)
    assert stored is not None and secrets.restored(stored) == request
    assert secret.encode() not in base64.b64decode(json.loads(stored)["body"]) or len(secret) < 8
    assert "short" not in stored.replace(text, "")


def test_log_lines_hold_no_credential(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("somebody.else")
    handler = logging.Handler()
    lines: list[str] = []
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    try:
        quiet(Secrets([SECRET]))
        logger.warning("asked %s", f"http://x/?key={quote(SECRET, safe='')}")
    finally:
        logging.getLogger().removeHandler(handler)
    assert lines == ["asked http://x/?key=***"]

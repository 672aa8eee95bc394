"""Patience: what platforms ask for is waited, what is too long stops softly, a quota is never passed."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from a_platform import Asked, Reply, listed, paged, pages, run, serving, told
from hypothesis import given
from hypothesis import strategies as st

from jobs.crawling import politeness, quota
from jobs.platforms import Policy
from store import cli, visits

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def numbers(ask: Asked, **more: Any) -> Reply:
    number = int(ask.params["page"])
    return told({"next": number + 1 if number < 3 else None, **more})


def http_date(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("fault", "at_least_s"),
    [
        (lambda: told({}, 429, Retry_After="1"), 1.0),
        (lambda: told({}, 503, Retry_After=http_date(2.0)), 1.0),  # a date has whole seconds
        (lambda: told({}, 403, X_RateLimit_Remaining="0", X_RateLimit_Reset="1"), 1.0),
        (lambda: told({"next": 2, "backoff": 1}), 1.0),  # Stack Exchange
        (lambda: told({"next": 2}, X_RateLimit_Remaining="0", X_RateLimit_Reset="1"), 1.0),
        (lambda: told({"next": 2}, X_App_Usage=json.dumps({"call_count": 76})), 1.0),
    ],
)
def test_it_waits_at_least_as_long_as_the_platform_asks(lake: Path, fault: Any, at_least_s: float) -> None:
    faults = [fault]  # a date is told when it is asked for: a slow start would have eaten its seconds
    with serving(lambda ask: faults.pop()() if faults else numbers(ask)) as site:
        run(paged(), site)
        assert site.asked[1].at - site.asked[0].at >= at_least_s - 0.01
    assert len(pages()) == 3


@pytest.mark.parametrize(
    "fault",
    [
        told({}, 429, Retry_After="3600"),
        told({"error": "User requests out of rate limit!"}, 403),
        told({"next": 2, "backoff": 600}),
        told({"next": 2, "quota_remaining": 0}),
        told({"next": 2}, X_App_Usage=json.dumps({"total_time": 95})),
        told({"next": 2}, RateLimit_Remaining="0", RateLimit_Reset="900"),
        told({"next": 2}, X_RateLimit_Remaining="0", X_RateLimit_Reset="2999-01-01T00:00:00Z"),  # Mastodon
    ],
)
def test_too_long_a_pause_is_a_soft_stop_and_the_same_command_goes_on(lake: Path, fault: Reply) -> None:
    faults = [fault]
    with serving(lambda ask: faults.pop() if faults else numbers(ask)) as site:
        with pytest.raises(cli.SoftStop, match="asks for a pause of"):
            run(paged(), site)
        assert len(site.asked) == 1
        run(paged(), site)
    assert len(pages()) == 3


def test_503_without_end_is_a_soft_stop(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(politeness, "jitter", lambda attempt: 0.0)
    with serving(lambda ask: told({}, 503)) as site, pytest.raises(cli.SoftStop, match="503 after 6 attempts"):
        run(paged(), site)


def test_requests_leave_at_the_platforms_pace_per_host(lake: Path) -> None:
    with serving(lambda ask: told({})) as site:
        run(listed("/1", "/2", "/3", "/4", requests_per_s=10.0), site)
        gaps = [b.at - a.at for a, b in zip(site.asked, site.asked[1:], strict=False)]
    assert min(gaps) >= 0.09


def test_a_bucket_per_host_and_one_per_credential() -> None:
    now = 100.0
    pace = politeness.Pace(2.0, lambda: now)
    pace.take(["host a", "credential"])
    assert pace.wait_s(["host b"]) == 0 and pace.wait_s(["host a"]) == pace.wait_s(["host b", "credential"]) == 0.5
    pace.hold(["host b"], 30)
    assert pace.wait_s(["host b"]) == 30


def test_a_quota_is_never_passed_and_ends_at_midnight_there(lake: Path) -> None:
    platform = paged(daily_units=2, quota_zone="America/Los_Angeles")
    with serving(numbers) as site:
        with pytest.raises(quota.QuotaUsed, match="used up until 20..-..-.. 0[78]:00 UTC"):
            run(platform, site)
        assert len(site.asked) == 2 and visits.used("fake", quota.day("America/Los_Angeles", datetime.now(UTC))) == 2
        platform.POLICY = Policy(**{**vars(platform.POLICY), "daily_units": 3})
        run(platform, site)
        assert len(site.asked) == 3
    assert len(pages()) == 3


def test_a_platform_that_says_its_quota_is_used_is_not_asked_again_that_day(lake: Path) -> None:
    with serving(lambda ask: told({"error": {"errors": [{"reason": "quotaExceeded"}]}}, 403)) as site:
        for _ in range(2):
            with pytest.raises(quota.QuotaUsed):
                run(paged(daily_units=100), site)
        assert len(site.asked) == 1


def test_a_quota_day_is_that_of_its_zone() -> None:
    early = datetime(2026, 1, 1, 7, 59, tzinfo=UTC)
    assert quota.day("America/Los_Angeles", early) == "2025-12-31"
    assert quota.reset_at("America/Los_Angeles", early) == datetime(2026, 1, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("120", 120),
        ("Thu, 01 Jan 2026 12:01:00 GMT", 60),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0),
        ("soon", None),
        ("", None),
        ("-5", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(given: str, seconds: float | None) -> None:
    assert politeness.asked_wait({"retry-after": given}, NOW) == seconds


@given(st.text(max_size=40), st.binary(max_size=60))
def test_no_header_and_no_body_breaks_it(text: str, body: bytes) -> None:
    names = ("retry-after", "x-ratelimit-remaining", "x-ratelimit-reset", "x-app-usage")
    assert politeness.pause_s(dict.fromkeys(names, text), b'{"backoff":' + body) >= 0
    assert (politeness.asked_wait(dict.fromkeys(names, text)) or 0) >= 0


def test_only_the_answers_own_backoff_counts() -> None:
    assert politeness.told_in_payload(b'{"items": [{"backoff": 99}], "backoff": 3}') == 3
    assert politeness.told_in_payload(b'{"items": [{"backoff": 99}]}') == 0

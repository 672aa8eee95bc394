"""Units of a platform's daily quota, counted in the ledger before they are spent."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from jobs.platforms import Policy
from store import cli, visits


class QuotaUsed(cli.SoftStop):
    """The platform's units of today are spent."""

    def __init__(self, platform: str, units: int, reset: datetime) -> None:
        again = reset.astimezone(UTC)
        super().__init__(
            f"{platform}: the quota of {units:,} units a day is used up until {again:%Y-%m-%d %H:%M} UTC:"
            " run the crawl again then, it goes on"
        )


def day(zone: str, now: datetime) -> str:
    """The quota day at this moment, in the platform's own zone."""
    return now.astimezone(ZoneInfo(zone)).date().isoformat()


def reset_at(zone: str, now: datetime) -> datetime:
    """The next midnight there."""
    local = now.astimezone(ZoneInfo(zone))
    return datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), ZoneInfo(zone))


def left(platform: str, policy: Policy, now: datetime) -> int | None:
    """Units left today; None where there is no quota."""
    if policy.daily_units is None:
        return None
    return max(0, policy.daily_units - visits.used(platform, day(policy.quota_zone, now)))


def spend(platform: str, policy: Policy, units: int, now: datetime) -> None:
    """Count units that are about to be used. Raises QuotaUsed where there are not so many."""
    if policy.daily_units is None:
        return
    if units > (left(platform, policy, now) or 0):
        raise QuotaUsed(platform, policy.daily_units, reset_at(policy.quota_zone, now))
    visits.spend(platform, day(policy.quota_zone, now), units)


def exhaust(platform: str, policy: Policy, now: datetime) -> None:
    """The platform says itself that nothing is left: another crawl of today need not ask."""
    if rest := left(platform, policy, now):
        visits.spend(platform, day(policy.quota_zone, now), rest)

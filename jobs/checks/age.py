"""How old the records of each platform are: one that failed is carried forward, but not for ever."""

from datetime import date as day

from jobs.verdict import Check
from store import lake, settings


def check(date: str) -> list[Check]:
    """One check per platform whose records are of an earlier night, or one for all that none is."""
    carried = {name: age for name, age in sorted(ages(date).items()) if age > 0}
    limit = settings.carry_days()
    wanted = f"at most {limit} days: mend its crawl, or raise TRAWL_CARRY_DAYS where it may stay"
    checks = [Check(f"age of {name}", age <= limit, f"{age} days", wanted) for name, age in carried.items()]
    return checks or [Check("age", True, "every platform is of this night", wanted)]


def ages(date: str) -> dict[str, int]:
    """Days between this night and the one that each platform's records, as merged, are of."""
    made = lake.manifest(lake.partition("documents", step="merge", date=date))
    found = {}
    for path in made.inputs if made else ():
        keys = dict(part.split("=", 1) for part in path.split("/")[1:])
        if path.startswith("records/"):
            found[keys["platform"]] = (day.fromisoformat(date) - day.fromisoformat(keys["date"])).days
    return found

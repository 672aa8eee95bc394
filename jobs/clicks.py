"""Golden queries out of what users did: who searched for this went on to that.

Clicks follow what was shown, so they say which of two generations is better, not how good one is.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from jobs.golden import Golden
from schemas.event import EVENT
from store import lake, ledger

NIGHTS = 28
USERS = 3  # of a query, and of a record: one user's taste is nobody else's
QUERIES = 100  # the most asked
GRADES = {"click": 1, "cart": 2, "buy": 3}


def queries(night: str) -> list[Golden]:
    """The queries most users searched with, and the records that at least USERS of them acted on."""
    users = defaultdict[str, set[str]](set)
    acted = defaultdict[tuple[str, str], set[tuple[str, str]]](set)  # (query, record) -> {(user, action)}
    for path in partitions(night):
        for batch in lake.batches(path, EVENT, columns=["user_id", "action", "record_id", "query"]):
            for row in batch.to_pylist():
                if row["query"] and row["record_id"] and row["action"] in GRADES:
                    users[row["query"]].add(row["user_id"])
                    acted[row["query"], row["record_id"]].add((row["user_id"], row["action"]))
    found = graded(acted)
    common = sorted(found, key=lambda query: (-len(users[query]), query))[:QUERIES]
    return [Golden(query, found[query], "clicks") for query in common]


def graded(acted: dict[tuple[str, str], set[tuple[str, str]]]) -> dict[str, dict[str, int]]:
    """By query the grade of each record: of the strongest thing that enough users did."""
    found = defaultdict[str, dict[str, int]](dict)
    for (query, record), pairs in sorted(acted.items()):
        grades = sorted(strongest(pairs), reverse=True)
        if len(grades) >= USERS:
            found[query][record] = grades[USERS - 1]
    return found


def strongest(pairs: Iterable[tuple[str, str]]) -> list[int]:
    """Per user the grade of the strongest thing that they did."""
    best = defaultdict[str, int](int)
    for user, action in pairs:
        best[user] = max(best[user], GRADES[action])
    return list(best.values())


def partitions(night: str) -> list[str]:
    """The events of the last nights, of every platform that has some."""
    first = (date.fromisoformat(night) - timedelta(days=NIGHTS)).isoformat()
    paths = [
        lake.partition("events", platform=platform, date=day)
        for platform in ledger.platforms("align", night)
        for day in ledger.dates("align", platform, night)
        if day > first
    ]
    return [path for path in paths if lake.manifest(path)]

"""What people decided of pairs of records: same or apart, whatever the matcher thinks. One JSON line each, in the lake.

    {"first": "weibo:1", "second": "rss:2", "ruling": "apart", "by": "mei", "at": "2026-01-04", "why": "another edition"}

Of a pair the last line holds; "open" leaves it to the matcher again. Lines are added by jobs.judge, or come from a
file under review; a line that cannot be followed is kept, refused with its reason, and does not end the night.
"""

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from schemas.reject import REJECT
from store import objects

log = logging.getLogger(__name__)

PATH = "rulings.jsonl"
KINDS = ("same", "apart", "open")
FIELDS = ("first", "second", "ruling", "by", "at", "why")


@dataclass(frozen=True)
class Ruling:
    """One line: the smaller record id is the first."""

    first: str
    second: str
    ruling: str
    by: str
    at: str
    why: str

    @property
    def said(self) -> str:
        """Who decided, when and why."""
        return f"{self.by}, {self.at}: {self.why}"

    @property
    def line(self) -> str:
        """The ruling as it is kept."""
        return json.dumps({name: getattr(self, name) for name in FIELDS}, ensure_ascii=False)


@dataclass(frozen=True)
class Refused:
    """A line that is not followed; `ref` says which."""

    ref: str
    reason: str
    detail: str


def stored() -> str:
    """All lines, oldest first; empty where nobody ruled."""
    return (objects.get_bytes(PATH) or b"").decode()


def add(rulings: Iterable[Ruling]) -> None:
    """Put these behind what stands."""
    objects.put_bytes(PATH, (stored() + "".join(f"{ruling.line}\n" for ruling in rulings)).encode())


def read(text: str) -> tuple[list[Ruling], list[Refused]]:
    """The ruling that holds for each pair, in the order of pairs, and the lines that are none."""
    held, refused = dict[tuple[str, str], Ruling](), list[Refused]()
    for number, line in enumerate(text.splitlines(), 1):
        try:
            ruling = parsed(line)
            held[ruling.first, ruling.second] = ruling
        except ValueError as error:
            refused.append(Refused(f"{PATH}:{number}", "unreadable ruling", str(error)))
    return [ruling for _, ruling in sorted(held.items()) if ruling.ruling != "open"], refused


def parsed(line: str) -> Ruling:
    """Raises ValueError that says what is wrong with the line."""
    row = json.loads(line)
    if not isinstance(row, dict) or not all(isinstance(row.get(name), str) and row[name] for name in FIELDS):
        raise ValueError(f"give {', '.join(FIELDS)}, each a text")
    if row["ruling"] not in KINDS:
        raise ValueError(f"ruling {row['ruling']}: give one of {', '.join(KINDS)}")
    if row["first"] == row["second"]:
        raise ValueError(f"{row['first']} is ruled on against itself")
    first, second = sorted((row["first"], row["second"]))
    return Ruling(first, second, *(row[name] for name in FIELDS[2:]))


def followed(read: tuple[list[Ruling], list[Refused]], tenants: dict[str, str]) -> tuple[list[Ruling], list[Refused]]:
    """Those between records that are known and have one owner, and what is refused; `tenants` by record id."""
    good, refused = list[Ruling](), list(read[1])
    for ruling in read[0]:
        missing = [record_id for record_id in (ruling.first, ruling.second) if record_id not in tenants]
        if missing:
            refused.append(_refused(ruling, "unknown record", f"there is no {' and no '.join(missing)}"))
        elif ruling.ruling == "same" and tenants[ruling.first] != tenants[ruling.second]:
            refused.append(_refused(ruling, "private", "what is private is never merged with what another may see"))
        else:
            good.append(ruling)
    return good, refused


def contradicted(rulings: Sequence[Ruling], roots: dict[str, int]) -> list[Refused]:
    """Those that say "same" of records that other rulings keep apart; `roots` of works by record id."""
    detail = "others keep these apart, and apart wins: open one of them with jobs.judge"
    is_broken = (one.ruling == "same" and roots[one.first] != roots[one.second] for one in rulings)
    return [_refused(one, "contradiction", detail) for one, broken in zip(rulings, is_broken) if broken]


def _refused(ruling: Ruling, reason: str, detail: str) -> Refused:
    return Refused(f"{ruling.first} {ruling.ruling} {ruling.second}", reason, f"{detail} ({ruling.said})")


def rejects(refused: Sequence[Refused]) -> pa.Table:
    """REJECT rows, each told in the log."""
    for one in refused:
        log.warning("ruling %s is not followed: %s: %s", one.ref, one.reason, one.detail)
    rows = [{"step": "match", "platform": None, **vars(one), "detail": one.detail[:500]} for one in refused]
    return pa.Table.from_pylist(rows, schema=pa.schema([column.remove_metadata() for column in REJECT]))

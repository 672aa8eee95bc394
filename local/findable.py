"""Whether every record of a night can be found by its own title, in the index that is live."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from query import Ask, Result, search_many
from schemas.document import DOCUMENT
from schemas.record import RECORD
from store import lake, ledger
from store.cli import TrawlError, progress

TOP = 10
BODY_CHARACTERS = 60
BATCH = 32


class RecordsLost(TrawlError):
    """Records that their own titles do not find."""

    def __init__(self, lost: int) -> None:
        super().__init__(f"{lost} records are not found by their own titles: they are listed above")


@dataclass(frozen=True)
class Wanted:
    """A record, what to ask for it, and the documents that would answer: its work's, or that one's survivor."""

    record_id: str
    text: str
    work_ids: frozenset[str]


def report(date: str) -> int:
    """Print found of total and every lost record; the number of lost ones."""
    records, without_text = wanted(date)
    lost = [record for record, result in _searched(records) if not is_found(record, result)]
    print(f"found {len(records) - len(lost)} of {len(records)} records among the top {TOP} for their own titles")
    if without_text:
        print(f"{without_text} records have neither title nor body to ask for")
    for record in lost:
        print(f"  lost: {record.record_id}  {record.text!r}")
    return len(lost)


def wanted(date: str) -> tuple[list[Wanted], int]:
    """Every record that is indexed and says something, and the number of those that say nothing."""
    holders, found = _holders(date), list[Wanted]()
    rows = [row for row in _records(date) if row["record_id"] in holders]
    for row in rows:
        text = (row["title"] or "").strip() or (row["body"] or "").strip()[:BODY_CHARACTERS]
        if text:
            found.append(Wanted(row["record_id"], text, holders[row["record_id"]]))
    return found, len(rows) - len(found)


def _records(date: str) -> Iterator[dict[str, Any]]:
    for platform, night in ledger.platforms("align", until=date).items():
        path = lake.partition("records", platform=platform, date=night)
        yield from lake.read(path, RECORD, columns=["record_id", "title", "body"]).to_pylist()


def _holders(date: str) -> dict[str, frozenset[str]]:
    """By record, the documents in the index that stand for it; deleted works are not indexed."""
    path = lake.partition("documents", step="dedup", date=date)
    columns = ["work_id", "record_ids", "duplicate_of", "status"]
    live = [row for row in lake.read(path, DOCUMENT, columns=columns).to_pylist() if row["status"] == "live"]
    return {
        record_id: frozenset(filter(None, (row["work_id"], row["duplicate_of"])))
        for row in live
        for record_id in row["record_ids"]
    }


def _searched(records: Sequence[Wanted]) -> Iterator[tuple[Wanted, Result]]:
    batches = [records[start : start + BATCH] for start in range(0, len(records), BATCH)]
    for batch in progress(batches, total=len(batches), unit="batches"):
        yield from zip(batch, search_many([Ask(record.text) for record in batch], size=TOP), strict=True)


def is_found(record: Wanted, result: Result) -> bool:
    """True where a hit is the record's document or its survivor."""
    return any(hit.work_id in record.work_ids for hit in result.hits)

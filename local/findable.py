"""Whether every record of a night can be found by its own title, in the index that is live."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from jobs import parse
from query import Ask, Result, search_many
from schemas.document import DOCUMENT
from schemas.record import RECORD
from store import lake, ledger, settings
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
    """Print found of total, every lost record, and what was not asked for and why; the number of lost ones."""
    records = list(_records(date))
    asked = wanted(records, _holders(date))
    lost = [record for record, result in _searched(asked) if not is_found(record, result)]
    print(f"found {len(asked) - len(lost)} of {len(asked)} records among the top {TOP} for their own titles")
    for record in lost:
        print(f"  lost: {record.record_id}  {record.text!r}")
    _tell_unasked(date, records)
    return len(lost)


def _tell_unasked(date: str, records: Sequence[dict[str, Any]]) -> None:
    gone = [record for record in records if record["status"] != "live"]
    silent = [record for record in records if record["status"] == "live" and not text_of(record)]
    replaced = sorted(_replaced(date, records))
    print(f"not asked for: {len(gone)} that are deleted, {len(silent)} with neither title nor body,", end=" ")
    print(f"{len(replaced)} texts that a later page of the night replaced under the same id")
    for record_id, text in replaced:
        print(f"  replaced: {record_id}  {text!r}")


def text_of(record: dict[str, Any]) -> str:
    """The title, else the beginning of the body."""
    return (record["title"] or "").strip() or (record["body"] or "").strip()[:BODY_CHARACTERS]


def wanted(records: Sequence[dict[str, Any]], holders: dict[str, frozenset[str]]) -> list[Wanted]:
    """Every live record that says something; one that no indexed document holds cannot be found, and counts as lost."""
    live = [record for record in records if record["status"] == "live" and text_of(record)]
    return [Wanted(row["record_id"], text_of(row), holders.get(row["record_id"], frozenset())) for row in live]


def _records(date: str) -> Iterator[dict[str, Any]]:
    for platform, night in ledger.platforms("align", until=date).items():
        path = lake.partition("records", platform=platform, date=night)
        yield from lake.read(path, RECORD, columns=["record_id", "title", "body", "status"]).to_pylist()


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


def _replaced(date: str, records: Sequence[dict[str, Any]]) -> set[tuple[str, str]]:
    """Record and text of what the night's pages hold but its records do not: the last page of an id wins."""
    standing = {(record["record_id"], text_of(record)) for record in records}
    crawled = [platform for platform, night in ledger.platforms("align", until=date).items() if night == date]
    parsed = [found for platform in crawled for found in parse.night(platform, date) if found.kind == "record"]
    seen = {(row["record_id"], text_of(row)) for found in parsed for row in found.rows.to_pylist()}
    return {(record_id, text) for record_id, text in seen - standing if text}


def _searched(records: Sequence[Wanted]) -> Iterator[tuple[Wanted, Result]]:
    batches = [records[start : start + BATCH] for start in range(0, len(records), BATCH)]
    for batch in progress(batches, total=len(batches), unit="batches"):
        yield from zip(
            batch, search_many([Ask(record.text, tenant=settings.tenant()) for record in batch], size=TOP), strict=True
        )


def is_found(record: Wanted, result: Result) -> bool:
    """True where a hit is the record's document or its survivor."""
    return any(hit.work_id in record.work_ids for hit in result.hits)

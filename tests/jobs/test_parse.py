"""A share of a night's pages as references: what stands of them is what stands of every item, read one by one."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs import parse
from jobs.platforms import Page, Policy, Request
from store import archive, rows

NIGHT = "2026-01-01"
PRODUCTS = [{"skuId": number % 4, "skuName": f"红鞋 {number}"} for number in range(8)] + [5, {"skuId": 9}, {}]
PAGES = st.lists(st.lists(st.sampled_from(PRODUCTS), max_size=5) | st.none(), min_size=1, max_size=9)


def crawled(pages: list[list[Any] | None]) -> None:
    """A night of jd; None is a page that is no JSON."""
    path = archive.spool("jd", NIGHT)
    path.unlink(missing_ok=True)
    with archive.Spool(path) as spool:
        for number, products in enumerate(pages):
            body = b"<html>" if products is None else orjson.dumps({"data": products})
            moment = datetime(2026, 1, 1, 3, number, tzinfo=UTC)
            page = {"platform": "jd", "sequence": number, "url": f"http://x/{number}", "status": 200}
            spool.append({**page, "content_type": "", "fetched_at": moment, "body": body}, offset=spool.offset)
    archive.finish("jd", NIGHT, rows=len(pages), extra={})


def one_by_one() -> tuple[dict[Any, Any], dict[int, bool]]:
    """The last row of every key, by kind and key; of every page with items, whether any of them was read."""
    found, pages = dict[Any, Any](), dict[int, bool]()
    for parsed in parse.night("jd", NIGHT):
        for row, page, place in zip(parsed.rows.to_pylist(), parsed.pages, parsed.places, strict=True):
            key = f"{row['ref']}.{place:06d}" if parsed.kind == "reject" else row["record_id"]
            before = found.get((parsed.kind, key), ((-1, -1), None))
            found[parsed.kind, key] = max(before, ((page, place), row), key=lambda one: one[0])
            pages[page] = pages.get(page, False) or parsed.kind != "reject"
    return found, pages


def by_reference(parts: int) -> tuple[dict[Any, Any], dict[int, bool]]:
    """The same of what the readers hand on."""
    found, pages = dict[Any, Any](), dict[int, bool]()
    told = [
        row
        for n in range(parts)
        for batch in parse.staged("jd", NIGHT, part=n, parts=parts)
        for row in batch.to_pylist()
    ]
    for row in told:
        if row["kind"] == "page":
            pages[row["page"]] = row["status"] is not None
            continue
        lies = rows.read(row["file"], parse.KINDS[row["kind"]].names).slice(row["row"], 1).to_pylist()[0]
        before = found.get((row["kind"], row["key"]), ((-1, -1), None))
        found[row["kind"], row["key"]] = max(before, ((row["page"], row["place"]), lies), key=lambda one: one[0])
    return found, pages


@pytest.mark.usefixtures("lake")
@given(pages=PAGES, batch=st.sampled_from([1, 3, 2000]), parts=st.integers(1, 2))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_left_out_would_not_have_stood(pages: list[list[Any] | None], batch: int, parts: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parse, "ROWS_PER_BATCH", batch)
        crawled(pages)
        assert by_reference(parts) == one_by_one()


def test_a_repeated_item_is_handed_on_once_but_refused_each_time(lake: Path) -> None:
    crawled([[PRODUCTS[0], 5], [PRODUCTS[0], 5], [PRODUCTS[0]]])
    batches = [batch for batch in parse.staged("jd", NIGHT, part=0, parts=1)]
    told = [(row["kind"], row["page"]) for batch in batches for row in batch.to_pylist()]
    assert told == [("record", 2), ("reject", 0), ("reject", 1), ("page", 0), ("page", 1), ("page", 2)]


def test_an_item_that_is_no_record_is_refused_on_every_page_that_shows_it() -> None:
    pages = [Page(Request("http://x/"), 200, "", datetime(2026, 1, 1, tzinfo=UTC), b"", f"pages#{n}") for n in range(2)]
    item = {"native_id": "7", "type": "tweet", "body": "hello"}
    reading = parse.Reading("weibo", Policy(tier="C", license="own"), {}, None)
    batch = parse._checked(reading, [(item, page, number, 0) for number, page in enumerate(pages)])
    assert [row["ref"] for row in batch.parsed[0].rows.to_pylist()] == ["pages#0", "pages#1"]
    assert batch.is_read == {0: False, 1: False}

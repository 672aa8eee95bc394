"""The raw archive: bytes as received, whatever the crash."""

import io
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from store import archive
from store import lake as door

DATE = "2026-01-01"


def page(sequence: int, body: bytes) -> dict[str, Any]:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return {
        "platform": "weibo",
        "sequence": sequence,
        "url": "http://x/",
        "status": 200,
        "content_type": "text/plain",
        "fetched_at": moment,
        "body": body,
    }


def test_pages_come_back_as_received(lake: Path) -> None:
    pages = [page(number, body) for number, body in enumerate([b"\x00\xff\n{}", b"", "中文\n".encode()])]
    with archive.Spool(archive.spool("weibo", DATE)) as spool:
        for row in pages:
            spool.append(row, offset=spool.offset)
        path = archive.finish("weibo", DATE, rows=3, extra={})
    assert list(archive.pages(path)) == pages
    shares = [list(archive.pages(path, part=part, parts=2)) for part in range(2)]
    assert sorted(shares[0] + shares[1], key=lambda row: row["sequence"]) == pages and all(shares)


def test_a_torn_frame_is_cut_off_by_the_next_append(lake: Path) -> None:
    with archive.Spool(archive.spool("weibo", DATE)) as spool:
        offset = spool.append(page(0, b"kept"), offset=0)
        spool.append(page(1, b"written but never committed"), offset=offset)
        spool.append(page(1, b"again"), offset=offset)
        path = archive.finish("weibo", DATE, rows=2, extra={})
    assert [row["body"] for row in archive.pages(path)] == [b"kept", b"again"]


def test_two_crawls_do_not_write_into_one_spool(lake: Path) -> None:
    with archive.Spool(archive.spool("weibo", DATE)), pytest.raises(archive.SpoolTaken, match="another crawl"):
        archive.Spool(archive.spool("weibo", DATE))


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=6), st.integers(min_value=1, max_value=400))
def test_a_file_cut_anywhere_keeps_all_earlier_pages(bodies: list[bytes], cut: int) -> None:
    frames = [zstandard.compress(archive.encoded(page(number, body))) for number, body in enumerate(bodies)]
    data = b"".join(frames)[:-cut]
    whole = next((n for n in range(len(frames), 0, -1) if sum(map(len, frames[:n])) <= len(data)), 0)
    read = [row["body"] for row in archive.read(io.BytesIO(data))]
    assert read[:whole] == bodies[:whole] and len(read) - whole in (0, 1)  # a frame without its checksum may be whole


def test_a_published_file_that_lost_pages_is_no_shorter_night(lake: Path) -> None:
    with archive.Spool(archive.spool("weibo", DATE)) as spool:
        spool.append(page(0, b"one"), offset=0)
        path = archive.finish("weibo", DATE, rows=2, extra={})
    with pytest.raises(archive.ArchiveBroken, match="1 of 2 pages"):
        list(archive.pages(path))


def test_a_long_night_is_published_and_read_in_little_memory(lake: Path) -> None:
    import random

    noise = random.Random(1).randbytes(1 << 20)
    with archive.Spool(archive.spool("weibo", DATE)) as spool:
        for number in range(60):
            spool.append(page(number, noise), offset=spool.offset)
        tracemalloc.start()
        path = archive.finish("weibo", DATE, rows=60, extra={})
        assert sum(1 for _ in archive.pages(path)) == 60
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert spool.offset > 60 << 20 and peak < 12 << 20


def test_a_published_night_is_opened_again(lake: Path) -> None:
    with archive.Spool(archive.spool("weibo", DATE)) as spool:
        spool.append(page(0, b"one"), offset=0)
        path = archive.finish("weibo", DATE, rows=1, extra={})
        spool.forget()
    with archive.Spool(archive.spool("weibo", DATE)) as spool:
        spool.append(page(1, b"two"), offset=spool.restore(path))
        archive.finish("weibo", DATE, rows=2, extra={})
    assert [row["body"] for row in archive.pages(door.partition("pages", platform="weibo", date=DATE))] == [
        b"one",
        b"two",
    ]

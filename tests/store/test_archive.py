"""The raw archive: bytes as received, whatever the crash."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from store import archive


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
    bodies, offset = [b"\x00\xff\n{}", b"", "中文\n".encode()], 0
    for sequence, body in enumerate(bodies):
        offset = archive.append(archive.spool("weibo", "2026-01-01"), page(sequence, body), offset=offset)
    path = archive.finish("weibo", "2026-01-01", rows=3, extra={})
    assert [row["body"] for row in archive.pages(path)] == bodies
    assert not archive.spool("weibo", "2026-01-01").exists()


def test_a_torn_frame_is_cut_off_by_the_next_append(lake: Path) -> None:
    spool = archive.spool("weibo", "2026-01-01")
    offset = archive.append(spool, page(0, b"kept"), offset=0)
    archive.append(spool, page(1, b"written but never committed"), offset=offset)
    archive.append(spool, page(1, b"again"), offset=offset)
    path = archive.finish("weibo", "2026-01-01", rows=2, extra={})
    assert [row["body"] for row in archive.pages(path)] == [b"kept", b"again"]


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_lines_are_found_across_chunks(bodies: list[bytes]) -> None:
    import io

    data = b"".join(body.replace(b"\n", b"") + b"\n" for body in bodies)
    assert list(archive._lines(io.BytesIO(data))) == data.split(b"\n")[:-1]

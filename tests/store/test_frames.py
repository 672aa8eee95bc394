"""Frames are found where they end, whatever their blocks are."""

import io
import os

import zstandard
from hypothesis import given
from hypothesis import strategies as st

from store import frames

BODIES = st.binary(min_size=20, max_size=500) | st.sampled_from(
    [b"a" * 400_000, os.urandom(300_000), b"ab" * 200_000 + os.urandom(150_000), b"\0" * (1 << 21)]
)


@given(st.lists(st.tuples(BODIES, st.booleans(), st.sampled_from([1, 3])), max_size=6), st.integers(0, 100))
def test_a_file_falls_into_its_frames(pages: list[tuple[bytes, bool, int]], cut: int) -> None:
    packed = [
        zstandard.ZstdCompressor(level=level, write_checksum=is_checked).compress(b"a page: " + body)
        for body, is_checked, level in pages
    ]
    assert list(frames.frames(io.BytesIO(b"".join(packed)))) == packed
    torn = b"".join(packed)[: -cut or None] if packed and cut < len(packed[-1]) else b"".join(packed)
    assert list(frames.frames(io.BytesIO(torn))) == (packed[:-1] if len(torn) < len(b"".join(packed)) else packed)

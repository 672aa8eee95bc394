"""Zstd frames found without being decompressed: who reads every eighth page does not pay for the seven others.

Source  RFC 8878, section 3.1.1: a header, blocks of a 3-byte header each, and 4 bytes of checksum where the header says so
"""

from collections.abc import Iterator
from typing import Protocol

import zstandard

CHUNK_BYTES = 1 << 20
HEADER_BYTES = 18  # at most; no frame of ours is as short as that
RLE = 1  # kind of block that holds one byte, however many it stands for


class Source(Protocol):
    """Anything that bytes are read from."""

    def read(self, size: int, /) -> bytes: ...


def frames(source: Source) -> Iterator[bytes]:
    """The frames of a file, one at a time; a torn last one is left out."""
    held = bytearray()
    while chunk := source.read(CHUNK_BYTES):
        held += chunk
        start = 0
        while (end := _end(held, start)) is not None:
            yield bytes(held[start:end])
            start = end
        del held[:start]


def _end(held: bytearray, start: int) -> int | None:
    """Where the frame that begins at `start` ends; None where it is not wholly held."""
    head = bytes(held[start : start + HEADER_BYTES])
    if len(head) < HEADER_BYTES:
        return None
    at, is_last = start + zstandard.frame_header_size(head), False
    while not is_last:
        if at + 3 > len(held):
            return None
        told = int.from_bytes(held[at : at + 3], "little")
        is_last = bool(told & 1)
        at += 3 + (1 if told >> 1 & 3 == RLE else told >> 3)
    at += 4 * zstandard.get_frame_parameters(head).has_checksum
    return at if at <= len(held) else None

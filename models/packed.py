"""What is packed with gzip, opened with a limit: a megabyte can hold a gigabyte that nobody wrote."""

import gzip
import io
import zlib

MAGIC = b"\x1f\x8b"
LEAST = 1 << 26  # bytes that anything may unpack to
MOST_TIMES = 30  # a text shrinks to a tenth at best; a tag repeated shrinks to a thousandth


class TooLarge(ValueError):
    """It unpacks to more than pages do."""


class Opened(io.RawIOBase):
    """The bytes of a body, unpacked where it is gzip (of several members too). Raises TooLarge beyond its limit.

    Damaged gzip raises OSError, EOFError or zlib.error; what stood before the damage has been read by then.
    """

    def __init__(self, body: bytes) -> None:
        super().__init__()
        plain = io.BytesIO(body)
        self._file = gzip.GzipFile(fileobj=plain) if body.startswith(MAGIC) else plain
        self._left = max(LEAST, MOST_TIMES * len(body))
        self._given = 0

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes, b"" at the end; all that may be read when negative."""
        if size < 0:
            return b"".join(iter(lambda: self.read(1 << 20), b""))
        # Once at a time: what was read before the damage is not lost with it.
        taken = self._file.read1(size)
        self._given += len(taken)
        self._left -= len(taken)
        if self._left < 0:
            raise TooLarge(f"more than {self._given + self._left:,} bytes")
        return taken

    def tell(self) -> int:
        """Bytes given so far."""
        return self._given


def head(body: bytes, size: int = 4096) -> bytes:
    """The first bytes, unpacked where they are packed; b"" of damaged ones."""
    try:
        return Opened(body).read(size)
    except (OSError, EOFError, zlib.error):
        return b""

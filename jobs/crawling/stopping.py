"""Being told to stop: the page under way is finished, what it brought is kept, and the same command goes on."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

from store import cli

SLICE_S = 0.2


class Stop:
    """Set by SIGTERM, looked at between pages and while waiting."""

    def __init__(self) -> None:
        self._is_asked = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        """While the block runs, SIGTERM asks for a stop instead of ending the process."""
        before = signal.signal(signal.SIGTERM, self.ask)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before)

    def ask(self, *_: object) -> None:
        self._is_asked = True

    def check(self) -> None:
        """Raises SoftStop where a stop was asked for."""
        if self._is_asked:
            raise cli.SoftStop("told to stop: run the crawl again, it goes on")

    def nap(self, seconds: float) -> None:
        """Sleep, unless a stop is asked for."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.check()
            time.sleep(min(left, SLICE_S))

"""The stand-in platforms for as long as a measurement needs them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local import processes


@contextmanager
def platforms(home: Path, world: Path) -> Iterator[str]:
    """The address where this world is served; stopped at the end."""
    written = home / "platforms.url"
    home.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "local.platforms", "--world", str(world), "--port", "0"]
    processes.start("platforms", [*command, "--url-file", str(written)], environment={})
    try:
        yield processes.wait_for_file("platforms", written, seconds=60).strip()
    finally:
        processes.stop("platforms")

"""The shell around every command: logging, progress, one-line errors, exit codes."""

import errno
import logging
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import TypeVar

from tqdm import tqdm

from store import settings

T = TypeVar("T")
SOFT_STOP = 99  # Airflow marks a task that exits so as skipped


class TrawlError(Exception):
    """Something an operator can act on; `str()` is the one line that says what, where and what to do."""


class SoftStop(TrawlError):
    """The platform asked us to come back later; what was fetched is kept."""


def run(main: Callable[[], None]) -> None:
    """Exit 0 when `main` returns, 1 with one line on an error, 99 on a soft stop."""
    logging.basicConfig(format="%(asctime)s %(name)s %(message)s", level=logging.INFO, stream=sys.stderr)
    for noisy in ("httpx", "elastic_transport", "py4j", "jieba", "trafilatura"):
        logging.getLogger(noisy).setLevel(logging.ERROR)  # what they warn of, our one line says
    try:
        main()
    except SoftStop as stop:
        sys.exit(_last_words(stop, SOFT_STOP))
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if settings.debug() or not _is_plain(error):
            raise
        sys.exit(_last_words(error, 1))


def _is_plain(error: Exception) -> bool:
    known = isinstance(error, TrawlError) or getattr(error, "one_line", False)
    return known or (isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EACCES, errno.EROFS))


def _last_words(error: Exception, code: int) -> int:
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        print(
            f"error: the disk of {error.filename or settings.home()} is full: free space, then run again",
            file=sys.stderr,
        )
    else:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
    return code


def day(text: str) -> str:
    """An ISO date, checked: the type of every `--date`."""
    return date.fromisoformat(text).isoformat()


def progress(items: Iterable[T], *, total: int | None, unit: str) -> Iterator[T]:
    """The items, with a bar in a terminal and a log line every 10 s elsewhere."""
    if sys.stderr.isatty():
        yield from tqdm(items, total=total, unit=f" {unit}", leave=False)
        return
    log, last, done = logging.getLogger("progress"), time.monotonic(), 0
    for done, item in enumerate(items, 1):
        yield item
        if time.monotonic() - last >= 10:
            last = time.monotonic()
            log.info("%s of %s %s", f"{done:,}", f"{total:,}" if total else "?", unit)

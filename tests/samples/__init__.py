"""Independent counts of what raw payload files hold."""

from typing import NamedTuple


class Expected(NamedTuple):
    """One item of a file: a record counts as found when `key` occurs in its native_id, url or title."""

    key: str
    has_text: bool
    has_time: bool

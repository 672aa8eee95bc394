"""Independent counts of what raw payload files hold."""

from typing import NamedTuple


class Expected(NamedTuple):
    """One item of a payload: its raw id, else its url or title, and whether it has words and a time."""

    key: str
    has_text: bool
    has_time: bool

"""Independent counts of what raw payload files hold."""

from typing import NamedTuple


class Expected(NamedTuple):
    key: str
    has_text: bool
    has_time: bool

"""Independent counts of what raw payload files hold."""

from typing import NamedTuple


class Expected(NamedTuple):
    """An item of a file: a record is the item's where `key` is in its id, address or title."""

    key: str
    has_text: bool
    has_time: bool

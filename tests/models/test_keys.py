"""What two records share by name: pairs across platforms, and nothing of what too many hold."""

from typing import Any

import pyarrow as pa
import pytest

from models.keys import HOT, LISTED, shared_keys
from models.pieces import PIECES

EMPTY = {column.name: [] if pa.types.is_list(column.type) else None for column in PIECES}
Key = tuple[int, int, str, str]


def keys(rows: list[dict[str, Any]]) -> tuple[set[Key], int]:
    table = pa.Table.from_pylist([{**EMPTY, **row} for row in rows], schema=PIECES)
    found, hot = shared_keys(table, table["picture"])
    return {(row["first"], row["second"], row["kind"], row["value"]) for row in found.to_pylist()}, hot


def held_by(count: int, **held: Any) -> list[dict[str, Any]]:
    return [{"platform": f"p{number % 2}", **held} for number in range(count)]


def test_an_identifier_joins_records_of_different_platforms_only() -> None:
    rows = [{"platform": "a", "gtin": "1"}, {"platform": "a", "gtin": "1"}, {"platform": "b", "gtin": "1"}]
    assert keys(rows) == ({(0, 2, "gtin", "1"), (1, 2, "gtin", "1")}, 0)


def test_a_link_joins_with_whose_address_it_is() -> None:
    rows = [{"platform": "a", "url": "http://x/1"}, {"platform": "b", "links": ["http://x/1", "http://elsewhere/"]}]
    assert keys(rows) == ({(0, 1, "url", "http://x/1")}, 0)


@pytest.mark.parametrize("held", [{"gtin": "1"}, {"url": "http://x/"}, {"picture": "a1"}], ids=lambda held: min(held))
def test_what_more_than_so_many_hold_names_nothing(held: dict[str, Any]) -> None:
    found, hot = keys(held_by(HOT, **held))
    assert len(found) == HOT * HOT // 4 and hot == 0
    assert keys(held_by(HOT + 1, **held)) == (set(), 1)


def test_an_address_that_many_link_to_is_hot_too() -> None:
    home = {"platform": "a", "url": "http://x/"}
    assert keys([home, *held_by(HOT, links=["http://x/"])]) == (set(), 1)


def test_what_links_to_many_records_lists_them() -> None:
    known = [{"platform": "a", "url": f"http://x/{number}"} for number in range(LISTED + 1)]
    links = [row["url"] for row in known]
    assert len(keys([*known, {"platform": "b", "links": links[:-1]}])[0]) == LISTED
    assert keys([*known, {"platform": "b", "links": links}])[0] == set()

"""Broken pages of every platform: its saved page damaged in ways that networks and platforms damage pages.

`make fuzz` takes 10,000 pages of each platform, the tests FUZZ of them.
"""

import os
import random
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import example, given, seed, settings
from hypothesis import strategies as st
from pages import page
from test_goldens import GOLDEN, URLS

from jobs import parse, platforms
from jobs.platforms import Reject

FUZZ = int(os.environ.get("TRAWL_FUZZ") or 40)
HOSTILE: list[Any] = [
    None, True, 0, -1, 2**70, 1e308, float("nan"), "", "\0", "\ud800", "9" * 400, "2026-02-31", "<a", "&#0;", "//", "http://[",
    [], {}, [[]], {"": {}}, [None], "x" * 5000, "0000-00-00T99:99:99Z", "%%%", "\u202e", "١٢٣", "-", "1e999",
]  # fmt: skip
Damage = Callable[[random.Random, bytes], bytes]


def cut(dice: random.Random, body: bytes) -> bytes:
    return body[: dice.randrange(len(body) + 1)]


def flipped(dice: random.Random, body: bytes) -> bytes:
    held = bytearray(body)
    for _ in range(dice.randint(1, 8)):
        held[dice.randrange(len(held))] = dice.randrange(256)
    return bytes(held)


def doubled(dice: random.Random, body: bytes) -> bytes:
    start, size = dice.randrange(len(body)), dice.randrange(1, 200)
    return body[:start] + body[start : start + size] * dice.randint(2, 40) + body[start:]


def noise(dice: random.Random, body: bytes) -> bytes:
    return dice.randbytes(dice.randrange(300))


def deep(dice: random.Random, body: bytes) -> bytes:
    opening = dice.choice([b"[", b'{"a":', b"<a>", b'{"items":['])
    return body[: dice.randrange(len(body))] + opening * dice.choice([50, 3000])


def swapped(dice: random.Random, body: bytes) -> bytes:
    """A JSON page with some values replaced by hostile ones; another kind of page is flipped."""
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        return flipped(dice, body)
    spots = list(places(told))
    for holder, key in dice.sample(spots, min(len(spots), dice.randint(1, 5))):
        holder[key] = dice.choice(HOSTILE)
    try:
        return orjson.dumps(told)
    except TypeError:  # a number or half a character that JSON has no word for
        return str(told).encode("utf-8", "replace")


def places(told: Any) -> Any:
    """Every (container, key) of a payload."""
    pairs = told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ()
    for key, value in list(pairs):
        yield told, key
        yield from places(value)


DAMAGES: list[Damage] = [cut, flipped, doubled, noise, deep, swapped, swapped, swapped]


@pytest.mark.parametrize("name", platforms.names())
@seed(0)
@given(number=st.integers(0, 2**32))
@example(number=2104)  # what longer runs found: a name that is none in the recovered tree of a catalogue
@example(number=10116509)  # an archive whose gzip ends too early
@settings(max_examples=FUZZ, database=None)
def test_no_page_breaks_a_reader(name: str, number: int) -> None:
    dice, [saved] = random.Random(number), [file for file in (GOLDEN / name).iterdir() if file.stem == "page"]
    broken = page(dice.choice(DAMAGES)(dice, saved.read_bytes()), URLS.get(name, "http://127.0.0.1/x"))
    adapter = platforms.load(name)
    assert adapter.claims(broken) in (True, False)
    read = parse.Reading(name, adapter.POLICY, {}, "t")
    for item in adapter.items(broken):
        row = read.outcome(item, broken)
        assert isinstance(item, Reject) or row.keys() <= {"record", "event", "reject"}
        assert "reject" not in row or row["reject"]["reason"] not in ("unknown field", "wrong type"), row

"""What an earlier thing said word for word is not read again, and nobody can tell."""

import inspect
import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from pages import page
from test_fuzz import DAMAGES, FUZZ
from test_goldens import GOLDEN, URLS

from jobs import platforms
from jobs.platforms import Page, Said

TAKE_IT = [name for name in platforms.names() if "page.said" in inspect.getsource(platforms.load(name))]  # type: ignore[arg-type]


def again(told: Page, said: Said | None) -> Page:
    """The same body on another page, fetched later."""
    other = Page(replace(told.request, url="http://other.example/y"), 200, "", told.fetched_at, told.body, "other#1")
    return replace(other, fetched_at=told.fetched_at + timedelta(days=40), said=said)


@pytest.mark.parametrize("name", TAKE_IT)
@seed(0)
@given(number=st.integers(0, 2**32))
@settings(max_examples=FUZZ, deadline=None, database=None)
def test_what_was_said_before_reads_as_ever(name: str, number: int) -> None:
    dice, [saved] = random.Random(number), [file for file in (GOLDEN / name).iterdir() if file.stem == "page"]
    whole = page(saved.read_bytes(), URLS.get(name, "http://127.0.0.1/x"))
    damaged = replace(whole, body=dice.choice(DAMAGES)(dice, whole.body))
    adapter, said = platforms.load(name), Said()
    for told in (whole, damaged):
        assert list(adapter.items(replace(told, said=said))) == list(adapter.items(told))
        assert list(adapter.items(again(told, said))) == list(adapter.items(again(told, None)))


def test_the_same_thing_gives_the_very_same_item_until_it_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    said = Said()
    first, again = ([*said.items({"a": 1}, lambda: iter([{"native_id": "7"}]))] for _ in range(2))
    assert first[0] is again[0]
    monkeypatch.setattr(platforms, "MOST_SAID", 20)
    for number in range(10):
        assert list(said.items({"b": number}, lambda number=number: [{"n": number}])) == [{"n": number}]  # type: ignore[misc]
    assert len(said._items) == 2 and said._bytes == sum(map(len, said._items))
    assert list(said.items({"a": 1}, lambda: [{"native_id": "8"}])) == [{"native_id": "8"}]

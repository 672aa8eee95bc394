"""Ids of works over many nights: who keeps one, where the others lead."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import identity
from models.identity import work_id

Night = list[list[str]]  # the works of a night, each its records
WORKS = pa.schema([("record_id", pa.string()), ("work_id", pa.string())])


class Nights:
    """The works of one night after the other, as match keeps them."""

    def __init__(self) -> None:
        self.works, self.known = WORKS.empty_table(), identity.ROW.empty_table()
        self.number = 0

    def next(self, works: Night, mute: Sequence[str] = ()) -> dict[str, str]:
        """The id of every record's work."""
        self.number += 1
        record_ids = sorted(record_id for work in works for record_id in work)
        root = {record_id: record_ids.index(min(work)) for work in works for record_id in work}
        roots = np.array([root[record_id] for record_id in record_ids], np.int64)
        last = identity.before(pa.array(record_ids, pa.string()), self.works, self.known)
        roots = identity.stayed(roots, np.array([name in mute for name in record_ids], np.bool_), last)
        ids, self.known = identity.identify(record_ids, roots, last, night=f"2026-01-{self.number:02}")
        self.works = pa.table([pa.array(record_ids, pa.string()), ids], schema=WORKS)
        return dict(zip(record_ids, ids.to_pylist(), strict=True))

    def leads_to(self, old: str) -> str | None:
        [row] = [row for row in self.known.to_pylist() if row["work_id"] == old]
        assert (row["moved_night"] is None) == (row["leads_to"] == old)
        return row["leads_to"]


def test_a_work_that_grows_keeps_its_id_whatever_sorts_before_it() -> None:
    nights = Nights()
    first = nights.next([["b", "c"]])
    second = nights.next([["a", "b", "c", "d"]])
    assert set(first.values()) == set(second.values()) == {work_id("b")}


def test_the_older_of_two_works_goes_on_and_the_other_leads_to_it() -> None:
    nights = Nights()
    nights.next([["b"]])
    nights.next([["b"], ["a", "c", "d"]])
    assert set(nights.next([["a", "b", "c", "d"]]).values()) == {work_id("b")}
    assert nights.leads_to(work_id("a")) == work_id("b")
    nights.next([["a", "b", "c", "d", "e"]])
    assert nights.leads_to(work_id("a")) == work_id("b")


def test_two_works_that_part_again_have_the_ids_from_before() -> None:
    nights = Nights()
    before = nights.next([["a"], ["b", "c", "d"]])
    nights.next([["a", "b", "c", "d"]])
    assert nights.next([["a"], ["b", "c", "d"]]) == before
    assert nights.leads_to(work_id("b")) == work_id("b")


def test_a_part_that_leaves_founds_an_id_and_the_old_one_stays_with_its_founder() -> None:
    nights = Nights()
    nights.next([["a", "b", "c", "d"]])
    assert nights.next([["a", "b"], ["c", "d"]]) == {
        **dict.fromkeys("ab", work_id("a")),
        **dict.fromkeys("cd", work_id("c")),
    }


def test_an_id_whose_founder_went_to_an_older_work_stays_with_most_of_its_records() -> None:
    nights = Nights()
    nights.next([["x"]])
    nights.next([["x"], ["a", "b", "c"]])
    assert nights.next([["a", "x"], ["b", "c"]]) == {
        **dict.fromkeys("ax", work_id("x")),
        **dict.fromkeys("bc", work_id("a")),
    }
    alone = nights.next([["x"], ["a"], ["b", "c"]])
    assert alone["b"] == work_id("a") and len(set(alone.values())) == 3
    assert nights.next([["x"], ["a"], ["b", "c"]]) == alone


def test_an_id_goes_on_without_its_founder_and_leads_nowhere_without_records() -> None:
    nights = Nights()
    nights.next([["a", "b"], ["z"]])
    assert nights.next([["b", "c"]])["b"] == work_id("a")
    assert nights.leads_to(work_id("z")) is None


def test_a_founder_that_comes_back_alone_does_not_take_the_id_from_where_it_leads() -> None:
    nights = Nights()
    for works in ([["c"]], [["a", "c"]], [["a"], ["b"]]):
        nights.next(works)
    found = nights.next([["a", "b"], ["c"]])
    assert nights.leads_to(work_id("c")) == found["a"] == work_id("b") != found["c"] != work_id("c")


def test_a_tombstone_without_words_stays_where_it_was() -> None:
    nights = Nights()
    nights.next([["a", "b"], ["c", "d"]])
    found = nights.next([["a"], ["b"], ["c"], ["d"]], mute="acd")
    assert found["a"] == found["b"] == work_id("a") and found["c"] == found["d"] == work_id("c")


NAMES = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 3)), unique_by=lambda pair: pair[0], max_size=8)


@settings(max_examples=100)
@given(st.lists(NAMES, min_size=2, max_size=6))
def test_ids_are_one_to_one_with_works_and_every_old_one_says_where_it_leads(told: list[list[tuple[str, int]]]) -> None:
    nights, ever, before = Nights(), set[str](), dict[str, str]()
    for night in told:
        works = [[name for name, work in night if work == number] for number in range(4)]
        works = [work for work in works if work]
        ids = nights.next(works)
        assert len({ids[work[0]] for work in works}) == len(works)
        assert all(len({ids[name] for name in work}) == 1 for work in works)
        ever |= set(ids.values())
        assert set(nights.known["work_id"].to_pylist()) == ever
        assert {nights.leads_to(old) for old in ever} <= {*ids.values(), None}
        for old in set(before.values()):
            held = [ids[name] for name in before if before[name] == old and name in ids]
            founder = [ids[name] for name in ids if work_id(name) == old]  # who may come back when nobody is left
            assert nights.leads_to(old) in (held or [None, *founder])
        before = ids


@pytest.mark.parametrize("name", ["rss:1", "微博:9"])
def test_an_id_is_a_stable_hash(name: str) -> None:
    assert work_id(name) == work_id(name) != work_id(f"{name} ") and len(work_id(name)) == 17

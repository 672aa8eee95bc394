"""A row as Elasticsearch takes it; what it would choke on is refused alone, with the reason."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs import bodies as writer
from jobs.bodies import bodies
from store.outcomes import Document, Refused

NOW = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
PART = pa.struct([("url", pa.string()), ("at", pa.timestamp("us", tz="UTC"))])
SHAPE = pa.schema(
    [
        ("key", pa.string()),
        ("words", pa.string()),
        ("at", pa.timestamp("us", tz="UTC")),
        ("parts", pa.list_(PART)),
        ("tags", pa.list_(pa.string())),
        ("price", pa.struct([("amount", pa.decimal128(18, 4))])),
        ("v", pa.list_(pa.float32())),
    ]
)
UNIT = [0.6, 0.8]


@pytest.fixture(autouse=True, scope="module")
def _few_at_once() -> Iterator[None]:
    """So that nearly every row lies in a slice that does not begin at 0."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, "ROWS", 2)
        yield


def row(**fields: Any) -> dict[str, Any]:
    return {name: None for name in SHAPE.names} | {"key": "k"} | fields


def made(*rows: dict[str, Any], packed: bool = False) -> list[Document | Refused]:
    return list(bodies(pa.RecordBatch.from_pylist(list(rows), schema=SHAPE), "key", sizes={"v": 2}, packed=packed))


def document(one: Document | Refused) -> Any:
    assert not isinstance(one, Refused), one
    return orjson.loads(one[1])


text = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from('"\\\n\r\0}{'), max_size=5)
optional = st.none() | text
parts = st.lists(st.none() | st.fixed_dictionaries({"url": optional, "at": st.none()}), max_size=3)


@given(st.lists(st.tuples(optional, st.none() | parts, st.none() | st.lists(optional, max_size=3), st.booleans())))
def test_every_value_arrives(given_rows: list[tuple[Any, Any, Any, bool]]) -> None:
    rows = [
        row(words=words, parts=inner, tags=tags, v=UNIT if there else None) for words, inner, tags, there in given_rows
    ]
    found = [document(one) for one in made(*rows)]
    assert [{**one, "v": None} for one in found] == [{**told(one), "v": None} for one in rows]
    assert ["v" in one for one in found] == [there for *_, there in given_rows]


def told(value: Any) -> Any:
    """Without what objects say is null."""
    if isinstance(value, dict):
        return {name: told(one) for name, one in value.items() if one is not None}
    return [told(one) for one in value] if isinstance(value, list) else value


def test_times_are_iso_and_money_is_a_number() -> None:
    one = document(made(row(at=NOW, parts=[{"url": "u", "at": NOW}], price={"amount": Decimal("12.5")}))[0])
    text = "2026-01-02T03:04:05.000006Z"
    assert (one["at"], one["parts"], one["price"]) == (text, [{"url": "u", "at": text}], {"amount": 12.5})


def test_a_vector_is_the_same_either_way() -> None:
    vector = (np.array([1, 3]) / np.sqrt(10)).astype(np.float32)
    numbers, packed = (document(made(row(v=vector), packed=way)[0])["v"] for way in (False, True))
    assert np.array(numbers, np.float32).tobytes() == vector.tobytes()
    assert np.frombuffer(base64.b64decode(packed), ">f4").astype(np.float32).tobytes() == vector.tobytes()


@pytest.mark.parametrize(
    ("vector", "reason"),
    [
        ([0.6], "v has the wrong length"),
        ([], "v has the wrong length"),
        ([0.6, float("nan")], "v is not finite"),
        ([0.6, None], "v is not finite"),
        ([float("inf"), 0.8], "v is not finite"),
        ([0.0, 0.0], "v is not of length 1"),
        ([3.0, 4.0], "v is not of length 1"),
    ],
)
def test_an_unusable_vector_is_refused_alone(vector: list[float], reason: str) -> None:
    first, bad, last = made(row(v=UNIT, key="a"), row(v=vector, key="b", words="x"), row(v=UNIT, key="c"))
    assert isinstance(bad, Refused) and (bad.id, bad.reason) == ("b", reason)
    assert orjson.loads(bad.body)["words"] == "x"
    assert document(first)["v"] == document(last)["v"]


@pytest.mark.parametrize("nested", [False, True])
def test_a_year_beyond_what_is_a_date_is_refused_alone(nested: bool) -> None:
    far = pa.array([0, 632_684_000_000_000_000], pa.int64()).cast(pa.timestamp("us", tz="UTC"))
    batch = pa.RecordBatch.from_pylist([row(key="a"), row(key="b")], schema=SHAPE)
    inner = pa.StructArray.from_arrays([pa.array(["u", "u"]), far], fields=list(PART))
    column = pa.ListArray.from_arrays(pa.array([0, 1, 2], pa.int32()), inner) if nested else far
    batch = batch.set_column(batch.schema.get_field_index("parts" if nested else "at"), "x", column)
    first, bad = bodies(batch, "key", sizes={"v": 2})
    assert document(first)["key"] == "a"
    assert isinstance(bad, Refused) and bad.reason.endswith("is out of range") and bad.detail.startswith("22018-")


def test_what_no_calendar_has_is_refused_too() -> None:
    batch = pa.RecordBatch.from_pylist([row(key="a"), row(key="b")], schema=SHAPE)
    moments = pa.array([-62_135_596_800_000_001, 2**63 - 1], pa.int64()).cast(pa.timestamp("us", tz="UTC"))
    found = list(bodies(batch.set_column(batch.schema.get_field_index("at"), "at", moments), "key", sizes={"v": 2}))
    assert [bad.detail[:7] for bad in found if isinstance(bad, Refused)] == ["0000-12", "294247-"]


def test_lone_surrogates_are_replaced_wherever_they_are() -> None:
    broken = pa.array([b"a\xed\xa0\x80b", "红".encode()] * 2, pa.binary())
    text = pa.Array.from_buffers(pa.string(), 4, broken.buffers())
    tags = pa.ListArray.from_arrays(pa.array(range(5), pa.int32()), text)
    batch = pa.RecordBatch.from_pylist([row(key=key, parts=[None, {"url": key}]) for key in "abcd"], schema=SHAPE)
    batch = batch.set_column(1, "words", text).set_column(4, "tags", tags)
    *_, first, second = (document(one) for one in bodies(batch, "key", sizes={"v": 2}))
    assert (first["parts"], second["parts"]) == ([None, {"url": "c"}], [None, {"url": "d"}])
    assert first["words"] == first["tags"][0] == "a\ufffd\ufffd\ufffdb"
    assert second["words"] == second["tags"][0] == "红"

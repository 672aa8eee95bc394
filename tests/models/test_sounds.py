"""What sounds the same across scripts and spellings, and what must not."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import folding, sounds

FOLDED = folding.table()
COMMON = bytes(byte for high in range(0xB0, 0xD7) for low in range(0xA1, 0xFA) for byte in (high, low)).decode("gb2312")
PLAIN = [letter for letter in COMMON if FOLDED.points[FOLDED.starts[ord(letter)]] == ord(letter)]
HAN = st.text(st.sampled_from(PLAIN), min_size=2, max_size=4)


def is_heard(one: str | None, two: str | None) -> bool:
    found = sounds.names(pa.array([one, two], pa.string()))
    back = sounds.names(pa.array([two, one], pa.string()))
    assert sounds.same(found[:1], found[1:]) == sounds.same(back[:1], back[1:])
    return bool(sounds.same(found[:1], found[1:])[0])


@pytest.mark.parametrize("latin", ["Liu Cixin", "Cixin Liu", "CIXIN, Liu", "Liu Ci-xin", "LiuCixin"])
@pytest.mark.parametrize("han", ["刘慈欣", "劉慈欣"])
def test_a_name_is_the_same_in_both_scripts_and_orders(han: str, latin: str) -> None:
    assert is_heard(han, latin)


@pytest.mark.parametrize(
    ("one", "two"), [("华为", "Huawei"), ("华为", "Hua Wei"), ("华为 Huawei", "HUAWEI"), ("吕布", "Lü Bu")]
)
def test_a_brand_too(one: str, two: str) -> None:
    assert is_heard(one, two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Catherine Müller", "Mueller, Katherine"),
        ("John Smith", "Jon Smyth"),
        ("Christian Schmidt", "Kristian Schmitt"),
        ("Sophia Tolstoy", "Sofia Tolstoi"),
        ("Alexander Nowak", "Aleksander Novak"),
        ("Philip Schultz", "Filip Schulz"),
    ],
)
def test_spellings_of_one_sound(one: str, two: str) -> None:
    assert is_heard(one, two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("李伟", "李薇"),  # of one reading, but their characters differ
        ("Wei Li", "Wei Lu"),
        ("曹凯", "Kao Kai"),  # pinyin keeps its spelling
        ("王芳", "Fang Fang"),
        ("Bradoka", "Bradaka"),
        ("", ""),
        ("-", "……"),
        (None, None),
    ],
)
def test_false_friends(one: str | None, two: str | None) -> None:
    assert not is_heard(one, two)


@given(HAN, st.integers(1, 3))
@settings(deadline=None)  # the first call compiles
def test_every_name_is_heard_from_its_pinyin(han: str, surname: int) -> None:
    said = [sounds.readings()[letter] for letter in han]
    family, given_name = "".join(said[:surname]), "".join(said[surname:])
    assert is_heard(han, f"{given_name.capitalize()} {family.upper()}".strip())


@given(st.text(max_size=300), st.text(max_size=300))
@settings(deadline=None)
def test_any_text_has_one_sound(one: str, two: str) -> None:
    both = sounds.names(pa.array([one, two])), sounds.titles(pa.array([one, two]))
    alone = sounds.names(pa.array([two])), sounds.titles(pa.array([two]))
    assert [found[1] for found in both] == [found[0] for found in alone]


def test_a_title_keeps_its_order_and_tells_its_length() -> None:
    han, syllables, words, turned = sounds.titles(
        pa.array(["三体：第一部", "San ti : di yi bu", "Santi. Diyibu", "Di yi bu santi"])
    )
    assert han >> 1 == syllables >> 1 == words >> 1 != turned >> 1
    assert sounds.size(sounds.titles(pa.array(["三体", "x" * 500, None]))).tolist() == [5, 127, 0]

"""What is told quickly is what reading letter by letter tells: each shortcut against the long way."""

import re
import sys
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models import harmless, identifiers, markup, text, urls, values

NEVER = re.compile("(?!)")
PIECES = st.sampled_from(
    [
        "红色的鞋",
        "䷀",
        "㐀",
        "々",
        "，",
        "。",
        "“",
        "Ａ",
        "ﬁ",
        "\u212a",
        "\u212b",
        "Ȿ",
        "ß",
        "İ",
        "é",
        "Доброе",
        "あ",
        "12",
        "-1",
        "'s",
        "'",
    ]
    + [
        "Butrida",
        "a",
        "I",
        " ",
        "  ",
        "\n",
        "\r\n",
        "\r",
        "\t",
        "\u3000",
        "\u200b",
        "\ufeff",
        "\x00",
        "\x85",
        "\ud800",
        "https://a.example/x",
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=3), max_size=40).map("".join)


def the_long_way(value: str) -> str:
    with patch.object(text, "_is_plainly_chinese", return_value=False):
        return text.language(value)


@given(TEXTS)
def test_a_plainly_chinese_text_is_chinese(value: str) -> None:
    assert text.language(value) == the_long_way(value)


def test_no_character_folds_into_more_letters_than_are_reckoned_with() -> None:
    for character in map(chr, range(sys.maxunicode + 1)):
        folded = len(text._LATIN_LETTER.findall(character.casefold()))
        data = character.encode("utf-8", "surrogatepass")
        han, letters, others = text._bounds(data)
        assert letters <= folded <= letters + 3 * others
        assert len(character.casefold()) <= 1 + 2 * others
        assert han <= len("".join(text._HAN_RUN.findall(character.casefold())))


def cleaned(told: str) -> str | None:
    told = markup.SURROGATE.sub("\ufffd", told).replace("\r\n", "\n").replace("\r", "\n").replace("\u200b", "")
    told = markup.CONTROL.sub(" ", markup.INVISIBLE.sub("", told))
    lines = "\n".join(line.strip() for line in markup.SPACES.sub(" ", told).split("\n"))
    return markup.BLANKS.sub("\n\n", lines).strip().rstrip("\u200d") or None


@given(TEXTS)
def test_clean_text(value: str) -> None:
    assert markup.clean(value) == cleaned(value)


@given(st.from_regex(urls.KEPT, fullmatch=True))
def test_an_address_that_is_kept_as_it_is(url: str) -> None:
    with patch.object(urls, "KEPT", NEVER):
        assert urls.canonical(url) == url


WHOLES = st.from_regex(values.WHOLE, fullmatch=True)
BARE = WHOLES.map(lambda url: url.partition("//")[2])


@given(
    WHOLES | BARE | BARE.map("//{}".format) | st.text(":/.aé1 "),
    st.sampled_from(["", "http://b.example/c/"]),
    st.booleans(),
)
@example("http://a.example/?", "http://b.example/c/", False)
def test_an_address_that_needs_no_parser(url: str, base: str, upgrade: bool) -> None:
    quick = values.address(url, base, upgrade=upgrade)
    with patch.object(values, "WHOLE", NEVER):
        assert quick == values.address(url, base, upgrade=upgrade)


NUMBERS = (
    st.integers(-5, 2**64)
    | st.floats()
    | st.from_regex(r"\d{0,20}(\.\d{0,9})?", fullmatch=True)
    | st.booleans()
    | st.none()
)


@given(NUMBERS)
def test_numbers(value: Any) -> None:
    amount = values._amount(value)
    assert values.count(value) == (None if amount is None or amount > values.MOST else int(amount))
    assert values.number(value) == (None if amount is None or amount >= values.HUGE else float(amount))
    assert values.money(value) == (None if amount is None or amount >= values.RICHEST else amount.quantize(values.CENT))


WORDS = st.none() | st.text(st.sampled_from("a红\0"), max_size=3)
NESTED = st.fixed_dictionaries({"a": WORDS, "b": st.none() | st.lists(st.none() | st.fixed_dictionaries({"c": WORDS}))})
KIND = pa.struct({"a": pa.string(), "b": pa.list_(pa.struct({"c": pa.string()}))})


@given(st.lists(NESTED, max_size=5))
def test_a_column_is_clean_when_every_value_is(rows: list[Any]) -> None:
    assert harmless.is_clean(pa.array(rows, KIND)) == (harmless.cleaned(rows) == rows)


LABELS = st.sampled_from(
    ["条码", "ISBN", "EAN-13", "doı", "DOİ", "model no.", "Model number", "型号 ", "barcode\n", "xISBN", "品名"]
)
NAMED = st.sampled_from(["6907912361769", " 978-7-111-11111-1", "XP-4208", "10.1000/x.y", "", "a:b", "http://x"])
LABELLED = st.lists(st.tuples(LABELS, st.sampled_from(":："), NAMED).map("".join) | TEXTS, max_size=6).map("".join)


@given(LABELLED)
def test_identifiers_after_their_labels(told: str) -> None:
    found: dict[str, str] = {}
    for colon in re.finditer("[:：]", told):
        label = identifiers.LABEL.search(told[max(0, colon.start() - identifiers.LONGEST) : colon.start()])
        value = identifiers.VALUE.match(told, colon.end())
        kind = next((kind for kind in identifiers.READERS if label and label.group(kind)), None)
        if kind and value and (read := identifiers.READERS[kind](value.group(1).rstrip(" .-/"))):
            found.setdefault(kind, read)
    assert identifiers.labelled_ids(told) == found


@pytest.mark.parametrize("value", [Decimal(5), [5], {"a": 5}, b"5"])
def test_what_is_neither_number_nor_text_is_no_money(value: Any) -> None:
    assert values.money(value) is None

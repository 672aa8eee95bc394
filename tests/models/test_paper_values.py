"""Identifiers and dates of papers: named cases of the platforms, then what must hold for any input."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.identifiers import arxiv, doi, issn, pmid
from models.papers import byline, date_parts, language, person, published, resolver, title_id

ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.lists(st.integers())
)
MONTHS = "January February March April May June July August September October November December".split()


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("2101.00001v2", "2101.00001"),
        ("arXiv:0704.0001", "0704.0001"),
        ("hep-th/9901001v3", "hep-th/9901001"),
        ("math.GT/0309136", "math.gt/0309136"),
        ("https://arxiv.org/abs/2101.00001v2", "2101.00001"),
        ("https://arxiv.org/pdf/2101.00001.pdf", "2101.00001"),
        ("oai:arXiv.org:2101.00001", "2101.00001"),
        ("10.48550/arXiv.2101.00001", "2101.00001"),
        ("2101.00001 [hep-th]", "2101.00001"),
        *((wrong, None) for wrong in ("2113.00001", "21.1", "2101.000001", "see 2101.00001", "", None)),
    ],
)
def test_arxiv_numbers(told: Any, meant: str | None) -> None:
    assert arxiv(told) == meant


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        *((12345678, "12345678"), ("PMID: 12", "12"), ("https://pubmed.ncbi.nlm.nih.gov/12/", "12")),
        *((wrong, None) for wrong in (0, "012", "123456789", True, 12.0, "PMC12", "", None)),
    ],
)
def test_pubmed_numbers(told: Any, meant: str | None) -> None:
    assert pmid(told) == meant


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        *(("2049-3630", "2049-3630"), ("20493630", "2049-3630"), ("ISSN 0000-006x", "0000-006X")),
        *((wrong, None) for wrong in ("2049-3631", "2049-363", "0000-0000", "X049-3630", "", None)),
    ],
)
def test_serial_numbers(told: Any, meant: str | None) -> None:
    assert issn(told) == meant


@given(st.integers(1, 9_999_999))
def test_an_issn_has_exactly_one_check_digit(stem: int) -> None:
    read = [issn(f"{stem:07d}{digit}") for digit in "0123456789X"]
    [right] = [told for told in read if told]
    assert issn(right) == issn(right.replace("-", "")) == issn(f" issn: {right.lower()} ") == right


@given(st.integers(1, 9_999_999), st.integers(0, 6), st.integers(1, 9))
def test_one_wrong_digit_is_no_issn(stem: int, place: int, off: int) -> None:
    right = next(told for digit in "0123456789X" if (told := issn(f"{stem:07d}{digit}")))
    digits = right.replace("-", "")
    changed = f"{digits[:place]}{(int(digits[place]) + off) % 10}{digits[place + 1:]}"
    assert issn(changed) is None


@given(st.dates(date(2007, 4, 1), date(2099, 12, 1)), st.integers(1, 99_999), st.integers(1, 99))
def test_an_arxiv_number_is_the_same_in_every_form(day: date, number: int, version: int) -> None:
    told = f"{day:%y%m}.{number:05d}"
    forms = ("{}", "{}v%d", "arXiv:{}v%d", "https://arxiv.org/abs/{}v%d", "http://export.arxiv.org/pdf/{}v%d.pdf")
    for form in forms:
        assert arxiv((form % version if "%d" in form else form).format(told)) == told


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("10.1002/(SICI)1000-2000(19990101)49:8<693::AID-X4>3.0.CO;2-O", None),  # signs of the years before 2000
        ("https://doi.org/10.1000/a%3Cb", "10.1000/a<b"),
        ("doi:10.1000/Xyz.", "10.1000/xyz"),
        ("as told in 10.1000/xyz. And", "10.1000/xyz"),
        ("11.1000/xyz", ""),
    ],
)
def test_dois(told: str, meant: str | None) -> None:
    assert (doi(told) or "") == (told.lower() if meant is None else meant)


@pytest.mark.parametrize(
    ("told", "meant", "precision"),
    [
        (2015, "2015-01-01", "year"),
        ("2014/05", "2014-05-01", "year"),
        ("2020/05/12/", "2020-05-12", "day"),
        ("2020///", "2020-01-01", "year"),
        ("2013年5月", "2013-05-01", "year"),
        ("2013年5月7日", "2013-05-07", "day"),
        ("14 Jan 2019", "2019-01-14", "day"),
        ("January 14, 2019", "2019-01-14", "day"),
        ("Mar. 2014", "2014-03-01", "year"),
        ("[c2004]", "2004-01-01", "year"),
        ("1999-2004", "1999-01-01", "year"),
        ("2016-02-30", "2016-02-01", "year"),
        ("2016-13-01", "2016-01-01", "year"),
        ("2020-01-01(001)", "2020-01-01", "day"),
    ],
)
def test_dates_of_publication(told: Any, meant: str, precision: str) -> None:
    assert published(told) == (datetime.fromisoformat(meant).replace(tzinfo=UTC), precision)


@given(st.dates(date(1000, 1, 1), date(2199, 12, 31)))
def test_a_date_survives_every_way_of_writing_it(day: date) -> None:
    meant = (datetime(day.year, day.month, day.day, tzinfo=UTC), "day")
    month = MONTHS[day.month - 1]
    told = [f"{day:%d} {month} {day.year}", f"{month[:3]} {day.day}, {day.year}", f"{day.year}/{day.month}/{day.day}"]
    assert {published(text) for text in [*told, day.isoformat()]} == {meant}
    parts = [day.year, day.month, day.day]
    assert date_parts(parts) == date_parts([parts]) == date_parts([[str(part) for part in parts]]) == meant


@pytest.mark.parametrize("told", [[[None]], [], None, [0], ["x"], [True], [10**30], {"a": 1}, [[[]]]])
def test_what_is_no_date(told: Any) -> None:
    assert date_parts(told) is None


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        *(
            (("Doe, Jane",), "Jane Doe"),
            (("Doe", "J."), "J. Doe"),
            (("王", "小明"), "王小明"),
            (("王, 小明",), "王小明"),
        ),
        *(
            (("Maps Group",), "Maps Group"),
            (("A, B, C",), "A, B, C"),
            ((None, "x"), "x"),
            ((None,), None),
            (("",), None),
        ),
    ],
)
def test_names(told: tuple[Any, ...], meant: str | None) -> None:
    assert person(*told) == meant


def test_a_line_says_who_and_where() -> None:
    assert byline(["A B", "C D"], "Maps", "12", "3", "1-10") == "A B; C D. Maps 12 (3), 1-10"
    assert byline(["A"] * 30) == "; ".join(["A"] * 20) + "; et al."
    assert byline([], "Maps") == "Maps" and byline([]) is None


def test_an_id_for_what_has_none() -> None:
    assert title_id("On Maps: a study", "Jane Doe", 2020) == title_id("ＯＮ maps – A Study", "jane doe", 2020)
    assert (
        len({title_id(*told) for told in (("On maps", "J", 2020), ("On maps", "J", 2021), ("On maps", "K", 2020))}) == 3
    )
    assert title_id("...", "J", 2020) is None


@given(ANYTHING)
def test_nothing_raises_and_what_is_read_is_settled(value: Any) -> None:
    for read in (arxiv, pmid, issn, doi, resolver, language, person):
        told = read(value)
        assert told is None or read(told) == told
    for moment in (published(value), date_parts(value)):
        assert moment is None or moment[0].tzinfo is UTC

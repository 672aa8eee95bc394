"""Numbers, money, times, identifiers and markup: named cases of the platforms, then what must hold for any input."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.identifiers import gtin, isbn, labelled_ids
from models.markup import clean, hash_tags, plain, primary_tag
from models.times import CHINA, instant
from models.values import address, count, money, seconds

NEAR = datetime(2020, 6, 19, 0, 47, tzinfo=CHINA)
ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.lists(st.integers())
)


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        *((7920, 7920), ("7920", 7920), ("0", 0), ("1,024", 1024), ("1.5万", 15_000), ("276.8万", 2_768_000)),
        *(("2亿", 200_000_000), ("10万+", 100_000), ("12k", 12_000), ("１２", 12), (3.0, 3)),
        *(("-", None), ("", None), (None, None), (True, None), ("-3", None), (float("nan"), None), ("9" * 30, None)),
    ],
)
def test_counts(told: Any, meant: int | None) -> None:
    assert count(told) == meant


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("34.9", "34.9"),
        (1369.0, "1369"),
        ("¥1,299.00", "1299"),
        ("12元", "12"),
        ("￥88", "88"),
        ("0.00", "0"),
        (5, "5"),
    ],
)
def test_money(told: Any, meant: str) -> None:
    assert money(told) == Decimal(meant)


@pytest.mark.parametrize("told", ["1550表示15.5%", "-", "", "-1", None, float("inf"), 10**12, "免费"])
def test_what_is_no_money(told: Any) -> None:
    assert money(told) is None


@pytest.mark.parametrize(
    ("told", "meant", "precision"),
    [
        (1559347200, "2019-06-01T00:00:00", "second"),
        ("1567440000000", "2019-09-02T16:00:00", "second"),
        ("Tue May 31 17:46:55 +0800 2011", "2011-05-31T09:46:55", "second"),
        ("2021-07-09T19:09:52+0000", "2021-07-09T19:09:52", "second"),
        ("2019-11-29T20:00:11.000Z", "2019-11-29T20:00:11", "second"),
        ("2018-08-21 11:23:43", "2018-08-21T03:23:43", "second"),
        ("Tue, 06 Dec 2016 17:17:00 +0000", "2016-12-06T17:17:00", "second"),
        ("06月17日 18:12", "2020-06-17T10:12:00", "minute"),
        ("12月31日 10:00", "2019-12-31T02:00:00", "minute"),
        ("今天 00:10", "2020-06-18T16:10:00", "minute"),
        ("5分钟前", "2020-06-18T16:42:00", "minute"),
        ("2019-12-01", "2019-12-01T00:00:00", "day"),
        ("2019", "2019-01-01T00:00:00", "year"),
    ],
)
def test_times(told: Any, meant: str, precision: str) -> None:
    assert instant(told, zone=CHINA, near=NEAR) == (datetime.fromisoformat(meant).replace(tzinfo=UTC), precision)


@pytest.mark.parametrize(
    "told", ["22016-05-30T10:00:00", "13月45日 10:00", "soon", "", None, True, 0, -5, 10**15, float("nan")]
)
def test_what_is_no_time(told: Any) -> None:
    assert instant(told, near=NEAR) is None


@pytest.mark.parametrize(
    ("day", "year"), [("12月31日 23:50", 2025), ("01月01日 00:05", 2026), ("02月29日 12:00", 2024)]
)
def test_a_date_without_year_on_new_years_day(day: str, year: int) -> None:
    read = instant(day, zone=CHINA, near=datetime(2026, 1, 1, 0, 30, tzinfo=CHINA))
    assert read and read[0].astimezone(CHINA).year == year


@given(st.integers(0, 2**63 - 1))
def test_a_count_survives_being_written(value: int) -> None:
    assert count(value) == count(str(value)) == count(f"{value:,}") == value


@given(st.integers(0, 99_999))
def test_tenths_of_ten_thousand_are_exact(tenths: int) -> None:
    assert count(f"{tenths // 10}.{tenths % 10}万") == tenths * 1000


@given(st.decimals(0, 10**9, places=2))
def test_money_is_exact_and_never_a_float(value: Decimal) -> None:
    for told in (f"{value:.2f}", f"¥{value:,.2f}", f"{value:.2f}元"):
        assert money(told) == value
    assert money(float(value)) == value


moments = st.datetimes(datetime(1975, 1, 1), datetime(2150, 1, 1))


@given(moments, st.integers(-12 * 60, 14 * 60))
def test_a_moment_survives_every_way_of_writing_it(moment: datetime, offset: int) -> None:
    told = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=offset)))
    day, month = "Mon Tue Wed Thu Fri Sat Sun".split()[told.weekday()], told.strftime("%m")
    name = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()[int(month) - 1]
    zone = told.strftime("%z")
    written = [
        f"{told:%Y-%m-%dT%H:%M:%S}{zone}",
        told.isoformat(),
        f"{day} {name} {told:%d %H:%M:%S} {zone} {told.year}",
        f"{day}, {told.day} {name} {told.year} {told:%H:%M:%S} {zone}",
        int(told.timestamp()),
        int(told.timestamp()) * 1000,
    ]
    assert {instant(text) for text in written} == {(told.astimezone(UTC), "second")}


@given(st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1)), st.integers(0, 363))
def test_a_date_without_year_is_the_last_one(near: datetime, days: int) -> None:
    fetched = near.replace(tzinfo=CHINA)
    posted = (fetched - timedelta(days=days)).replace(second=0, microsecond=0)
    assert instant(f"{posted:%m月%d日 %H:%M}", zone=CHINA, near=fetched) == (posted.astimezone(UTC), "minute")


@given(ANYTHING)
def test_nothing_raises_and_nothing_is_guessed(value: Any) -> None:
    for read in (count, money, seconds, address, gtin, isbn, labelled_ids, plain, clean, primary_tag):
        read(value)
    told = instant(value, near=NEAR)
    assert told is None or told[0].utcoffset() == timedelta(0)


@given(st.text())
def test_plain_text_is_settled(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert once is None or not set(once) & set("\u200b\ufeff\x00")


def test_markup_becomes_words() -> None:
    told = 'a <a href="https://x.y/z">here</a>, <a href="https://t/t">#b#</a><br/>c<img alt="[哈]"/> &amp; <3 <em>x</em>\u200b'
    assert plain(told) == "a here https://x.y/z , #b#\nc[哈] & <3 x"
    assert plain("<p>a</p><p>b<script>alert(1)</script></p>") == "a\n\nb"
    assert plain("1 &lt; 2") == "1 < 2"
    assert hash_tags("#a b##c# d #e") == ["a b", "c"]


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("//img.alicdn.com/a.png", "https://img.alicdn.com/a.png"),
        ("item.jd.com/1.html", "https://item.jd.com/1.html"),
        ("http://sinaimg.cn/a", "https://sinaimg.cn/a"),
        ("http://127.0.0.1:8700/media/a.png", "http://127.0.0.1:8700/media/a.png"),
        ("javascript:alert(1)", None),
        ("http://[bad", None),
        ("/a", None),
    ],
)
def test_addresses(told: str, meant: str | None) -> None:
    assert address(told, upgrade=True) == meant
    assert address("/a", "http://h/b/c") == "http://h/a"


def test_identifiers_need_their_label_and_their_check_digit() -> None:
    assert labelled_ids("条码：6900000000014\n型号：kx-2107 新款") == {"gtin": "6900000000014", "model": "KX-2107"}
    assert labelled_ids("EAN: 6900000000015. Model: Rose. 6900000000014") == {}
    assert labelled_ids("ISBN 13: 9, ISBN: 0-306-40615-2, DOI: 10.1000/ABC.d.") == {
        "isbn": "9780306406157",
        "doi": "10.1000/abc.d",
    }
    assert isbn("978-0-306-40615-7") == "9780306406157"

import pytest

from models.linkage.fields import fields
from models.linkage.profile import number, profile, year


@pytest.mark.parametrize(
    "values, kind",
    [
        (["$12.50", "1,299", "7 oz", "3"] * 5, "number"),
        (["1999", "2004-05-06", "2011.0", "1987"] * 5, "time"),
        (["J. Smith, Mary Jones", "A. Weber and K. Lang", "Li Wei; Zhang San"] * 5, "names"),
        (["red steel lantern", "灯塔 手册", "router kx-210"] * 5, "text"),
        ([" ".join(["word"] * 40 + [str(n)]) for n in range(9)], "long"),
        (["", "N/A", "-", "暂无"] * 5, "empty"),
        (["same"] * 9, "empty"),
    ],
)
def test_a_column_is_told_by_its_values(values: list[str], kind: str) -> None:
    assert profile(values).kind == kind


def test_amounts_and_years_are_read_with_what_stands_around_them() -> None:
    assert [number(v) for v in ("$1,299.00", "12 oz", "5.5%", "about 3 of them")] == [1299.0, 12.0, 5.5, None]
    assert [year(v) for v in ("(1993).", "May 4, 2010", "12345")] == [1993.0, 2010.0, None]


def test_columns_of_other_names_are_brought_together_by_their_values() -> None:
    left = {"a": ["steel lantern", "quiet router", "old kettle"], "b": ["3", "4", "5"]}
    right = {"q": ["3", "9", "5"], "r": ["quiet kettle", "steel router", "old lantern"]}
    found = {f.name: (f.is_shared, f.values[3:]) for f in fields(left, right)}
    assert found["a"] == (True, right["r"]) and found["b"] == (True, right["q"])

"""The table for people."""

from hypothesis import given
from hypothesis import strategies as st

from query import explain
from query.result import Hit, Result

HITS = [
    Hit(1, "w1", 0.0328, {"title": "红色运动鞋" * 8, "type": "product", "price": {"amount": 259.0, "currency": "CNY"}},
        {"words": 1, "meaning": 2}, {"body": "轻便 <em>红色</em> &lt;b&gt;"}, 2, ("exact title", "↑2: near your taste, 0.61")),
    Hit(2, "w2", 0.0161, {"title": "Red shoes", "type": "video", "platforms": ["youtube"], "why_merged": "same gtin",
        "duplicate_of": "w9", "duplicate_by": "sound", "duplicate_similarity": 0.914}, {"meaning": 1}),
]  # fmt: skip
RESULT = Result("红色", "shop", HITS, {"platforms": {"youtube": 1}, "brand": {}}, 12_000, 12.4, 8, {"words": 1}, ("a → b",), (), (), {})  # fmt: skip


@given(st.text(), st.integers(1, 60))
def test_a_cell_has_exactly_its_width(text: str, columns: int) -> None:
    assert explain.width(explain.cut(text, columns)) == columns


def test_columns_stay_aligned_with_chinese() -> None:
    rows = [line for line in explain.table(RESULT).splitlines() if line.startswith(("1", "2"))][:2]
    assert [explain.width(row[: row.index(kind)]) for row, kind in zip(rows, ("product", "video"))] == [53, 53]


def test_everything_that_explains_a_hit_is_shown() -> None:
    shown = explain.table(RESULT, explain=True)
    for said in ("read      a → b", "1 ↑2", "259 CNY", "words #1 · meaning #2 · exact title · ↑2: near your taste, 0.61",
                 "轻便 [红色] <b>", "merged: same gtin", "near-duplicate of w9 by sound, similarity 0.91", "platforms youtube 1", "2 of 12,000+ in 12 ms"):  # fmt: skip
        assert said in shown

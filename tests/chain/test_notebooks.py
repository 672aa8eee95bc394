"""The notebooks' cells, run top to bottom on what the chain built."""

import ast
import json
from pathlib import Path
from typing import Any

from a_chain import Chain

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def run(name: str) -> tuple[dict[str, Any], list[str]]:
    """What the cells of a notebook leave behind, and the HTML, else the text, that each of them ends with."""
    cells = [cell for cell in json.loads((NOTEBOOKS / name).read_text())["cells"] if cell["cell_type"] == "code"]
    names, shown = dict[str, Any](), list[str]()
    for cell in cells:
        *statements, last = ast.parse("".join(cell["source"])).body
        value = None
        if isinstance(last, ast.Expr):
            exec(compile(ast.Module(statements, []), name, "exec"), names)
            value = eval(compile(ast.Expression(last.value), name, "eval"), names)
        else:
            exec(compile(ast.Module([*statements, last], []), name, "exec"), names)
        as_html = getattr(value, "_repr_html_", None)
        shown.append(as_html() if as_html else str(value))
    return names, shown


def test_what_is_in_the_index(chain: Chain) -> None:
    names, _ = run("01_what_is_in_the_index.ipynb")
    assert names["answer"]["aggregations"]["platforms"]["buckets"]
    assert names["merged"]["hits"]["hits"] and names["found"].hits


def test_one_work_of_many_records(chain: Chain) -> None:
    names, shown = run("02_one_work_of_many_records.ipynb")
    merged, apart, family = names["merged"], names["apart"], names["family"]

    assert len(merged["platforms"]) > 1 and set(merged["record_ids"]) <= set(names["beside"].columns)
    assert names["beside"].loc["title", "taken from"].startswith(tuple(merged["record_ids"]))

    assert not any(one == other for one, other in apart["works"].str.split())
    assert apart["reason"].str.contains(" is not ").any() and apart["reason"].str.contains("not alike enough").any()

    assert len(set().union(*family["platforms"])) > 1 and family["duplicate_of"].isna().sum() == 1
    assert family["duplicate_similarity"].dropna().between(0, 1).all() and family["duplicate_by"].notna().any()
    assert any("data:;base64," in html for html in shown)

    assert names["by_platforms"].sum() == names["table"]["work_id"].nunique() and names["by_platforms"].index.max() > 1
    assert names["by_similarity"].sum() == names["copies"]["duplicate_of"].notna().sum()

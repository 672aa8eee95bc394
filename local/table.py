"""What a night made, for people: the figures of the whole chain, then a line for every step."""

from collections.abc import Sequence
from typing import Any

# figure: step, and the count in the ledger that holds it
FIGURES = {
    "pages": ("crawl", "pages"),
    "records": ("align", "out"),
    "works": ("match", "works"),
    "documents": ("merge", "out"),
    "duplicates": ("dedup", "duplicates"),
    "vectors": ("embed", "out"),
    "indexed": ("index", "out"),
}


def figures(rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    """One number per figure, summed over platforms; `rejected` over all steps."""
    found = {
        figure: sum(int(row["counts"].get(count, 0)) for row in rows if row["step"] == step)
        for figure, (step, count) in FIGURES.items()
    }
    return {**found, "rejected": sum(_rejected(row) for row in rows)}


def _rejected(row: dict[str, Any]) -> int:
    return int(row["counts"].get("rejected", 0))


def text(rows: Sequence[dict[str, Any]]) -> str:
    """The figures above the steps, in the order in which they ran."""
    found = figures(rows)
    heads = [f"{name:>11}" for name in found], [f"{number:>11,}" for number in found.values()]
    lines = [f"{'step':<18}{'seconds':>8}  counts", *map(_line, rows)]
    return "\n".join(["".join(heads[0]), "".join(heads[1]), "", *lines])


def _line(row: dict[str, Any]) -> str:
    name = f"{row['step']} {row['platform']}".strip()
    counts = ", ".join(f"{key} {value:,}" for key, value in row["counts"].items() if isinstance(value, int))
    state = "" if row["state"] == "done" else f"{row['state'].upper()} "
    return f"{name:<18}{row['seconds'] or 0:>8.1f}  {state}{counts}"

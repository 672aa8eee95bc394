"""A result for people: a table that stays aligned with Chinese, facets, and why every hit is where it is."""

import html
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from query.result import Hit, Result

WIDTHS = {"#": 5, "title": 44, "type": 8, "platforms": 18, "price": 12, "score": 6}


def width(text: str) -> int:
    """Columns a text takes in a terminal: wide characters two, marks that combine none."""
    return sum(_columns(sign) for sign in text)


def _columns(sign: str) -> int:
    if unicodedata.combining(sign) or unicodedata.category(sign) in ("Cf", "Cc"):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def cut(text: str, columns: int) -> str:
    """The text in exactly so many columns, filled with spaces or ended by …"""
    if width(text) <= columns:
        return text + " " * (columns - width(text))
    kept = ""
    while width(kept + text[len(kept)]) < columns:
        kept += text[len(kept)]
    return kept + "…" + " " * (columns - 1 - width(kept))


def table(result: Result, *, explain: bool = False, colour: bool = False) -> str:
    """The result as lines: what was found, one line per hit (more with `explain`), facets, timing."""
    lines = [*_head(result, explain), *_rows(result, explain, colour), "", *_facets(result)]
    served = f"{result.took_ms:.0f} ms, of which Elasticsearch {result.elasticsearch_ms:.0f} ms"
    return "\n".join([*lines, f"{len(result.hits)} of {_count(result.total)} in {served}, from {result.index}"])


def dump(result: Result) -> str:
    """Every body that was sent, as JSON, vectors on one line each."""
    text = json.dumps(result.body, ensure_ascii=False, indent=2)
    return re.sub(r"\[\s+(-?[\d.]+(?:e-?\d+)?(?:,\s+-?[\d.]+(?:e-?\d+)?)*)\s+\]", _one_line, text)


def _one_line(found: re.Match[str]) -> str:
    return f"[{' '.join(found.group(1).split())}]"


def _head(result: Result, explain: bool) -> Iterator[str]:
    for words in result.understood:
        yield f"read      {words}"
    if explain:
        yield "found by  " + ", ".join(f"{leg} {found}" for leg, found in result.legs.items())
        yield from (f"note      {note}" for note in result.notes)


def _rows(result: Result, explain: bool, colour: bool) -> Iterator[str]:
    if not result.hits:
        yield "nothing found"
        return
    yield _line({name: name for name in WIDTHS})
    for hit in result.hits:
        yield _line(_cells(hit))
        if explain:
            yield from (f"      {line}" for line in why(hit, colour=colour))


def _line(cells: Mapping[str, str]) -> str:
    return "  ".join(cut(cells[name], columns) for name, columns in WIDTHS.items()).rstrip()


def _cells(hit: Hit) -> dict[str, str]:
    own = hit.document
    arrow = f"{'↑' if hit.moved > 0 else '↓'}{abs(hit.moved)}" if hit.moved else ""
    return {
        "#": f"{hit.rank} {arrow}",
        "title": " ".join(hit.title.split()),
        "type": str(own.get("type") or ""),
        "platforms": ", ".join(own.get("platforms") or ()),
        "price": price(own.get("price")),
        "score": f"{hit.score:.4f}",
    }


def price(value: Mapping[str, Any] | None) -> str:
    """Amount and currency, empty where there is none."""
    if not value or value.get("amount") is None:
        return ""
    return f"{float(value['amount']):g} {value.get('currency') or ''}".strip()


def why(hit: Hit, *, colour: bool = False) -> Iterator[str]:
    """Why a hit is where it is, one phrase a line."""
    yield " · ".join([*(f"{leg} #{rank}" for leg, rank in hit.legs.items()), *hit.reasons])
    own = hit.document
    if own.get("why_merged"):
        yield f"merged: {own['why_merged']}"
    if own.get("duplicate_of"):
        by = f" by {own['duplicate_by']}" if own.get("duplicate_by") else ""
        yield f"near-duplicate of {own['duplicate_of']}{by}, similarity {own.get('duplicate_similarity') or 0:.2f}"
    if own.get("is_stale"):
        yield f"a platform failed: {own.get('stale_days')} days old"
    if "body" in hit.highlight:
        yield _marked(hit.highlight["body"], colour)


def _marked(text: str, colour: bool) -> str:
    """Highlighted text for a terminal: bold, or in brackets where there is no colour."""
    start, end = ("\x1b[1m", "\x1b[0m") if colour else ("[", "]")
    plain = html.unescape(text.replace("<em>", "\x02").replace("</em>", "\x03"))
    return " ".join(plain.split()).replace("\x02", start).replace("\x03", end)


def _facets(result: Result) -> Iterator[str]:
    for name, counts in result.facets.items():
        if counts:
            yield f"{name:<9} " + ", ".join(f"{value} {count:,}" for value, count in counts.items())


def _count(total: int) -> str:
    return f"{total:,}{'+' if total >= 10_000 else ''}"

"""What a search gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Hit:
    """One document: where it stands, why, and what it says.

    `score` is of the fusion, before personalising; `legs` gives the rank in each leg that found it, from 1;
    `highlight` is HTML-escaped with `<em>` around the words of the query; `moved` is how many places the user's
    taste lifted it (negative: let it fall).
    """

    rank: int
    work_id: str
    score: float
    document: Mapping[str, Any]
    legs: Mapping[str, int]
    highlight: Mapping[str, str] = field(default_factory=dict)
    moved: int = 0
    reasons: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The title, or the beginning of the body of a work that has none."""
        return str(self.document.get("title") or self.document.get("body") or "")

    @property
    def record_ids(self) -> tuple[str, ...]:
        """Records that were merged into this document."""
        return tuple(self.document.get("record_ids") or ())


@dataclass(frozen=True)
class Result:
    """The hits of one query and how they were found.

    `total` counts the documents that match the words (at most 10,000 are counted); `facets` counts them by field;
    `took_ms` and `elasticsearch_ms` are wall time, in a batch the query's share of it; `body` holds every body that was sent, by leg.
    """

    query: str
    index: str
    hits: list[Hit]
    facets: Mapping[str, Mapping[str, int]]
    total: int
    took_ms: float
    elasticsearch_ms: float
    legs: Mapping[str, int]
    understood: tuple[str, ...]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    body: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """The result for JSON, without the bodies."""
        plain = {name: getattr(self, name) for name in ("query", "index", "total", "took_ms", "elasticsearch_ms")}
        more = {name: list(getattr(self, name)) for name in ("understood", "notes", "warnings")}
        return plain | more | {"legs": self.legs, "facets": self.facets, "hits": [_hit(hit) for hit in self.hits]}


def _hit(hit: Hit) -> dict[str, Any]:
    own = {"rank": hit.rank, "work_id": hit.work_id, "record_ids": list(hit.record_ids), "score": round(hit.score, 6)}
    why = {"legs": hit.legs, "moved": hit.moved, "reasons": list(hit.reasons), "highlight": hit.highlight}
    return own | why | {"document": hit.document}

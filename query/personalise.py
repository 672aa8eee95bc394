"""A user's taste may move a hit by a few places, never more, and every move says why.

A hit at place i (from 0) with nearness g from 0 to 1 is sorted by i - (CAP + 1/2) g. It can pass another only where
their places differ by at most CAP, so no hit rises or falls by more than CAP places.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

CAP = 3  # places
SPREAD = 0.3  # cosine above the median hit that counts as fully near


@dataclass(frozen=True)
class Moved:
    """A document after personalising; `places` is how far it rose (negative: fell)."""

    work_id: str
    places: int
    similarity: float | None


def personalise(work_ids: Sequence[str], similarities: Mapping[str, float]) -> list[Moved]:
    """The same documents, those nearer to the taste than the median hit a little higher.

    `similarities` are cosines with the user's taste vector; a document without one keeps nearness 0.
    """
    middle = median(similarities.values()) if similarities else 0.0
    nearness = [min(1.0, max(0.0, (similarities.get(key, middle) - middle) / SPREAD)) for key in work_ids]
    order = sorted(range(len(work_ids)), key=lambda i: (i - (CAP + 0.5) * nearness[i], i))
    return [Moved(work_ids[i], i - place, similarities.get(work_ids[i])) for place, i in enumerate(order)]


def reason(moved: Moved, document: Mapping[str, Any], tastes: Sequence[Mapping[str, Any]]) -> str | None:
    """Why a hit moved, in one phrase; None where it did not."""
    if not moved.places:
        return None
    if moved.places < 0:
        return f"↓{-moved.places}: others are nearer to your taste"
    of_document = {*(document.get("tags") or ()), *(document.get("category_path") or ())}
    shared = [taste["tag"] for taste in tastes if taste["tag"] in of_document]
    tags = f": tags {', '.join(shared[:3])}" if shared else ""
    near = f", {moved.similarity:.2f}" if moved.similarity is not None else ""
    return f"↑{moved.places}: near your taste{near}{tags}"

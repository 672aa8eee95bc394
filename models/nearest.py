"""For every record those of each platform that seem most alike, by the pieces that two records both look up.

A pair is worth comparing by an estimate of its likeness (models/likeness.py has the features and their weights): of the
3-grams TEXT times their cosine, of the marks what they add where no others are shared. A pair below FLOOR is neither one
work nor a rival of one. Probes do not depend on each other.
"""

import numpy as np
from numba import njit

from models.blocking import Ids, Index, Ints

TEXT = 40.0  # text and title weigh 12, but of rare pieces even two texts that are alike share few
FLOOR = 3.0
NEAREST = 8  # of each platform


def nearest(
    text: Index, marks: Index, *, groups: Ids, share: float, nat: float, enough: float, first: int, last: int
) -> tuple[Ints, Ints]:
    """Probes and their neighbours: for the rows first..last the NEAREST rows of each group, the own one included.

    In the order of probe, group and falling estimate; of equal ones the smaller row first. The whole share of the marks
    adds `share`, each nat of them `nat` up to `enough` nats.
    """
    width = int(groups.max(initial=0)) + 1
    best = np.full((last - first, width, NEAREST), -1, np.int32)
    kept = np.zeros(best.shape, np.float32)
    by_text = (text.idf, text.ends, text.terms, text.heads, text.rows)
    by_marks = (marks.idf, marks.ends, marks.terms, marks.heads, marks.rows)
    _nearest(by_text, by_marks, text.sought, marks.told, groups, share, nat, enough, first, best, kept)
    at, _, _ = np.nonzero(best >= 0)
    return at + first, best[best >= 0].astype(np.int64)


@njit(cache=True, nogil=True)
def _nearest(by_text, by_marks, sought, told, groups, share, nat, enough, first, best, kept):  # type: ignore
    shared, touched = np.zeros((len(groups), 2), np.float32), np.empty(len(groups) + 1, np.int32)
    for place in range(len(best)):
        probe, count = first + place, 0
        count = _add(by_text, 0, probe, shared, touched, count)
        count = _add(by_marks, 1, probe, shared, touched, count)
        for other in touched[:count]:
            grams, marks = shared[other]
            shared[other] = 0
            value = TEXT * grams / np.sqrt(max(sought[probe] * sought[other], 1e-9))
            value += share * marks / max(min(told[probe], told[other]), 1e-9) + nat * min(marks, enough)
            if value > FLOOR and other != probe:
                _keep(best, kept, place, groups[other], value, other)


@njit(cache=True, nogil=True)
def _add(by, kind, probe, shared, touched, count):  # type: ignore
    """Add to what each row shares with the probe; those that shared nothing before are put behind `touched[:count]`.

    Of the 3-grams (kind 0) the squares of their idf, of the marks (1) the idf itself.
    """
    idf, ends, terms, heads, rows = by
    for term in terms[ends[probe] : ends[probe + 1]]:
        weight = idf[term] if kind else idf[term] * idf[term]
        for other in rows[heads[term] : heads[term + 1]]:
            touched[count] = other
            count += shared[other, 0] == 0 and shared[other, 1] == 0
            shared[other, kind] += weight
    return count


@njit(cache=True, nogil=True)
def _keep(best, kept, place, group, value, row):  # type: ignore
    """Put a row into its place among the best of its group: by falling value, then by rising number."""
    at = NEAREST
    while at > 0 and (
        value > kept[place, group, at - 1] or (value == kept[place, group, at - 1] and row < best[place, group, at - 1])
    ):
        if at < NEAREST:
            best[place, group, at], kept[place, group, at] = best[place, group, at - 1], kept[place, group, at - 1]
        at -= 1
    if at < NEAREST:
        best[place, group, at], kept[place, group, at] = row, value

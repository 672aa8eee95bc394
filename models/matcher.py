"""Which records are one work: candidate pairs, a score for each, clusters of the best.

The score of a pair is a sum of log-odds that anybody can recompute; nothing is learnt from labels:

    BIAS + SIMILARITY s + LEAST_LEAD l + GREATEST_LEAD g + the KEYS shared - REPEAT where a text repeats another

s is the weighted sum of likeness.WEIGHTS. A key is an identifier, a link, or a picture that looks the same (keys.py). A lead is s less the s of the best rival for the same place (another record
of that platform, in the same script), seen from either record: l the smaller, g the greater, within LEAD. Records that
repeat each other on one platform are no rivals: the earlier one is the original and competes, the later one is marked.

Edges above 0 go by falling score into a union-find that refuses a second record of a platform and a second identifier
of a kind, and, where only text speaks for it, an edge whose two clusters are on average not alike (models/cluster.py):
one likeness makes no chain of works. What people decided comes first: pairs that are the same whatever else, and pairs that stay apart. So a work has at most one record per platform. That is right for posts, videos and papers; of several offers
of one product in one shop only the best joins.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit
from numpy.typing import NDArray

from models import keys, likeness
from models.cluster import NONE, Support, clusters
from models.likeness import Corpus, Floats
from models.pieces import Ints, numbered

BIAS = -6.0
SIMILARITY = 0.3
LEAST_LEAD = 0.3
GREATEST_LEAD = 0.9
LEAD = 6.0
NO_RIVAL = 6.0  # the least s that a rival is taken to have: two lone records are not alike because nobody else is there
REPEAT = 6.0
WINS = (LEAST_LEAD + GREATEST_LEAD) * NO_RIVAL - BIAS
WINS /= SIMILARITY + LEAST_LEAD + GREATEST_LEAD  # an s below joins nothing by text alone, whatever it leads by
RIVALS = 3
PICTURE = 4.0  # two works may show one picture: it needs likeness beside it, and is no sure edge
KEYS = {
    **dict.fromkeys(("gtin", "isbn", "doi", "arxiv", "pmid"), 14.0),
    **{"asin": 10.0, "model": 7.0, "url": 6.0, "picture": PICTURE},
}
PAIR = np.dtype([("first", "<i4"), ("second", "<i4"), ("similarity", "<f4"), ("is_repeat", "?")])
Pairs = NDArray[np.void]  # PAIR rows, first < second


@dataclass(frozen=True)
class Ruled:
    """Pairs of rows that people decided on, the smaller row first, in ascending order."""

    same: tuple[Ints, Ints] = NONE
    apart: tuple[Ints, Ints] = NONE

    def rows(self) -> Ints:
        """Every row that a person decided on."""
        return np.unique(np.concatenate([*self.same, *self.apart]))


NOTHING = Ruled()


def logistic(scores: Floats) -> Floats:
    """The chance that log-odds stand for."""
    return np.asarray(1 / (1 + np.exp(-scores)))


@dataclass(frozen=True)
class Scored:
    """Pairs of rows in ascending order: what their text says (log-odds), what the keys that they share add.

    `leads` is (2, n); `is_rival` where neither repeats another record; `chance` tells how sure a score of text alone is;
    `repeats` counts the records that repeat another.
    """

    firsts: Ints
    seconds: Ints
    scores: Floats
    keyed: Floats
    leads: Floats
    is_rival: NDArray[np.bool_]
    repeats: int
    chance: Callable[[Floats], Floats] = logistic


@dataclass(frozen=True)
class Matched:
    """`roots` is the smallest row of each row's work; `edges` the taken pairs (first, second, score), best first."""

    roots: Ints
    firsts: Ints
    seconds: Ints
    scores: Floats
    counts: dict[str, int]


def propose(records: Corpus, first: int, last: int) -> Pairs:
    """What the rows first..last propose, but pairs that text alone neither joins nor is a rival of."""
    found = compared(records, *likeness.candidates(records, first, last))
    found = found[(found["similarity"] > NO_RIVAL) | found["is_repeat"]]
    return _ordered(found[_is_near(records, found) | found["is_repeat"]])


def _is_near(records: Corpus, pairs: Pairs) -> NDArray[np.bool_]:
    """Pairs among the RIVALS most alike of their first for a platform and a script, where one may win: others cannot."""
    one, two, value = (pairs[name] for name in ("first", "second", "similarity"))
    is_near, is_other = np.zeros(len(pairs), np.bool_), records.is_han[one] != records.is_han[two]
    place = (one * np.int64(int(records.groups.max(initial=0)) + 1) + records.groups[two]) * 2 + is_other
    order = np.lexsort((two, -value, place))
    starts = np.searchsorted(place[order], place[order])
    is_near[order] = (np.arange(len(order)) - starts < RIVALS) & (value[order][starts] > WINS)
    return is_near


def compared(records: Corpus, probes: Ints, others: Ints) -> Pairs:
    """PAIR rows of these pairs, probe first; pairs of one platform only where one repeats the other."""
    similarity, is_repeat = likeness.similarity(records, probes, others)
    keep = (records.groups[probes] != records.groups[others]) | is_repeat
    found = np.empty(int(keep.sum()), PAIR)
    for name, column in zip(PAIR.names or (), (probes, others, similarity, is_repeat), strict=True):
        found[name] = column[keep]
    return found


def _ordered(pairs: Pairs) -> Pairs:
    """The same pairs, the smaller row first."""
    low, high = np.minimum(pairs["first"], pairs["second"]), np.maximum(pairs["first"], pairs["second"])
    pairs["first"], pairs["second"] = low, high
    return pairs


def match(table: pa.Table, records: Corpus, proposed: Pairs, shared: pa.Table, ruled: Ruled = NOTHING) -> Matched:
    """Works of the PIECES rows in `table`, from proposed PAIR rows, shared KEY rows and what people decided."""
    return decided(table, records, scored(table, records, proposed, shared, ruled), ruled)


def scored(table: pa.Table, records: Corpus, proposed: Pairs, shared: pa.Table, ruled: Ruled = NOTHING) -> Scored:
    """The pairs that may be one work by what is known of both: of two platforms, of one owner, none of them mute."""
    size = len(table)
    pairs = _all_pairs(records, proposed, shared)
    firsts, seconds = _sides(pairs)
    is_across, owners = records.groups[firsts] != records.groups[seconds], numbered(table["tenant"])
    repeats = repeated(table, pairs[~is_across])
    is_mute = muted(table, ruled)
    is_across &= ~is_mute[firsts] & ~is_mute[seconds]
    is_across &= owners[firsts] == owners[seconds]  # what is private is never merged with what another may see
    firsts, seconds = firsts[is_across], seconds[is_across]
    is_rival = ~repeats[firsts] & ~repeats[seconds]
    similarity = pairs["similarity"][is_across]
    found = leads(records, firsts, seconds, similarity=similarity, is_rival=is_rival)
    scores = log_odds(similarity, found, is_rival)
    keyed = _of_keys(firsts * size + seconds, shared, size)
    scores[places_of(firsts * size + seconds, _apart(table, size))] = -np.inf
    return Scored(firsts, seconds, scores, keyed, found, is_rival, int(repeats.sum()))


def decided(table: pa.Table, records: Corpus, pairs: Scored, ruled: Ruled = NOTHING) -> Matched:
    """Works out of scored pairs and what people decided."""
    size, scores = len(table), pairs.scores + pairs.keyed
    order = np.flatnonzero(scores > 0)
    order = order[np.argsort(-scores[order], kind="stable")]  # of equal scores the smaller rows first
    forced, is_keyed = len(ruled.same[0]), pairs.keyed[order] > 0
    is_sure = np.append(np.ones(forced, np.bool_), pairs.keyed[order] > PICTURE)
    support = Support(is_sure, pairs.firsts * size + pairs.seconds, scores)
    firsts, seconds = (np.append(*both) for both in zip(ruled.same, (pairs.firsts[order], pairs.seconds[order])))
    chances = np.append(np.ones(forced), np.where(is_keyed, logistic(scores[order]), pairs.chance(scores[order])))
    roots, taken = clusters(
        *(size, firsts, seconds),
        groups=records.groups.astype(np.int64),
        labels=[numbered(table["tenant"]), *keys.apart_by(table)],
        apart=ruled.apart,
        forced=forced,
        support=support,
    )
    counts = {"candidates": len(scores), "edges": len(order), "taken": int(taken.sum()), "repeats": pairs.repeats}
    return Matched(roots, firsts[taken], seconds[taken], chances[taken], counts)


def muted(table: pa.Table, ruled: Ruled) -> NDArray[np.bool_]:
    """Rows that say nothing any more and of which nobody decided: they are with what they were with before."""
    is_mute = np.array(table["is_mute"], np.bool_)
    is_mute[ruled.rows()] = False
    return is_mute


def _all_pairs(records: Corpus, proposed: Pairs, shared: pa.Table) -> Pairs:
    """Each pair once, in ascending order: proposed from either side, or sharing a key."""
    keyed = compared(records, *(np.asarray(shared[name], np.int64) for name in ("first", "second")))
    both = np.concatenate([proposed, keyed])
    firsts, seconds = _sides(both)
    pairs = firsts * len(records.groups) + seconds
    order = np.argsort(pairs, kind="stable")
    pairs = pairs[order]
    found: Pairs = both[order[np.append(True, pairs[1:] != pairs[:-1])[: len(pairs)]]]
    return found


def _sides(pairs: Pairs) -> tuple[Ints, Ints]:
    return pairs["first"].astype(np.int64), pairs["second"].astype(np.int64)


def repeated(table: pa.Table, pairs: Pairs) -> NDArray[np.bool_]:
    """Rows that repeat an earlier record of their platform: a repost, or the later one of a pair, or the greater id."""
    is_later = np.asarray(pc.fill_null(table["is_repost"], False)).astype(bool)
    days = np.nan_to_num(table["days"].to_numpy(), nan=np.inf)
    found = is_later.copy()
    one, two = _sides(pairs)
    is_second = np.where(is_later[one] != is_later[two], is_later[two], days[one] <= days[two])
    found[np.where(is_second, two, one)] = True
    return found


def log_odds(similarity: NDArray[np.float32], leads: Floats, is_rival: NDArray[np.bool_]) -> Floats:
    """Scores of pairs by text alone."""
    repeat = np.where(is_rival, 0.0, REPEAT)
    return np.asarray(
        BIAS + SIMILARITY * similarity + LEAST_LEAD * leads.min(0) + GREATEST_LEAD * leads.max(0) - repeat
    )


def leads(
    records: Corpus, firsts: Ints, seconds: Ints, *, similarity: NDArray[np.float32], is_rival: NDArray[np.bool_]
) -> Floats:
    """(2, n): each pair's leads, seen from either record; rivals are alike in script or not, as the pair is: a
    translation is less alike."""
    groups, width = records.groups, int(records.groups.max(initial=0)) + 1
    is_other = records.is_han[firsts] != records.is_han[seconds]
    found = np.empty((2, len(firsts)))
    _leads(firsts, seconds, groups, width, is_other, similarity, is_rival, found)
    return found


@njit(cache=True, nogil=True)
def _leads(firsts, seconds, groups, width, is_other, similarity, is_rival, leads):  # type: ignore
    """Similarity less the best rival's for the same record and platform, seen from either record, within LEAD."""
    best = np.full((2, 2 * width * len(groups)), NO_RIVAL, np.float32)  # and the second best
    for pair in range(len(firsts)):
        if is_rival[pair]:
            value = similarity[pair]
            for one, two in ((firsts[pair], seconds[pair]), (seconds[pair], firsts[pair])):
                place = (one * width + groups[two]) * 2 + is_other[pair]
                best[1, place] = max(best[1, place], min(best[0, place], value))
                best[0, place] = max(best[0, place], value)
    for pair in range(len(firsts)):
        value = similarity[pair]
        for side, (one, two) in enumerate(((firsts[pair], seconds[pair]), (seconds[pair], firsts[pair]))):
            place = (one * width + groups[two]) * 2 + is_other[pair]
            rival = best[1, place] if is_rival[pair] and value >= best[0, place] else best[0, place]
            leads[side, pair] = min(max(value - rival, -LEAD), LEAD)


def _of_keys(pairs: Ints, shared: pa.Table, size: int) -> Floats:
    """What the shared keys add to each pair (ascending); all kinds count, a kind once."""
    wanted = np.asarray(shared["first"], np.int64) * size + np.asarray(shared["second"], np.int64)
    kinds = np.asarray(shared["kind"].to_pylist(), object)
    added = np.zeros(len(pairs))
    for kind, weight in KEYS.items():
        added[np.unique(places_of(pairs, wanted[kinds == kind]))] += weight
    return added


def places_of(pairs: Ints, wanted: Ints) -> Ints:
    """Places of those that are wanted among the pairs (ascending), but of those that are not there."""
    places = np.minimum(np.searchsorted(pairs, wanted), len(pairs) - 1)
    return places[pairs[places] == wanted] if len(pairs) else places[:0]


def _apart(table: pa.Table, size: int) -> Ints:
    firsts, seconds = keys.related_pairs(table)
    return np.minimum(firsts, seconds) * size + np.maximum(firsts, seconds)

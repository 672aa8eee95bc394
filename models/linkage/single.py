"""One table that holds the same thing several times: its rows in groups, with labels or without.

A row has many partners, so nothing is made of rivals. Every pair within what the candidates connect is scored too, and
the groups are what average linkage leaves together.
"""

from collections.abc import Callable

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier as Trees

from models.blocking import Ints
from models.linkage.candidates import Pairs, unique
from models.linkage.features import Records, features
from models.linkage.groups import connected, grouped, inner_pairs
from models.linkage.labelled import SEEDS, Floats
from models.linkage.overlap import Floats32, cosine
from models.linkage.unlabelled import SHAPE, mixture
from models.linkage.walk import grown, log_odds, probability

Scorer = Callable[[Floats32], Floats]
SMALL = {"max_iter": 80, "learning_rate": 0.1, "max_leaf_nodes": 6, "min_samples_leaf": 20}
SMALL |= {"l2_regularization": 5.0, "max_features": 0.2}
EVEN = 0.5
BINS = 100


def closed(known: Records, pairs: Pairs, scorer: Scorer) -> Pairs:
    """The candidates and all pairs within the components that the likely ones among them make."""
    inner = inner_pairs(connected(pairs, scorer(own(known, pairs)), known.size), known.size)
    return unique(np.append(pairs.firsts, inner.firsts), np.append(pairs.seconds, inner.seconds), known.size)


def own(known: Records, pairs: Pairs) -> Floats32:
    """Features of pairs, none of them of rivals."""
    return features(known, *pairs)[1]


def scored(known: Records, candidates: Pairs, scorer: Scorer) -> tuple[Pairs, Floats]:
    """The candidates closed, and the probability of each pair."""
    pairs = closed(known, candidates, scorer)
    return pairs, scorer(own(known, pairs))


def groups(pairs: Pairs, scores: Floats, size: int) -> list[Ints]:
    """Groups of rows that are the same thing, from closed pairs."""
    return grouped(connected(pairs, scores, size), pairs, scores, size, EVEN)


def taught(known: Records, pairs: Pairs, gold: Ints) -> Scorer:
    """Scorer from the candidates of rows whose true pairs (first x size + second, ascending) are known.

    A second pass also learns from the pairs within what the first would connect.
    """
    scorer = _fitted(known, pairs, gold)
    return _fitted(known, closed(known, pairs, scorer), gold)


def _fitted(known: Records, pairs: Pairs, gold: Ints) -> Scorer:
    truth = np.isin(pairs.firsts * known.size + pairs.seconds, gold)
    partners = np.bincount(np.concatenate(pairs), minlength=known.size)
    weight = 1 / (partners[pairs.firsts] + partners[pairs.seconds])  # a large group has many pairs that say the same
    seen = own(known, pairs)
    fitted = [grown(seen, truth, SMALL, seed=seed, weight=weight * len(weight) / weight.sum()) for seed in SEEDS]
    return _scorer(fitted)


def _scorer(fitted: list[Trees]) -> Scorer:
    def score(seen: Floats32) -> Floats:
        return probability(fitted, seen)

    return score


def unlabelled(known: Records, pairs: Pairs) -> Scorer:
    """Scorer that has seen no label, in two rounds.

    The second learns from the groups that the first finds, so that rows which only a third one links teach how one thing
    is said in unlike words; pairs that the first calls likely but parts are left out.
    """
    pairs, scores = scored(known, pairs, _against_decoys(known, pairs))
    inner = inner_pairs(groups(pairs, scores, known.size), known.size)
    found, drawn = inner.firsts * known.size + inner.seconds, _drawn(known.size)
    is_sure = (scores < EVEN) | np.isin(pairs.firsts * known.size + pairs.seconds, found)
    ones, others = (np.append(rows[is_sure], more) for rows, more in zip(pairs, drawn, strict=True))
    return _fitted(known, unique(ones, others, known.size), found)


def _against_decoys(known: Records, pairs: Pairs) -> Scorer:
    """Every row's best candidate against far ones and pairs drawn at random, then two bells."""
    seen, (best, far) = own(known, pairs), _best_and_far(known, pairs)
    decoys = np.concatenate([seen[far], own(known, _drawn(known.size))])
    is_best = np.arange(len(best) + len(decoys)) < len(best)
    trees = grown(np.concatenate([seen[best], decoys]), is_best, SHAPE)
    said = log_odds(trees, seen)
    p = mixture(said, log_odds(trees, decoys))
    order = np.argsort(said, kind="stable")

    def score(more: Floats32) -> Floats:
        return np.interp(log_odds(trees, more), said[order], p[order])

    return score


def _best_and_far(known: Records, pairs: Pairs) -> tuple[Ints, Ints]:
    """Places of the pairs that are the best of one of their rows, and of those below the valley between alike and unlike."""
    likeness = np.nan_to_num(cosine(known.whole.grams, *pairs).astype(np.float64))
    best = np.zeros(known.size)
    for rows in pairs:
        np.maximum.at(best, rows, likeness)
    is_best = (likeness >= best[pairs.firsts]) | (likeness >= best[pairs.seconds])
    return np.flatnonzero(is_best), np.flatnonzero(~is_best & (likeness < valley(likeness)))


def valley(values: Floats) -> float:
    """Where values between 0 and 1 fall into two classes that differ most.

    Source  Otsu, "A threshold selection method from gray-level histograms" (1979).
    """
    counts, edges = np.histogram(values, BINS, (0.0, 1.0))
    sums = np.cumsum(counts * (edges[:-1] + edges[1:]) / 2)
    below = np.cumsum(counts)
    apart = below * (below[-1] - below)
    between = (sums[-1] * below / max(1, below[-1]) - sums) ** 2 / np.maximum(1, apart)
    return float(edges[1 + np.argmax(between)])


def _drawn(size: int) -> Pairs:
    """Each row with another one, by a fixed shuffle."""
    order = np.random.default_rng(0).permutation(size)
    return unique(order, np.roll(order, 1), size)

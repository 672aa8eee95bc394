"""One table that holds the same thing several times: its rows in groups, with labels or without.

A row has many partners, so nothing is made of rivals. Every pair within what the candidates connect is scored too, and
the groups are what average linkage leaves together.
"""

from collections.abc import Callable

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier as Trees
from threadpoolctl import threadpool_limits

from models.blocking import Ints
from models.linkage.candidates import Pairs, unique
from models.linkage.features import Records, features
from models.linkage.groups import connected, grouped, inner_pairs
from models.linkage.labelled import SEEDS, Floats
from models.linkage.overlap import Floats32, cosine
from models.linkage.unlabelled import SHAPE, mixture
from models.linkage.walk import log_odds, probability

FAR = 0.6  # of the best likeness: what is less alike than that is another thing

Scorer = Callable[[Floats32], Floats]
SMALL = {"max_iter": 80, "learning_rate": 0.1, "max_leaf_nodes": 6, "min_samples_leaf": 20}


def closed(known: Records, pairs: Pairs, scorer: Scorer) -> Pairs:
    """The candidates and all pairs within the components that the likely ones among them make."""
    inner = inner_pairs(connected(pairs, scorer(own(known, pairs)), known.size), known.size)
    return unique(np.append(pairs.firsts, inner.firsts), np.append(pairs.seconds, inner.seconds), known.size)


def own(known: Records, pairs: Pairs) -> Floats32:
    """Features of pairs, none of them of rivals."""
    return features(known, *pairs)[1]


def groups(known: Records, candidates: Pairs, scorer: Scorer, cut: float) -> list[Ints]:
    """Groups of rows that are the same thing, from candidate pairs."""
    pairs = closed(known, candidates, scorer)
    scores = scorer(own(known, pairs))
    return grouped(connected(pairs, scores, known.size), pairs, scores, known.size, cut)


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
    with threadpool_limits(1):
        fitted = [_trees(seed).fit(seen, truth, sample_weight=weight * len(weight) / weight.sum()) for seed in SEEDS]
    return _scorer(fitted)


def _scorer(fitted: list[Trees]) -> Scorer:
    def score(seen: Floats32) -> Floats:
        return probability(fitted, seen)

    return score


def unlabelled(known: Records, pairs: Pairs) -> Scorer:
    """Scorer that has seen no label: every row's best candidate against its far ones and pairs drawn at random, then two bells."""
    seen, likeness = own(known, pairs), np.nan_to_num(cosine(known.whole.grams, *pairs).astype(np.float64))
    best, far = _bests(likeness, pairs, known.size)
    decoys = np.concatenate([seen[far], own(known, _drawn(known.size))])
    with threadpool_limits(1):
        trees = Trees(**SHAPE, l2_regularization=5.0, max_features=0.3, random_state=0, early_stopping=False)
        trees.fit(np.concatenate([seen[best], decoys]), np.arange(len(best) + len(decoys)) < len(best))
    said = log_odds(trees, seen)
    p = mixture(said, log_odds(trees, decoys))
    order = np.argsort(said, kind="stable")

    def score(more: Floats32) -> Floats:
        return np.interp(log_odds(trees, more), said[order], p[order])

    return score


def _bests(likeness: Floats, pairs: Pairs, size: int) -> tuple[Ints, Ints]:
    """Places of the pairs that are the best of one of their rows, and of those that are far from both rows' bests."""
    best = np.zeros(size)
    for rows in pairs:
        np.maximum.at(best, rows, likeness)
    is_best = (likeness >= best[pairs.firsts]) | (likeness >= best[pairs.seconds])
    is_far = likeness < FAR * np.minimum(best[pairs.firsts], best[pairs.seconds])
    return np.flatnonzero(is_best), np.flatnonzero(is_far)


def _trees(seed: int) -> Trees:
    return Trees(**SMALL, l2_regularization=5.0, max_features=0.2, random_state=seed, early_stopping=False)


def _drawn(size: int) -> Pairs:
    """Each row with another one, by a fixed shuffle."""
    order = np.random.default_rng(0).permutation(size)
    return unique(order, np.roll(order, 1), size)

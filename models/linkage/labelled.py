"""A matcher learnt from labelled pairs: boosted trees twice, the second time with the first one's verdict on the rivals.

The labelled negatives do not stand for what a blocker proposes, so negatives are added from the candidates themselves:
where a row's partner is known and rows of its table have one partner, its other candidates are wrong.

Source  Friedman, "Greedy function approximation" (2001), as histogram boosting; stacked standing: this project.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier as Trees

from models.blocking import Ints
from models.linkage.candidates import Pairs
from models.linkage.context import standings
from models.linkage.overlap import Floats32
from models.linkage.walk import grown, probability

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

WEAK = 3  # weak negatives for each label
SEVERAL = 0.05  # share of the matched rows with several partners, up to which a table's rows are taken to have one
FOLDS = 4
SEEDS = (0, 1, 2)
SIEVE = 0.005  # probability of the first pass below which the second is not asked
WIDE = {"l2_regularization": 1.0, "max_features": 0.3}
SMALL = {"max_iter": 60, "learning_rate": 0.1, "max_leaf_nodes": 15, "min_samples_leaf": 10, **WIDE}
LARGE = {"max_iter": 120, "learning_rate": 0.07, "max_leaf_nodes": 15, "min_samples_leaf": 10, **WIDE}


@dataclass(frozen=True)
class Labels:
    """Places among the candidates, ascending, and whether those pairs match."""

    places: Ints
    is_match: Flags


@dataclass(frozen=True)
class Matcher:
    """Fitted trees: `first` sees a pair and its rivals, `second` also what the first says of the rivals."""

    first: Trees
    second: list[Trees]

    def score(self, features: Floats32, pairs: Pairs, size: int) -> Floats:
        """Probability of every candidate pair; comparable within one call, as rivals stand in it."""
        verdict = probability([self.first], features)
        left = np.flatnonzero(verdict >= SIEVE)
        seen = stacked(verdict, features, pairs, size, left)
        found = np.zeros(len(verdict))
        found[left] = probability(self.second, seen)
        return found


def learn(features: Floats32, pairs: Pairs, labels: Labels, *, size: int, apart: Ints) -> Matcher:
    """Fit on labelled candidates; no pair of `apart` (places) is used in any way but as a rival."""
    weak = weak_negatives(pairs, labels, size, apart)
    places = np.concatenate([labels.places, weak])
    truth = np.concatenate([labels.is_match, np.zeros(len(weak), np.bool_)])
    first = grown(features[places], truth, SMALL)
    verdict = probability([first], features)
    verdict[places] = _unseen(features[places], truth, pairs.firsts[places])
    seen = stacked(verdict, features, pairs, size, places)
    return Matcher(first, [grown(seen, truth, LARGE, seed=seed) for seed in SEEDS])


def weak_negatives(pairs: Pairs, labels: Labels, size: int, apart: Ints) -> Ints:
    """Places of candidates that are wrong because the partner of one of their rows is known; WEAK per label at most."""
    is_wrong = np.zeros(len(pairs.firsts), np.bool_)
    for rows in pairs:
        partners = np.bincount(rows[labels.places[labels.is_match]], minlength=size)
        if (partners > 1).sum() <= SEVERAL * (partners > 0).sum():
            is_wrong |= partners[rows] > 0
    is_wrong[labels.places] = False
    is_wrong[apart] = False
    found = np.flatnonzero(is_wrong)
    most = WEAK * len(labels.places)
    return found if len(found) <= most else np.sort(np.random.default_rng(0).choice(found, most, replace=False))


def stacked(verdict: Floats, features: Floats32, pairs: Pairs, size: int, places: Ints) -> Floats32:
    """Features of the pairs at `places`, with the verdict and how it stands among the rivals' verdicts."""
    _, stood = standings({"verdict": verdict}, *pairs, size)
    return np.column_stack([features[places], verdict[places].astype(np.float32), stood[places]])


def _unseen(features: Floats32, truth: Flags, rows: Ints) -> Floats:
    """Verdicts on the training pairs by trees that have seen none of their left row's."""
    found, fold = np.zeros(len(truth)), rows % FOLDS
    for number in range(FOLDS):
        held = fold == number
        if held.any() and len(np.unique(truth[~held])) == 2:
            found[held] = probability([grown(features[~held], truth[~held], SMALL)], features[held])
    return found


def threshold(scores: Floats, truth: Flags) -> float:
    """The cut with the best F1, in the middle between two scores; pairs from it on are matches."""
    order = np.argsort(-scores, kind="stable")
    right = np.cumsum(truth[order])
    f1 = 2 * right / (np.arange(1, len(order) + 1) + max(1, truth.sum()))
    is_end = np.append(scores[order][1:] < scores[order][:-1], True)
    best = int(np.argmax(np.where(is_end, f1, -1.0)))
    following = scores[order[best + 1]] if best + 1 < len(order) else 0.0
    return float((scores[order[best]] + following) / 2)

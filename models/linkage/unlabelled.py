"""A matcher that has seen no label: rows' best candidates against decoys.

Take the table whose rows have at most one partner each. The best candidate of a row is its partner or, where it has
none, merely the most alike stranger; the second best, once the best is out of the way, is always such a stranger: a
decoy. Trees learn to tell bests from decoys; what they say of the bests is a mixture of two bells, strangers and
partners, that the decoys start. The view (which table's rows choose) is the one that explains more matches;
of mutual bests either view may say so.

Source  decoys: Elias, Gygi, Nature Methods 4 (2007); learning from them: Käll et al., "Percolator", Nature Methods 4
        (2007); the mixture: Fellegi, Sunter (1969) by expectation-maximisation.
"""

import numpy as np

from models.blocking import Ints
from models.linkage.candidates import Pairs
from models.linkage.context import lead_over_worse, ranks, standings
from models.linkage.labelled import Floats
from models.linkage.overlap import Floats32
from models.linkage.walk import grown, log_odds

FOLDS = 3
SHAPE = {"max_iter": 60, "learning_rate": 0.1, "max_leaf_nodes": 8, "min_samples_leaf": 20}
SHAPE |= {"l2_regularization": 5.0, "max_features": 0.3}
DECOYS = 0.2  # of a pair: what a decoy counts in the bell of strangers
STEPS = 100


def probabilities(features: Floats32, scores: list[Floats], pairs: Pairs, size: int) -> Floats:
    """Probability of every candidate pair, at most one above 0 for each row of the choosing table.

    `scores` are likenesses of each pair, the leading one first; features say nothing of rivals. A pair that is the best
    of both its rows has been judged twice, among other rivals: one good word is enough.
    """
    views = [_view(features, scores, *rows, size) for rows in (pairs, pairs[::-1])]
    chosen = max(views, key=lambda found: float(found.sum()))
    return np.where((views[0] > 0) & (views[1] > 0), np.maximum(*views), chosen)


def _view(features: Floats32, scores: list[Floats], chooser: Ints, chosen: Ints, size: int) -> Floats:
    rank = ranks(scores[0], chooser, size)
    leads = [lead_over_worse(score, rank, chooser) for score in scores]
    names, stood = standings({str(n): score for n, score in enumerate(scores)}, chosen, chosen, size)
    is_lead = [name.endswith("lead") for name in names]
    seen = np.column_stack([features, *leads, stood[:, is_lead]]).astype(np.float32)
    bests, decoys = np.flatnonzero(rank == 0), np.flatnonzero(rank == 1)
    said = _told_apart(seen, bests, decoys, chooser)
    found = np.zeros(len(chooser))
    if len(bests) and len(decoys):
        found[bests] = mixture(said[bests], said[decoys])
    return found


def _told_apart(seen: Floats32, bests: Ints, decoys: Ints, chooser: Ints) -> Floats:
    """Log-odds of being a best, by trees that have seen none of the row's own pairs."""
    said, fold = np.zeros(len(chooser)), chooser % FOLDS
    places = np.concatenate([bests, decoys])
    is_best = np.arange(len(places)) < len(bests)
    for number in range(FOLDS):
        held = fold[places] == number
        if held.any() and len(np.unique(is_best[~held])) == 2:
            trees = grown(seen[places[~held]], is_best[~held], SHAPE)
            said[places[held]] = log_odds(trees, seen[places[held]])
    return said


def mixture(said: Floats, decoys: Floats) -> Floats:
    """Probability that each value comes from the upper of two normal distributions; the lower one starts as `decoys`."""
    high = said[said > np.quantile(decoys, 0.98)]
    if len(high) < 5:
        return np.zeros(len(said))
    low_mean, low_sd, mean, sd = decoys.mean(), max(decoys.std(), 1e-3), high.mean(), max(high.std(), 1e-3)
    share, weight = float(np.clip(len(high) / len(said), 0.05, 0.95)), DECOYS * len(decoys)
    for _ in range(STEPS):
        log_odds = _bell(said, mean, sd) - _bell(said, low_mean, low_sd) + np.log(share / (1 - share))
        p = 1 / (1 + np.exp(-np.clip(log_odds, -50, 50)))
        rest = (1 - p).sum() + weight
        low_mean = ((1 - p) @ said + weight * decoys.mean()) / rest
        low_sd = np.sqrt(((1 - p) @ (said - low_mean) ** 2 + weight * max(decoys.var(), 1e-6)) / rest)
        mean = p @ said / max(p.sum(), 1e-9)
        sd = max(np.sqrt(p @ (said - mean) ** 2 / max(p.sum(), 1e-9)), 0.3 * low_sd)
        share = float(np.clip(p.mean(), 1e-3, 1 - 1e-3))
    return _monotone(said, p, low_mean, mean)


def _bell(values: Floats, mean: float, sd: float) -> Floats:
    return np.asarray(-0.5 * ((values - mean) / sd) ** 2 - np.log(sd))


def _monotone(said: Floats, p: Floats, low: float, high: float) -> Floats:
    """Outside of the two means the wider bell would win again: there the probability only rises."""
    order = np.argsort(said, kind="stable")
    rising = p[order].copy()
    upper, lower = said[order] >= high, said[order] <= low
    rising[upper] = np.maximum.accumulate(rising[upper])
    rising[lower] = np.minimum.accumulate(rising[lower][::-1])[::-1]
    found = np.empty(len(p))
    found[order] = rising
    return found

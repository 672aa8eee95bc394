"""One table that holds the same thing several times: its rows in groups, with labels or without.

A row has many partners, so nothing is made of rivals. Every pair within what the candidates connect is scored too, and
the groups are what average linkage leaves together.
"""

from collections.abc import Callable

import numpy as np
from scipy.special import expit, logit

from models.blocking import Ints
from models.linkage.candidates import Pairs, unique
from models.linkage.evidence import discounted, learned, levels
from models.linkage.features import Records, features
from models.linkage.groups import connected, grouped, inner_pairs
from models.linkage.labelled import SEEDS, Floats
from models.linkage.overlap import Floats32, cosine
from models.linkage.walk import grown, probability

Scorer = Callable[[Pairs], Floats]
SMALL = {"max_iter": 80, "learning_rate": 0.1, "max_leaf_nodes": 6, "min_samples_leaf": 20}
SMALL |= {"l2_regularization": 5.0, "max_features": 0.2}
EVEN = 0.5
BINS = 100
GUESS = 0.9  # probability that a pair whose rows are alike as wholes starts with
LEAST = 1e-9  # probability that a judge gives: no one judge is sure enough to be alone
STRANGERS = 5  # pairs drawn for each row, to learn what strangers have in common


def closed(known: Records, pairs: Pairs, scorer: Scorer) -> Pairs:
    """The candidates and all pairs within the components that the likely ones among them make."""
    inner = inner_pairs(connected(pairs, scorer(pairs), known.size), known.size)
    return unique(np.append(pairs.firsts, inner.firsts), np.append(pairs.seconds, inner.seconds), known.size)


def own(known: Records, pairs: Pairs) -> Floats32:
    """Features of pairs, none of them of rivals."""
    return features(known, *pairs)[1]


def scored(known: Records, candidates: Pairs, scorer: Scorer) -> tuple[Pairs, Floats]:
    """The candidates closed, and the probability of each pair."""
    pairs = closed(known, candidates, scorer)
    return pairs, scorer(pairs)


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
    return lambda more: probability(fitted, own(known, more))


def unlabelled(known: Records, pairs: Pairs) -> Scorer:
    """Scorer that has seen no label: two judges, the mean of their log-odds.

    The first adds up what the fields say. The second are trees that learn from its groups, so that rows which only a
    third one links teach how one thing is said in unlike words; pairs that the first calls likely but parts are left out.
    """
    first = by_evidence(known, pairs)
    second = _second(known, *scored(known, pairs, first))
    return lambda more: expit((_log_odds(first(more)) + _log_odds(second(more))) / 2)


def _log_odds(p: Floats) -> Floats:
    return np.asarray(logit(np.clip(p, LEAST, 1 - LEAST)))


def _second(known: Records, pairs: Pairs, scores: Floats) -> Scorer:
    inner = inner_pairs(groups(pairs, scores, known.size), known.size)
    found, drawn = inner.firsts * known.size + inner.seconds, _drawn(known.size, 1)
    is_sure = (scores < EVEN) | np.isin(pairs.firsts * known.size + pairs.seconds, found)
    ones, others = (np.append(rows[is_sure], more) for rows, more in zip(pairs, drawn, strict=True))
    return _fitted(known, unique(ones, others, known.size), found)


def by_evidence(known: Records, pairs: Pairs) -> Scorer:
    """Scorer that adds up what the fields say, learned from what the likeness of whole rows first calls alike."""
    likeness = np.nan_to_num(cosine(known.whole.grams, *pairs).astype(np.float64))
    guess = np.where(likeness >= valley(likeness), GUESS, 1 - GUESS)
    seen, strangers = levels(known, pairs), levels(known, _strangers(known.size, pairs))
    found = discounted(learned(seen, strangers, guess), seen, strangers)
    return lambda more: found.probability(levels(known, more))


def _strangers(size: int, pairs: Pairs) -> Pairs:
    drawn = _drawn(size, STRANGERS)
    is_other = ~np.isin(drawn.firsts * size + drawn.seconds, pairs.firsts * size + pairs.seconds)
    return Pairs(drawn.firsts[is_other], drawn.seconds[is_other])


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


def _drawn(size: int, times: int) -> Pairs:
    """Each row with as many others, by fixed shuffles."""
    orders = [np.random.default_rng(seed).permutation(size) for seed in range(times)]
    return unique(np.concatenate(orders), np.concatenate([np.roll(order, 1) for order in orders]), size)

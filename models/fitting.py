"""Weights of likeness learned from labelled pairs; the formula of models/matcher.py is where they begin.

The weights are the most probable ones under a logistic model of the labels that expects those of the formula: few labels
move them little. Then, on pairs kept aside, a curve that rises with the score: which share of the pairs is true.

Source  logistic regression with a Gaussian prior around given weights; isotonic calibration: Zadrozny and Elkan (2002).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.isotonic import IsotonicRegression

from models import learned
from models.labels import Flags, Labels
from models.learned import Model
from models.likeness import Corpus, Floats
from models.matcher import Scored, logistic
from models.pieces import Ints

PULL = 3.0  # of the formula at a weight: moving it by 1 for each deviation of its feature costs half of this, in nats
RIGHT, WRONG = 100, 10  # labels of which nothing is learned where there are fewer: made-up worlds lost by it
FOLDS = 4
DIGITS = 4  # that are kept: the same on every machine


@dataclass(frozen=True)
class Labelled:
    """Labelled pairs near the threshold: what is seen of them (n, features), the formula's score, and the truth.

    `folds` parts them by their first record; `kinds` tells by which keys they are known.
    """

    seen: Floats
    scores: Floats
    is_same: Flags
    folds: Ints
    kinds: Mapping[str, Flags]


def labelled(records: Corpus, pairs: Scored, labels: Labels) -> Labelled:
    """The pairs that can be learned from."""
    places = np.flatnonzero((labels.is_same | labels.is_apart) & (pairs.scores > learned.NEAR))
    kinds = {kind: held[places] & labels.is_same[places] for kind, held in labels.kinds.items()}
    return Labelled(
        *(learned.seen(records, pairs, places), pairs.scores[places], labels.is_same[places]),
        *(pairs.firsts[places] % FOLDS, kinds),
    )


def learn(given: Labelled) -> tuple[Model, dict[str, Any]]:
    """The model of these labels, and its report: figures on pairs that were kept aside.

    The formula's weights stay where learned ones are not better both on pairs of other records and on those of each kind
    of key that was left out; the logistic stays where the curve is not better.
    """
    held, truth = given.scores.copy(), given.is_same
    for fold in range(FOLDS):
        aside = given.folds == fold
        held[aside] = given.seen[aside] @ fitted(given.seen[~aside], truth[~aside])
    kinds = {kind: _left_out(given, held, of_kind) for kind, of_kind in given.kinds.items() if of_kind.any()}
    sides = {"formula": f1(given.scores, truth), "learned": f1(held, truth)}
    is_better = sides["learned"] > sides["formula"] and all(k["learned"] >= k["formula"] for k in kinds.values())
    weights = fitted(given.seen, truth) if is_better else None
    scores = held if is_better else given.scores
    chances = _crossed(scores, truth, given.folds)
    brier = {"logistic": _brier(logistic(scores), truth), "curve": _brier(chances, truth)}
    curve = isotonic(scores, truth) if brier["curve"] < brier["logistic"] else None
    report = {"right": int(truth.sum()), "wrong": int((~truth).sum()), "f1": sides, "kinds": kinds, "brier": brier}
    return Model(weights, curve), {**report, "uses": {"weights": bool(is_better), "curve": curve is not None}}


def _left_out(given: Labelled, held: Floats, of_kind: Flags) -> dict[str, float]:
    """F1 on the pairs that this kind of key makes known, and on the wrong ones, by weights that saw none of the former."""
    found = held.copy()
    found[of_kind] = given.seen[of_kind] @ fitted(given.seen[~of_kind], given.is_same[~of_kind])
    asked = of_kind | ~given.is_same
    truth = given.is_same[asked]
    return {"pairs": int(of_kind.sum()), "formula": f1(given.scores[asked], truth), "learned": f1(found[asked], truth)}


def fitted(seen: Floats, truth: Flags) -> Floats:
    """The most probable weights: the labels' likelihood times a bell around the formula's, in deviations of each feature."""
    begin = np.array(list(learned.FORMULA.values()))
    spread = seen.std(0)
    pull = PULL * np.where(spread > 0, spread, 1.0) ** 2

    def loss(weights: Floats) -> tuple[float, Floats]:
        odds, moved = seen @ weights, weights - begin
        value = np.logaddexp(0, odds).sum() - odds[truth].sum() + (pull * moved * moved).sum() / 2
        return float(value), seen.T @ (expit(odds) - truth) + pull * moved

    def curvature(weights: Floats) -> Floats:
        chance = expit(seen @ weights)
        return np.asarray((seen.T * (chance * (1 - chance))) @ seen + np.diag(pull))

    found = minimize(loss, begin, jac=True, hess=curvature, method="trust-exact", options={"gtol": 1e-6})
    return np.asarray(found.x.round(DIGITS))


def isotonic(scores: Floats, truth: Flags) -> tuple[Floats, Floats]:
    """The rising curve of the shares; as if one more pair were wrong at its top and one right at its foot."""
    least = 1 / (len(truth) + 2)
    found = IsotonicRegression(y_min=least, y_max=1 - least).fit(scores, truth)
    return found.X_thresholds_.round(DIGITS), found.y_thresholds_.round(DIGITS)


def _crossed(scores: Floats, truth: Flags, folds: Ints) -> Floats:
    """The chance of each pair by the curve of the others."""
    found = np.empty(len(scores))
    for fold in range(FOLDS):
        aside = folds == fold
        found[aside] = np.interp(scores[aside], *isotonic(scores[~aside], truth[~aside]))
    return found


def f1(scores: Floats, truth: Flags) -> float:
    """2 right / (joined + true); scores above 0 join."""
    joined = scores > 0
    return round(2 * int((joined & truth).sum()) / max(1, int(joined.sum() + truth.sum())), DIGITS)


def _brier(chances: Floats, truth: Flags) -> float:
    """Mean square of chance less truth (Brier, 1950)."""
    return round(float(((chances - truth) ** 2).mean()), 6)

"""Learned weights of likeness and how sure a score is: what match does with them (models/fitting.py learns them).

A pair's log-odds are a weighted sum of what the formula of models/matcher.py looks at, taken apart, and of whether the two
scripts differ. Only pairs that the formula joins or nearly joins are judged anew (NEAR): the others keep their score, so what
is learned mostly refuses and ranks. A curve, rising with the score, tells which share of such pairs is true.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from models import likeness, matcher
from models.likeness import Corpus, Floats
from models.matcher import Scored, logistic
from models.pieces import Ints

NEAR = -0.5  # of the formula's score: a pair below is no edge, whatever is learned
FORMULA = {
    **{name: matcher.SIMILARITY * weight for name, weight in likeness.WEIGHTS.items()},
    **{"least_lead": matcher.LEAST_LEAD, "greatest_lead": matcher.GREATEST_LEAD, "repeat": -matcher.REPEAT},
    **{"other_script": 0.0, "bias": matcher.BIAS},
}


@dataclass(frozen=True)
class Model:
    """A weight for each name of FORMULA, none: the formula's score stays; the curve's scores and the chance at each, both
    rising, none: the logistic."""

    weights: Floats | None
    curve: tuple[Floats, Floats] | None

    def chance(self, scores: Floats) -> Floats:
        """The share of pairs with such a score that is true."""
        return np.interp(scores, *self.curve) if self.curve else logistic(scores)

    def told(self) -> dict[str, Any]:
        """As JSON, with the formula that it began with."""
        curve = np.stack(self.curve).T.tolist() if self.curve else None
        weights = None if self.weights is None else dict(zip(FORMULA, self.weights.tolist(), strict=True))
        return {"formula": FORMULA, "weights": weights, "curve": curve}


def read(told: Mapping[str, Any]) -> Model | None:
    """The model of its JSON; None where it began with another formula, whose features may mean something else."""
    if told["formula"] != FORMULA:
        return None
    weights = np.array([told["weights"][name] for name in FORMULA]) if told["weights"] else None
    curve = np.array(told["curve"]).T if told["curve"] else None
    return Model(weights, None if curve is None else (curve[0], curve[1]))


def seen(records: Corpus, pairs: Scored, places: Ints) -> Floats:
    """(n, features) of the pairs at these places, in the order of FORMULA."""
    firsts, seconds = pairs.firsts[places], pairs.seconds[places]
    found, _ = likeness.features(records, firsts, seconds)
    leads, is_other = pairs.leads[:, places], records.is_han[firsts] != records.is_han[seconds]
    columns = [*(found[name] for name in likeness.WEIGHTS), leads.min(0), leads.max(0)]
    return np.column_stack([*columns, ~pairs.is_rival[places], is_other, np.ones(len(places))]).astype(np.float64)


def rescored(records: Corpus, pairs: Scored, model: Model) -> Scored:
    """The pairs with the model's scores where they are near, and its chances."""
    if model.weights is None:
        return replace(pairs, chance=model.chance)
    near, scores = np.flatnonzero(pairs.scores > NEAR), pairs.scores.copy()
    scores[near] = (seen(records, pairs, near) * model.weights).sum(1)  # no BLAS: the same bits on every machine
    return replace(pairs, scores=scores, chance=model.chance)

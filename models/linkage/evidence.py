"""How much the likeness of every field speaks for a pair, learned from pairs of one table without any label.

A field is alike to one of a few levels. How often each level comes among matches and among strangers are two unknown
tables of shares, told apart by expectation-maximisation over the candidates; strangers drawn at random hold the second
one. A field that one of the rows leaves out says nothing. While they are learned the fields' words are added up as if
none knew of another; then each counts for as much less as it repeats the others.

Source  Fellegi, Sunter, "A theory for record linkage" (1969); Winkler, "Using the EM algorithm for weight computation
        in the Fellegi-Sunter model" (1988); Kish, "Survey sampling" (1965): the design effect, here of each field.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.blocking import Ints
from models.linkage.candidates import Pairs
from models.linkage.features import Records, Said, apart, main_in_whole, ratio
from models.linkage.overlap import OVERLAP, Floats32, cosine, edit_likeness

Floats = NDArray[np.float64]

ALIKE = (0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 0.9999)  # where one level ends and the next begins
RATIOS = (0.5, 0.8, 0.9, 0.97, 0.9999)
YEARS = (0.5, 1.5, 3.5, 10.0)
LEVELS = len(ALIKE) + 2
STEPS = 50
TEMPER = 0.5  # of nats: even odds stay, and what is nearly sure still counts as more than what is likely
TINY = 1e-9
FAITH = 0.1  # of a guess beside what fields say, to the power of the number of fields that both rows fill


@dataclass(frozen=True)
class Evidence:
    """Nats: `weights` (fields, levels) that each level adds to `prior`, which is said before anything is seen."""

    weights: Floats
    prior: float

    def probability(self, seen: Ints) -> Floats:
        """Of being a match, from levels (pairs, fields)."""
        nats = self.prior + self.nats(seen).sum(axis=1)
        return np.asarray(1 / (1 + np.exp(-np.clip(nats, -50, 50))))

    def nats(self, seen: Ints) -> Floats:
        """(pairs, fields): what each field says."""
        return self.weights[np.arange(len(self.weights)), seen]


def learned(seen: Ints, strangers: Ints, guess: Floats) -> Evidence:
    """From the levels of candidates, those of pairs that do not match, and a first guess of the candidates' probability.

    One field alone cannot tell the two tables apart, two hardly: the fewer both rows fill, the more the guess goes on
    to count.
    """
    p, kept = guess, FAITH ** float((seen > 0).sum(axis=1).mean()) if len(seen) else 0.0
    for _ in range(STEPS):
        found = _weighed(seen, strangers, (p + kept * guess) / (1 + kept))
        p = found.probability(seen)
    return found


def discounted(found: Evidence, seen: Ints, strangers: Ints) -> Evidence:
    """Weights over the sum of a field's correlations with all fields, itself among them; those below 0 do not count.

    Correlations are within matches and within other pairs, as two fields that tell both apart rise together.
    """
    nats = found.nats(np.concatenate([seen, strangers]))
    p = np.append(found.probability(seen), np.zeros(len(strangers)))
    centred = [(nats - np.average(nats, 0, part + TINY)) * np.sqrt(part)[:, None] for part in (p, 1 - p)]
    spread = sum(part.T @ part for part in centred)
    scale = np.sqrt(np.diag(spread)) + TINY
    repeats = np.maximum(0, spread / np.outer(scale, scale)).sum(axis=1)
    return Evidence(TEMPER * found.weights / np.maximum(1, repeats)[:, None], TEMPER * found.prior)


def _weighed(seen: Ints, strangers: Ints, p: Floats) -> Evidence:
    rows = zip(seen.T, strangers.T, strict=True)
    weights = [_nats(_counts(own, p)) - _nats(_counts(own, 1 - p) + _counts(far)) for own, far in rows]
    share = (p.sum() + 0.5) / (len(p) + len(strangers) + 1)
    return Evidence(np.array(weights), float(np.log(share / (1 - share))))


def _counts(levels: Ints, weight: Floats | None = None) -> Floats:
    return np.bincount(levels, weight, LEVELS).astype(np.float64)


def _nats(counts: Floats) -> Floats:
    """Logarithm of each level's share among the pairs of which both rows say something; 0 where one does not."""
    said = counts[1:] + 0.5
    return np.append(0.0, np.log(said / said.sum()))


def levels(known: Records, pairs: Pairs) -> Ints:
    """(pairs, fields): from 1 for the least alike, of years for the nearest; 0 where one of the rows says nothing."""
    found = []
    for values, edges in _likenesses(known, pairs):
        found.append(np.where(np.isnan(values), 0, np.digitize(np.nan_to_num(values), edges) + 1))
    return np.stack(found, axis=1)


def _likenesses(known: Records, pairs: Pairs) -> Iterator[tuple[Floats32, tuple[float, ...]]]:
    for name, text in known.texts.items():
        likeness = alike(text, pairs)
        yield np.fmax(likeness, _named(known, pairs)) if name == known.main else likeness, ALIKE
    yield cosine(known.main_codes, *pairs), ALIKE
    for amounts in known.amounts.values():
        yield ratio(amounts, *pairs), RATIOS
    for years in known.years.values():
        yield apart(years, *pairs), YEARS


def _named(known: Records, pairs: Pairs) -> Floats32:
    """How much of what names one row the other says in whatever field: the greater of both directions."""
    held = OVERLAP.index("held")
    return np.fmax(*(table[:, held] for table in main_in_whole(known, *pairs)))


def alike(text: Said, pairs: Pairs) -> Floats32:
    """Likeness by words, by characters or by initials, whichever is greatest: a way of writing spoils one of them."""
    size = int(text.letters.max(initial=0)) + 1
    ways = [cosine(rows, *pairs) for rows in (text.words, text.grams, text.initials) if rows is not None]
    return np.asarray(np.fmax.reduce([*ways, edit_likeness(text.starts, text.letters, size, *pairs)]))

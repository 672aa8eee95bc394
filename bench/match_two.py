"""Two tables: candidates, features, both matchers, and their figures."""

import time

import numpy as np

from bench.er import Folder, Ints
from bench.match_parts import Parts, keys, parts
from models.linkage import compared, labelled, unlabelled
from models.linkage.candidates import Pairs
from models.linkage.features import Records
from models.linkage.groups import best_only
from models.linkage.labelled import Flags, Floats, Labels, Matcher

Figures = dict[str, float | None]


def figures(folder: Folder) -> Figures:
    """Everything that is measured of two tables, without time and memory of the whole."""
    assert folder.right
    _, known = compared.prepared(folder.left.columns, folder.right.columns)
    pairs = compared.proposed(known)
    told = parts(folder, pairs)
    seen = compared.compared(known, pairs)
    blind = unlabelled.probabilities(seen.own, seen.scores, pairs, known.size) >= 0.5
    matcher = labelled.learn(seen.all, pairs, told.train, size=known.size, apart=told.apart)
    scores, pairs_per_s = _timed(known, pairs, matcher)
    rivals = [np.ones(len(scores), np.bool_), *(best_only(scores, rows, known.size) for rows in pairs)]
    rivals.append(rivals[1] & rivals[2])
    is_match = _decided(scores, rivals, _with_weak(pairs, told, known.size))
    there = pairs.firsts * known.size + pairs.seconds
    gold = np.unique(keys(folder, folder.gold)[folder.gold.is_match])
    return {
        **f1(there[is_match & told.counted], told.gold),
        "test_f1": _test_f1(there[is_match], told),
        **f1(there[blind], gold, "unlabelled_"),
        "blocking_recall": round(float(np.isin(gold, there).mean()), 4),
        "candidates": len(there),
        "pairs_per_s": pairs_per_s,
    }


def _timed(known: Records, pairs: Pairs, matcher: Matcher) -> tuple[Floats, float]:
    """Scores, and candidates per second of one core from rows to scores."""
    started = time.process_time()
    scores = matcher.score(compared.compared(known, pairs).all, pairs, known.size)
    return scores, round(len(scores) / (time.process_time() - started))


def _decided(scores: Floats, rivals: list[Flags], valid: Labels) -> Flags:
    """Matches by the threshold and the rule (any, best of a left row, of a right row, of both) that valid likes best."""
    found = []
    for keep in rivals:
        kept = np.where(keep, scores, 0.0)
        cut = labelled.threshold(kept[valid.places], valid.is_match)
        found.append((_f1_of(kept[valid.places] >= cut, valid.is_match), keep & (scores >= cut)))
    return max(found, key=lambda way: way[0])[1]


def _with_weak(pairs: Pairs, told: Parts, size: int) -> Labels:
    """The labels of valid and, as labelled negatives are not what a blocker proposes, weak ones of its rows."""
    others = np.setdiff1d(np.union1d(told.apart, told.train.places), told.valid.places)
    weak = labelled.weak_negatives(pairs, told.valid, size, others)
    places = np.append(told.valid.places, weak)
    order = np.argsort(places)
    return Labels(places[order], np.append(told.valid.is_match, np.zeros(len(weak), np.bool_))[order])


def _f1_of(found: Flags, truth: Flags) -> float:
    return 2 * float((found & truth).sum()) / max(1.0, float(found.sum() + truth.sum()))


def _test_f1(found: Ints, told: Parts) -> float | None:
    """Pairs of the split that are no candidates are found to be no match."""
    if told.test is None:
        return None
    wanted, truth = told.test
    return round(_f1_of(np.isin(wanted, found), truth), 4)


def f1(found: Ints, gold: Ints, name: str = "") -> Figures:
    """F1, precision and recall of found pairs."""
    right = len(np.intersect1d(found, gold))
    shares = 2 * right / max(1, len(found) + len(gold)), right / max(1, len(found)), right / max(1, len(gold))
    return {f"{name}{what}": round(share, 4) for what, share in zip(("f1", "precision", "recall"), shares, strict=True)}

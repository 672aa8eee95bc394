"""One table that holds the same thing several times: half of its true groups teaches, the other half is measured."""

import time

import numpy as np

from bench.er import Folder, Ints
from bench.match_parts import MEASURED, keys, part_of_rows
from bench.match_two import Figures, f1
from models.linkage import compared, single
from models.linkage.candidates import Pairs
from models.linkage.features import Records
from models.linkage.groups import components, inner_pairs
from models.linkage.labelled import Flags, Floats


def figures(folder: Folder) -> Figures:
    """Pairwise figures of the groups that are found."""
    _, known = compared.prepared(folder.left.columns, None)
    gold = np.unique(keys(folder, folder.gold)[folder.gold.is_match])
    pairs = compared.proposed(known)
    blind = _found(known, *single.scored(known, pairs, single.unlabelled(known, pairs)))
    is_measured = part_of_rows(folder, gold) == MEASURED
    taught, measured = _within(pairs, ~is_measured), _within(pairs, is_measured)
    scorer = single.taught(known, taught, gold)
    started = time.process_time()
    scorer(pairs)
    pairs_per_s = round(len(pairs.firsts) / (time.process_time() - started))
    there = pairs.firsts * known.size + pairs.seconds
    found = _found(known, *single.scored(known, measured, scorer))
    return {
        **f1(found, gold[is_measured[gold // known.size]]),
        "test_f1": None,
        **f1(blind, gold, "unlabelled_"),
        "blocking_recall": _linked(pairs, there, gold, known.size),
        "candidates": len(there),
        "pairs_per_s": pairs_per_s,
    }


def _found(known: Records, pairs: Pairs, scores: Floats) -> Ints:
    inner = inner_pairs(single.groups(pairs, scores, known.size), known.size)
    return inner.firsts * known.size + inner.seconds


def _within(pairs: Pairs, rows: Flags) -> Pairs:
    inside = rows[pairs.firsts] & rows[pairs.seconds]
    return Pairs(pairs.firsts[inside], pairs.seconds[inside])


def _linked(pairs: Pairs, there: Ints, gold: Ints, size: int) -> float:
    """Share of the true pairs that true candidates connect: a group of 50 is found with 10 neighbours for each row."""
    groups = inner_pairs(components(pairs, np.isin(there, gold), size), size)
    return round(float(np.isin(gold, groups.firsts * size + groups.seconds).mean()), 4)

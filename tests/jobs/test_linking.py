"""Near-duplicate links: the same from Spark, from one process and from plain sets, however the work is divided."""

import random
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from a_work import frame, record
from pyspark.sql import SparkSession

from jobs import blocks, linking
from models import candidates, minhash
from schemas.record import RECORD

Links = list[tuple[int, int, float]]
WORDS = [f"{a}{b}{c}" for a in ("ka", "lo", "mi", "tse", "ru") for b in ("ven", "dor", "pil", "sha") for c in "aeiou"]


def texts(families: int, seed: int = 1) -> list[str]:
    """Texts of 30 to 90 words, some with copies of which up to a tenth of the words differ, some with equal ones."""
    dice, made = random.Random(seed), []
    for _ in range(families):
        words = [dice.choice(WORDS) + str(dice.randrange(99)) for _ in range(dice.randrange(30, 90))]
        made += [" ".join(words)] * dice.choice([1, 1, 2])
        for _ in range(dice.choice([0, 0, 1, 3])):
            made.append(" ".join(dice.choice(WORDS) if dice.random() < 0.06 else word for word in words))
    dice.shuffle(made)
    return made


def table(said: list[str]) -> pa.Table:
    """What `linking.texts` says of records numbered from 0."""
    numbers = pa.array(range(len(said)), pa.int64())
    nothing = pa.nulls(len(said), pa.string())
    seeds = pa.array([0] * len(said), pa.int64())
    return pa.table({"record": numbers, "seed": seeds, "title": nothing, "body": pa.array(said, pa.string())})


def by_part(batches: list[pa.RecordBatch], parts: int) -> Iterator[list[pa.RecordBatch]]:
    for part in range(parts):
        yield [batch for batch in batches if batch["part"][0].as_py() == part]


def alone(said: list[str], parts: int, rows: int = 100) -> Links:
    """The same stages in this process; links that are not sure come with the rest."""
    read = list(linking.sketched(iter(table(said).to_batches(max_chunksize=rows)), parts))
    keys = list(linking.keyed(iter([b for b in read if b["kind"][0].as_py() == "sketch"]), parts))
    pairs = [b for own in by_part(keys, parts) for b in linking.paired(iter(own), parts)]
    halves = [b for own in by_part(pairs + read, parts) for b in linking.joined(iter(own), parts)]
    found = [b for own in by_part(halves + read, parts) for b in linking.linked(iter(own))]
    return sorted({(row["first"], row["second"], row["similarity"]) for b in found for row in b.to_pylist()})


def families(links: list[tuple[int, ...]] | set[tuple[int, int]], size: int) -> set[frozenset[int]]:
    root = list(range(size))

    def find(row: int) -> int:
        while root[row] != row:
            row = root[row]
        return row

    for first, second, *_ in links:
        root[find(first)] = find(second)
    groups: dict[int, set[int]] = {}
    for row in range(size):
        groups.setdefault(find(row), set()).add(row)
    return {frozenset(group) for group in groups.values()}


def like(said: list[str]) -> set[tuple[int, int]]:
    """Pairs by plain sets of 5-grams."""
    sets = [{text[n : n + 5] for n in range(len(text) - 4)} for text in said]
    return {
        (a, b)
        for a, b in combinations(range(len(said)), 2)
        if len(sets[a] & sets[b]) >= minhash.THRESHOLD * len(sets[a] | sets[b])
    }


@pytest.mark.parametrize(("parts", "rows"), [(1, 1000), (2, 7), (7, 50)])
def test_any_division_gives_the_same_links(parts: int, rows: int) -> None:
    said = texts(60)
    assert alone(said, parts, rows) == alone(said, 3)


def test_spark_finds_the_families_of_plain_sets_whatever_its_width(spark: SparkSession) -> None:
    said = texts(60)
    rows = [record(f"weibo:{n}", body=text) for n, text in enumerate(said)]
    frames = frame(spark, rows, RECORD)
    numbers = {row["n"]: place for place, row in enumerate(frames.select(linking.number().alias("n")).collect())}
    found = []
    for parts, adaptive in ((1, "true"), (4, "false"), (5, "true")):
        spark.conf.set("spark.sql.adaptive.enabled", adaptive)
        links = linking.links(frames.repartition(parts), parts).to_pylist()
        found.append(sorted((numbers[row["first"]], numbers[row["second"]], row["similarity"]) for row in links))
    spark.conf.unset("spark.sql.adaptive.enabled")
    assert found[0] == found[1] == found[2]
    assert families(found[0], len(said)) == families(like(said), len(said))


def test_a_hundred_thousand_equal_texts_are_one_sketch_and_a_line_of_links() -> None:
    said, parts = ["the very same notice that a platform puts under everything"] * 100_000, 4
    read = list(linking.sketched(iter(table(said).to_batches(max_chunksize=10_000)), parts))
    assert sum(len(blocks.held([b], linking.KNOWN)["sketch"]) for b in read) == 10
    assert len(alone(said, parts, 10_000)) <= 2 * len(said)


def test_a_band_shared_by_a_million_texts_makes_a_line_of_pairs() -> None:
    keyed = np.zeros(1_000_000, candidates.KEY)
    keyed["text"] = np.random.default_rng(1).permutation(np.arange(1, 1_000_001))
    pairs = candidates.neighbours(keyed)
    assert len(pairs) == 999_999 and (pairs["first"] < pairs["second"]).all()


@pytest.mark.parametrize("parts", [1, 3])
def test_blocks_bring_every_row_to_its_part(parts: int) -> None:
    rows = np.zeros(blocks.MOST + 10, candidates.PAIR)
    rows["first"] = np.arange(len(rows))
    batches = list(blocks.packed([("pair", rows, rows["first"])], parts))
    for batch in batches:
        own = blocks.held([batch], {"pair": candidates.PAIR})["pair"]
        assert set((own["first"] % parts).tolist()) == {batch["part"][0].as_py()}
    everything = blocks.held(batches, {"pair": candidates.PAIR})["pair"]
    assert sorted(everything["first"].tolist()) == rows["first"].tolist()


def test_private_texts_meet_only_their_own_tenants(spark: SparkSession) -> None:
    body = texts(1)[0]
    owned: list[dict[str, Any]] = [{}, {"tenant": "home"}, {"tenant": "home"}, {"tenant": "desk"}]
    rows = [record(f"weibo:{n}", body=body, **fields) for n, fields in enumerate(owned)]
    frames = frame(spark, rows, RECORD)
    numbers = [row["n"] for row in frames.select(linking.number().alias("n")).collect()]
    links = linking.links(frames, 2).to_pylist()
    assert [{row["first"], row["second"]} for row in links] == [{numbers[1], numbers[2]}]

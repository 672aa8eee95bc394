"""Near-duplicate links: the same from Spark, from one process and from plain sets, however the work is divided."""

import random
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from a_work import DATE, record
from pyspark.sql import SparkSession

from jobs import blocks, linking
from jobs.blocks import Block
from models import candidates, minhash, numbering
from schemas.record import RECORD
from store import lake, settings

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


def by_part(sent: Iterable[Block], parts: int) -> Iterator[list[Block]]:
    held = list(sent)
    for part in range(parts):
        yield [block for block in held if block.part == part]


def alone(said: list[str], parts: int, rows: int = 100) -> Links:
    """The same stages in this process; links that are not sure come with the rest."""
    read = list(linking.sketched(iter(table(said).to_batches(max_chunksize=rows)), parts))
    pairs = [b for own in by_part(read, parts) for b in linking.paired(own, parts)]
    halves = [b for own in by_part(pairs + read, parts) for b in linking.joined(own, parts)]
    found = [b for own in by_part(halves + read, parts) for b in linking.linked(own)]
    return sorted({(row["first"], row["second"], row["similarity"]) for b in found for row in b.to_pylist()})


def links(spark: SparkSession, rows: list[dict[str, Any]], parts: int, files: int = 1) -> list[dict[str, Any]]:
    """What is linked of these records, which lie in so many files."""
    path, size = lake.partition("records", platform="weibo", date=DATE), -(-len(rows) // files)
    tables = [pa.Table.from_pylist(rows[at : at + size], RECORD) for at in range(0, len(rows), size)]
    lake.write(path, tables, RECORD)
    with linking.run(spark, [path], parts) as run:
        return list(linking.links(run).to_pylist())


def families(links: Iterable[tuple[Any, ...]], size: int) -> set[frozenset[int]]:
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


@pytest.mark.usefixtures("lake")
def test_spark_finds_the_families_of_plain_sets_whatever_its_width(spark: SparkSession) -> None:
    said = texts(60)
    rows = [record(f"weibo:{n}", body=text) for n, text in enumerate(said)]
    places = {number: place for place, number in enumerate(numbered(rows))}
    found = []
    for parts, files, adaptive in ((1, 1, "true"), (4, 3, "false"), (5, 7, "true")):
        spark.conf.set("spark.sql.adaptive.enabled", adaptive)
        told = links(spark, rows, parts, files)
        found.append(sorted((places[row["first"]], places[row["second"]], row["similarity"]) for row in told))
    spark.conf.unset("spark.sql.adaptive.enabled")
    assert found[0] == found[1] == found[2]
    assert families(found[0], len(said)) == families(like(said), len(said))


@pytest.mark.usefixtures("lake")
def test_a_run_leaves_nothing_behind_and_an_id_in_two_files_is_one_record(spark: SparkSession) -> None:
    said = texts(60)
    rows = [record(f"weibo:{n}", body=text) for n, text in enumerate(said)]
    twice, once = (links(spark, *given) for given in ((rows + rows, 3, 2), (rows, 3)))
    assert {tuple(row.values()) for row in twice} == {tuple(row.values()) for row in once}
    assert not [path for path in Path(settings.lake_root(), "scratch").rglob("*") if path.is_file()]


def test_a_hundred_thousand_equal_texts_are_one_sketch_and_a_line_of_links() -> None:
    said, parts = ["the very same notice that a platform puts under everything"] * 100_000, 4
    read = list(linking.sketched(iter(table(said).to_batches(max_chunksize=10_000)), parts))
    assert len(blocks.held(read, linking.KNOWN)["sketch"]) == 2
    assert len(alone(said, parts, 10_000)) <= 2 * len(said)


def test_a_band_shared_by_a_million_texts_makes_a_line_of_pairs() -> None:
    keyed = np.zeros(1_000_000, candidates.KEY)
    keyed["text"] = np.random.default_rng(1).permutation(np.arange(1, 1_000_001))
    pairs = candidates.neighbours(keyed)
    assert len(pairs) == 999_999 and (pairs["first"] < pairs["second"]).all()


@pytest.mark.usefixtures("lake")
@pytest.mark.parametrize("parts", [1, 3])
def test_blocks_bring_every_row_to_its_part(parts: int) -> None:
    rows = np.zeros(70_000, candidates.PAIR)
    rows["first"] = minhash.mixed(np.arange(len(rows), dtype=np.uint64)) | np.uint64(1)
    references = blocks.put(blocks.packed([("pair", rows, rows["first"])], parts), "scratch/blocks/1")
    found = list(blocks.got(pa.Table.from_batches([references])))
    each = [blocks.held([block], {"pair": candidates.PAIR})["pair"]["first"] for block in found]
    assert sum(map(len, each)) == len(rows) and len(set(np.concatenate(each).tolist())) == len(rows)
    assert all(set((own >> 32) % parts) == {block.part} for own, block in zip(each, found, strict=True))
    assert max(map(len, each)) < 1.1 * len(rows) / parts  # names of texts are odd


@pytest.mark.usefixtures("lake")
def test_private_texts_meet_only_their_own_tenants(spark: SparkSession) -> None:
    body = texts(1)[0]
    owned: list[dict[str, Any]] = [{}, {"tenant": "home"}, {"tenant": "home"}, {"tenant": "desk"}]
    rows = [record(f"weibo:{n}", body=body, **fields) for n, fields in enumerate(owned)]
    numbers = numbered(rows)
    assert [{row["first"], row["second"]} for row in links(spark, rows, 2)] == [{numbers[1], numbers[2]}]


def numbered(rows: list[dict[str, Any]]) -> list[int]:
    return list(numbering.numbers(pa.array([row["record_id"] for row in rows])).tolist())


def test_numbers_of_ids_are_the_same_everywhere_and_differ() -> None:
    names = pa.array([f"weibo:{n}" for n in range(100_000)])
    found = numbering.numbers(names)
    assert len(set(found.tolist())) == len(names)
    assert numbering.numbers(names.slice(7, 3)).tolist() == found[7:10].tolist()

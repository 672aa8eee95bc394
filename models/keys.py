"""Identifiers, addresses and pictures that two records of different platforms share."""

from itertools import combinations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from models.pieces import LABELS, NAMES, Ids, Ints, numbered, places

KEY = pa.schema([("first", pa.int64()), ("second", pa.int64()), ("kind", pa.string()), ("value", pa.string())])
HOT = 50  # records: what more of them hold names no single thing (a placeholder, a home page)
LISTED = 3  # addresses of known records: what names more of them lists things and is none of them

Shared = list[tuple[int, int, str, str]]


def shared_keys(table: pa.Table, looks: pa.ChunkedArray | None = None) -> tuple[pa.Table, int]:
    """KEY rows of PIECES rows, a pair once per key, the smaller row first; and the number of hot keys left out.

    `looks` is what the picture of each row looks like (models/picture_hash.py), null for none; without it pictures are no keys.
    """
    groups = numbered(table["platform"]).astype(np.int32)
    found, hot = _links(table, groups)
    columns = {name: table[name] for name in NAMES} | ({"picture": looks} if looks is not None else {})
    for kind, column in columns.items():
        more, count = _labels(column, kind, groups)
        found, hot = found + more, hot + count
    rows = [dict(zip(KEY.names, key, strict=True)) for key in sorted(set(found))]
    return pa.Table.from_pylist(rows, schema=KEY), hot


def _labels(column: pa.ChunkedArray, kind: str, groups: Ids) -> tuple[Shared, int]:
    rows = pa.table({"value": column, "row": np.arange(len(column))}).filter(pc.is_valid(column))
    held = rows.group_by("value").aggregate([("row", "list"), ("row", "count")])
    is_hot = pc.greater(held["row_count"], HOT)
    many = held.filter(pc.and_(pc.greater(held["row_count"], 1), pc.invert(is_hot))).to_pylist()
    pairs = [
        (*sorted(pair), kind, key["value"])
        for key in many
        for pair in combinations(key["row_list"], 2)
        if groups[pair[0]] != groups[pair[1]]
    ]
    return pairs, pc.sum(is_hot).as_py() or 0


def apart_by(table: pa.Table) -> list[Ints]:
    """Per kind of LABELS the identifier of each row as a number, -1 for none and for one that is hot."""
    found = []
    for kind in LABELS:
        numbers = numbered(table[kind])
        held = np.bincount(numbers[numbers >= 0], minlength=1)
        found.append(np.where((numbers >= 0) & (held[numbers] <= HOT), numbers, -1))
    return found


def _links(table: pa.Table, groups: Ids) -> tuple[Shared, int]:
    """Pairs of which one links to the other's address, or that have one address, across platforms."""
    rows, url = np.arange(len(table)), table["url"]
    counts = np.asarray(pc.fill_null(pc.list_value_length(table["links"]), 0), np.int64)
    linked = pa.chunked_array([*url.chunks, *pc.list_flatten(table["links"]).chunks], pa.string())
    told = pa.table({"home": linked, "source": np.concatenate([rows, np.repeat(rows, counts)])})
    homes = pa.table({"home": url, "target": rows}).filter(pc.is_valid(url))
    told = told.filter(pc.is_in(told["home"], homes["home"].combine_chunks()))
    told, homes, hot = _not_hot(told, homes)
    joined = told.join(homes, "home", join_type="inner")
    source, target = (np.asarray(joined[name], np.int64) for name in ("source", "target"))
    keep = groups[source] != groups[target]
    source, target, home = source[keep], target[keep], joined["home"].filter(pa.array(keep))
    named = np.unique(np.stack([source, numbered(home)]), axis=1)[0]
    is_good = np.bincount(named, minlength=len(table))[source] <= LISTED
    pairs = zip(
        source[is_good].tolist(), target[is_good].tolist(), home.filter(pa.array(is_good)).to_pylist(), strict=True
    )
    return [(min(a, b), max(a, b), "url", url) for a, b, url in pairs], hot


def _not_hot(told: pa.Table, homes: pa.Table) -> tuple[pa.Table, pa.Table, int]:
    """Both without the addresses that more than HOT records tell, their own included: before the join, which squares them."""
    held = told.group_by("home").aggregate([("source", "count")])
    hot = held.filter(pc.greater(held["source_count"], HOT))["home"].combine_chunks()
    kept = [side.filter(pc.invert(pc.is_in(side["home"], hot))) for side in (told, homes)]
    return kept[0], kept[1], len(hot)


def related_pairs(table: pa.Table) -> tuple[Ints, Ints]:
    """Pairs of which one names the other: a repost, an answer, a part is never the thing itself."""
    counts = np.asarray(pc.fill_null(pc.list_value_length(table["related"]), 0), np.int64)
    others = places(table, pc.list_flatten(table["related"]).combine_chunks())
    firsts = np.repeat(np.arange(len(counts)), counts)
    return firsts[others >= 0], others[others >= 0]

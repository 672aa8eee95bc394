"""What matching needs to know of a record, small enough to hold for all records at once. Key record_id."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from models import grams, text, urls
from models.blocking import Ints
from models.grams import CHARACTERS, Bags
from models.likeness import Corpus, corpus

LABELS = ("gtin", "isbn", "doi", "arxiv", "pmid", "model")  # two different ones of a kind are two works
NAMES = (*LABELS, "asin")  # one that two share speaks for one work; one shop gives a thing several
COLUMNS = (
    "record_id",
    "platform",
    "title",
    "body",
    "author",
    "brand",
    "created_at",
    "ids",
    "canonical_url",
    "relations",
    "tenant",
    "status",
)
PIECES = pa.schema(
    [
        ("record_id", pa.string()),
        ("platform", pa.string()),
        ("text", pa.binary()),  # int32 columns, then as many counts
        ("titles", pa.binary()),
        ("marks", pa.binary()),
        *((name, pa.string()) for name in NAMES),
        ("url", pa.string()),
        ("links", pa.list_(pa.string())),
        ("author", pa.string()),
        ("brand", pa.string()),
        ("script", pa.string()),  # han or other
        ("days", pa.float64()),  # since 1970
        ("is_repost", pa.bool_()),
        ("related", pa.list_(pa.string())),  # record ids
        ("tenant", pa.string()),  # empty for the public
        ("is_mute", pa.bool_()),  # a tombstone without words or identifiers
    ]
)
BOOKS = ("978", "979")  # how bar codes of books begin
_JOINT = re.compile(r"[\W_]+")


def pieces(records: pa.RecordBatch) -> pa.RecordBatch:
    """PIECES of a batch of records that has COLUMNS."""
    rows = records.select(list(COLUMNS)).to_pylist()
    titles, bodies = ([_meant(row[name]) for row in rows] for name in ("title", "body"))
    whole = [" ".join(both)[:CHARACTERS] for both in zip(titles, bodies, strict=True)]
    bags = {
        "text": grams.gram_bags([grams.words_only(text) for text in whole]),
        "titles": grams.gram_bags([grams.words_only(text) for text in titles]),
        "marks": grams.mark_bags(whole),
    }
    packed = {name: pa.array(_packed(bag), pa.binary()) for name, bag in bags.items()}
    rest = pa.RecordBatch.from_pylist([_plain(row) for row in rows], schema=PIECES)
    return pa.RecordBatch.from_arrays([packed.get(name, rest[name]) for name in PIECES.names], schema=PIECES)


def _meant(text: str | None) -> str:
    """The first CHARACTERS of a text, empty for a placeholder."""
    beginning = (text or "")[:CHARACTERS]
    return beginning if grams.words_only(beginning) else ""


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    relations = [relation.split(":", 1) for relation in row["relations"] or () if ":" in relation]
    url, names = row["canonical_url"], named(row["ids"] or {})
    is_dead = row["status"] in ("deleted", "gone")
    return {
        "record_id": row["record_id"],
        "platform": row["platform"],
        **names,
        "url": url,
        "links": [link for link in urls.links(row["body"]) if link != url],
        "author": grams.words_only((row["author"] or {}).get("name")) or None,
        "brand": grams.words_only(row["brand"]) or None,
        "days": row["created_at"].timestamp() / 86_400 if row["created_at"] else None,
        "script": "han" if text.language(f"{row['title'] or ''} {_meant(row['body'])}") in ("zh", "mixed") else "other",
        "is_repost": any(kind == "repost_of" for kind, _ in relations),
        "related": [other for _, other in relations],
        "tenant": row["tenant"] or "",
        "is_mute": is_dead and not any((_meant(row["title"]), _meant(row["body"]), *names.values())),
    }


def named(ids: dict[str, str | None]) -> dict[str, str | None]:
    """The identifiers of NAMES as they are compared; a book's bar code is its ISBN."""
    found = {name: label(name, ids.get(name)) for name in NAMES}
    bar_code = (found["gtin"] or "").lstrip("0")
    if not found["isbn"] and len(bar_code) == 13 and bar_code.startswith(BOOKS):
        found["isbn"] = bar_code
    return found


def once(found: pa.Table) -> pa.Table:
    """PIECES rows in the order of their ids, an id once: of rows that differ, the one whose pieces sort first."""
    plain = [name for name in PIECES.names if not pa.types.is_list(PIECES.field(name).type)]
    held = pc.value_counts(found["record_id"])
    if len(held) < len(found):  # rare, and dear to sort for
        found = found.sort_by([(name, "ascending") for name in ("record_id", *plain)])
    else:
        found = found.sort_by("record_id")
    ids = found["record_id"].combine_chunks()
    is_first = np.append(True, np.asarray(pc.not_equal(ids[1:], ids[:-1]))) if len(ids) else np.empty(0, np.bool_)
    return found.filter(pa.array(is_first)).combine_chunks()


def label(kind: str, value: str | None) -> str | None:
    """An identifier in the one form in which it is compared: GTIN with 14 digits, model number without its joints."""
    if not value:
        return None
    if kind == "gtin":
        return value.zfill(14)
    return _JOINT.sub("", value).casefold() or None if kind == "model" else value.casefold()


def _packed(bags: Bags) -> list[bytes]:
    ends = zip(bags.starts[:-1], bags.starts[1:], strict=True)
    return [bags.columns[a:b].tobytes() + bags.counts[a:b].tobytes() for a, b in ends]


def _unpacked(column: pa.ChunkedArray) -> Bags:
    sizes = np.asarray(pc.binary_length(column), np.int64) // 8
    flat = np.frombuffer(b"".join(column.to_pylist()), np.int32)
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    inside = np.arange(len(flat) // 2) - np.repeat(starts[:-1], sizes)  # place of an entry in its own bag
    heads = np.repeat(2 * starts[:-1], sizes) + inside
    return Bags(starts, flat[heads], flat[heads + np.repeat(sizes, sizes)])


def numbered(column: pa.ChunkedArray) -> Ints:
    """Each distinct value as a number, -1 for null."""
    codes = pc.dictionary_encode(column).combine_chunks().indices
    return np.asarray(pc.fill_null(codes, -1), np.int64)


def corpus_of(table: pa.Table) -> Corpus:
    """The comparable records of a PIECES table, in its order."""
    days: NDArray[np.float64] = table["days"].to_numpy()
    return corpus(
        text=_unpacked(table["text"]),
        titles=_unpacked(table["titles"]),
        marks=_unpacked(table["marks"]),
        groups=numbered(table["platform"]).astype(np.int32),
        scripts=numbered(table["script"]).astype(np.int32),
        authors=numbered(table["author"]),
        brands=numbered(table["brand"]),
        days=days,
    )


def places(table: pa.Table, record_ids: Sequence[str] | pa.Array) -> Ints:
    """Rows of these records, -1 where there is none."""
    return np.asarray(pc.fill_null(pc.index_in(pa.array(record_ids, pa.string()), table["record_id"]), -1), np.int64)

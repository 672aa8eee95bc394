"""What matching needs to know of a record, small enough to hold for all records at once. Key record_id.

Column by column, as Arrow holds them: of a million records nothing may take a call of Python each.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from models import bags, sounds, urls

Ints = NDArray[np.int64]
Ids = NDArray[np.int32]

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
    "media",
    "relations",
    "tenant",
    "status",
)
SOUNDS = ("author_sound", "brand_sound", "title_sound")  # models/sounds.py
PLAIN = pa.schema(
    [
        ("record_id", pa.string()),
        ("platform", pa.string()),
        *((name, pa.string()) for name in NAMES),
        ("url", pa.string()),
        ("links", pa.list_(pa.string())),
        ("picture", pa.string()),  # sha256 of the first one that was fetched
        ("author", pa.int64()),  # a number for the name; 0 for none
        ("brand", pa.int64()),
        *((name, pa.int64()) for name in SOUNDS),
        ("is_han", pa.bool_()),
        ("days", pa.float64()),  # since 1970
        ("is_repost", pa.bool_()),
        ("related", pa.list_(pa.string())),  # record ids
        ("tenant", pa.string()),  # empty for the public
        ("is_mute", pa.bool_()),  # a tombstone without words or identifiers
        ("grams_size", pa.int32()),
        ("marks_size", pa.int32()),
    ]
)
BAGS = pa.schema([(name, pa.list_(pa.uint32())) for name in ("grams", "marks")])  # entries, see models/bags.py
PIECES = pa.schema([*PLAIN, *BAGS])
BOOKS = "^97[89]"  # how bar codes of books begin
JOINTS = r"[^\pL\pM\pN]+"
DAY = 86_400e6  # in microseconds
DEAD = ("deleted", "gone")


def pieces(records: pa.RecordBatch) -> pa.RecordBatch:
    """PIECES of a batch of records that has COLUMNS."""
    said = bags.said(records["title"], records["body"])
    held = {"grams": said.grams, "marks": said.marks}
    sizes = {f"{name}_size": pa.array(np.diff(bag.starts), pa.int32()) for name, bag in held.items()}
    known = {"record_id": records["record_id"], "platform": records["platform"], **named(records["ids"])}
    says = (pc.greater(sizes["grams_size"], 0), pc.greater(sizes["marks_size"], 0), *map(pc.is_valid, _ids(known)))
    is_mute = pc.is_in(records["status"], pa.array(DEAD))
    for one in says:
        is_mute = pc.and_not(is_mute, one)
    made = {
        **known,
        **_linked(records),
        "picture": pictures(records["media"]),
        **_related(records["relations"]),
        **_called(pc.struct_field(records["author"], "name"), "author"),
        **_called(records["brand"], "brand"),
        "title_sound": pa.array(sounds.titles(records["title"])),
        "is_han": pa.array(said.is_han),
        "days": pc.divide(
            records["created_at"].cast(pa.timestamp("us", "UTC")).cast(pa.int64()).cast(pa.float64()), DAY
        ),
        "tenant": pc.fill_null(records["tenant"], ""),
        "is_mute": is_mute,
        **sizes,
        **{name: pa.ListArray.from_arrays(pa.array(bag.starts, pa.int32()), bag.entries) for name, bag in held.items()},
    }
    return pa.RecordBatch.from_arrays([made[name] for name in PIECES.names], schema=PIECES)


def _called(names: pa.Array, name: str) -> dict[str, pa.Array]:
    """Numbers of the names, and of their sounds: a placeholder has neither."""
    numbers = bags.names(names)
    return {name: pa.array(numbers), f"{name}_sound": pa.array(np.where(numbers != 0, sounds.names(names), 0))}


def _ids(known: dict[str, pa.Array]) -> list[pa.Array]:
    return [known[name] for name in NAMES]


def named(ids: pa.StructArray) -> dict[str, pa.Array]:
    """The identifiers of NAMES as they are compared; a book's bar code is its ISBN."""
    found = {name: label(name, pc.struct_field(ids, name)) for name in NAMES}
    bar_code = pc.utf8_ltrim(found["gtin"], "0")
    is_book = pc.and_(pc.equal(pc.utf8_length(bar_code), 13), pc.match_substring_regex(bar_code, BOOKS))
    found["isbn"] = pc.coalesce(found["isbn"], pc.if_else(is_book, bar_code, None))
    return found


def label(kind: str, values: pa.Array) -> pa.Array:
    """Identifiers in the one form in which they are compared: GTIN with 14 digits, model numbers without their joints."""
    if kind == "model":
        values = pc.replace_substring_regex(values, JOINTS, "")
    values = pc.utf8_lower(pc.if_else(pc.equal(values, ""), None, values))
    return pc.utf8_lpad(values, 14, "0") if kind == "gtin" else values


def _linked(records: pa.RecordBatch) -> dict[str, pa.Array]:
    """Each record's address, and the others that its text mentions: few texts do."""
    bodies, home = records["body"], records["canonical_url"]
    links: list[list[str]] = [[] for _ in range(len(records))]
    for row in np.flatnonzero(pc.fill_null(pc.match_substring(bodies, "http"), False)).tolist():
        url = home[row].as_py()
        links[row] = [link for link in urls.links(bodies[row].as_py()) if link != url]
    return {"url": home, "links": pa.array(links, PLAIN.field("links").type)}


def pictures(media: pa.ListArray) -> pa.StringArray:
    """sha256 of each record's first picture that was fetched."""
    files, rows = pc.list_flatten(media), pc.list_parent_indices(media)
    shas = pc.struct_field(files, "sha256")
    is_known = pc.and_(pc.equal(pc.struct_field(files, "kind"), "image"), pc.is_valid(shas))
    owners, first = np.unique(np.asarray(rows.filter(is_known)), return_index=True)
    at = np.full(len(media), -1)
    at[owners] = first
    return shas.filter(is_known).take(pa.array(at, mask=at < 0))


def _related(relations: pa.ListArray) -> dict[str, pa.Array]:
    """The records that each one names, and whether it repeats one of them."""
    told, rows = pc.list_flatten(relations), pc.list_parent_indices(relations)
    is_named = pc.match_substring(told, ":")
    told, rows = told.filter(is_named), np.asarray(rows.filter(is_named))
    is_repost = np.zeros(len(relations), np.bool_)
    is_repost[rows[np.asarray(pc.starts_with(told, "repost_of:"), np.bool_)]] = True
    ends = np.searchsorted(rows, np.arange(len(relations) + 1)).astype(np.int32)
    others = pc.replace_substring_regex(told, "^[^:]*:", "")
    return {"is_repost": pa.array(is_repost), "related": pa.ListArray.from_arrays(pa.array(ends), others)}


def once(found: pa.Table) -> pa.Table:
    """Rows in the order of their ids, an id once: of rows that differ, the one whose plain columns sort first."""
    plain = [name for name in found.column_names if not pa.types.is_list(found.schema.field(name).type)]
    held = pc.count_distinct(found["record_id"]).as_py()
    by = ["record_id", *plain] if held < len(found) else ["record_id"]  # rare, and dear to sort for
    order = pc.sort_indices(found, sort_keys=[(name, "ascending") for name in by])
    ids = found["record_id"].take(order).combine_chunks()
    is_first = np.append(True, np.asarray(pc.not_equal(ids[1:], ids[:-1]))) if len(ids) else np.empty(0, np.bool_)
    return found.take(order.filter(pa.array(is_first))).combine_chunks()


def numbered(column: pa.ChunkedArray) -> Ints:
    """Each distinct value as a number, -1 for null."""
    codes = pc.dictionary_encode(column).combine_chunks().indices
    return np.asarray(pc.fill_null(codes, -1), np.int64)


def places(table: pa.Table, record_ids: Sequence[str] | pa.Array | pa.ChunkedArray) -> Ints:
    """Rows of these records, -1 where there is none."""
    wanted = record_ids if isinstance(record_ids, (pa.Array, pa.ChunkedArray)) else pa.array(record_ids, pa.string())
    return np.asarray(pc.fill_null(pc.index_in(wanted, table["record_id"]), -1), np.int64)

"""Links between posts or videos that show the same picture or play the same sound.

What a reader expects of "the same" is narrow, and the rules keep to it:
- Only posts and videos: the picture of a product, paper or device shows what it is about, and the same picture on two
  products is no duplicate.
- Only where the picture (or sound) is the single one of its kind there: a gallery says more than one of its pictures.
- Text must not contradict: one of the two has hardly any, or they are alike by AGREEING.
- What more than MOST items show is a logo or a stock picture and says nothing.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from jobs import linking
from models import picture_hash, sound_hash
from models.cluster import clusters
from models.numbering import numbers
from schemas.media import MEDIA_FILE
from schemas.record import RECORD
from store import lake, spark

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

TYPES = ("post", "video")
KINDS = {"image": "picture", "audio": "sound"}
AGREEING = 0.35  # similarity of two texts that say one thing in part: half of what makes duplicates by text alone
MOST = 20


def links(run: linking.Run, files: pa.Table) -> pa.Table:
    """first, second (records by their numbers), similarity, medium; `files` are sha256 and fingerprint."""
    found = [_table(np.empty((0, 2), np.int64), np.empty(0), "picture")]
    if files.num_rows:
        records = spark.read(run.session, run.records, RECORD)
        found += [agreeing(run, _of_kind(records, files, kind)) for kind in KINDS]
    return pa.concat_tables(found)


def fingerprints(records: Sequence[str]) -> pa.Table:
    """sha256 and fingerprint of the files that belong to these partitions of records, each once."""
    paths = [path.replace("records/", "media/", 1) for path in records]
    columns = ["sha256", "mime", "fingerprint"]
    tables = [lake.read(path, MEDIA_FILE, columns=columns) for path in paths if lake.manifest(path)]
    if not tables:
        return pa.table({name: pa.array([], MEDIA_FILE.field(name).type) for name in columns})
    known = pa.concat_tables(tables)
    known = known.filter(known["fingerprint"].is_valid())
    return (
        known.group_by("sha256", use_threads=False)
        .aggregate([(name, "min") for name in columns[1:]])
        .rename_columns(columns)
    )


def _of_kind(records: "DataFrame", files: pa.Table, kind: str) -> pa.Table:
    owners, shas = shown(records, kind)
    own = files.filter(pc.starts_with(files["mime"], kind)).sort_by("sha256")
    places = pc.index_in(shas, own["sha256"].combine_chunks())
    is_known = places.is_valid().to_numpy(zero_copy_only=False)
    pairs, similarity = _alike(kind, own["fingerprint"].to_pylist())
    return _table(*shared(owners[is_known], places.drop_null().to_numpy(), pairs, similarity), KINDS[kind])


def shown(records: "DataFrame", kind: str) -> tuple[Ints, pa.Array]:
    """Numbers of the live posts and videos that have one file of this kind, and its sha256."""
    from pyspark.sql import functions as F

    files = F.filter(F.coalesce("media", F.array()), lambda file: file["kind"] == kind)
    found = records.where(F.col("status").eqNullSafe("live") & F.col("type").isin(*TYPES)).where(F.size(files) == 1)
    table = found.select("record_id", files[0]["sha256"].alias("sha256")).dropna().toArrow().combine_chunks()
    return numbers(table["record_id"].chunk(0)), table["sha256"].chunk(0)


def _alike(kind: str, prints: Sequence[bytes]) -> tuple[Ints, Floats]:
    if kind == "image":
        return picture_hash.alike(np.frombuffer(b"".join(prints), picture_hash.FINGERPRINT))
    found = sound_hash.alike([np.frombuffer(data, "<u4") for data in prints])
    return np.array([pair[:2] for pair in found], np.int64).reshape(-1, 2), np.array([pair[2] for pair in found])


def shared(owners: Ints, files: Ints, alike: Ints, similarity: Floats) -> tuple[Ints, Floats]:
    """(m, 2) records whose files are the same (similarity 1) or alike; none for a look that more than MOST share."""
    size = int(files.max(initial=-1)) + 1
    known = (alike < size).all(axis=1)
    alike, similarity = alike[known], similarity[known]
    looks, _ = clusters(size, alike[:, 0], alike[:, 1])
    is_rare = (np.bincount(looks[files], minlength=size) <= MOST)[looks]
    by_file: list[list[int]] = [[] for _ in range(size)]
    for file, owner in sorted(zip(files.tolist(), owners.tolist(), strict=True)):
        by_file[file].append(owner)
    same = [(a, b, 1.0) for file in np.flatnonzero(is_rare) for a in by_file[file] for b in by_file[file] if a < b]
    near = [
        (a, b, like)
        for (one, two), like in zip(alike.tolist(), similarity.tolist(), strict=True)
        if is_rare[one]
        for a in by_file[one]
        for b in by_file[two]
    ]
    found = np.array(same + near).reshape(-1, 3)
    return np.array([row[:2] for row in same + near], np.int64).reshape(-1, 2), found[:, 2]


def agreeing(run: linking.Run, pairs: pa.Table) -> pa.Table:
    """The pairs whose texts do not contradict."""
    places, similarity, is_short = linking.alike(run, pairs, "agreeing")
    return pairs.take(pa.array(places[is_short | (similarity >= AGREEING)]))


def _table(pairs: Ints, similarity: Floats, medium: str) -> pa.Table:
    columns = [
        pa.array(pairs[:, 0]),
        pa.array(pairs[:, 1]),
        pa.array(similarity),
        pa.array([medium] * len(pairs), pa.string()),
    ]
    return pa.table(columns, names=["first", "second", "similarity", "medium"])

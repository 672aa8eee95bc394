"""Turn what documents say and show into vectors, each content once and for all.

In   documents   one row per work, after dedup
     embeddings  the night before: content that it holds is not computed again
     blobs       pictures, by their sha256
Out  embeddings  one row per content hash and modality that tonight's documents need
     rejects     pictures that are missing or cannot be read, with the reason

No Spark: one process with the accelerator, if there is one. Finished shards lie in embeddings/parts until the
partition is complete, so a killed run loses at most one.
"""

import hashlib
import logging
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jobs import vectors
from models import content, encoder, vision
from schemas.document import DOCUMENT
from schemas.embedding import EMBEDDING
from schemas.reject import REJECT
from store import cli, lake, ledger, objects, settings

SHARD = 512  # contents computed between two saves: seconds of work
WINDOW = 64 * SHARD  # texts held at once, and sorted by length among themselves

Content = tuple[str, str]  # content hash; the text itself, or where the picture lies
Computed = tuple[np.ndarray, list[str | None]]  # unit rows; why a row could not be made

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Modality:
    """`load` gives what computes a shard; `wanted` and `missing` are content hashes."""

    name: str
    model_id: str
    load: Callable[[], Callable[[Sequence[str]], Computed]]
    wanted: frozenset[str]
    missing: frozenset[str]


def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("jobs.embed", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--date", type=cli.day, required=True, help="night, YYYY-MM-DD")
    args = parser.parse_args(argv)
    with ledger.step("embed", args.date) as counts:
        counts.update(embed(args.date))
        log.info("%s", counts)


def embed(night: str) -> dict[str, Any]:
    """Write the night's partition; counts in, reused, computed, out, rejected by reason."""
    documents, before = lake.partition("documents", step="dedup", date=night), _before(night)
    kinds = modalities(documents, before)
    wanted, missing = (sum(len(getattr(kind, name)) for kind in kinds) for name in ("wanted", "missing"))
    parts = list(dict.fromkeys(cli.progress(compute(kinds, documents, night), total=missing, unit="contents")))
    reasons = _put_rejects(night, parts)
    models = {kind.name: kind.model_id for kind in kinds}
    reused = {(content_hash, kind.model_id) for kind in kinds for content_hash in kind.wanted - kind.missing}
    path, inputs = lake.partition("embeddings", date=night), [documents, *before]
    made = lake.write(path, vectors.merged(parts, before, reused), EMBEDDING, inputs=inputs, extra={"models": models})
    _remove(_folder(night))
    counts = {"in": wanted, "reused": len(reused), "computed": missing - sum(reasons.values()), "out": made.rows}
    return {**counts, "rejected": sum(reasons.values()), "reasons": dict(reasons)}


def _before(night: str) -> list[str]:
    """The newest finished partition of an earlier night, if any."""
    yesterday = date.fromisoformat(night) - timedelta(days=1)
    newest = ledger.latest("embed", until=yesterday.isoformat())
    return [lake.partition("embeddings", date=newest)] if newest else []


def modalities(documents: str, before: Sequence[str]) -> list[Modality]:
    """What the documents need of each modality, and what of it no earlier night has."""
    wanted: dict[str, set[str]] = {"text": set(), "image": set()}
    for batch in lake.batches(documents, DOCUMENT, columns=["text_hash", "image_hash"]):
        for name, found in wanted.items():
            found.update(batch[f"{name}_hash"].drop_null().to_pylist())
    known = {
        key
        for path in before
        for batch in lake.batches(path, EMBEDDING, columns=["content_hash", "model_id"])
        for key in zip(*(column.to_pylist() for column in batch.columns))
    }
    ids = {"text": encoder.model_id(settings.text_model()), "image": vision.model_id(settings.image_model())}
    lacking = {name: frozenset(one for one in found if (one, ids[name]) not in known) for name, found in wanted.items()}
    return [Modality(name, ids[name], LOADERS[name], frozenset(wanted[name]), lacking[name]) for name in wanted]


@cache
def _texts() -> Callable[[Sequence[str]], Computed]:
    model = encoder.load(settings.text_model())
    return lambda texts: (model.encode(texts), [None] * len(texts))


@cache
def _pictures() -> Callable[[Sequence[str]], Computed]:
    model = vision.load(settings.image_model())

    def encode(places: Sequence[str]) -> Computed:
        found = [objects.get_bytes(place) for place in places]
        rows, reasons = model.encode_readable([picture or b"" for picture in found])
        gone = "picture is not in the lake"
        return rows, [gone if picture is None else reason for picture, reason in zip(found, reasons)]

    return encode


LOADERS: dict[str, Callable[[], Callable[[Sequence[str]], Computed]]] = {"text": _texts, "image": _pictures}


def compute(kinds: Sequence[Modality], documents: str, night: str) -> Iterator[str]:
    """The part that holds it, once for every missing content; parts of a run that was killed are kept."""
    for kind in kinds:
        for shard in shards(kind, documents):
            hashes = [content_hash for content_hash, _ in shard]
            digest = hashlib.sha256("\n".join([kind.model_id, *hashes]).encode()).hexdigest()
            path = f"{_folder(night)}/{digest[:32]}.parquet"
            if objects.get_bytes(path) is None:
                rows, reasons = kind.load()([payload for _, payload in shard])
                vectors.put(path, hashes, model_id=kind.model_id, modality=kind.name, rows=rows, reasons=reasons)
            yield from [path] * len(shard)


def shards(kind: Modality, documents: str) -> Iterator[list[Content]]:
    """The missing contents in portions of SHARD, of like length; the same ones on every run."""
    window: list[Content] = []
    for found in _contents(kind, documents):
        window.append(found)
        if len(window) == WINDOW:
            yield from _portions(window)
            window = []
    yield from _portions(window)


def _portions(window: list[Content]) -> Iterator[list[Content]]:
    ordered = sorted(window, key=lambda found: (len(found[1]), found[0]))
    yield from (ordered[start : start + SHARD] for start in range(0, len(ordered), SHARD))


def _contents(kind: Modality, documents: str) -> Iterator[Content]:
    left = set(kind.missing)
    if kind.name == "image":
        yield from ((found, f"blobs/{found[:2]}/{found}") for found in sorted(left))
        return
    for batch in lake.batches(documents, DOCUMENT, columns=["text_hash", "title", "body"]) if left else ():
        for row in batch.to_pylist():
            if row["text_hash"] in left:
                left.remove(row["text_hash"])
                yield row["text_hash"], content.text_for_embedding(row["title"], row["body"])


def _put_rejects(night: str, parts: Sequence[str]) -> Counter[str]:
    """Write what could not be embedded, by hash; counts by reason."""
    bad = [row for path in parts for row in vectors.get(path).filter(pc.field("reason").is_valid()).to_pylist()]
    bad.sort(key=lambda row: row["content_hash"])
    rows = [
        {"step": "embed", "platform": None, "ref": row["content_hash"], "reason": reason, "detail": detail or None}
        for row in bad
        for reason, _, detail in [row["reason"].partition(": ")]
    ]
    table = pa.Table.from_pylist(rows, schema=pa.schema([column.remove_metadata() for column in REJECT]))
    lake.write(lake.partition("rejects", step="embed", date=night), [table] if rows else [], REJECT)
    return Counter(row["reason"] for row in rows)


def _folder(night: str) -> str:
    return f"embeddings/parts/date={night}"


def _remove(folder: str) -> None:
    system, root = objects.filesystem()
    with suppress(FileNotFoundError):
        system.delete_dir(f"{root}/{folder}")


if __name__ == "__main__":
    cli.run(main)

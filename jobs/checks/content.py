"""A sample of documents, field by field and number by number, as the lake would send them again."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
from elasticsearch import Elasticsearch

from jobs.bodies import bodies, indexed, vector_sizes
from jobs.checks.night import MODALITIES, Night
from jobs.sameness import differing, stored
from jobs.verdict import Check
from schemas.annotation import ANNOTATION
from schemas.embedding import EMBEDDING, VECTORS
from schemas.generation import COLUMNS
from store import lake

SHAPE = pa.schema([COLUMNS.field(name).remove_metadata() for name in indexed(COLUMNS)])


def check(es: Elasticsearch, generation: str, night: Night, *, refused: int) -> tuple[Check, list[dict[str, Any]]]:
    """Whether a sample is in the index as the lake has it, and the sample as the index has it."""
    wanted = sent(night.sample, night.date)
    found = stored(es, generation, list(wanted))
    wrong = Counter(name for work in found for name in differing(wanted[work], found[work]))
    changed = sum(1 for work in found if differing(wanted[work], found[work]))
    missing = max(0, len(wanted) - len(found) - refused)
    told = [f"{name} {count}" for name, count in sorted(wrong.items(), key=lambda pair: (-pair[1], pair[0]))[:5]]
    seen = f"{changed} differ{' in ' + ', '.join(told) if told else ''}, {missing} missing"
    return Check("sample", not changed and not missing, seen, f"{len(wanted)} as in the lake"), list(found.values())


def sent(documents: Sequence[Mapping[str, Any]], date: str) -> dict[str, dict[str, Any]]:
    """By work_id the bodies of rows of DOCUMENT; without those whose vector cannot be sent."""
    said = _rows(lake.partition("annotations", date=date), ANNOTATION, "work_id", [row["work_id"] for row in documents])
    annotated = {row["work_id"]: row for row in said}
    found = _vectors(documents, date)
    wide = [
        {
            **row,
            **annotated.get(row["work_id"], {}),
            **{f"{name}_vector": found.get((name, row[f"{name}_hash"])) for name in MODALITIES},
        }
        for row in documents
    ]
    made = bodies(pa.RecordBatch.from_pylist(wide, schema=_loose()), "work_id", sizes=vector_sizes(VECTORS))
    return {body[0]: orjson.loads(body[1]) for body in made if isinstance(body, tuple)}


def _vectors(documents: Sequence[Mapping[str, Any]], date: str) -> Mapping[tuple[str, str], list[float]]:
    wanted = [row[f"{name}_hash"] for row in documents for name in MODALITIES if row[f"{name}_hash"]]
    rows = _rows(lake.partition("embeddings", date=date), EMBEDDING, "content_hash", wanted)
    return {(row["modality"], row["content_hash"]): row["vector"] for row in rows}


def _rows(path: str, schema: pa.Schema, key: str, values: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of a partition whose key is among these, read batch by batch."""
    wanted = pa.array(sorted(set(values)), pa.string())
    found = (batch.filter(pc.is_in(batch[key], value_set=wanted)) for batch in lake.batches(path, schema))
    return [row for batch in found for row in batch.to_pylist()]


def _loose() -> pa.Schema:
    """SHAPE with vectors of any length, which `bodies` names instead of Arrow."""
    sizes = vector_sizes(VECTORS)
    return pa.schema([pa.field(c.name, pa.list_(pa.float32())) if c.name in sizes else c for c in SHAPE])

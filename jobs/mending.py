"""Documents of a live generation put right: what is missing or stale is sent whole, what the lake does not know is deleted.

Every write carries a version above all that are there. It is noted in `_meta` before the first write, so that whoever noted an
earlier one and comes late, out of a process that was thought dead, loses.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pyarrow as pa
from elasticsearch import Elasticsearch

from jobs import wide
from jobs.bodies import vector_sizes
from jobs.drift import Drift
from jobs.load import Loaded, load
from schemas.embedding import VECTORS
from store import bulk, elastic, loading
from store.outcomes import DELETED

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def mend(
    session: "SparkSession", es: Elasticsearch, generation: str, date: str, found: Drift, must_hold: Callable[[], None]
) -> Loaded:
    """Make a generation what the lake says of this night in all that was found; done twice it changes nothing more."""
    must_hold()
    version = next_version(es, generation, above=found.version)
    documents, annotations, embeddings = wide.tables(session, date)
    changed = pa.table({"work_id": pa.array(found.missing + found.stale, pa.string())})
    rows = documents.join(session.createDataFrame(changed), on="work_id", how="left_semi")
    made = wide.searchable(rows, annotations, embeddings)
    loaded = load(es, generation, made, key="work_id", sizes=vector_sizes(VECTORS), version=version)
    must_hold()  # what is new is there before what it replaces goes: nothing is missing meanwhile
    bulk.written(bulk.bulk(es, generation, ((work_id, DELETED) for work_id in found.ghost), version=version))
    elastic.refresh(es, generation)
    return loaded


def next_version(es: Elasticsearch, generation: str, *, above: int) -> int:
    """A version above this one and every one that was noted before."""
    meta = (elastic.mapping(es, generation) or {})["_meta"]
    version = 1 + max(above, int(meta.get("version", 0)), elastic.version(meta["date"]))
    loading.complete(es, generation, {**meta, "version": version})
    return version

"""The last part of the drill: a document that the node refuses becomes a dead letter, is mended, sent again and found.

It works on a small night of its own, in a folder of the lake that is deleted in the end.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
from elasticsearch import Elasticsearch

from local.commands import DrillFailed, run, say
from query import search
from schemas.annotation import ANNOTATION
from schemas.dead_letter import DEAD_LETTER
from schemas.document import DOCUMENT
from schemas.embedding import EMBEDDING
from store import dead, elastic, lake, objects, settings

DOCUMENTS = 20
TOO_MANY = 10_001  # objects in the lists of one document: a node takes 10,000
Row = dict[str, Any]


def is_public(row: Mapping[str, Any]) -> bool:
    """Whether a document is one that anybody finds by its title."""
    return row["status"] == "live" and bool(row["title"]) and not row["duplicate_of"] and not row["tenant"]


def rehearse(es: Elasticsearch, date: str, generation: str, mended: Path) -> dict[str, int]:
    """Steps 7 to 9; letters by what became of them."""
    path = lake.partition("documents", step="dedup", date=date)
    rows = (row for batch in lake.batches(path, DOCUMENT) for row in batch.to_pylist())
    some = list(islice(filter(is_public, rows), DOCUMENTS))
    with own_folder():
        say("7. the node refuses a document, and takes the others")
        put(date, [broken(some[0]), *some[1:]])
        run("index", date, "--generation", generation)
        must_be(es, date, generation, some[0], state="dead")
        say("8. what was wrong with it is mended, and it is sent again")
        letter = json.loads(run("replay", date, "--show"))
        mended.write_text(json.dumps({"ref": letter["ref"], "body": repaired(letter["body"])}) + "\n")
        run("replay", date, "--repaired", str(mended))
        say("9. it is found")
        must_be(es, date, generation, some[0], state="taken")
    return elastic.tally(es, elastic.dead_letters(generation), "state")


@contextmanager
def own_folder() -> Iterator[None]:
    """A lake inside the lake, empty at first and gone in the end."""
    before = os.environ.get("TRAWL_LAKE")
    os.environ["TRAWL_LAKE"] = f"{settings.lake_root()}/{settings.alias()}"
    try:
        yield
    finally:
        system, root = objects.filesystem()
        system.delete_dir(root)
        del os.environ["TRAWL_LAKE"]
        os.environ |= {"TRAWL_LAKE": before} if before else {}


def put(date: str, rows: list[Row]) -> None:
    """A night of these documents, without annotations and vectors."""
    plain = pa.schema([column.remove_metadata() for column in DOCUMENT])
    table = pa.Table.from_pylist(rows, schema=plain)
    lake.write(lake.partition("documents", step="dedup", date=date), [table], DOCUMENT)
    lake.write(lake.partition("annotations", date=date), [], ANNOTATION)
    lake.write(lake.partition("embeddings", date=date), [], EMBEDDING)


def broken(row: Row) -> Row:
    """The document as a join that went wrong would leave it: its provenance over and over."""
    one = {"field": "title", "platform": row["platforms"][0], "record_id": row["record_ids"][0], "rule": "trust"}
    return {**row, "provenance": [one] * TOO_MANY}


def repaired(body: Row) -> Row:
    return {**body, "provenance": body["provenance"][:1]}


def must_be(es: Elasticsearch, date: str, generation: str, row: Row, *, state: str) -> None:
    """DrillFailed unless the table and the index of letters say so, and the title finds what was taken and nothing dead."""
    letters = {one["ref"]: one["state"] for one in lake.read(dead.partition(date), DEAD_LETTER).to_pylist()}
    told = elastic.tally(es, elastic.dead_letters(generation), "state")
    found = row["work_id"] in [hit.work_id for hit in search(row["title"], index=generation, size=100).hits]
    if letters != {row["work_id"]: state} or told != {state: 1} or found != (state == "taken"):
        raise DrillFailed(
            f"{row['work_id']} is {letters} in the lake, {told} in the index, found: {found}; not {state}"
        )

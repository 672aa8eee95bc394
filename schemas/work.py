"""works: one row per record and the work it belongs to, with the evidence. Key record_id."""

import pyarrow as pa

from schemas.fields import keyword, number, structs

EVIDENCE = structs(
    "evidence",
    [
        keyword("other_id", doc="record_id on the other side"),
        keyword(
            "kind", doc="gtin, isbn, doi, model, url, picture, text; same, apart: a person decided; stayed: a tombstone"
        ),
        keyword("value", doc="What both hold: identifier, address, sha256; who decided, when and why; null for text"),
        number("score", doc="Probability-like, 0 to 1"),
    ],
    doc="Why this record joined; empty for a work of one record",
)

WORK = pa.schema(
    [
        keyword("record_id", required=True, doc="Record"),
        keyword("platform", required=True, doc="Its platform"),
        keyword("work_id", required=True, doc="Work it belongs to"),
        EVIDENCE,
    ]
)

"""dead_letters: one row per document that an index refused, with all that it takes to send it again. Key index, ref."""

import pyarrow as pa

from schemas.fields import count, field, keyword, text

DEAD_LETTER = pa.schema(
    [
        keyword("index", required=True, doc="Generation it was meant for"),
        keyword("ref", required=True, doc="`_id` of the document"),
        keyword("reason", required=True, doc="Elasticsearch's type of error, or our own reason; short, countable"),
        text("detail", doc="What exactly, at most 500 characters"),
        count("status", required=True, doc="Elasticsearch's status; 0: refused before it was sent"),
        count("attempts", required=True, doc="Times it was sent"),
        keyword("body_sha256", required=True, doc="Hash of the body"),
        field("body", pa.binary(), es=None, required=True, doc="The document as JSON"),
        keyword("state", required=True, doc="dead; after a replay taken, or newer where the index held a newer one"),
    ]
)

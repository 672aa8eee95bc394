"""documents: one row per work, fields merged, with provenance; after dedup also `duplicate_of`. Key work_id."""

import pyarrow as pa

from schemas.fields import count, field, flag, instant, keyword, keywords, number, structs, text
from schemas.record import RECORD

MERGED = (
    "url", "title", "body", "summary", "author", "created_at", "updated_at", "lang", "media", "engagement",
    "price", "brand", "category_path", "ids", "tags", "geo", "functions", "scope", "tenant", "license",
)  # fmt: skip

PROVENANCE = structs(
    "provenance",
    [
        keyword("field", doc="Column"),
        keyword("platform", doc="Platform that won"),
        keyword("record_id", doc="Record that won"),
        keyword("rule", doc="Merge rule of the column"),
    ],
    doc="Which platform each field came from",
    nested=True,
)

DOCUMENT = pa.schema(
    [
        keyword("work_id", required=True, doc="Identity of the work across platforms"),
        keyword("type", required=True, doc="Type of the winning record"),
        keyword("status", required=True, doc="live while one record is live"),
        *(RECORD.field(name) for name in MERGED),
        keywords("platforms", doc="Platforms the work is on, sorted"),
        keywords("record_ids", doc="Records of the work, sorted"),
        keywords("former_ids", doc="Earlier work_ids that lead here, sorted; null for none"),
        count("record_count", required=True, doc="Number of records"),
        number("popularity", doc="Mean percentile of engagement within each platform, 0 to 1"),
        instant("crawled_at", required=True, doc="Newest fetch among the records"),
        text(
            "why_merged",
            doc="The evidence in words and numbers, decisions of people included; null where there is none",
        ),
        PROVENANCE,
        keyword("title_key", doc="Whole title, normalised, for exact look-up"),
        keyword("text_hash", doc="Hash of title and body as embedded; joins embeddings"),
        keyword("image_hash", doc="sha256 of the first fetched picture; joins embeddings"),
        keyword("duplicate_of", doc="work_id of the survivor; null when this is it"),
        number(
            "duplicate_similarity", doc="Of its strongest link in the family, 0 to 1; of texts to .04, 1 is equal words"
        ),
        keyword("duplicate_by", doc="What that link compared: text, picture or sound"),
        flag("is_stale", doc="A record came from an earlier night (platform failed tonight)"),
        field("stale_days", pa.int64(), es={"type": "long"}, doc="Age of the oldest carried record"),
    ]
)

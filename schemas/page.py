"""pages: one row per answer of a platform, exactly as received, credentials redacted.

Key  platform, date, sequence. Stored as one zstd frame per row, a line of JSON and the body (see store/archive.py).
"""

import pyarrow as pa

from schemas.fields import count, field, instant, keyword

PAGE = pa.schema(
    [
        keyword("platform", required=True, doc="Name of the platform"),
        count("sequence", required=True, doc="Position in the crawl, from 0"),
        keyword("url", required=True, doc="What was asked, secrets replaced by ***"),
        count("status", required=True, doc="HTTP status"),
        keyword("content_type", doc="As answered"),
        instant("fetched_at", required=True, doc="When the answer was complete"),
        field("body", pa.binary(), es=None, required=True, doc="As received"),
    ]
)

"""profiles: one row per user, from their events. Key user_id."""

import pyarrow as pa

from schemas.embedding import TEXT_DIMS
from schemas.fields import count, instant, keyword, number, structs, vector

TASTES = structs(
    "tastes",
    [keyword("tag", doc="Tag or category"), number("weight", doc="Share of the user's weight, 0 to 1")],
    doc="Strongest tags, heaviest first, at most ten",
)

PROFILE = pa.schema(
    [
        keyword("user_id", required=True, doc="Pseudonymous"),
        count("event_count", required=True, doc="Events that reached a document with a vector"),
        instant("last_event_at", doc="Newest of them"),
        TASTES,
        vector(
            "taste_vector",
            TEXT_DIMS,
            options={"type": "flat"},  # read by user; who is alike is asked seldom, of few, and answered exactly
            doc="Recency-weighted mean of the vectors acted on, unit length; no graph, exact",
        ),
    ]
)

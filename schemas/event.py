"""events: one row per thing a user did. Key event_id."""

import pyarrow as pa

from schemas.fields import count, instant, keyword, text

ACTIONS = ("view", "click", "cart", "buy", "search")

EVENT = pa.schema(
    [
        keyword("event_id", required=True, doc="Stable"),
        keyword("user_id", required=True, doc="Pseudonymous"),
        keyword("action", required=True, doc="One of ACTIONS"),
        keyword("record_id", doc="What was acted on; null for a search"),
        text("query", doc="What was typed; null unless a search led here"),
        count("position", doc="Place in the list that was shown, from 1"),
        instant("occurred_at", required=True, doc="UTC"),
    ]
)

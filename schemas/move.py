"""moves: one row per change of what is live. Key key."""

import pyarrow as pa

from schemas.fields import instant, keyword, text

ACTIONS = ("promoted", "rolled_back")

MOVE = pa.schema(
    [
        keyword("key", required=True, doc="Of the run that moved it: the same run moves once"),
        instant("moved_at", required=True, doc="When"),
        keyword("action", required=True, doc="One of ACTIONS"),
        keyword("generation", required=True, doc="What is live since"),
        keyword("before", doc="What was live until then"),
        keyword("by", doc="Who"),
        text("why", doc="The reason given"),
    ]
)

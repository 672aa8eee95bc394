"""identities: one row per work_id ever given, and the work that stands for it. Key work_id."""

import pyarrow as pa

from schemas.fields import keyword

IDENTITY = pa.schema(
    [
        keyword("work_id", required=True, doc="Id of a work, ever given"),
        keyword("since_night", required=True, doc="Night on which it was given first, YYYY-MM-DD"),
        keyword("leads_to", doc="work_id of the work that stands for it, itself while it lives; null: nothing does"),
        keyword("moved_night", doc="Night since which another work stands for it; null while it lives"),
    ]
)

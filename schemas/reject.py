"""rejects: one row per thing refused anywhere, with the reason."""

import pyarrow as pa

from schemas.fields import keyword, text

REJECT = pa.schema(
    [
        keyword("step", required=True, doc="Job that refused it"),
        keyword("platform", doc="Platform, where there is one"),
        keyword("ref", required=True, doc="Page, record or document it was"),
        keyword("reason", required=True, doc="Short, countable"),
        text("detail", doc="What exactly, at most 500 characters"),
    ]
)

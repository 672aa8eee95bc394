"""verdicts: one row per judgement of the gate on a generation. Key generation, judged_at.

The audit trail of what went live: the lake keeps the newest verdict of a generation, the index every one of them.
"""

import pyarrow as pa

from schemas.fields import flag, instant, keyword, number, struct, structs, text

SIGNED = [keyword("by", doc="Who"), text("why", doc="The reason given")]

VERDICT = pa.schema(
    [
        keyword("generation", required=True, doc="What was judged"),
        keyword("uuid", required=True, doc="Identity of the very index that was judged"),
        keyword("date", required=True, doc="Night it was built from"),
        instant("judged_at", required=True, doc="When"),
        keyword("live", doc="Generation it was compared with; null where nothing was live"),
        flag("passed", doc="No check failed"),
        struct("forced", SIGNED, doc="Signature under a pass in spite of failed checks"),
        struct("withdrawn", SIGNED, doc="Signature under a roll-back: it may not go live again until judged anew"),
        structs(
            "checks",
            [
                keyword("name", doc="What was looked at"),
                flag("passed", doc="Null where there was nothing to check with"),
                text("seen", doc="What was found"),
                text("wanted", doc="What would have passed"),
            ],
            doc="Every check",
            nested=True,
        ),
        structs(
            "losers",
            [
                keyword("source", doc="file, clicks"),
                keyword("query", doc="Golden query"),
                number("ndcg10", doc="In this generation"),
                number("live_ndcg10", doc="In the live one"),
            ],
            doc="Golden queries that lost most",
            nested=True,
        ),
    ]
)

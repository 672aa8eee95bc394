"""annotations: one row per document, what the language models say of it. Key work_id."""

import pyarrow as pa

from schemas.fields import keyword, number, tokens

ANNOTATION = pa.schema(
    [
        keyword("work_id", required=True, doc="Document"),
        keyword("language", required=True, doc="zh, en, mixed or und"),
        tokens("title_tokens", doc="Analysed title, joined by spaces"),
        tokens("body_tokens", doc="Analysed body, joined by spaces"),
        keyword("sentiment", doc="negative, neutral, positive; null without a model or for other types than post"),
        number("sentiment_score", doc="Probability of the label"),
    ]
)

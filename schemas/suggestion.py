"""suggestions: what search boxes complete, a part of every document of the index; made on the way there, not in the lake."""

import pyarrow as pa

from schemas.fields import completion

AUDIENCE = "audience"  # who may see it, as Elasticsearch's context: everybody, or a tenant whose name follows
PUBLIC, PRIVATE = "public", "tenant:"
STEPS = 1_000_000  # of popularity, 0 to 1: weights are whole numbers

SUGGESTION = pa.schema(
    [
        completion(
            "suggest",
            context=AUDIENCE,
            doc="Title, brand and author in lower case and simplified characters, by popularity; name the `audience`:"
            " `public`, or `tenant:` and its name; near-duplicates have none",
        )
    ]
)

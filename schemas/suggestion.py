"""suggestions: what search boxes complete, a part of every document of the index; made on the way there, not in the lake."""

import pyarrow as pa

from schemas.fields import completion

AUDIENCE = "audience"  # who may see it, as Elasticsearch's context: everybody, or a tenant whose name follows
PUBLIC, PRIVATE = "public", "tenant:"
LONGEST = 32  # UTF-16 units: few people type more of a title, and Elasticsearch's own 50 cost a tenth of a load
STEPS = 1_000_000  # of popularity, 0 to 1: weights are whole numbers

SUGGESTION = pa.schema(
    [
        completion(
            "suggest",
            context=AUDIENCE,
            longest=LONGEST,
            doc=f"Title, brand and author in lower case and simplified characters, of each the first {LONGEST} characters, by"
            " popularity; name the `audience`: `public`, or `tenant:` and its name; near-duplicates have none",
        )
    ]
)

"""What a search box completes to a document: its title, brand and author in the one spelling that queries are brought into."""

from collections.abc import Mapping
from typing import Any

from models import text
from schemas.suggestion import AUDIENCE, PRIVATE, PUBLIC, STEPS


def suggestion(row: Mapping[str, Any]) -> dict[str, Any]:
    """The field `suggest` for the body of a document, nulls left out; no field for a near-duplicate or one without words.

    A private document is suggested to its tenant alone: Elasticsearch refuses to complete for nobody in particular.
    """
    given = (row.get("title_key"), row.get("brand"), (row.get("author") or {}).get("name"))
    inputs = dict.fromkeys(text.normalise(words) for words in given if words)
    inputs.pop("", None)
    if not inputs or "duplicate_of" in row:
        return {}
    popularity = row.get("popularity", 0.0)
    weight = round(STEPS * popularity) if 0 <= popularity <= 1 else 0
    audience = f"{PRIVATE}{row['tenant']}" if "tenant" in row else PUBLIC
    return {"suggest": {"input": list(inputs), "weight": weight, "contexts": {AUDIENCE: [audience]}}}

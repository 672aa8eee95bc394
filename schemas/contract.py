"""docs/index-contract.md: what analysts may rely on, out of the schemas. `python -m schemas.contract` prints it."""

import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from schemas.examples import EXAMPLES
from schemas.fields import meta
from schemas.generation import COLUMNS
from schemas.move import MOVE
from schemas.profile import PROFILE
from schemas.verdict import VERDICT

HEAD = """# The index: what may be relied on

Written by `python -m schemas.contract > docs/index-contract.md`; a test fails when it is behind the schemas. Where
`TRAWL_ALIAS` names another alias, it stands wherever `trawl` stands here.

| name | one document per | made by |
|---|---|---|
| `trawl` | work: what one or more platforms have of the same thing | `index`, then `promote`; `topup` |
| `trawl-profiles` | user | `index`, then `promote` |
| `trawl-verdicts` | judgement of the gate | `gate`, `rollback` |
| `trawl-moves` | change of what is live | `promote`, `rollback` |

Ask these names and no others. The first two are aliases: both move at once, in one atomic call, and a request that has begun ends
on the generation where it began. To read page by page while a generation may change, open a point in time first. Generations
(`trawl-YYYYMMDD-HHMMSS`), `trawl-locks`, scores, and the order of documents with equal scores are promised to nobody.

## What may change
- A column may be added at any time; ask for the fields that you need (`_source`, `fields`).
- A column is removed, renamed or given another type only with a line under *Changed* or *Removed* in CHANGELOG.md.
- `GET /trawl/_mapping` tells in `_meta` what the live generation was made from: `run` (its name), `date` (the night),
  `schema_version` (another one when a column changed), `text_model`, `image_model` (vectors of two models cannot be compared),
  `counts` (documents in, out, rejected; profiles); `topups`, where there were any: when, the date, how many documents were new,
  changed or deleted. `version` is that of the newest write, `made_from` a digest of the files in the lake.

## How things age
- A night rebuilds everything. Between nights a top-up may replace, add and delete single documents of the live generation, never
  many: a request sees each as it was or as it is. `crawled_at` is the newest fetch among the records of a document.
- Counts and prices (`engagement`, `price`) are those of the fetch, not of now.
- A platform that failed keeps its last good records: `is_stale` is true, `stale_days` the age of the oldest of them. After
  `TRAWL_CARRY_DAYS` days (7) the gate refuses to go on without that platform, and the last generation stays live.
- What was deleted everywhere has no document. What was deleted on one platform is no longer in `platforms` with it, and gives no
  field; its id stays in `record_ids`.
- What a platform's terms let nobody keep for long disappears by itself (`maintain`), with the next night.
- `work_id` stays the same from night to night while the work goes on; one that was merged away stands in `former_ids` of the
  document that stands for it.
- Near-duplicates are there, with the survivor in `duplicate_of`. Private documents are there, with `tenant`: leave both out as the
  examples do, unless they are what you want.
- Of the generations before the live one, two are kept; they are for going back, not for asking.
"""

ROLE = {
    "trawl_read": {
        "cluster": [],
        "indices": [
            {
                "names": ["trawl", "trawl-profiles", "trawl-verdicts", "trawl-moves"],
                "privileges": ["read", "view_index_metadata"],
            }
        ],
    }
}

TAIL = """## A key that can only read

The local node has no security. On a full cluster (the free licence is enough) an administrator makes a key for a year; the answer
holds it once, as `encoded`, for the header `Authorization: ApiKey ENCODED` or `TRAWL_ELASTICSEARCH_API_KEY`:

```http
POST /_security/api_key
{key}
```

A right on an alias covers whatever index it leads to, so the key stays good when a generation goes live. For people who log in,
the same as a role:

```http
PUT /_security/role/trawl_read
{role}
```

The key sees private documents (`tenant`) too: hiding them by document needs a paid licence. Who must not see them gets a filtered
alias of his own, or the HTTP service of the query module.
"""


def contract() -> str:
    """The whole page."""
    tables = {"trawl": COLUMNS, "trawl-profiles": PROFILE, "trawl-verdicts": VERDICT, "trawl-moves": MOVE}
    parts = [HEAD, "## Fields\n", *(f"### `{name}`\n\n{table(schema)}\n" for name, schema in tables.items())]
    parts += ["## Questions\n", *(example(one.title, f"POST {one.path}", one.body) for one in EXAMPLES)]
    key = {"name": "an analyst", "expiration": "365d", "role_descriptors": ROLE}
    return "\n".join([*parts, TAIL.format(key=pretty(key), role=pretty(ROLE["trawl_read"]))])


def table(schema: pa.Schema) -> str:
    """Markdown: every indexed field, properties by dotted name."""
    rows = [f"| `{name}` | {kind} | {doc} |" for column in schema for name, kind, doc in fields(column, "")]
    return "\n".join(["| field | type | meaning |", "|---|---|---|", *rows])


def fields(column: pa.Field, above: str) -> Iterator[tuple[str, str, str]]:
    """Name, Elasticsearch type and meaning of a column and of what is in it."""
    if not meta(column, "es"):
        return
    name, inner = f"{above}{column.name}", column.type
    is_list = pa.types.is_list(inner)
    inner = inner.value_type if is_list else inner
    yield name, said(json.loads(meta(column, "es"))) + (", list" if is_list else ""), meta(column, "doc")
    for part in inner if pa.types.is_struct(inner) else ():
        yield from fields(part, f"{name}.")


def said(mapping: dict[str, Any]) -> str:
    """A mapping in a word or two."""
    more = _vector(mapping) if "dims" in mapping else mapping.get("analyzer")
    return f"{mapping['type']} ({more})" if more else str(mapping["type"])


def _vector(mapping: dict[str, Any]) -> str:
    kind, *rest = mapping["index_options"].items()
    return ", ".join([f"{mapping['dims']} numbers", kind[1], *(f"{name} {_plain(value)}" for name, value in rest)])


def _plain(value: Any) -> str:
    return " ".join(f"{name} {one}" for name, one in value.items()) if isinstance(value, dict) else str(value)


def example(title: str, request: str, body: dict[str, Any]) -> str:
    """One question, as the console takes it."""
    return f"{title}:\n\n```http\n{request}\n{pretty(body)}\n```\n"


def pretty(body: dict[str, Any]) -> str:
    return json.dumps(body, indent=1, ensure_ascii=False)


if __name__ == "__main__":
    print(contract(), end="")

"""What a search box may complete: titles, brands and authors that begin as somebody has begun to type."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from query.clauses import Body
from query.live import connect, live
from schemas.suggestion import AUDIENCE, LONGEST, PRIVATE, PUBLIC
from store import settings

NAME = "begun"


@dataclass(frozen=True)
class Suggestion:
    """`text` as a platform wrote it; `kind` is title, brand or author."""

    text: str
    kind: str


def suggest(
    text: str, *, tenant: str | None = None, size: int = 8, index: str | None = None, client: Any = None
) -> list[Suggestion]:
    """The most popular completions, best first, each once; capitals, width and traditional characters make no difference.

    What is private is suggested to its `tenant` alone. `index` and `client` are as for `search`.

    Raises  SearchFailed  nothing is live
            TrawlError    Elasticsearch is away
    """
    from models import text as analysis
    from store import failures

    client = client or connect()
    generation, _ = live(client, index or settings.alias())
    prefix = analysis.normalise(text)
    if not prefix:
        return []
    with failures.plainly():
        answer = client.search(index=generation, **body(prefix, tenant=tenant, size=size))
    found = dict.fromkeys(_read(option) for option in answer["suggest"][NAME][0]["options"])
    return [one for one in found if len(prefix) <= LONGEST or _letters(one.text).startswith(_letters(prefix))]


def body(prefix: str, *, tenant: str | None, size: int) -> Body:
    """The request for one normalised prefix, of which the server knows the beginning."""
    begun = prefix.encode("utf-16-le")[: 2 * LONGEST].decode("utf-16-le", "ignore")
    audience = [PUBLIC, *([f"{PRIVATE}{tenant}"] if tenant is not None else [])]
    asked: Body = {"field": "suggest", "size": size, "contexts": {AUDIENCE: audience}}
    asked["skip_duplicates"] = len(prefix) <= LONGEST  # of a longer one those are wanted that go on as it does
    return {
        "size": 0,
        "source": ["title", "brand", "author.name"],
        "suggest": {NAME: {"prefix": begun, "completion": asked}},
    }


def _read(option: Mapping[str, Any]) -> Suggestion:
    """Which words of its document an option is; the server cuts long ones off, so a title is recognised by its beginning."""
    from models import text as analysis

    found, own = option["text"], option["_source"]
    words = {"title": own.get("title"), "brand": own.get("brand"), "author": (own.get("author") or {}).get("name")}
    alike = {kind: analysis.normalise(value) for kind, value in words.items() if value}
    begun = [kind for kind, value in alike.items() if value.startswith(found)]
    kind = min(begun, key=lambda kind: len(alike[kind]), default="title")  # the whole of it before a part
    return Suggestion(words[kind] or found, kind)


def _letters(words: str) -> str:
    """What counts in a comparison: the server sees neither spaces nor signs."""
    from models import text as analysis

    return "".join(filter(str.isalnum, analysis.normalise(words)))

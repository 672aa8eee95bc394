"""Search: read a query, ask Elasticsearch by words, meaning and picture, fuse, explain.

`search("红色 运动鞋 under 300 元", platforms=["taobao"]).hits` is all that an application needs. Importing this is
quick: the client, the dictionary and the models are loaded by the first search that needs them.
"""

from collections.abc import Sequence
from typing import Any

from query.completion import Suggestion, suggest
from query.engine import Ask, search_many
from query.parse import Filters
from query.result import Hit, Result

__all__ = ["Ask", "Filters", "Hit", "Result", "Suggestion", "search", "search_many", "suggest"]


def search(
    text: str | None = None,
    *,
    image: bytes | None = None,
    user: str | None = None,
    platforms: Sequence[str] = (),
    types: Sequence[str] = (),
    langs: Sequence[str] = (),
    brands: Sequence[str] = (),
    price_min: float | None = None,
    price_max: float | None = None,
    duplicates: bool = False,
    tenant: str | None = None,
    size: int = 10,
    index: str | None = None,
    client: Any = None,
) -> Result:
    """The best documents for a text, a picture file's bytes, or both; everything popular for neither.

    Several values of one filter are alternatives, and add to what the text itself asks (`platform:taobao`). Prices
    are inclusive. Private documents are found with their `tenant` alone. `index` is the live alias unless given, `client` an `elasticsearch.Elasticsearch` of the caller's.

    Raises  SearchFailed  Elasticsearch is away, nothing is live, or every leg failed
            NotAPicture   `image` is not a picture
    """
    filters = Filters(tuple(platforms), tuple(types), tuple(langs), tuple(brands), price_min, price_max)
    ask = Ask(text, image, user, filters, duplicates, tenant)
    return search_many([ask], size=size, index=index, client=client)[0]

"""Amazon: products that the Creators API finds for the target words, at most a hundred for each.

Source  POST /catalog/v1/searchItems, `itemPage` 1 to 10, ten items a page, with the token of a log-in by client
        credentials; a target is "words", or "words@www.amazon.de" in another marketplace than www.amazon.com
        (https://affiliate-program.amazon.com/creatorsapi/docs, terms as of 2026-01)
Also    items and variations by ASIN; catalogue items and listings of the Selling Partner API (_amazon_catalog.py)
Units   prices in the marketplace's currency, true at the moment of the answer (`as_of`); no stars, no count of sales

A record is an ASIN in one marketplace, "asin@marketplace id". What is kept must be asked for again within a day.
Answers of the pricing APIs name no product: they are refused.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from jobs.platforms import Item, Page, Policy, Reject, Request, TargetsMissing, Window, _amazon_catalog
from jobs.platforms._amazon_creators import HOME, product
from jobs.platforms._reading import at, checked, decoded, each, many, shown, turned
from models.values import count

POLICY = Policy(
    tier="C",
    license="Amazon Creators API licence",
    default_url="https://creatorsapi.amazon",
    credentials=("TRAWL_AMAZON_CREDENTIAL_ID", "TRAWL_AMAZON_CREDENTIAL_SECRET", "TRAWL_AMAZON_PARTNER_TAG"),
    max_age_days=1,
)
SIZE = 10
MOST_PAGES = 10
JSON = ("Content-Type", "application/json")
RESULTS = ("searchResult", "itemsResult", "variationsResult")
RESOURCES = """itemInfo.title itemInfo.features itemInfo.byLineInfo itemInfo.externalIds itemInfo.manufactureInfo
 itemInfo.productInfo itemInfo.contentInfo images.primary.large images.variants.large
 browseNodeInfo.browseNodes.ancestor offersV2.listings.price
 offersV2.listings.merchantInfo offersV2.listings.isBuyBoxWinner parentASIN""".split()
PRICED = ("ASIN", "SKU", "SellerSKU", "asin")


def login(window: Window) -> Request:
    """The request for an hour's token; where all answers come from one address of one's own, the token does too."""
    host = "https://api.amazon.com" if window.base_url == POLICY.default_url else window.base_url
    told = {"grant_type": "client_credentials", "client_id": window.credentials[0], "scope": "creatorsapi::default"}
    body = orjson.dumps({**told, "client_secret": window.credentials[1]})
    return Request(f"{host}/auth/o2/token", headers=(JSON,), method="POST", body=body)


def token(page: Page) -> str:
    """The access token of the answer; empty where it holds none."""
    return str(at(decoded(page), "access_token") or "")


def first(window: Window) -> Request:
    """The first page of the first target. Raises TargetsMissing."""
    if not window.targets:
        raise TargetsMissing("amazon", "words to search for")
    return _search(window, target=0, page=1)


def following(window: Window, request: Request, page: Page) -> Request | None:
    """The next page while there are more, up to the tenth; then the next target. A broken page is passed over."""
    return turned(window, request, page, ask=_search, has_more=_has_more)


def _has_more(payload: Any, number: int) -> bool:
    """A page may be short of what cannot be bought now; only the total tells the end, where it is given."""
    result = at(payload, "searchResult")
    found, total = len(many(at(result, "items"))), count(at(result, "totalResultCount")) or 0
    return number < MOST_PAGES and (found >= SIZE or 0 < found and number * SIZE < total)


def _search(window: Window, *, target: int, page: int, broken: int = 0) -> Request:
    words, _, marketplace = window.targets[target].partition("@")
    wanted = {"keywords": words, "itemPage": page, "itemCount": SIZE, "marketplace": marketplace or HOME}
    body = orjson.dumps({**wanted, "resources": RESOURCES})
    steps = (("target", str(target)), ("page", str(page)), ("broken", str(broken)))
    headers = (JSON, ("x-marketplace", marketplace or HOME))
    return Request(f"{window.base_url}/catalog/v1/searchItems", (), steps, headers, "POST", body)


def signed(window: Window, request: Request, at: datetime) -> Request:
    """The request with the partner's tag and the token of the log-in; the log-in itself has neither."""
    if len(window.credentials) < 4:
        return request
    told = orjson.loads(request.body or b"{}")
    body = orjson.dumps({**told, "partnerTag": window.credentials[2]}) if told else b""
    return replace(request, body=body, headers=(*request.headers, ("Authorization", f"Bearer {window.credentials[3]}")))


def claims(page: Page) -> bool:
    """An answer of the Creators API, of the catalogue, listings or pricing APIs, or their errors."""
    payload = decoded(page)
    if not isinstance(payload, dict):
        return False
    entries = [one for one in _entries(payload) if isinstance(one, dict)]
    return (
        any(isinstance(payload.get(name), dict) for name in RESULTS)
        or any("asin" in one or "sku" in one and "summaries" in one for one in entries)
        or "numberOfResults" in payload
        or any(_is_price(one) for one in _prices(payload))
        or _is_error(payload)
    )


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per product and marketplace of the page."""
    payload = decoded(page)
    if isinstance(payload, Reject):
        yield payload
        return
    prices = [one for one in _prices(payload) if _is_price(one)]
    yield from (Reject("only a price", shown(one)) for one in prices)
    if not prices:
        yield from each(_entries(payload), lambda entry: _read(entry, page.fetched_at))
    if _is_error(payload):
        yield Reject("platform error", shown(payload))


def _entries(payload: Any) -> list[Any]:
    if at(payload, "asin") is not None or at(payload, "sku") is not None:
        return [payload]
    if isinstance(payload, list):
        return payload
    found = [many(at(payload, name, "items")) for name in RESULTS]
    return [entry for entries in found for entry in entries] or many(at(payload, "items"))


def _prices(payload: Any) -> list[Any]:
    """What the pricing APIs answer about: a payload, or one within every answer of a batch."""
    batch = [at(answer, "body") for answer in many(at(payload, "responses"))]
    told = [at(body, "payload") or body for body in batch] or [at(payload, "payload")]
    return [one for answer in told for one in many(answer)]


def _is_price(one: Any) -> bool:
    return isinstance(one, dict) and any(name in one for name in PRICED) and "summaries" not in one


def _is_error(payload: Any) -> bool:
    """{"errors": [{"code", "message"}]}, or the Creators API's exception with a type and a message."""
    errors = many(at(payload, "errors"))
    kind = at(payload, "type") or at(payload, "__type")
    is_exception = isinstance(kind, str) and kind.endswith("Exception") and at(payload, "message") is not None
    return is_exception or any({"code", "message"} <= one.keys() for one in errors if isinstance(one, dict))


def _read(entry: dict[str, Any], fetched_at: datetime) -> Iterator[Item | Reject]:
    if "itemInfo" in entry or "detailPageURL" in entry:
        yield checked(product(entry, fetched_at))
    else:
        yield from _amazon_catalog.items(entry, fetched_at)

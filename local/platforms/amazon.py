"""Amazon's Creators API: a search over the world's products that gives a hundred at most, and the token it asks for."""

from typing import Any

import orjson

from local.platforms.answers import Answer, Appearance, Ask, json_answer, moment

MOST_PAGES = 10
LOCALES = {"zh": "zh_CN", "en": "en_US"}


def answer(ask: Ask) -> Answer:
    """A token, or a page of products; what is deleted is not found."""
    try:
        asked = orjson.loads(ask.sent or b"{}")
    except orjson.JSONDecodeError:
        return failure(400, "The body is no JSON")
    if ask.path == "auth/o2/token":
        is_known = bool(asked.get("client_id") and asked.get("client_secret"))
        return json_answer({"access_token": "stand-in-token", "expires_in": 3600}) if is_known else _unknown()
    if not ask.headers.get("authorization", "").startswith("Bearer ") or not asked.get("partnerTag"):
        return failure(401, "The access token or the partner tag is missing")
    if ask.path != "catalog/v1/searchItems":
        return failure(404, "Unknown operation")
    number, size = int(asked.get("itemPage", 1)), min(10, int(asked.get("itemCount", 10)))
    if not 1 <= number <= MOST_PAGES:
        return failure(400, "The value for itemPage is invalid: 1 to 10")
    products = ask.world.page("amazon", day=ask.day, start=(number - 1) * size, size=size)
    host = asked.get("marketplace") or ask.headers.get("x-marketplace")
    found = [_product(one, ask, str(host)) for one in products if one["status"] != "deleted"]
    return json_answer({"searchResult": {"items": found, "totalResultCount": ask.world.size("amazon", ask.day)}})


def failure(status: int, message: str, path: str = "") -> Answer:
    """An error in the platform's own shape."""
    kinds = {400: "ValidationException", 401: "UnauthorizedException", 404: "ResourceNotFoundException"}
    kind = {**kinds, 429: "ThrottleException"}.get(status, "InternalServerException")
    return json_answer({"type": kind, "message": message}, status)


def _unknown() -> Answer:
    return json_answer({"error": "invalid_client", "error_description": "Client authentication failed"}, 401)


def _product(product: Appearance, ask: Ask, host: str) -> dict[str, Any]:
    """The first picture is the primary view; the text is the one feature."""
    asin = product["native_id"].partition("@")[0]
    views = [{"large": {"url": ask.picture_url(name)}} for name in product["pictures"]]
    return {
        "asin": asin,
        "detailPageURL": f"https://{host}/dp/{asin}?tag=stand-in",
        "itemInfo": _info(product, ask),
        "images": {"primary": views[0], "variants": views[1:]} if views else {},
        "browseNodeInfo": {"browseNodes": _nodes(product["category_path"])},
        "offersV2": {"listings": _listings(product)},
    }


def _info(product: Appearance, ask: Ask) -> dict[str, Any]:
    told = {"brand": product["brand"], "model": product["ids"].get("model")}
    shown = {name: {"displayValue": value, "label": name, "locale": "en_US"} for name, value in told.items() if value}
    code = product["ids"].get("gtin")
    return {
        "title": {"displayValue": product["title"], "label": "Title", "locale": LOCALES.get(product["lang"])},
        "features": {"displayValues": [ask.body(product)], "label": "Features"},
        "byLineInfo": {"brand": shown["brand"]} if "brand" in shown else {},
        "manufactureInfo": {"model": shown["model"]} if "model" in shown else {},
        "externalIds": {"eans": {"displayValues": [code]}} if code else {},
        "productInfo": {"releaseDate": {"displayValue": f"{moment(product):%Y-%m-%dT%H:%M:%SZ}"}},
    }


def _nodes(path: list[str]) -> list[dict[str, Any]]:
    """The narrowest category, each within its ancestor."""
    node: dict[str, Any] | None = None
    for name in path:
        node = {"displayName": name, **({"ancestor": node} if node else {})}
    return [node] if node else []


def _listings(product: Appearance) -> list[dict[str, Any]]:
    if not product["price"]:
        return []
    price: dict[str, Any] = {"money": {"amount": float(product["price"]), "currency": "CNY"}}
    if product["list_price"]:
        price["savingBasis"] = {"money": {"amount": float(product["list_price"]), "currency": "CNY"}}
    return [{"isBuyBoxWinner": True, "price": price, "merchantInfo": product["author"]}]

"""Shopify: the products of shops, each shop seen whole.

Source  GET {shop}/products.json, `page`, `limit` at most 250, open where the shop leaves it so; one walk per target,
        the address of a shop, or of a collection in it
        (https://shopify.dev/docs/api/admin-rest/latest/resources/product, terms as of 2026-01)
Also    products of the Admin API, one or many, where tags are a text and a status says what is not for sale
Units   prices in the shop's own currency, which the list does not tell: an address that ends in ?currency=EUR asks
        for it

One record per product: its variants are offers, told by the lowest and the highest price. The vendor is the brand.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from jobs.platforms import Item, Page, Policy, Reject, Request, TargetsMissing, Window
from jobs.platforms._reading import asked, at, checked, decoded, each, filled, identity, many, shown, turned
from models.identifiers import gtin, labelled_ids
from models.markup import clean, plain
from models.times import instant
from models.values import address, count, money

POLICY = Policy(tier="A", license="as the shop says", sweep=True, requests_per_s=1)
SIZE = 250
SHOP = re.compile(r"(https?://[^?#]*?)(?:/admin/api/[\w.-]+|/admin|/collections/[^/?#]+)?/products(?:/\d+)?\.json\b")
CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
MARKS = ("variants", "body_html", "product_type", "vendor")  # two of them are in every product


def first(window: Window) -> Request:
    """The first page of the first shop. Raises TargetsMissing."""
    if not window.targets and not window.base_url:
        raise TargetsMissing("shopify", "addresses of shops")
    return _shop(window, target=0, page=1)


def following(window: Window, request: Request, page: Page) -> Request | None:
    """The next page until one is empty; then the next shop. A broken page is passed over."""
    return turned(window, request, page, ask=_shop, has_more=_has_more)


def _has_more(payload: Any, _: int) -> bool:
    """Nothing tells a total, and a page may be short of what was taken down since."""
    return bool(many(at(payload, "products")))


def _shop(window: Window, *, target: int, page: int, broken: int = 0) -> Request:
    parts = urlsplit(window.targets[target] if window.targets else window.base_url)
    url = parts._replace(path=f"{parts.path.rstrip('/')}/products.json", query="", fragment="").geturl()
    steps = (("target", str(target)), ("page", str(page)), ("broken", str(broken)))
    return Request(url, (*parse_qsl(parts.query), ("limit", str(SIZE)), ("page", str(page))), steps)


def claims(page: Page) -> bool:
    """A product or a list of products and nothing else, or the error that is one text."""
    payload = decoded(page)
    if not isinstance(payload, dict) or len(payload) != 1:
        return False
    name, told = next(iter(payload.items()))
    if name == "errors":
        return isinstance(told, str)
    entries = [told] if name == "product" else told if name == "products" and isinstance(told, list) else None
    return entries is not None and all(sum(mark in one for mark in MARKS) >= 2 for one in entries if _is_object(one))


def _is_object(thing: Any) -> bool:
    return isinstance(thing, dict)


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per product of the page."""
    payload = decoded(page)
    if isinstance(payload, Reject):
        yield payload
    elif at(payload, "errors") is not None:
        yield Reject("platform error", shown(payload["errors"]))
    else:
        shop, wanted = SHOP.match(page.request.url), asked(page.request).get("currency", "")
        base, currency = shop.group(1) if shop else "", wanted if CURRENCY.fullmatch(wanted) else None
        yield from each(_products(payload), lambda product: iter([checked(_product(product, base, currency))]))


def _products(payload: Any) -> list[Any]:
    if isinstance(payload, list):
        return payload
    return many(at(payload, "products")) or many(at(payload, "product") and [payload["product"]])


def _product(product: dict[str, Any], base: str, currency: str | None) -> Item:
    variants, handle = many(product.get("variants")), identity(product.get("handle"))
    body = plain(product.get("body_html"))
    created_at, precision = instant(product.get("published_at") or product.get("created_at")) or (None, None)
    updated_at, _ = instant(product.get("updated_at")) or (None, None)
    is_shown = product.get("status", "active") == "active" and product.get("published_at", "") is not None
    return {
        "native_id": identity(product.get("id")),
        "type": "product",
        "status": None if is_shown else "hidden",
        "url": f"{base}/products/{handle}" if base and handle else None,
        "title": clean(product.get("title")),
        "body": body,
        "created_at": created_at,
        "time_precision": precision,
        "updated_at": updated_at,
        "media": _media(product),
        "price": _price(variants, currency),
        "brand": clean(product.get("vendor")),
        "category_path": [name for name in [clean(product.get("product_type"))] if name],
        "ids": {**labelled_ids(body), **(filled(**_ids(variants)) or {})},
        "tags": _tags(product.get("tags")),
    }


def _price(variants: list[Any], currency: str | None) -> dict[str, Any] | None:
    """The cheapest variant's; what it cost before where that was more; the range where variants differ."""
    offers = [(amount, one) for one in variants if (amount := money(at(one, "price"))) is not None]
    if not offers:
        return None
    amounts = [amount for amount, _ in offers]
    cheapest = next(one for amount, one in offers if amount == min(amounts))
    before = money(at(cheapest, "compare_at_price"))
    spread = {"low": min(amounts), "high": max(amounts)} if len(set(amounts)) > 1 else {}
    told = filled(currency=currency or _currency(cheapest), list_amount=_more(before, min(amounts)))
    return {"amount": min(amounts), **(told or {}), **spread}


def _more(before: Decimal | None, now: Decimal) -> Decimal | None:
    return before if before is not None and before > now else None


def _currency(variant: Any) -> str | None:
    """The shop's own currency comes first in the Admin API's list."""
    told = at(next(iter(many(at(variant, "presentment_prices"))), None), "price", "currency_code")
    return told if isinstance(told, str) and CURRENCY.fullmatch(told) else None


def _ids(variants: list[Any]) -> dict[str, str | None]:
    """A number of one variant alone: that of a product with one."""
    only = variants[0] if len(variants) == 1 else None
    return {"sku": identity(at(only, "sku")), "gtin": gtin(at(only, "barcode"))}


def _media(product: dict[str, Any]) -> list[dict[str, Any]]:
    """Each picture once, in the shop's order."""
    media = dict[str, dict[str, Any]]()
    for picture in many(product.get("images")) or many(product.get("image")):
        url = address(at(picture, "src") if _is_object(picture) else picture, upgrade=True)
        size = filled(width=count(at(picture, "width")), height=count(at(picture, "height")))
        if url:
            media.setdefault(url, {"kind": "image", "url": url, **(size or {}), **_alt(picture)})
    return list(media.values())


def _alt(picture: Any) -> dict[str, Any]:
    return filled(alt=clean(at(picture, "alt"))) or {}


def _tags(told: Any) -> list[str]:
    """A list in shops, one text with commas in the Admin API."""
    words = told.split(",") if isinstance(told, str) else many(told)
    return list(dict.fromkeys(tag for tag in map(clean, words) if tag))

"""Products of Amazon's Selling Partner API: catalogue items (2020-12-01, 2022-04-01) and listings (2021-08-01).

Every value repeats per marketplace, so an item is one record per marketplace. Old and new versions name the same field
differently: brandName and brand, type and identifierType, variations and relationships. A rank is no count of sales.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from jobs.platforms import Item, Reject
from jobs.platforms._reading import at, checked, filled, identity, many
from models.identifiers import gtin, isbn, labelled_ids, model_number
from models.markup import plain, primary_tag
from models.times import instant
from models.values import address, count, money

# Source  https://developer-docs.amazon.com/sp-api/docs/marketplace-ids
MARKETPLACES = {
    "ATVPDKIKX0DER": "www.amazon.com",
    "A2EUQ1WTGCTBG2": "www.amazon.ca",
    "A1AM78C64UM0Y8": "www.amazon.com.mx",
    "A2Q3Y263D00KWC": "www.amazon.com.br",
    "A1F83G8C2ARO7P": "www.amazon.co.uk",
    "A28R8C7NBKEWEA": "www.amazon.ie",
    "A1PA6795UKMFR9": "www.amazon.de",
    "A13V1IB3VIYZZH": "www.amazon.fr",
    "APJ6JRA9NG5V4": "www.amazon.it",
    "A1RKKUPIHCS9HS": "www.amazon.es",
    "A1805IZSGTT6HS": "www.amazon.nl",
    "AMEN7PMS3EDWL": "www.amazon.com.be",
    "A2NODRKZP88ZB9": "www.amazon.se",
    "A1C3SOZRARQ6R3": "www.amazon.pl",
    "A33AVAJ2PDY3EV": "www.amazon.com.tr",
    "ARBP9OOSHTCHU": "www.amazon.eg",
    "A17E79C6D8DWNP": "www.amazon.sa",
    "A2VIGQ35RCS4UG": "www.amazon.ae",
    "AE08WJ6YKNBMC": "www.amazon.co.za",
    "A21TJRUUN4KGV": "www.amazon.in",
    "A19VAU5U5O7RUS": "www.amazon.sg",
    "A39IBJ37TRP1C6": "www.amazon.com.au",
    "A1VC38T7YXB528": "www.amazon.co.jp",
}
GROUPS = ("summaries", "images", "identifiers", "offers", "productTypes")
GTINS = ("GTIN", "EAN", "UPC", "JAN")


def native_id(asin: Any, marketplace: Any) -> str | None:
    """An ASIN names one product in each marketplace, and not always the same."""
    number, place = identity(asin), identity(marketplace)
    return f"{number}@{place}" if number and place else number


def page_url(asin: Any, marketplace: Any) -> str | None:
    """The product's page, where the marketplace is known."""
    number, host = identity(asin), MARKETPLACES.get(str(marketplace))
    return f"https://{host}/dp/{number}" if number and host else None


def items(entry: dict[str, Any], fetched_at: datetime) -> Iterator[Item | Reject]:
    """One record per marketplace of the item."""
    groups = [many(entry.get(name)) for name in GROUPS] + [_attribute(entry, "item_name")]
    told = (_place(value) for group in groups for value in group)
    for place in dict.fromkeys(place for place in told if place) or [None]:
        yield checked(_product(entry, place, fetched_at))


def _place(value: Any) -> str | None:
    return identity(at(value, "marketplaceId"), at(value, "marketplace_id"))


def _of(entry: dict[str, Any], group: str, place: str | None) -> dict[str, Any]:
    """The marketplace's own part of a group; empty where it has none."""
    parts = (part for part in many(entry.get(group)) if isinstance(part, dict))
    return next((part for part in parts if _place(part) == place), {})


def _attribute(entry: dict[str, Any], name: str) -> list[Any]:
    return many(at(entry, "attributes", name))


def _words(entry: dict[str, Any], name: str, place: str | None) -> list[str]:
    """Values of a text attribute, those without a marketplace too."""
    values = [at(one, "value") for one in _attribute(entry, name) if _place(one) in (place, None)]
    return [word for word in map(plain, values) if word]


def _product(entry: dict[str, Any], place: str | None, fetched_at: datetime) -> Item:
    summary = _of(entry, "summaries", place)
    asin = identity(entry.get("asin"), summary.get("asin"))
    body = "\n".join(_words(entry, "bullet_point", place) + _words(entry, "product_description", place))
    created_at, precision = instant(summary.get("createdDate") or summary.get("releaseDate")) or (None, None)
    updated_at, _ = instant(summary.get("lastUpdatedDate")) or (None, None)
    lang = _language(entry, place)
    return {
        "native_id": native_id(asin or entry.get("sku"), place),
        "type": "product",
        "status": "hidden" if summary.get("status") == [] else None,  # a listing that can be neither found nor bought
        "url": page_url(asin, place),
        "title": plain(summary.get("itemName")) or next(iter(_words(entry, "item_name", place)), None),
        "body": body or None,
        "created_at": created_at,
        "time_precision": precision,
        "updated_at": updated_at,
        "lang": lang,
        "lang_source": "declared" if lang else None,
        "media": _media(entry, summary, place),
        "price": _price(entry, place, fetched_at),
        "brand": plain(summary.get("brand")) or plain(summary.get("brandName")) or _first(entry, "brand", place),
        "category_path": _categories(entry, summary, place),
        "ids": {**labelled_ids(body), **(filled(asin=asin, **_ids(entry, summary, place)) or {})},
        "relations": [f"variant_of:amazon:{native_id(parent, place)}" for parent in _parents(entry, place)],
    }


def _first(entry: dict[str, Any], name: str, place: str | None) -> str | None:
    return next(iter(_words(entry, name, place)), None)


def _language(entry: dict[str, Any], place: str | None) -> str | None:
    values = _attribute(entry, "item_name") + _attribute(entry, "bullet_point")
    tags = [at(one, "language_tag") for one in values if _place(one) in (place, None)]
    return next((tag for tag in map(primary_tag, tags) if tag), None)


def _media(entry: dict[str, Any], summary: dict[str, Any], place: str | None) -> list[dict[str, Any]]:
    """Each view of the product once, in its largest size; the main one first."""
    views: dict[str, dict[str, Any]] = {}
    for picture in many(_of(entry, "images", place).get("images")) or [summary.get("mainImage")]:
        url, width = address(at(picture, "link"), upgrade=True), count(at(picture, "width"))
        size = filled(width=width, height=count(at(picture, "height"))) or {}
        view = str(at(picture, "variant"))
        if url and (view not in views or (width or 0) > views[view].get("width", 0)):
            views[view] = {"kind": "image", "url": url, **size}
    return list(views.values())


def _price(entry: dict[str, Any], place: str | None, fetched_at: datetime) -> dict[str, Any] | None:
    """The offer to consumers; without offers the list price. True at the moment of the answer."""
    offers = [o for o in many(entry.get("offers")) if _place(o) == place and at(o, "offerType") in ("B2C", None)]
    listed = next((one for one in _attribute(entry, "list_price") if _place(one) == place), None)
    offer = at(next(iter(offers), None), "price")
    list_amount = money(at(listed, "value"))
    amount = money(at(offer, "amount")) if offer is not None else list_amount
    if amount is None:
        return None
    currency = identity(at(offer, "currencyCode"), at(offer, "currency"), at(listed, "currency"))
    return {"amount": amount, **(filled(currency=currency, list_amount=list_amount) or {}), "as_of": fetched_at}


def _categories(entry: dict[str, Any], summary: dict[str, Any], place: str | None) -> list[str]:
    """The first chain of classifications, widest first."""
    node = next(iter(many(_of(entry, "classifications", place).get("classifications"))), None)
    return path(node or summary.get("browseClassification"), up="parent")


def path(node: Any, *, up: str) -> list[str]:
    """Names from the widest to this node, which holds the next wider one under `up`."""
    names = list[str]()
    while isinstance(node, dict):
        names.append(plain(node.get("displayName")) or "")
        node = node.get(up)
    return [name for name in reversed(names) if name]


def _ids(entry: dict[str, Any], summary: dict[str, Any], place: str | None) -> dict[str, str | None]:
    told = dict[str, Any]()
    for one in many(_of(entry, "identifiers", place).get("identifiers")):
        kind = str(at(one, "identifierType") or at(one, "type")).upper()
        told.setdefault(kind, at(one, "identifier"))
    codes = [gtin(told.get(kind)) for kind in GTINS]
    model = model_number(summary.get("modelNumber") or _first(entry, "model_number", place))
    sku = identity(entry.get("sku"), told.get("SKU"))
    return {
        "gtin": next((code for code in codes if code), None),
        "isbn": isbn(told.get("ISBN")),
        "model": model,
        "sku": sku,
    }


def _parents(entry: dict[str, Any], place: str | None) -> list[str]:
    told = [at(one, "parentAsins") for one in many(_of(entry, "relationships", place).get("relationships"))]
    older = _of(entry, "variations", place)
    told += [older.get("asins")] if older.get("type") == "PARENT" else []
    return [asin for group in told for asin in map(identity, many(group)) if asin]

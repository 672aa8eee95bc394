"""Products of Amazon's Creators API: every field is an object that tells what it shows (displayValue) and its label."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from jobs.platforms import Item
from jobs.platforms._amazon_catalog import MARKETPLACES, native_id, path
from jobs.platforms._reading import at, filled, identity, many
from models.identifiers import gtin, isbn, labelled_ids, model_number
from models.markup import plain, primary_tag
from models.times import instant
from models.values import address, count, money

HOME = "www.amazon.com"
IDS = {host: marketplace for marketplace, host in MARKETPLACES.items()}


def product(entry: dict[str, Any], fetched_at: datetime) -> Item:
    """The product in the marketplace whose page it names."""
    info, asin = entry.get("itemInfo"), identity(entry.get("asin"))
    host = urlsplit(str(address(entry.get("detailPageURL")) or "")).hostname or HOME
    place, parent = IDS.get(host, host), identity(entry.get("parentASIN"))
    body = "\n".join(word for word in map(plain, many(at(info, "features", "displayValues"))) if word)
    released = _shown(info, "contentInfo", "publicationDate") or _shown(info, "productInfo", "releaseDate")
    created_at, precision = instant(released) or (None, None)
    lang = primary_tag(at(info, "title", "locale"))
    listing = _listing(entry)
    return {
        "native_id": native_id(asin, place),
        "type": "product",
        "url": f"https://{host}/dp/{asin}" if asin else None,
        "title": plain(_shown(info, "title")),
        "body": body or None,
        "author": filled(
            id=identity(at(listing, "merchantInfo", "id")), name=plain(at(listing, "merchantInfo", "name"))
        ),
        "created_at": created_at,
        "time_precision": precision,
        "lang": lang,
        "lang_source": "declared" if lang else None,
        "media": _media(entry.get("images")),
        "price": _price(at(listing, "price"), fetched_at),
        "brand": plain(_shown(info, "byLineInfo", "brand")),
        "category_path": _categories(entry),
        "ids": {**labelled_ids(body), **(filled(asin=asin, **_ids(info)) or {})},
        "relations": ([f"variant_of:amazon:{native_id(parent, place)}"] if parent not in (None, asin) else []),
    }


def _shown(info: Any, *path: str) -> Any:
    return at(info, *path, "displayValue")


def _listing(entry: dict[str, Any]) -> Any:
    """The offer that wins the buy box, else the first."""
    listings = many(at(entry, "offersV2", "listings"))
    return next((one for one in listings if at(one, "isBuyBoxWinner") is True), next(iter(listings), None))


def _price(told: Any, fetched_at: datetime) -> dict[str, Any] | None:
    amount, currency = money(at(told, "money", "amount")), identity(at(told, "money", "currency"))
    if amount is None:
        return None
    list_amount = money(at(told, "savingBasis", "money", "amount"))
    return {"amount": amount, **(filled(currency=currency, list_amount=list_amount) or {}), "as_of": fetched_at}


def _media(images: Any) -> list[dict[str, Any]]:
    """Every view in the largest size that was told, the main one first."""
    media = list[dict[str, Any]]()
    for view in [at(images, "primary"), *many(at(images, "variants"))]:
        sizes = [at(view, size) for size in ("hiRes", "large", "medium", "small") if at(view, size, "url")]
        url = address(at(sizes[0], "url"), upgrade=True) if sizes else None
        if url:
            size = filled(width=count(at(sizes[0], "width")), height=count(at(sizes[0], "height")))
            media.append({"kind": "image", "url": url, **(size or {})})
    return media


def _categories(entry: dict[str, Any]) -> list[str]:
    """The first browse node and its ancestors, widest first."""
    return path(next(iter(many(at(entry, "browseNodeInfo", "browseNodes"))), None), up="ancestor")


def _ids(info: Any) -> dict[str, str | None]:
    codes = [many(at(info, "externalIds", kind, "displayValues")) for kind in ("eans", "upcs", "isbns")]
    eans, upcs, isbns = codes
    read = [code for code in map(gtin, eans + upcs) if code]
    model = _shown(info, "manufactureInfo", "model") or _shown(info, "manufactureInfo", "itemPartNumber")
    return {
        "gtin": next(iter(read), None),
        "isbn": next((code for code in map(isbn, isbns) if code), None),
        "model": model_number(model),
    }

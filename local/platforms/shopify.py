"""A shop's products.json over the world's products, one variant each; what is deleted is not found."""

from html import escape
from typing import Any

from local.platforms.answers import Answer, Appearance, Ask, json_answer, moment


def answer(ask: Ask) -> Answer:
    """A page of the shop."""
    if ask.path != "products.json":
        return failure(404, "Not Found")
    number, size = max(1, ask.number("page", 1, 10**9)), max(1, ask.number("limit", 30, 250))
    products = ask.world.page("shopify", day=ask.day, start=(number - 1) * size, size=size)
    return json_answer({"products": [_product(one, ask) for one in products if one["status"] != "deleted"]})


def failure(status: int, message: str, path: str = "") -> Answer:
    """An error in the platform's own shape."""
    return json_answer({"errors": message}, status)


def _product(product: Appearance, ask: Ask) -> dict[str, Any]:
    number, path = product["native_id"], product["category_path"]
    at = f"{moment(product):%Y-%m-%dT%H:%M:%S%z}"
    images = [
        {"id": place, "src": ask.picture_url(name), "position": place}
        for place, name in enumerate(product["pictures"], 1)
    ]
    return {
        "id": int(number) if number.isdigit() else number,
        "title": product["title"],
        "handle": f"item-{number}",
        "body_html": _html(ask.body(product)),
        "vendor": product["brand"],
        "product_type": path[-1] if path else "",
        "tags": product["tags"],
        "published_at": at,
        "created_at": at,
        "updated_at": at,
        "variants": [_variant(product)],
        "images": images,
        "options": [{"name": "Title", "position": 1, "values": ["Default Title"]}],
    }


def _variant(product: Appearance) -> dict[str, Any]:
    return {
        "id": 1,
        "title": "Default Title",
        "sku": product["ids"].get("model"),
        "barcode": product["ids"].get("gtin"),
        "price": product["price"],
        "compare_at_price": product["list_price"],
        "available": True,
    }


def _html(body: str) -> str:
    """Paragraphs and line breaks as a shop's editor would save them."""
    paragraphs = [escape(paragraph).replace("\n", "<br/>") for paragraph in body.split("\n\n")]
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)

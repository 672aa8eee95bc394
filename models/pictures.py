"""Pictures inside an HTML fragment."""

from typing import Any

from selectolax.lexbor import LexborHTMLParser

from models.markup import clean
from models.values import address, count

MOST = 20
DECORATION = ("emoji", "avatar", "site-icon", "gravatar")  # classes of pictures that stand for no content


def pictures(markup: Any, base: str = "") -> list[dict[str, Any]]:
    """Media of kind image, each address once, in order; relative addresses against `base`, sizes in pixels."""
    if not isinstance(markup, str) or "<img" not in markup:
        return []
    tree = LexborHTMLParser(markup.encode("utf-8", "replace").decode())
    found = (_picture(image.attributes, base) for image in tree.css("img"))
    return list({picture["url"]: picture for picture in found if picture}.values())[:MOST]


def _picture(told: dict[str, str | None], base: str) -> dict[str, Any] | None:
    url = address(told.get("src") or told.get("data-src"), base)
    if not url or set(DECORATION) & set((told.get("class") or "").split()):
        return None
    known = {"alt": clean(told.get("alt")), "width": count(told.get("width")), "height": count(told.get("height"))}
    return {"kind": "image", "url": url, **{name: value for name, value in known.items() if value is not None}}

"""JD: products of the channels of JD Union, each channel seen whole.

Source  GET /routerjson?method=jd.union.open.goods.jingfen.query, `pageIndex`, `pageSize` at most 50, signed with MD5;
        one walk per target channel (https://union.jd.com/openplatform/api/v2, terms as of 2026-01)
Also    goods by number (promotiongoodsinfo) and by words (goods.query); categories are no items
Units   amounts in yuan; sales are orders of the last 30 days; rating is the share of good comments, 0 to 100

The answer is JSON inside JSON: a `result`, `queryResult` or `getResult` that is text, below a root that some gateways
spell ..._responce. Lists come bare or as the only value of an object. A group price (pinGouInfo, which is {}, [] or an
object) is not what one buyer pays. The gateway refuses with status 200: the walk stops there.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from jobs.platforms import Item, Page, PageBroken, Policy, Reject, Request, TargetsMissing, Window
from jobs.platforms._gateway import sealed
from jobs.platforms._reading import at, checked, decoded, each, filled, identity, many, shown, turned
from models.identifiers import gtin, isbn, labelled_ids
from models.markup import plain
from models.values import address, count, money, number, seconds

POLICY = Policy(
    tier="C",
    license="JD Union terms",
    default_url="https://api.jd.com",
    credentials=("TRAWL_JD_APP_KEY", "TRAWL_JD_APP_SECRET"),
    sweep=True,
    requests_per_s=5,
    redact=("app_key", "access_token", "sign"),
)
METHOD = "jd.union.open.goods.jingfen.query"
SIZE = 50
ROOT = re.compile(r"(?:jd|jingdong)_\w+_respon[sc]e")
ERRORS = ("error_response", "errorResponse")
RESULTS = ("result", "queryResult", "getResult")
DONE = (None, 0, "0", 200, "200")
DETAIL = "https://item.jd.com/"


def first(window: Window) -> Request:
    """The first page of the first channel. Raises TargetsMissing."""
    if not window.targets:
        raise TargetsMissing("jd", "numbers of channels (eliteId)")
    return _channel(window, target=0, page=1)


def following(window: Window, request: Request, page: Page) -> Request | None:
    """The next page while the total says that there are more; then the next channel. A broken page is passed over.

    Raises PageBroken for an error of the gateway.
    """
    return turned(window, request, page, ask=_channel, has_more=_has_more)


def _has_more(payload: Any, number: int) -> bool:
    answer = _answer(payload)
    if isinstance(answer, Reject):
        raise PageBroken("jd", answer.detail)
    found = len(_goods(at(answer, "data")))
    return found >= SIZE or 0 < found and number * SIZE < (count(at(answer, "totalCount")) or 0)


def _channel(window: Window, *, target: int, page: int, broken: int = 0) -> Request:
    wanted = {"goodsReq": {"eliteId": window.targets[target], "pageIndex": page, "pageSize": SIZE}}
    params = (("method", METHOD), ("format", "json"), ("v", "1.0"), ("app_key", window.credentials[0]))
    asked = ("360buy_param_json", orjson.dumps(wanted).decode())
    steps = (("target", str(target)), ("page", str(page)), ("broken", str(broken)))
    return Request(f"{window.base_url}/routerjson", (*params, asked), steps)


def signed(window: Window, request: Request, at: datetime) -> Request:
    """The request with its time and signature."""
    return replace(request, params=sealed(request.params, window.credentials[1], at))


def claims(page: Page) -> bool:
    """A root of the gateway or its error, or the inner result alone where it holds goods."""
    payload = decoded(page)
    if not isinstance(payload, dict):
        return False
    errors = [at(payload, name) for name in ERRORS]
    return (
        any(ROOT.fullmatch(name) for name in payload)
        or any(at(error, "zh_desc") is not None or at(error, "en_desc") is not None for error in errors)
        or any("skuId" in one for one in _goods(payload.get("data")) if isinstance(one, dict))
    )


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per product of the page."""
    payload = decoded(page)
    answer = payload if isinstance(payload, Reject) else _answer(payload)
    if isinstance(answer, Reject):
        yield answer
    else:
        yield from each(_goods(at(answer, "data")), lambda product: iter([checked(_product(product))]))


def _answer(payload: Any) -> Any:
    """What the method answered, out of its two wrappings; a Reject for an error of the gateway or of the method."""
    told = payload if isinstance(payload, dict) else {}
    error = next((told[name] for name in ERRORS if told.get(name) is not None), None)
    root = next((value for name, value in told.items() if ROOT.fullmatch(name)), told)
    inner = next((at(root, name) for name in RESULTS if at(root, name) is not None), root)
    if isinstance(inner, str):
        try:
            inner = orjson.loads(inner)
        except orjson.JSONDecodeError as broken:
            return Reject("not json", f"{broken} in the result at {shown(inner[:80])}")
    if error is None and at(inner, "code") not in DONE:
        error = inner
    return inner if error is None else Reject("platform error", shown(error))


def _goods(data: Any) -> list[Any]:
    """The products of a list, without the categories, which have a grade."""
    return [one for one in many(data) if not (isinstance(one, dict) and "grade" in one and "skuId" not in one)]


def _product(product: dict[str, Any]) -> Item:
    native_id = identity(product.get("skuId"), product.get("itemId"))
    whole = identity(product.get("spuid"), product.get("spuId"))
    words = plain(at(product, "documentInfo", "document"))
    return {
        "native_id": native_id,
        "type": "product",
        "url": address(product.get("materialUrl"), upgrade=True)
        or (f"{DETAIL}{native_id}.html" if native_id else None),
        "title": plain(product.get("skuName")) or plain(product.get("goodsName")),
        "body": words,
        "author": _shop(product),
        "media": _media(product),
        "engagement": filled(
            comments=count(product.get("comments")),
            sales=_given(count, product.get("inOrderCount30Days"), product.get("inOrderCount")),
            rating=number(product.get("goodCommentsShare")),
        ),
        "price": _price(product),
        "brand": plain(product.get("brandName")),
        "category_path": _categories(product),
        "ids": {
            **labelled_ids(words),
            **(filled(isbn=isbn(at(product, "bookInfo", "isbn")), gtin=gtin(product.get("upc"))) or {}),
        },
        "relations": [f"variant_of:jd:{whole}"] if whole not in (None, "0", native_id) else [],
    }


def _given(read: Any, *values: Any) -> Any:
    """The first value that can be read: 0 is one."""
    for value in values:
        if (told := read(value)) is not None:
            return told
    return None


def _price(product: dict[str, Any]) -> dict[str, Any] | None:
    """Without coupons, which not every buyer has; the price on the phone before the price at the desk."""
    told = product.get("priceInfo")
    listed = _given(money, at(told, "price"), product.get("unitPrice"))
    lowest = _given(money, at(told, "lowestPrice"), product.get("wlUnitPrice"))
    amount = listed if lowest is None else lowest
    if amount is None:
        return None
    return {"amount": amount, "currency": "CNY", **(filled(list_amount=listed) or {})}


def _shop(product: dict[str, Any]) -> dict[str, Any] | None:
    shop = product.get("shopInfo")
    return filled(
        id=identity(at(shop, "shopId"), product.get("shopId")),
        name=plain(at(shop, "shopName")) or plain(product.get("shopName")),
    )


def _categories(product: dict[str, Any]) -> list[str]:
    """Three levels: within categoryInfo, or at the product itself, where the first is named cidName."""
    named = at(product, "categoryInfo") or product
    levels = [at(named, "cid1Name") or at(named, "cidName"), at(named, "cid2Name"), at(named, "cid3Name")]
    return list(dict.fromkeys(name for name in map(plain, levels) if name))


def _media(product: dict[str, Any]) -> list[dict[str, Any]]:
    """Each picture once, the main one first; videos with their cover."""
    pictures = [at(one, "url") for one in many(at(product, "imageInfo", "imageList"))] + [product.get("imgUrl")]
    urls = [address(picture, upgrade=True) for picture in pictures if isinstance(picture, str)]
    media: list[dict[str, Any]] = [{"kind": "image", "url": url} for url in dict.fromkeys(urls) if url]
    return media + [film for film in map(_film, many(at(product, "videoInfo", "videoList"))) if film]


def _film(video: Any) -> dict[str, Any] | None:
    url = address(at(video, "playUrl"), upgrade=True)
    if not url:
        return None
    told = filled(thumb=address(at(video, "imageUrl"), upgrade=True), duration_s=seconds(at(video, "duration")))
    return {"kind": "video", "url": url, **(told or {})}

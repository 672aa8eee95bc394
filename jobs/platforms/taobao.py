"""Taobao: products of the affiliate search, a full sweep of the material given to the operator's account.

Source  GET /router/rest?method=taobao.tbk.dg.material.optional, `page_no`, `page_size` at most 100, signed with MD5;
        one walk per target search word (https://open.taobao.com/api.htm?docId=35896, terms as of 2026-01)
Units   amounts in yuan without currency; sales are units of the last 30 days

`result_list` is a list, or {"map_data": [...]} where the gateway turned XML into JSON; the upgraded method groups the
same fields in item_basic_info, price_promotion_info and publish_info. Item ids are opaque text. The gateway refuses
with status 200: the walk stops there, or the night would count as one that saw nothing. A search without results is an
error too, of a number of its own.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from jobs.platforms import Item, Page, PageBroken, Policy, Reject, Request, Window
from jobs.platforms._gateway import sealed
from jobs.platforms._reading import at, checked, decoded, each, filled, identity, many, shown, turned
from models.identifiers import gtin, labelled_ids, model_number
from models.markup import plain
from models.times import CHINA, instant
from models.values import address, count, money

POLICY = Policy(
    tier="C",
    license="Taobao open platform terms",
    default_url="https://eco.taobao.com",
    credentials=("TRAWL_TAOBAO_APP_KEY", "TRAWL_TAOBAO_APP_SECRET"),
    sweep=True,
    requests_per_s=5,
    redact=("app_key", "session", "sign"),
)
METHOD = "taobao.tbk.dg.material.optional"
SIZE = 100
GROUPS = ("item_basic_info", "price_promotion_info", "publish_info")
DETAIL = "https://item.taobao.com/item.htm?id="
NO_RESULTS = "50001"
MARKS = ("num_iid", "item_id", "item_basic_info")  # one of them is in every product


def first(window: Window) -> Request:
    """The first page of the first target; of everything where no target is named."""
    return _search(window, target=0, page=1)


def following(window: Window, request: Request, page: Page) -> Request | None:
    """The next page while the total says that there are more; then the next target. A broken page is passed over.

    Raises PageBroken for an error of the gateway.
    """
    return turned(window, request, page, ask=_search, has_more=_has_more)


def _has_more(payload: Any, number: int) -> bool:
    """A page may be short of what was taken down since; only the total tells the end, where it is given."""
    if _error(payload) is not None:
        raise PageBroken("taobao", shown(payload))
    found = len(_results(payload))
    return found >= SIZE or 0 < found and number * SIZE < _total(payload)


def _error(payload: Any) -> Any:
    error = at(payload, "error_response")
    return None if identity(at(error, "sub_code")) == NO_RESULTS else error


def _total(payload: Any) -> int:
    answers = payload.values() if isinstance(payload, dict) else ()
    return max((count(at(answer, "total_results")) or 0 for answer in answers), default=0)


def _search(window: Window, *, target: int, page: int, broken: int = 0) -> Request:
    params = [("method", METHOD), ("format", "json"), ("v", "2.0"), ("app_key", window.credentials[0])]
    if window.targets:
        params.append(("q", window.targets[target]))
    params += [("page_no", str(page)), ("page_size", str(SIZE))]
    steps = (("target", str(target)), ("page", str(page)), ("broken", str(broken)))
    return Request(f"{window.base_url}/router/rest", tuple(params), steps)


def signed(window: Window, request: Request, at: datetime) -> Request:
    """The request with its time and signature."""
    return replace(request, params=sealed(request.params, window.credentials[1], at))


def claims(page: Page) -> bool:
    """A ..._response of the gateway, its error, or a list of products alone."""
    payload = decoded(page)
    if isinstance(payload, Reject):
        return False
    names = payload if isinstance(payload, dict) else ()
    if any(name.startswith(("tbk_", "taobao_", "tmall_")) and name.endswith("_response") for name in names):
        return True
    if at(payload, "error_response", "msg") is not None:
        return True
    return any(isinstance(one, dict) and any(mark in one for mark in MARKS) for one in _results(payload))


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per product of the page."""
    payload = decoded(page)
    if isinstance(payload, Reject):
        yield payload
    elif _error(payload) is not None:
        yield Reject("platform error", shown(payload["error_response"]))
    else:
        yield from each(_results(payload), lambda product: iter([checked(_product(product))]))


def _results(payload: Any) -> list[Any]:
    """The products, under whichever ..._response the method answers with."""
    if isinstance(payload, list):
        return payload
    if not isinstance(payload, dict):
        return []
    answers = [payload, *(value for name, value in payload.items() if name.endswith("_response"))]
    found = [many(at(answer, "result_list")) or many(at(answer, "results")) for answer in answers]
    return next((products for products in found if products), [])


def _product(product: dict[str, Any]) -> Item:
    flat = {**product, **{key: value for group in GROUPS for key, value in (at(product, group) or {}).items()}}
    native_id = identity(flat.get("item_id"), flat.get("num_iid"))
    properties = _properties(flat.get("props_name"))
    created_at, precision = instant(flat.get("list_time") or flat.get("created"), zone=CHINA) or (None, None)
    given = filled(
        gtin=gtin(flat.get("barcode") or properties.get("条形码")), model=model_number(properties.get("型号"))
    )
    pictures = [flat.get("pict_url"), *many(flat.get("small_images"))]
    return {
        "native_id": native_id,
        "type": "product",
        "url": f"{DETAIL}{native_id}" if native_id else None,
        "title": plain(flat.get("title")),
        "body": plain(flat.get("item_description") or flat.get("short_title")),
        "summary": plain(flat.get("short_title")) if flat.get("item_description") else None,
        "author": filled(id=identity(flat.get("seller_id")), name=plain(flat.get("shop_title") or flat.get("nick"))),
        "created_at": created_at,
        "time_precision": precision,
        "media": _media(pictures),
        "engagement": filled(sales=count(flat.get("volume"))),
        "price": _price(flat),
        "brand": plain(flat.get("brand_name")) or properties.get("品牌"),
        "category_path": _categories(flat),
        "ids": {**labelled_ids(flat.get("item_description")), **(given or {})},
        "geo": plain(flat.get("provcity")),
    }


def _price(product: dict[str, Any]) -> dict[str, Any] | None:
    amount, listed = money(product.get("zk_final_price")), money(product.get("reserve_price"))
    if amount is None and listed is None:
        return None
    return {"amount": amount if amount is not None else listed, "currency": "CNY", **(filled(list_amount=listed) or {})}


def _categories(product: dict[str, Any]) -> list[str]:
    names = [plain(product.get("level_one_category_name")), plain(product.get("category_name"))]
    return list(dict.fromkeys(name for name in names if name))


def _properties(text: Any) -> dict[str, str]:
    """Name and value of "pid:vid:name:value;...", the form in which the open platform writes item properties."""
    parts = [entry.split(":", 3) for entry in re.split("[;；]", text)] if isinstance(text, str) else []
    return {part[2].strip(): part[3].strip() for part in parts if len(part) == 4 and part[3].strip()}


def _media(pictures: list[Any]) -> list[dict[str, str]]:
    """Each picture once, the main one first."""
    urls = [address(picture, upgrade=True) for picture in pictures if isinstance(picture, str)]
    return [{"kind": "image", "url": url} for url in dict.fromkeys(urls) if url]

"""JD Union's gateway: the channel lists over the world's products, JSON inside JSON; what is deleted is not found."""

import re
from typing import Any

import orjson

from local.platforms.answers import Answer, Appearance, Ask, json_answer

METHOD = "jd.union.open.goods.jingfen.query"
SIGNATURE = re.compile(r"[0-9A-F]{32}")


def answer(ask: Ask) -> Answer:
    """A page of a channel. Any signature of the right form is taken: the gateway of a made-up world has no secret."""
    if not ask.query.get("app_key"):
        return failure(401, "Missing app key")
    if not SIGNATURE.fullmatch(ask.query.get("sign", "")) or not ask.query.get("timestamp"):
        return failure(401, "Invalid signature")
    if ask.path != "routerjson" or ask.query.get("method") != METHOD:
        return failure(400, "Invalid method")
    try:
        wanted = orjson.loads(ask.query["360buy_param_json"])["goodsReq"]
        number, size = max(1, int(wanted["pageIndex"])), max(1, min(50, int(wanted["pageSize"])))
    except (KeyError, TypeError, ValueError):
        return failure(400, "Invalid arguments: goodsReq")
    goods = ask.world.page("jd", day=ask.day, start=(number - 1) * size, size=size)
    found = [_product(one, ask) for one in goods if one["status"] != "deleted"]
    result = {"code": 200, "message": "success", "data": found, "totalCount": ask.world.size("jd", ask.day)}
    return json_answer({"jd_union_open_goods_jingfen_query_responce": {"code": "0", "result": _text(result)}})


def failure(status: int, message: str, path: str = "") -> Answer:
    """An error in the platform's own shape."""
    code = {400: "15", 401: "12", 429: "22"}.get(status, "67")
    return json_answer({"error_response": {"code": code, "zh_desc": message, "en_desc": message}}, status)


def _text(result: dict[str, Any]) -> str:
    return orjson.dumps(result).decode()


def _product(product: Appearance, ask: Ask) -> dict[str, Any]:
    number, counts = product["native_id"], product["counts"]
    names = [*product["category_path"], *[None] * 3][:3]
    pictures = [{"url": ask.picture_url(name)} for name in product["pictures"]]
    return {
        "skuId": int(number) if number.isdigit() else number,
        "skuName": product["title"],
        "documentInfo": {"document": ask.body(product)},
        "brandName": product["brand"],
        "categoryInfo": {f"cid{level}Name": name for level, name in enumerate(names, 1) if name},
        "comments": counts.get("comments"),
        "inOrderCount30Days": counts.get("sales"),
        "couponInfo": {"couponList": []},
        "imageInfo": {"imageList": pictures},
        "materialUrl": f"item.jd.com/{number}.html",
        "owner": "p",
        "pinGouInfo": {},
        "priceInfo": _price(product),
        "shopInfo": {"shopId": product["author"]["id"], "shopName": product["author"]["name"]},
        "upc": product["ids"].get("gtin"),
    }


def _price(product: Appearance) -> dict[str, float]:
    """Numbers, not texts."""
    told = {"price": product["list_price"] or product["price"], "lowestPrice": product["price"]}
    return {name: float(value) for name, value in told.items() if value}

"""Taobao's gateway: the affiliate material search over the world's products; what is deleted is simply not found."""

from typing import Any

from local.platforms.answers import Answer, Appearance, Ask, json_answer, moment
from models.times import CHINA

METHODS = ("taobao.tbk.dg.material.optional", "taobao.tbk.dg.material.optional.upgrade")


def answer(ask: Ask) -> Answer:
    """A page of products."""
    if not ask.query.get("app_key"):
        return failure(401, "Missing app key")
    if ask.path != "router/rest" or ask.query.get("method") not in METHODS:
        return failure(400, "Invalid method")
    number, size = max(1, ask.number("page_no", 1, 10**9)), max(1, ask.number("page_size", 20, 100))
    products = ask.world.page("taobao", day=ask.day, start=(number - 1) * size, size=size)
    found = {
        "total_results": ask.world.size("taobao", ask.day),
        "result_list": {"map_data": [_product(one, ask) for one in products if one["status"] != "deleted"]},
    }
    return json_answer({"tbk_dg_material_optional_response": found})


def failure(status: int, message: str, path: str = "") -> Answer:
    """An error in the platform's own shape."""
    code = {400: 22, 401: 28, 429: 7, 503: 15}.get(status, 15)
    error = {"code": code, "msg": message, "sub_code": f"isp.{status}", "sub_msg": message, "request_id": "0"}
    return json_answer({"error_response": error}, status)


def _product(product: Appearance, ask: Ask) -> dict[str, Any]:
    number = product["native_id"]
    pictures, path = [ask.picture_url(name) for name in product["pictures"]], product["category_path"]
    return {
        "item_id": number,
        "num_iid": int(number) if number.isdigit() else number,
        "item_url": f"//item.taobao.com/item.htm?id={number}",
        "title": product["title"],
        "item_description": ask.body(product),
        "pict_url": pictures[0] if pictures else "",
        "small_images": {"string": pictures[1:]},
        "reserve_price": product["list_price"],
        "zk_final_price": product["price"],
        "volume": product["counts"].get("sales"),
        "level_one_category_name": path[0] if path else None,
        "category_name": path[-1] if path else None,
        "props_name": _properties(product),
        "list_time": f"{moment(product).astimezone(CHINA):%Y-%m-%d %H:%M:%S}",
        "barcode": product["ids"].get("gtin"),
        "brand_name": product["brand"],
        "shop_title": product["author"]["name"],
        "nick": product["author"]["name"],
        "seller_id": int(product["author"]["id"]) if product["author"]["id"].isdigit() else product["author"]["id"],
        "user_type": 1,
        "provcity": "浙江 杭州",
    }


def _properties(product: Appearance) -> str:
    """pid:vid:name:value, joined by semicolons."""
    told = (("20000", "品牌", product["brand"]), ("13021751", "型号", product["ids"].get("model")))
    return ";".join(f"{pid}:{place}:{name}:{value}" for place, (pid, name, value) in enumerate(told) if value)

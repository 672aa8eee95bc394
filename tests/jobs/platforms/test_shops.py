"""Shops and video sites: each quirk of their payloads, their walks, their signatures, and input that means harm."""

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import FETCHED_AT, page

from jobs import platforms
from jobs.parse import Reading
from jobs.platforms import Page, PageBroken, Reject, Request, TargetsMissing, Window

NAMES = ("jd", "amazon", "shopify", "bilibili", "peertube", "taobao", "youtube")
GOLDEN = Path(__file__).parents[2] / "golden" / "platforms"
NOW = datetime(2026, 1, 1, 16, 30, 5, tzinfo=UTC)
UUID = "00000000-0000-4000-8000-0000000000{:02}"


def read(name: str, payload: Any, url: str = "http://127.0.0.1/x") -> list[Any]:
    return list(platforms.load(name).items(page(payload, url)))


def only(name: str, payload: Any, url: str = "http://127.0.0.1/x") -> Any:
    [item] = read(name, payload, url)
    return item


def window(*targets: str, base: str = "http://p", since: datetime | None = None) -> Window:
    return Window(date(2026, 1, 2), targets, base, ("key", "secret", "third", "fourth"), since)


def walk(name: str, opened: Window, answers: list[Any]) -> list[Request]:
    """Requests that the answers lead to; the last answer ends the walk or is left over."""
    platform, asked = platforms.load(name), list[Request]()
    request: Request | None = platform.first(opened)
    for answer in answers:
        assert request is not None, "the walk ended early"
        asked.append(request)
        request = platform.following(opened, request, page(answer))
    return asked + ([request] if request else [])


# JD


def union(data: Any, root: str = "jd_union_open_goods_query_responce", at: str = "result", **more: Any) -> Any:
    return {root: {"code": "0", at: json.dumps({"code": 200, "data": data, **more})}}


SKU = {"skuId": 7, "skuName": "t"}


@pytest.mark.parametrize(
    "payload",
    [
        union([SKU]),
        union([SKU], root="jd_union_open_goods_query_response"),
        union([SKU], at="queryResult"),
        union({"goodsResp": [SKU]}),  # XML turned JSON
        {"code": 200, "data": [SKU]},  # unwrapped by whoever saved it
        {"jd_union_open_goods_query_responce": {"result": {"code": 200, "data": [SKU]}}},  # unpacked by a gateway
    ],
)
def test_jd_wraps_its_goods_in_many_ways(payload: Any) -> None:
    assert only("jd", payload)["native_id"] == "7"
    assert platforms.load("jd").claims(page(payload))


@pytest.mark.parametrize(
    ("given_", "column", "value"),
    [
        ({"materialUrl": "item.jd.com/7.html"}, "url", "https://item.jd.com/7.html"),  # without a scheme
        ({"materialUrl": "http://item.jd.com/7.html"}, "url", "https://item.jd.com/7.html"),
        ({}, "url", "https://item.jd.com/7.html"),
        ({"spuid": 6}, "relations", ["variant_of:jd:6"]),
        ({"spuid": 7}, "relations", None),  # the only variant
        ({"inOrderCount30Days": 0, "inOrderCount": 9}, "engagement", {"sales": 0}),
        ({"comments": 317, "goodCommentsShare": 97.0}, "engagement", {"comments": 317, "rating": 97.0}),
        ({"cidName": "a", "cid2Name": "b", "cid3Name": "b"}, "category_path", ["a", "b"]),
        ({"bookInfo": {"isbn": "9787000000018"}}, "ids", {"isbn": "9787000000018"}),
        ({"pinGouInfo": []}, "price", None),
        ({"pinGouInfo": {"pingouPrice": 1.0}}, "price", None),
        ({"documentInfo": {"document": "a &amp; b"}}, "body", "a & b"),
        ({"shopInfo": {"shopId": 3, "shopName": "店"}}, "author", {"id": "3", "name": "店"}),
    ],
)
def test_jd_reads(given_: dict[str, Any], column: str, value: Any) -> None:
    assert only("jd", union([SKU | given_])).get(column) == value


@pytest.mark.parametrize(
    ("given_", "amount", "list_amount"),
    [
        ({"priceInfo": {"price": 1369.0}}, "1369", "1369"),
        ({"priceInfo": {"price": "1369", "lowestPrice": 1299.9, "lowestCouponPrice": 1}}, "1299.9", "1369"),
        ({"unitPrice": 139.00, "wlUnitPrice": 129.00}, "129", "139"),
    ],
)
def test_jd_prices_are_without_coupons(given_: dict[str, Any], amount: str, list_amount: str) -> None:
    price = only("jd", union([SKU | given_]))["price"]
    assert price == {"amount": Decimal(amount), "currency": "CNY", "list_amount": Decimal(list_amount)}


def test_jd_films_have_a_cover_and_a_length() -> None:
    videos = {"videoList": [{"playUrl": "https://v/7.mp4", "imageUrl": "//v/7.png", "duration": 20}, {"duration": 3}]}
    media = only("jd", union([SKU | {"videoInfo": videos}]))["media"]
    assert media == [{"kind": "video", "url": "https://v/7.mp4", "thumb": "https://v/7.png", "duration_s": 20.0}]


@pytest.mark.parametrize(
    ("payload", "reasons"),
    [
        (union([{"id": 1, "name": "数码", "grade": 0, "parentId": 0}]), []),  # a category
        (union([]), []),
        (union(None), []),
        ({"error_response": {"code": "12", "zh_desc": "无效签名"}}, ["platform error"]),
        (
            {"jd_a_responce": {"code": "0", "result": json.dumps({"code": 403, "message": "无访问权限"})}},
            ["platform error"],
        ),
        ({"jd_a_responce": {"code": "0", "result": "{broken"}}, ["not json"]),
    ],
)
def test_jd_pages_without_goods(payload: Any, reasons: list[str]) -> None:
    assert [item.reason for item in read("jd", payload)] == reasons
    assert platforms.load("jd").claims(page(payload))


def test_the_walk_of_jd() -> None:
    full, rest = union([SKU] * 50, totalCount=60), union([SKU] * 10, totalCount=60)
    asked = [dict(request.params) for request in walk("jd", window("22", "33"), [full, rest, union([])])]
    wanted = [json.loads(params["360buy_param_json"])["goodsReq"] for params in asked]
    assert [(one["eliteId"], one["pageIndex"]) for one in wanted] == [("22", 1), ("22", 2), ("33", 1)]
    assert asked[0]["v"] == "1.0" and asked[0]["app_key"] == "key"
    with pytest.raises(TargetsMissing, match="TRAWL_JD_TARGETS"):
        platforms.load("jd").first(window())


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("jd", {"error_response": {"code": "12", "zh_desc": "无效签名"}}),
        ("jd", {"jd_a_responce": {"code": "0", "result": "{broken"}}),
        ("taobao", {"error_response": {"code": 7, "msg": "App Call Limited"}}),
        ("bilibili", {"code": -509, "message": "too many", "ttl": 1}),
        ("peertube", {"status": 500, "title": "x"}),
        ("peertube", b"broken"),
    ],
)
def test_a_refusal_with_status_200_ends_no_walk_as_if_it_were_done(name: str, error: Any) -> None:
    with pytest.raises(PageBroken):
        walk(name, window("1"), [error])


# The signature of the gateways


@pytest.mark.parametrize("name", ["jd", "taobao"])
def test_a_gateway_is_asked_with_a_signature(name: str) -> None:
    platform, opened = platforms.load(name), window("鞋")
    request = platform.first(opened)
    sent = dict(platform.signed(opened, request, NOW).params)  # type: ignore[attr-defined]
    assert sent["timestamp"] == "2026-01-02 00:30:05" and sent["sign_method"] == "md5"
    told = "".join(key + sent[key] for key in sorted(sent) if key != "sign")
    assert sent["sign"] == hashlib.md5(f"secret{told}secret".encode()).hexdigest().upper()
    assert not {"sign", "timestamp"} & dict(request.params).keys() and "secret" not in sent.values()


def test_a_search_of_taobao_without_results_is_no_error() -> None:
    nothing = {"error_response": {"code": 15, "msg": "Remote service error", "sub_code": "50001", "sub_msg": "无结果"}}
    assert read("taobao", nothing) == [] and len(walk("taobao", window("a", "b"), [nothing])) == 2


# Amazon

CATALOG = {"asin": "B01", "summaries": [{"marketplaceId": "ATVPDKIKX0DER", "itemName": "t"}]}
FOUND = {
    "asin": "B01",
    "detailPageURL": "https://www.amazon.com/dp/B01?tag=x",
    "itemInfo": {"title": {"displayValue": "t"}},
}


def test_amazon_names_a_product_alike_in_both_apis() -> None:
    both = [only("amazon", payload) for payload in (CATALOG, {"searchResult": {"items": [FOUND]}})]
    assert {(item["native_id"], item["url"]) for item in both} == {
        ("B01@ATVPDKIKX0DER", "https://www.amazon.com/dp/B01")
    }


@pytest.mark.parametrize(
    "payload",
    [
        CATALOG,
        {"items": [CATALOG], "numberOfResults": 1},
        {"items": [{"sku": "S", "summaries": [{"marketplaceId": "ATVPDKIKX0DER", "asin": "B01", "itemName": "t"}]}]},
        {"searchResult": {"items": [FOUND]}},
        {"itemsResult": {"items": [FOUND]}},
        {"variationsResult": {"items": [FOUND]}},
    ],
)
def test_amazon_answers_in_many_shapes(payload: Any) -> None:
    assert only("amazon", payload)["native_id"] == "B01@ATVPDKIKX0DER"
    assert platforms.load("amazon").claims(page(payload))


def test_a_marketplace_that_nobody_knows_keeps_its_name() -> None:
    item = only("amazon", {"asin": "B01", "summaries": [{"marketplaceId": "NEW", "itemName": "t"}]})
    assert item["native_id"] == "B01@NEW" and "url" not in item
    entry = FOUND | {"detailPageURL": "https://www.amazon.xx/dp/B01"}
    assert only("amazon", {"itemsResult": {"items": [entry]}})["native_id"] == "B01@www.amazon.xx"


def test_an_amazon_item_is_a_record_in_each_marketplace() -> None:
    places = ("ATVPDKIKX0DER", "A1PA6795UKMFR9")
    names = [{"marketplaceId": place, "itemName": place} for place in places]
    bullets = [{"marketplace_id": place, "value": f"in {place}", "language_tag": "de_DE"} for place in places]
    prices = [{"marketplaceId": places[1], "offerType": "B2C", "price": {"amount": "5.00", "currencyCode": "EUR"}}]
    entry = {"asin": "B01", "summaries": names, "attributes": {"bullet_point": bullets}, "offers": prices}
    first, second = read("amazon", entry)
    assert (first["title"], first["body"]) == (places[0], f"in {places[0]}") and "price" not in first
    assert second["price"] == {"amount": Decimal("5"), "currency": "EUR", "as_of": FETCHED_AT}
    assert second["lang"] == "de" and second["url"] == "https://www.amazon.de/dp/B01"


@pytest.mark.parametrize(
    ("given_", "column", "value"),
    [
        (
            {"variations": [{"marketplaceId": "M", "asins": ["B00"], "type": "PARENT"}]},
            "relations",
            ["variant_of:amazon:B00@M"],
        ),
        ({"variations": [{"marketplaceId": "M", "asins": ["B00"], "type": "CHILD"}]}, "relations", None),
        (
            {"identifiers": [{"marketplaceId": "M", "identifiers": [{"type": "upc", "identifier": "690000000000"}]}]},
            "ids",
            {"asin": "B01"},
        ),
        (
            {"identifiers": [{"marketplaceId": "M", "identifiers": [{"type": "ean", "identifier": "6900000000014"}]}]},
            "ids",
            {"asin": "B01", "gtin": "6900000000014"},
        ),
        ({"sku": "S-1"}, "ids", {"asin": "B01", "sku": "S-1"}),
        (
            {"salesRanks": [{"marketplaceId": "M", "ranks": [{"rank": 3}]}]},
            "engagement",
            None,
        ),  # a rank counts no sales
        ({"summaries": [{"marketplaceId": "M", "itemName": "t", "status": []}]}, "status", "hidden"),
        ({"summaries": [{"marketplaceId": "M", "itemName": "t", "status": ["BUYABLE"]}]}, "status", None),
        (
            {"summaries": [], "attributes": {"item_name": [{"value": "from attributes", "marketplace_id": "M"}]}},
            "title",
            "from attributes",
        ),
        ({"summaries": [{"marketplaceId": "M", "itemName": "t", "brandName": "old"}]}, "brand", "old"),
    ],
)
def test_the_catalogue_of_amazon_reads(given_: dict[str, Any], column: str, value: Any) -> None:
    entry = {"asin": "B01", "summaries": [{"marketplaceId": "M", "itemName": "t"}], **given_}
    assert only("amazon", entry).get(column) == value


@pytest.mark.parametrize(
    "payload",
    [
        {"payload": [{"status": "Success", "ASIN": "B01", "Product": {}}]},
        {"payload": {"SKU": "S", "Summary": {}, "Offers": []}},
        {"responses": [{"status": {"statusCode": 200}, "body": {"payload": {"ASIN": "B01", "Offers": []}}}]},
        {"responses": [{"status": {"statusCode": 200}, "body": {"asin": "B01", "marketplaceId": "M"}}]},
    ],
)
def test_a_price_of_amazon_is_no_product(payload: Any) -> None:
    assert [item.reason for item in read("amazon", payload)] == ["only a price"]
    assert platforms.load("amazon").claims(page(payload))


@pytest.mark.parametrize(
    "payload",
    [
        {"errors": [{"code": "QuotaExceeded", "message": "x", "details": ""}]},
        {"type": "ThrottleException", "message": "x"},
    ],
)
def test_errors_of_amazon(payload: Any) -> None:
    assert [item.reason for item in read("amazon", payload)] == ["platform error"]
    assert platforms.load("amazon").claims(page(payload))


def test_the_walk_of_amazon() -> None:
    full = {"searchResult": {"items": [FOUND] * 10}}
    asked = walk("amazon", window("red shoes", "Tasse@www.amazon.de"), [full] * 10 + [{"searchResult": {"items": []}}])
    wanted = [json.loads(request.body) for request in asked]
    assert [one["itemPage"] for one in wanted] == [*range(1, 11), 1]  # the eleventh page does not exist
    assert wanted[-1]["keywords"] == "Tasse" and dict(asked[-1].headers)["x-marketplace"] == "www.amazon.de"
    assert {request.method for request in asked} == {"POST"}
    with pytest.raises(TargetsMissing):
        platforms.load("amazon").first(window())


def test_amazon_is_asked_with_a_token() -> None:
    amazon: Any = platforms.load("amazon")
    real = window("a", base=amazon.POLICY.default_url)
    assert amazon.login(real).url == "https://api.amazon.com/auth/o2/token"
    login = amazon.login(window("a"))
    assert login.url == "http://p/auth/o2/token" and json.loads(login.body)["client_secret"] == "secret"
    assert amazon.token(page({"access_token": "t", "expires_in": 3600})) == "t" and amazon.token(page(b"<")) == ""
    sent = amazon.signed(window("a"), amazon.first(window("a")), NOW)
    assert amazon.signed(window("a"), Request("http://p/next"), NOW).body == b""  # an address alone has none
    assert dict(sent.headers)["Authorization"] == "Bearer fourth" and json.loads(sent.body)["partnerTag"] == "third"


# Shopify

PRODUCT = {"id": 5, "title": "t", "handle": "t-5", "vendor": "v", "product_type": "", "variants": []}
COLLECTION = "https://shop.example/collections/all/products.json?limit=250&page=1"


@pytest.mark.parametrize(
    ("given_", "column", "value"),
    [
        ({"tags": "a, b ,a"}, "tags", ["a", "b"]),  # the Admin API
        ({"tags": ["a", "b"]}, "tags", ["a", "b"]),
        ({"body_html": "<p>a</p><p>b &amp; c</p>"}, "body", "a\n\nb & c"),
        (
            {"images": [{"src": "//c/a.png"}, {"src": "http://c/b.png"}]},
            "media",
            [{"kind": "image", "url": "https://c/a.png"}, {"kind": "image", "url": "https://c/b.png"}],
        ),
        ({"status": "archived"}, "status", "hidden"),
        ({"published_at": None}, "status", "hidden"),
        ({"variants": [{"sku": "S", "barcode": "6900000000014"}]}, "ids", {"sku": "S", "gtin": "6900000000014"}),
        ({"variants": [{"sku": "S"}, {"sku": "T"}]}, "ids", None),
        ({"variants": [{"price": None}]}, "price", None),
    ],
)
def test_shopify_reads(given_: dict[str, Any], column: str, value: Any) -> None:
    assert only("shopify", {"product": PRODUCT | given_}).get(column) == value


@pytest.mark.parametrize(
    ("variants", "url", "price"),
    [
        ([{"price": "9.00", "compare_at_price": "9.00"}], "http://s/products.json", {"amount": "9"}),
        (
            [{"price": "9", "compare_at_price": "12"}],
            "http://s/products.json?currency=EUR",
            {"amount": "9", "currency": "EUR", "list_amount": "12"},
        ),
        (
            [{"price": "12"}, {"price": "9"}],
            "http://s/products.json?currency=eu",
            {"amount": "9", "low": "9", "high": "12"},
        ),
        (
            [{"price": "9", "presentment_prices": [{"price": {"currency_code": "USD"}}]}],
            "http://s/x",
            {"amount": "9", "currency": "USD"},
        ),
    ],
)
def test_the_variants_of_shopify_are_offers(variants: Any, url: str, price: dict[str, str]) -> None:
    told = only("shopify", {"products": [PRODUCT | {"variants": variants}]}, url)["price"]
    assert {
        name: value if name == "currency" else format(value.normalize(), "f") for name, value in told.items()
    } == price


@pytest.mark.parametrize(
    "url", [COLLECTION, "https://shop.example/products.json", "https://shop.example/admin/api/2026-01/products/5.json"]
)
def test_a_product_of_shopify_is_at_its_shop(url: str) -> None:
    assert only("shopify", {"products": [PRODUCT]}, url)["url"] == "https://shop.example/products/t-5"


def test_a_saved_file_of_shopify_has_no_shop() -> None:
    assert "url" not in only("shopify", {"product": PRODUCT})


def test_the_walk_of_shopify() -> None:
    full = {"products": [PRODUCT] * 250}
    shops = window("https://a.example?currency=EUR", "https://b.example/collections/new/")
    asked = walk("shopify", shops, [full, {"products": [PRODUCT]}, {"products": []}, {"products": []}])
    assert [(request.url, dict(request.params)["page"]) for request in asked] == [
        ("https://a.example/products.json", "1"),
        ("https://a.example/products.json", "2"),
        ("https://a.example/products.json", "3"),
        ("https://b.example/collections/new/products.json", "1"),
    ]
    assert dict(asked[1].params)["currency"] == "EUR" and "currency" not in dict(asked[3].params)
    assert platforms.load("shopify").first(window(base="http://p/shopify")).url == "http://p/shopify/products.json"
    with pytest.raises(TargetsMissing):
        platforms.load("shopify").first(window(base=""))


# Bilibili

ARCHIVE = {"resource_id": "BV1aaaaaaa17", "title": "t"}


@pytest.mark.parametrize(
    "payload",
    [
        {"code": 0, "message": "0", "ttl": 1, "data": {"list": [ARCHIVE], "page": {"pn": 1, "ps": 50, "total": 1}}},
        {"code": 0, "message": "0", "ttl": 1, "data": ARCHIVE},
        {"bvid": "BV1aaaaaaa17", "title": "t"},
        {"videoData": {"bvid": "BV1aaaaaaa17", "title": "t"}, "related": []},
        [ARCHIVE],
    ],
)
def test_bilibili_wraps_its_videos_in_many_ways(payload: Any) -> None:
    assert only("bilibili", payload)["native_id"] == "BV1aaaaaaa17"
    assert platforms.load("bilibili").claims(page(payload))


@pytest.mark.parametrize(
    ("given_", "column", "value"),
    [
        ({"stat": {"view": "276.8万", "like": "-", "favorite": 0}}, "engagement", {"views": 2_768_000, "saves": 0}),
        ({"ptime": 0, "ctime": 1767225600}, "created_at", datetime(2026, 1, 1, tzinfo=UTC)),  # not published yet
        ({"tag": "a,b,a"}, "tags", ["a", "b"]),
        ({"tags": [{"tag_name": "a"}, {"tag_name": "b"}]}, "tags", ["a", "b"]),
        (
            {"cover": "http://i/a.png", "video_info": {"duration": 5}},
            "media",
            [{"kind": "image", "url": "https://i/a.png", "duration_s": 5.0}],
        ),
        ({"state": 0}, "status", None),
        ({"addit_info": {"state": -100}}, "status", "deleted"),
        ({"addit_info": {"state": -4}}, "status", "hidden"),
        ({"addit_info": {"state": -4}}, "title", None),  # nothing is kept of what is not published
        ({"pages": [{"cid": 1, "part": "p"}]}, "relations", None),  # one part is the whole
    ],
)
def test_bilibili_reads(given_: dict[str, Any], column: str, value: Any) -> None:
    assert only("bilibili", {"data": ARCHIVE | given_}).get(column) == value


def test_the_parts_of_a_video_are_part_of_it() -> None:
    parts = [{"cid": 1, "page": 1, "part": "a"}, {"cid": 2, "page": 2, "part": "b"}, "no part"]
    whole, first, second, broken = read("bilibili", {"data": ARCHIVE | {"ptime": 1767225600, "pages": parts}})
    assert [first["native_id"], second["native_id"]] == ["1", "2"] and isinstance(broken, Reject)
    assert second["relations"] == ["part_of:bilibili:BV1aaaaaaa17"] and second["url"].endswith("?p=2")
    assert second["created_at"] == whole["created_at"]


def test_the_walk_of_bilibili() -> None:
    def told(*videos: Any) -> Any:
        return {"code": 0, "data": {"list": videos, "page": {"total": 70}}}

    asked = walk("bilibili", window(), [told(*[ARCHIVE] * 50), told(*[ARCHIVE] * 20)])
    assert [dict(request.params)["pn"] for request in asked] == ["1", "2"]


def test_bilibili_is_asked_with_a_signature() -> None:
    bilibili: Any = platforms.load("bilibili")
    request = bilibili.first(window())
    sent = dict(bilibili.signed(window(), request, NOW).headers)
    assert sent["Access-Token"] == "third" and sent["x-bili-timestamp"] == str(int(NOW.timestamp()))
    assert sent["x-bili-content-md5"] == "d41d8cd98f00b204e9800998ecf8427e" and len(sent["Authorization"]) == 64
    again = dict(bilibili.signed(window(), request, NOW.replace(second=6)).headers)
    assert again["x-bili-signature-nonce"] != sent["x-bili-signature-nonce"]  # one is taken once only
    assert request.headers == () and "secret" not in str(sent)


# PeerTube

VIDEO = {"uuid": UUID.format(17), "shortUUID": "s", "name": "t", "url": f"https://tube.example/w/{UUID.format(17)}"}
COMMENT = {"id": 31, "threadId": 31, "text": "words", "url": "https://far.example/1"}
THREADS = "https://tube.example/api/v1/videos/{}/comment-threads?start=0"


@pytest.mark.parametrize(
    ("given_", "column", "value"),
    [
        ({"language": {"id": "zh-Hans"}}, "lang", "zh"),
        ({"language": {"id": None, "label": "Unknown"}}, "lang", None),
        ({"category": {"id": None, "label": "Unknown"}}, "category_path", None),
        ({"likes": 0, "views": None}, "engagement", {"likes": 0}),
        ({"privacy": {"id": 3}}, "status", "hidden"),
        ({"blacklisted": True}, "status", "hidden"),
        ({"description": "a\r\n\r\n**b**"}, "body", "a\n\n**b**"),  # Markdown is left as it is
        ({"description": None, "truncatedDescription": "a..."}, "body", "a..."),
        (
            {"originallyPublishedAt": "1970-01-01T00:00:00.000Z", "publishedAt": "2026-01-01T00:00:00.000Z"},
            "created_at",
            datetime(2026, 1, 1, tzinfo=UTC),
        ),
        ({"channel": {"name": "c", "host": "h", "displayName": "C"}}, "author", {"id": "c@h", "name": "C"}),
    ],
)
def test_peertube_reads(given_: dict[str, Any], column: str, value: Any) -> None:
    assert only("peertube", VIDEO | given_).get(column) == value


@pytest.mark.parametrize(
    ("url", "preview"),
    [
        ("https://near.example/api/v1/videos", "https://near.example/lazy/a.jpg"),  # who answers keeps a copy
        ("file:///tmp/saved.json", "https://tube.example/lazy/a.jpg"),
    ],
)
def test_a_preview_of_peertube_is_at_who_answered(url: str, preview: str) -> None:
    [medium] = only("peertube", VIDEO | {"previewPath": "/lazy/a.jpg", "duration": 9}, url)["media"]
    assert medium == {"kind": "image", "url": preview, "duration_s": 9.0}


@pytest.mark.parametrize(
    ("url", "given_", "relation"),
    [
        (THREADS.format(UUID.format(17)), {}, UUID.format(17)),
        (THREADS.format("1111111111111111111112"), {}, "00000000-0000-0000-0000-000000000001"),  # base 58 of the uuid
        (THREADS.format(UUID.format(17)), {"inReplyToCommentId": 30}, "tube.example:30"),
        (
            "http://127.0.0.1/x",
            {"url": f"https://a.example/videos/watch/{UUID.format(29)}/comments/1"},
            UUID.format(29),
        ),
    ],
)
def test_a_comment_of_peertube_replies(url: str, given_: dict[str, Any], relation: str) -> None:
    assert only("peertube", {"total": 1, "data": [COMMENT | given_]}, url)["relations"] == [
        f"reply_to:peertube:{relation}"
    ]


def test_a_thread_of_peertube_is_its_comments() -> None:
    gone = COMMENT | {"id": 32, "text": "", "isDeleted": True}
    thread = {"comment": COMMENT, "children": [{"comment": gone, "children": [{"comment": COMMENT | {"id": 33}}]}]}
    found = read("peertube", thread, THREADS.format(UUID.format(17)))
    assert [(item["native_id"], item.get("status")) for item in found] == [
        ("tube.example:31", None),
        ("tube.example:32", "deleted"),
        ("tube.example:33", None),
    ]


@pytest.mark.parametrize(
    ("payload", "reasons"),
    [
        ({"total": 0, "data": []}, []),
        ({"total": 1, "data": [{"language": {"id": "ar"}, "captionPath": "/a.vtt"}]}, []),
        ({"type": "about:blank", "title": "Not Found", "detail": "x", "status": 404, "error": "x"}, ["platform error"]),
        ({"total": 1, "data": [COMMENT | {"text": '<p><img src="a.gif" alt=""/></p>'}]}, ["no text"]),
    ],
)
def test_peertube_pages_without_videos(payload: Any, reasons: list[str]) -> None:
    assert [item.reason for item in read("peertube", payload)] == reasons
    assert platforms.load("peertube").claims(page(payload))


def test_the_walk_of_peertube() -> None:
    cut = {"truncatedDescription": "a...", "description": "a..."}
    videos = [
        VIDEO | cut,
        VIDEO | {"uuid": UUID.format(29), "description": "whole"},
        VIDEO | cut | {"uuid": UUID.format(31)},
    ]
    targets = window("https://a.example", "https://b.example/c/walks/videos", "https://c.example/a/ann@d.example")
    listed, last = {"total": 101, "data": videos}, {"total": 101, "data": []}
    asked = walk("peertube", targets, [listed, VIDEO, b"broken", last, last | {"total": 0}, last | {"total": 0}])
    assert [request.url.split(".example/api/v1/")[1] for request in asked] == [
        "videos",
        f"videos/{UUID.format(17)}",
        f"videos/{UUID.format(31)}",
        "videos",
        "video-channels/walks/videos",
        "accounts/ann@d.example/videos",
    ]
    assert [dict(request.params).get("start") for request in asked] == ["0", None, None, "100", "0", "0"]
    assert dict(asked[0].params)["isLocal"] == "true" and "isLocal" not in dict(asked[4].params)
    with pytest.raises(TargetsMissing):
        platforms.load("peertube").first(window(base=""))


# YouTube


def listed(*days: int) -> Any:
    snippets = [{"publishedAt": f"2026-01-{day:02}T00:00:00Z", "resourceId": {"videoId": f"v{day}"}} for day in days]
    items = [{"kind": "youtube#playlistItem", "snippet": snippet} for snippet in snippets]
    return {"kind": "youtube#playlistItemListResponse", "nextPageToken": "T2", "items": items}


@pytest.mark.parametrize(
    ("playlist", "since", "days", "goes_on"),
    [
        ("UU1", datetime(2026, 1, 5, tzinfo=UTC), (4, 3), False),  # newest first: nothing new follows
        ("UU1", datetime(2026, 1, 5, tzinfo=UTC), (6, 3), True),
        ("UU1", None, (4, 3), True),
        ("PL1", datetime(2026, 1, 5, tzinfo=UTC), (4, 3), True),  # in its owner's order
        ("UU1", datetime(2026, 1, 5, tzinfo=UTC), (), True),  # an empty page tells nothing
    ],
)
def test_a_walk_of_uploads_ends_where_the_last_one_began(
    playlist: str, since: datetime | None, days: tuple[int, ...], goes_on: bool
) -> None:
    asked = walk("youtube", window(playlist, since=since), [listed(*days), *([{"items": []}] if days else [])])
    assert [dict(request.params).get("id") for request in asked if days][1:2] == [
        ",".join(f"v{day}" for day in days)
    ] * bool(days)
    assert (dict(asked[-1].params).get("pageToken") == "T2") is goes_on


def test_youtube_is_no_sweep_but_asks_again() -> None:
    youtube: Any = platforms.load("youtube")
    assert not youtube.POLICY.sweep and youtube.REVISIT_SIZE == 50
    request = youtube.revisit(window("UU1"), ["v1", "v2"])
    assert dict(request.params)["id"] == "v1,v2" and request.context == ()
    url = f"{request.url}?id=v1,v2"
    video = {"kind": "youtube#video", "id": "v1", "snippet": {"title": "t"}}
    found = read("youtube", {"kind": "youtube#videoListResponse", "items": [video]}, url)
    assert [(item["native_id"], item.get("status")) for item in found] == [("v1", None), ("v2", "gone")]


# Claims


@pytest.mark.parametrize("name", NAMES)
def test_a_platform_claims_its_saved_page_and_no_other(name: str) -> None:
    for folder in GOLDEN.iterdir():
        [saved] = [file for file in folder.iterdir() if file.stem == "page"]
        assert platforms.load(name).claims(page(saved.read_bytes())) is (folder.name == name)


@pytest.mark.parametrize(
    ("name", "payload", "is_claimed"),
    [
        ("taobao", {"tbk_item_info_get_response": {}}, True),
        ("taobao", {"error_response": {"code": 7, "msg": "x"}}, True),
        ("taobao", {"error_response": {"code": "7", "zh_desc": "x"}}, False),
        ("taobao", [{"num_iid": 5, "title": "t"}], True),
        ("jd", {"jd_union_open_category_goods_get_response": {}}, True),
        ("jd", {"result": "{}"}, False),
        ("youtube", {"kind": "youtube#captionListResponse", "items": []}, True),
        ("youtube", {"error": {"code": 403, "errors": [{"domain": "d", "reason": "r"}]}}, True),
        ("youtube", {"error": {"code": 100, "message": "x"}}, False),
        ("shopify", {"products": []}, True),
        ("shopify", {"products": [{"id": 1, "title": "t"}]}, False),
        ("shopify", {"errors": "Not Found"}, True),
        ("shopify", {"errors": [{"code": "x", "message": "y"}]}, False),
        ("bilibili", {"code": -101, "message": "x", "ttl": 1}, True),
        ("bilibili", {"code": 0, "data": {}}, False),
        ("peertube", {"data": []}, False),
        ("peertube", {"total": 1, "data": [{"id": 1}]}, False),
        ("amazon", {"items": []}, False),
        ("amazon", {"numberOfResults": 0, "items": []}, True),
    ],
)
def test_claims(name: str, payload: Any, is_claimed: bool) -> None:
    assert platforms.load(name).claims(page(payload)) is is_claimed


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("body", [b"", b"<html></html>", b"[]", b"{}", b"null", b"7", b'"x"', b'{"a": 1}\n{"a": 2}'])
def test_nobody_claims_what_says_nothing(name: str, body: bytes) -> None:
    assert platforms.load(name).claims(page(body)) is False


# Harm

KEYS = """data list items products product variants images price money amount currency searchResult itemInfo title
 displayValue asin sku summaries marketplaceId itemName attributes bullet_point value identifiers
 relationships classifications parent displayName payload responses body result code jd_a_responce skuId
 skuName priceInfo imageInfo imageList categoryInfo uuid name threadId id text comment children total
 privacy language bvid resource_id videoData related pages cid part stat tags state addit_info snippet
 kind error_response result_list errors message offersV2 listings browseNodeInfo browseNodes ancestor""".split()
WORDS = st.text(max_size=5) | st.sampled_from(
    ["{", "[1]", '{"code":200,"data":[{"skuId":{}}]}', "BV1", "nan", "9" * 400, "\0"]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS
SHAPED = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=25,
)


def survives(name: str, body: bytes) -> None:
    platform = platforms.load(name)
    told: Page = page(body, "http://h/api/v1/products.json?id=v1")
    assert platform.claims(told) in (True, False)
    for item in platform.items(told):
        row = Reading(name, platform.POLICY, {}, None).outcome(item, told)
        assert row.get("reject", {}).get("reason") not in (
            "wrong type",
            "unknown field",
            "unknown type or status",
        ), item


@pytest.mark.parametrize("name", NAMES)
@given(body=st.binary(max_size=100) | SHAPED.map(lambda thing: json.dumps(thing).encode("utf-8", "replace")))
@settings(max_examples=80)
def test_nothing_that_a_page_holds_breaks_a_reader(name: str, body: bytes) -> None:
    survives(name, body)


@pytest.mark.parametrize("name", NAMES)
@given(payload=SHAPED.filter(lambda thing: isinstance(thing, dict)), data=st.data())
@settings(max_examples=80)
def test_no_field_of_a_saved_page_breaks_a_reader(name: str, payload: Any, data: Any) -> None:
    """A page that is right but for one value somewhere in it."""
    told = json.loads((GOLDEN / name / "page.json").read_bytes())
    place = told
    while isinstance(place, dict | list) and place:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            place[key] = data.draw(SHAPED)
            break
        place = place[key]
    survives(name, json.dumps(told).encode("utf-8", "replace"))


@pytest.mark.parametrize("name", NAMES)
def test_depth_breaks_no_reader(name: str) -> None:
    for opening, closing in ((b"[", b"]"), (b'{"data":', b"}"), (b'{"children":[', b"]}"), (b'{"parent":', b"}")):
        survives(name, opening * 900 + b"1" + closing * 900)

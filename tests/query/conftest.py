"""A small shop on a real node: fourteen documents, Chinese and English, with vectors along axes that are easy to see."""

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from models.errors import BadPicture

AXES = {
    "shoe": 0,
    "鞋": 0,
    "running": 1,
    "跑": 1,
    "headphones": 2,
    "耳机": 2,
    "耳機": 2,
    "kettle": 3,
    "水壶": 3,
    "lamp": 4,
    "灯": 4,
}
# work, title, body, platforms, brand, tags, price, more
DOCUMENTS: list[tuple[str, str, str, list[str], str | None, list[str], float | None, dict[str, Any]]] = [
    ("w01", "红色运动鞋", "轻便透气，适合跑步和健身", ["taobao"], "Nike", ["运动鞋", "红色"], 259, {}),
    ("w02", "红色运动鞋 专业版", "缓震大底，比赛用", ["taobao", "weibo"], "Nike", ["运动鞋"], 699, {}),
    ("w03", "蓝色跑鞋", "夏季网面，不是红色", ["taobao"], "Adidas", ["跑鞋"], 199, {}),
    ("w04", "Red running shoes", "Light and breathable, for road running", ["youtube"], "Nike", ["running", "shoes"],
     None, {"type": "video"}),
    ("w05", "Blue running shoes for kids", "Soft sole. The shoe box is red.", ["rss"], None, ["shoes"], 45, {}),
    ("w06", "無線藍牙耳機 X-200", "降噪，續航三十小時", ["weibo", "taobao"], "Sony", ["耳机"], 899,
     {"ids": {"model": "X-200", "gtin": "6901234567892"}, "why_merged": "same gtin 6901234567892"}),
    ("w07", "Wireless headphones X-200", "Noise cancelling, thirty hours", ["youtube"], "Sony", ["headphones"], None,
     {"type": "video"}),
    ("w08", "电热水壶", "1.7升，自动断电", ["taobao"], "Midea", ["厨房"], 89, {}),
    ("w09", "Electric kettle", "Boils in three minutes", ["rss"], "Midea", ["kitchen"], 30, {"price_currency": "USD"}),
    ("w10", "Desk lamp", "Warm light <b>for</b> reading", ["rss"], None, ["lamp"], 25, {"type": "post"}),
    ("w11", "红色运动鞋 转发", "轻便透气，适合跑步和健身", ["weibo"], None, ["运动鞋"], None,
     {"duplicate_of": "w01", "duplicate_similarity": 0.91, "duplicate_by": "text", "type": "post"}),
    ("w12", "台灯 护眼", "暖光，阅读", ["taobao"], None, ["灯"], 120, {"is_stale": True, "stale_days": 2}),
    ("w13", "Trail running guide", "Where to run in the hills", ["rss"], None, ["running"], None, {"type": "post"}),
    ("w14", "Running shoes review", "We ran 500 km in red and blue pairs", ["youtube"], None, ["running"], None,
     {"type": "video"}),
]  # fmt: skip
META = {"text_model": "axes", "image_model": "axes", "date": "2026-01-01"}


class Axes:
    """An encoder whose vectors are easy to see: one axis per subject."""

    model_id = "axes"
    languages = ("en", "zh")

    def encode(self, texts: list[str]) -> np.ndarray:
        return np.stack([axes(text, 384) for text in texts])


class Pictures:
    """A picture encoder for "pictures" that are words."""

    model_id = "axes"

    def encode(self, pictures: list[bytes]) -> np.ndarray:
        if b"\0" in pictures[0]:
            raise BadPicture("picture cannot be read: no known format")
        return np.stack([axes(data.decode(), 1280) for data in pictures])


def axes(text: str, dims: int) -> np.ndarray:
    """Unit float32 vector: the subjects of the text, and a trace of its own."""
    vector = np.zeros(dims, np.float32)
    for word, axis in AXES.items():
        vector[axis] += word in text.lower()
    vector[10 + int(hashlib.sha256(text.encode()).hexdigest(), 16) % (dims - 10)] += 0.1
    return np.asarray(vector / np.linalg.norm(vector))


def document(row: tuple[Any, ...]) -> dict[str, Any]:
    """An indexed document as the pipeline makes them."""
    from a_suggestion import suggestion

    from models import text

    work, title, body, platforms, brand, tags, amount, more = row
    price = {"amount": amount, "currency": more.pop("price_currency", "CNY")} if amount else None
    made = {
        "work_id": work, "type": "product", "status": "live", "title": title, "body": body, "platforms": platforms,
        "record_ids": [f"{name}:{work}" for name in platforms], "record_count": len(platforms), "brand": brand,
        "tags": tags, "price": price, "crawled_at": "2026-01-01T00:00:00Z", "popularity": int(work[1:]) / 100,
        "title_key": text.title_key(title), "language": text.language(title),
        "title_tokens": " ".join(text.tokens(title)), "body_tokens": " ".join(text.tokens(body)),
        "text_vector": axes(title, 384).tolist(), "image_vector": axes(title, 1280).tolist(),
    }  # fmt: skip
    whole = {**made, **more}
    return whole | suggestion(whole)


@pytest.fixture(scope="session")
def shop(elasticsearch_url: str) -> Iterator[str]:
    """Name of an index that holds the documents, with one user's profile beside it."""
    from elasticsearch import Elasticsearch, helpers

    from schemas import derive
    from schemas.generation import MAPPING
    from schemas.profile import PROFILE

    client = Elasticsearch(elasticsearch_url)
    mapping = MAPPING | {"_meta": META}
    client.indices.create(index="shop", mappings=mapping)
    client.indices.create(index="shop-profiles", mappings=derive.es_mapping(PROFILE))
    tastes = [{"tag": "running", "weight": 0.6}, {"tag": "shoes", "weight": 0.4}]
    profile = {"user_id": "u1", "event_count": 9, "tastes": tastes, "taste_vector": axes("running", 384).tolist()}
    client.index(index="shop-profiles", id="u1", document=profile, refresh=True)
    actions = ({"_id": row[0], "_source": document((*row[:7], dict(row[7])))} for row in DOCUMENTS)
    helpers.bulk(client, actions, index="shop", refresh=True)
    yield "shop"
    client.indices.delete(index="shop,shop-profiles")


@pytest.fixture
def seeing(shop: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The shop, live, with the encoder that its vectors come from."""
    from models import encoder
    from query import meaning

    monkeypatch.setenv("TRAWL_ALIAS", shop)
    monkeypatch.setattr(encoder, "LANGUAGES", {"minilm": Axes.languages})
    monkeypatch.setattr(meaning, "_text_encoder", lambda name: Axes())
    monkeypatch.setattr(meaning, "_picture_encoder", lambda name: Pictures())
    return shop

"""Native ids and addresses in the real form of each platform, each a one-to-one image of a work's number.

Numbers are spread by a multiplication modulo the size of the platform's id space, which a modular inverse turns back: a
native id tells which work it belongs to, and no table of ids is kept.
"""

import math
import re
from functools import cached_property

from local.world import names

_DECIMAL, _HEX = "0123456789", "0123456789abcdef"
_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"  # of AT Protocol's record keys
_POSTS = "at://did:plc:madeupworld2222222222222/app.bsky.feed.post"
_UUID = "########-####-4###-8###-############"
_GOLDEN = 0.6180339887  # multiples of this share of a circle lie far apart
_SHIFT = 41


class Form:
    """Ids of one form: each `#` stands for one letter of the alphabet, what is around them for itself."""

    def __init__(self, pattern: str, letters: str = _DECIMAL) -> None:
        self.pattern, self.letters = pattern, letters
        self.format = pattern.replace("#", "%s")
        self.length = pattern.count("#")
        self.size = len(letters) ** self.length
        self.spread = int(self.size * _GOLDEN)
        while math.gcd(self.spread, self.size) > 1:
            self.spread += 1

    @cached_property
    def _back(self) -> int:
        return int(pow(self.spread, -1, self.size))

    def write(self, number: int) -> str:
        """The id of a number below `size`."""
        rest, base, written = (number + _SHIFT) * self.spread % self.size, len(self.letters), list[str]()
        for _ in range(self.length):
            rest, digit = divmod(rest, base)
            written.append(self.letters[digit])
        return self.format % tuple(written)

    def read(self, native: str) -> int:
        """The number that an id was written from, or a meaningless one. Raises ValueError for another form."""
        if len(native) != len(self.pattern):
            raise ValueError(f"{native!r} is not of the form {self.pattern}")
        digits = [self.letters.index(letter) for letter, is_digit in zip(native, self.pattern) if is_digit == "#"]
        spread = sum(digit * len(self.letters) ** place for place, digit in enumerate(digits))
        return int(spread * self._back % self.size) - _SHIFT


class Models:
    """Ids that are a maker and the model number of the work: what describes a product has no other."""

    def __init__(self, head: str) -> None:
        self.head = head

    def write(self, number: int) -> str:
        """The id of a number."""
        return self.head + names.model(number)

    def read(self, native: str) -> int:
        """The number that an id was written from. Raises ValueError for another form."""
        return names.number_of_model(native.removeprefix(self.head))


FORMS: dict[str, Form | Models] = {
    "weibo": Form("5###############"),
    "wechat": Form("MzA5NDQ2MDE2MA==:2#########:1"),
    "facebook": Form("104958162837_###############"),
    "mastodon": Form("11################"),
    "activitypub": Form("https://fediverse.example/objects/" + _UUID, _HEX),
    "bluesky": Form(f"{_POSTS}/3############", _SORTABLE),
    "taobao": Form("6###########"),
    "jd": Form("100###########"),
    "amazon": Form("B0########@ATVPDKIKX0DER", _BASE36),
    "shopify": Form("8############"),
    "youtube": Form("###########", _BASE64),
    "bilibili": Form("BV1#########", _BASE58),
    "peertube": Form(_UUID, _HEX),
    "rss": Form("a############", _HEX),
    "html": Form("https://magazine.example/stories/##########"),
    "warc": Form("https://archive.example/pages/##########"),
    "mediawiki": Form("7#########"),
    "crossref": Form("10.5555/##########"),
    "openalex": Form("W4#########"),
    "oai_pmh": Form("oai:repository.example:##########"),
    "cnki": Form("CJFD:WORK#########"),
    "scholar": Form("10.5555/##########"),
    "zendesk": Form("360###########"),
    "discourse": Form("1#########"),
    "faq": Form("FAQ-##########"),
    "stackexchange": Form("7#########"),
    "hackernews": Form("4#########"),
    "askbot": Form("1#########"),
    "confluence": Form("9##########"),
    "homeassistant": Form("sensor.room_############", _HEX),
    "smartthings": Form(_UUID, _HEX),
    "tuya": Form("bf####################", _HEX),
    "matter": Models("Homewise:"),
}

# `{tail}` is what follows the last separator of the id.
_URLS = {
    "weibo": "https://weibo.com/{author}/{id}",
    "wechat": "https://mp.weixin.qq.com/s?__biz=MzA5NDQ2MDE2MA%3D%3D&idx=1&mid={middle}",
    "facebook": "https://www.facebook.com/104958162837/posts/{tail}",
    "mastodon": "https://mastodon.example/@{author}/{id}",
    "activitypub": "{id}",
    "bluesky": "https://bsky.app/profile/did:plc:madeupworld2222222222222/post/{tail}",
    "taobao": "https://item.taobao.com/item.htm?id={id}",
    "jd": "https://item.jd.com/{id}.html",
    "amazon": "https://www.amazon.com/dp/{asin}",
    "shopify": "https://shop.example/products/item-{id}",
    "youtube": "https://www.youtube.com/watch?v={id}",
    "bilibili": "https://www.bilibili.com/video/{id}",
    "peertube": "https://peertube.example/videos/watch/{id}",
    "rss": "https://journal.example/articles/{id}",
    "html": "{id}",
    "warc": "{id}",
    "mediawiki": "https://wiki.example/?curid={id}",
    "crossref": "https://doi.org/{id}",
    "scholar": "https://doi.org/{id}",
    "openalex": "https://openalex.org/{id}",
    "oai_pmh": "https://repository.example/record/{tail}",
    "cnki": "https://kns.cnki.net/kcms/detail/detail.aspx?DbName=CJFD&FileName={tail}",
    "zendesk": "https://support.example/hc/articles/{id}",
    "discourse": "https://forum.example/t/topic/{id}",
    "faq": "https://help.example/faq/{id}",
    "stackexchange": "https://stackoverflow.com/questions/{id}",
    "hackernews": "https://news.ycombinator.com/item?id={id}",
    "askbot": "https://ask.example/question/{id}/",
    "matter": "https://www.zigbee2mqtt.io/devices/{tail}.html",
}
_SEPARATOR = re.compile(r"[:_/]")


def native_id(platform: str, number: int) -> str:
    """The id that the platform itself would give to work `number`."""
    return FORMS[platform].write(number)


def doi(number: int) -> str:
    """The DOI of a paper: the id that Crossref knows it by."""
    return native_id("crossref", number)


def number_of(platform: str, native: str) -> int | None:
    """The work number that a native id was made from; None when it is not one of ours."""
    try:
        return FORMS[platform].read(native)
    except ValueError:
        return None


def url(platform: str, native: str, author_id: str) -> str:
    """The canonical address of an item; empty where the platform gives none."""
    parts, asin = _SEPARATOR.split(native), native.partition("@")[0]
    return _URLS.get(platform, "").format(id=native, author=author_id, tail=parts[-1], middle=parts[-2:][0], asin=asin)

"""Where works appear: platforms by role, the manner in which each writes, and the homes that one work gets.

A house (a brand, a place, a laboratory) has one platform for each role: it sells in one shop, and its films are on one site.
Of its works the first home is always there, the others by chance. A device in a home and an article of an internal wiki are
private: each is on one platform alone and has no copies, for nothing public may ever be merged with it.
"""

from local.world.dice import Dice, roll, share

ZH, EN = 0, 1
LANGS = ("zh", "en")
Home = tuple[str, int]  # platform, language

# In whose manner a platform writes texts and titles: a shop's, a post's, a video's, an article's.
VOICES = {
    **dict.fromkeys(("taobao", "jd", "amazon", "shopify"), "taobao"),
    **dict.fromkeys(("weibo", "facebook", "mastodon", "activitypub", "bluesky"), "weibo"),
    **dict.fromkeys(("homeassistant", "smartthings", "tuya", "matter"), "weibo"),
    **dict.fromkeys(("youtube", "bilibili", "peertube"), "youtube"),
    **dict.fromkeys(("rss", "wechat", "html", "warc", "mediawiki"), "rss"),
    **dict.fromkeys(("crossref", "openalex", "oai_pmh", "cnki", "scholar"), "rss"),
    **dict.fromkeys(("zendesk", "discourse", "faq", "stackexchange", "hackernews", "askbot", "confluence"), "rss"),
}
PLATFORMS = tuple(VOICES)
SHOPS = {"taobao", "jd", "amazon", "shopify"}
PAPERS = {"crossref", "openalex", "oai_pmh", "cnki", "scholar"}
PRIVATE_SHARES = {"device": 0.4, "qa": 0.2}
_PRIVATE = {"device": ("homeassistant", "smartthings", "tuya"), "qa": ("confluence",)}
PRIVATE = {name for names in _PRIVATE.values() for name in names}
UNTITLED = {"weibo", "facebook", "mastodon", "activitypub", "bluesky"}
TITLE_ONLY = {"scholar", "matter"}  # without an abstract; described by what it can do
ROMANISED = {"scholar"}  # writes Chinese titles and names in Latin letters
OWN_ADDRESS = {"shopify", "discourse"}  # their items live wherever the server does: no link leads to them
WITHOUT_PICTURES = PAPERS | PRIVATE | {"faq", "warc", "matter", "hackernews", "stackexchange", "askbot", "zendesk"}

_CHANCES = (1.0, 0.5, 0.3, 0.2)
_GOLDEN = 0.6180339887  # multiples of it lie evenly on a circle, however few there are


def _weighted(text: str) -> tuple[str, ...]:
    """Names, each as often as the number behind it says."""
    words = text.split()
    return tuple(name for name, times in zip(words[::2], words[1::2], strict=True) for _ in range(int(times)))


_ROLES = {
    "shop:zh": _weighted("taobao 14 jd 6"),
    "shop:en": _weighted("rss 6 amazon 7 shopify 7"),
    "social:zh": _weighted("weibo 16 wechat 4"),
    "social:en": _weighted("weibo 8 mastodon 3 bluesky 3 facebook 3 activitypub 3"),
    "video:zh": _weighted("youtube 13 bilibili 7"),
    "video:en": _weighted("youtube 14 peertube 6"),
    "text:zh": _weighted("rss 13 html 3 mediawiki 2 warc 2"),
    "text:en": _weighted("rss 13 html 3 mediawiki 2 warc 2"),
    "paper:zh": _weighted("cnki 3 oai_pmh 1"),
    "paper:en": _weighted("crossref 1 openalex 1 oai_pmh 1"),
    "index:zh": _weighted("scholar 2 cnki 1 openalex 1"),
    "index:en": _weighted("scholar 2 crossref 1 openalex 1"),
    "help:zh": _weighted("zendesk 1 discourse 1 faq 1 askbot 1"),
    "help:en": _weighted("zendesk 1 discourse 1 faq 1 askbot 1 stackexchange 2 hackernews 2"),
    "home:zh": ("matter",),
    "home:en": ("matter",),
}
# By what the work is and the languages of its house.
_SLOTS = {
    ("product", "zh"): ("shop:zh", "social:zh", "video:zh", "text:zh"),
    ("product", "both"): ("shop:zh", "video:en", "text:en", "social:zh"),
    ("product", "en"): ("shop:en", "video:en", "social:en", "text:en"),
    ("device", "zh"): ("shop:zh", "home:zh", "video:zh", "text:zh"),
    ("device", "both"): ("shop:zh", "video:en", "home:en", "text:en"),
    ("device", "en"): ("shop:en", "home:en", "video:en", "text:en"),
    ("post", "zh"): ("social:zh", "text:zh", "video:zh"),
    ("post", "both"): ("social:zh", "text:en", "video:en"),
    ("post", "en"): ("social:en", "text:en", "video:en"),
    ("video", "zh"): ("video:zh", "social:zh", "text:zh"),
    ("video", "both"): ("video:en", "social:zh", "text:zh"),
    ("video", "en"): ("video:en", "text:en", "social:en"),
    ("document", "zh"): ("paper:zh", "index:zh", "text:zh", "social:zh"),
    ("document", "both"): ("paper:en", "index:en", "text:zh", "video:zh"),
    ("document", "en"): ("paper:en", "index:en", "text:en"),
    ("qa", "zh"): ("help:zh", "text:zh", "social:zh"),
    ("qa", "both"): ("help:en", "text:zh", "video:zh"),
    ("qa", "en"): ("help:en", "text:en"),
}


def rooms(seed: int, ordinal: int, kind: str, mode: str) -> tuple[Home, ...]:
    """The platforms of house `ordinal` of a type, by role, each platform once; neighbouring houses have different ones."""
    found: dict[str, int] = {}
    for slot in _SLOTS[kind, mode]:
        options = _ROLES[slot]
        place = (ordinal * _GOLDEN + share(seed, slot, "rooms")) % 1
        found.setdefault(options[int(place * len(options))], LANGS.index(slot[-2:]))
    return tuple(found.items())


def homes(dice: Dice, options: tuple[Home, ...]) -> tuple[Home, ...]:
    """The homes of one public work out of its house's platforms."""
    return tuple(home for home, probability in zip(options, _CHANCES) if probability == 1.0 or dice.chance(probability))


def private_home(seed: int, number: int, kind: str, mode: str) -> tuple[Home, ...]:
    """The one home of a private work of this type."""
    options = _PRIVATE[kind]
    return ((options[roll(seed, number, "at home") % len(options)], EN if mode == "en" else ZH),)

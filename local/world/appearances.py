"""The appearances of a work: one dict per platform, in its own shape of text, with what ties them together."""

from datetime import datetime, timezone
from typing import Any

from local.world import ids, names, romanised, texts
from local.world.dice import Dice, roll
from local.world.homes import EN, LANGS, PAPERS, PRIVATE, ROMANISED, SHOPS, TITLE_ONLY, VOICES, WITHOUT_PICTURES, ZH
from local.world.plan import Plan
from local.world.works import Work

Appearance = dict[str, Any]
_MARGIN = 40  # letters
_OPENINGS = ("", "刚刚发现，", "来说说，", "打卡！", "记一笔：", "更新一下，", "朋友们，")
_ACCOUNTS = {
    ("taobao", ZH): "{}旗舰店",
    ("weibo", ZH): "{}官微",
    ("youtube", ZH): "{}频道",
    ("rss", ZH): "{}资讯",
    ("taobao", EN): "{} Store",
    ("weibo", EN): "{} Live",
    ("youtube", EN): "{} Channel",
    ("rss", EN): "{} Newsroom",
}
_GROUPS = {ZH: "{}课题组", EN: "{} Group"}  # sign papers, with one name everywhere
# What a platform counts; the others count nothing.
_COUNTED = {
    "likes": "weibo youtube mastodon bluesky facebook bilibili peertube discourse stackexchange hackernews zendesk askbot",
    "comments": "weibo taobao youtube mastodon bluesky facebook bilibili discourse stackexchange hackernews jd askbot",
    "reposts": "weibo mastodon bluesky facebook bilibili",
    "views": "youtube bilibili peertube discourse stackexchange askbot",
    "sales": "taobao jd",
}
_SHARES = {"likes": 30, "comments": 200, "reposts": 400, "views": 1, "sales": 50}  # one of so many views
_COUNTS = {
    platform: tuple((name, _SHARES[name] if platform in told.split() else None) for name, told in _COUNTED.items())
    for platform in VOICES
}


def instant(seconds: int) -> str:
    """ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat()


def author(plan: Plan, work: Work, platform: str, lang: int) -> dict[str, str]:
    """The account that published; a brand's accounts share its name, a person has the same name everywhere."""
    name = "".join(work.author) if work.house.mode == "both" and lang == ZH else work.author[lang]
    if work.author == work.house.name:
        name = (_GROUPS[lang] if platform in PAPERS else _ACCOUNTS[VOICES[platform], lang]).format(name)
    elif platform in SHOPS:
        name = f"{name}的小店" if lang == ZH else f"{name} Shop"
    number = roll(plan.seed, platform, work.author[EN]) % 10**10
    return {"id": f"UC{number:010d}" if platform == "youtube" else str(10**9 + number), "name": name}


def appearances(plan: Plan, work: Work) -> list[Appearance]:
    """One dict per platform of an original work, the first platform first; links and ids tie them as the work says."""
    made = [_one(plan, work, at) for at in range(len(work.homes))]
    for at, appearance in enumerate(made):
        if at and work.evidence == "link":
            appearance["links"] = [made[0]["url"]]
        appearance["body"] += _ties(appearance, work)
        if appearance["platform"] in TITLE_ONLY:
            appearance["body"] = ""
        if appearance["platform"] in ROMANISED and appearance["lang"] == "zh":
            appearance["title"] = romanised.title(appearance["title"])
            appearance["author"] = appearance["author"] | {"name": romanised.name(appearance["author"]["name"])}
    _spread(plan, work, made)
    return made


def _spread(plan: Plan, work: Work, made: list[Appearance]) -> None:
    """Shortens what is nearly as long as the longest text, so that no reading of a page changes which one that is."""
    longest = max(made, key=lambda appearance: len(appearance["body"]))
    for at, appearance in enumerate(made):
        if appearance is not longest and len(longest["body"]) - len(appearance["body"]) < _MARGIN:
            platform, lang = work.homes[at]
            appearance["body"] = _body(plan, work, platform, lang, 2) + _ties(appearance, work)


def _one(plan: Plan, work: Work, at: int) -> Appearance:
    platform, lang = work.homes[at]
    native = ids.native_id(platform, work.number)
    writer = author(plan, work, platform, lang)
    is_thing = work.type in ("product", "device")
    return {
        "native_id": native,
        "work": work.id,
        "type": work.type,
        "platform": platform,
        "lang": LANGS[lang],
        "url": ids.url(platform, native, writer["id"]),
        "title": texts.title(plan, work, platform, lang),
        "body": _body(plan, work, platform, lang),
        "author": writer,
        "created_at": instant(work.times_s[at]),
        "tags": _tags(work, lang),
        "category_path": [work.house.topic.name[lang], work.kind[lang]],
        "brand": work.house.name[lang] if is_thing else None,
        **_money(plan, work, platform),
        "counts": _counts(plan, work, platform),
        "pictures": _pictures(plan, work, platform),
        "ids": _ids(work),
        "links": [],
        "repost_of": None,
        "comment": "",
        "status": "live",
    }


def _tags(work: Work, lang: int) -> list[str]:
    return [work.house.topic.name[lang], work.kind[lang], work.facet[lang]]


def _body(plan: Plan, work: Work, platform: str, lang: int, fewer: int = 0) -> str:
    said = texts.sentences(plan, work, platform, lang, fewer)
    voice = VOICES[platform]
    if voice == "taobao":
        return "\n".join([_attributes(work, lang), texts.joined(said, lang)])
    if voice == "weibo":
        opening = Dice(plan.seed, work.number, "opening").pick(_OPENINGS) if lang == ZH else ""
        return opening + texts.joined(said, lang) + "".join(_hashtag(platform, tag) for tag in _tags(work, lang)[:2])
    half = len(said) // 2
    return "\n\n".join(texts.joined(part, lang) for part in (said[:half], said[half:]))


def _hashtag(platform: str, tag: str) -> str:
    if platform in PRIVATE:
        return ""
    return f" #{tag}#" if platform == "weibo" else f" #{tag.replace(' ', '')}"


def _attributes(work: Work, lang: int) -> str:
    brand, latin = work.house.name
    if lang == EN:
        name, kind, facet = texts.name(work, EN), work.kind[EN], work.facet[EN]
        return f"Brand: {latin}; Item: {name}; Category: {kind}; Feature: {facet}"
    return f"品牌：{brand}/{latin}；品名：{texts.name(work, ZH)}；类目：{work.kind[ZH]}；特点：{work.facet[ZH]}"


def _ids(work: Work) -> dict[str, str | None]:
    """Identifiers that the platform gives in fields of its own."""
    is_thing, has_gtin = work.type in ("product", "device"), work.evidence in ("gtin", "none")
    return {
        "gtin": names.gtin(work.number) if is_thing and has_gtin else None,
        "model": names.model(work.number) if is_thing and work.evidence in ("model", "none") else None,
        "doi": ids.doi(work.number) if work.evidence == "doi" else None,
    }


def _ties(appearance: Appearance, work: Work) -> str:
    """The lines that tie the appearance to the others: a link, a bar code, a model number."""
    zh, told = appearance["lang"] == "zh", appearance["ids"]
    lines = []
    if appearance["links"]:
        lines.append(("详情：" if zh else "More: ") + appearance["links"][0])
    if told["gtin"]:
        lines.append(("条码：" if zh else "EAN: ") + told["gtin"])
    if told["model"] or work.evidence == "mention":
        lines.append(("型号：" if zh else "Model: ") + names.model(work.number))
    if told["doi"]:
        lines.append("DOI: " + told["doi"])
    return "".join(f"\n{line}" for line in lines)


def _money(plan: Plan, work: Work, platform: str) -> dict[str, str | None]:
    if platform not in SHOPS:
        return {"price": None, "list_price": None}
    dice = Dice(plan.seed, work.number, "price")
    cents = 100 * (29 + dice.below(60) ** 2) - 10 * dice.below(10)
    return {"price": f"{cents / 100:.2f}", "list_price": f"{cents * (105 + dice.below(60)) // 10_000}.00"}


def _counts(plan: Plan, work: Work, platform: str) -> dict[str, int | None]:
    """Counts at publication, long-tailed; null where the platform tells none."""
    dice = Dice(plan.seed, work.number, platform, "counts")
    views = int(50 * 1.0015 ** dice.below(5000))
    return {name: None if share is None else views // share for name, share in _COUNTS[platform]}


def _pictures(plan: Plan, work: Work, platform: str) -> list[str]:
    if not work.has_picture or platform in WITHOUT_PICTURES:
        return []
    return [f"{work.id}-{platform}-{at}.png" for at in range(1 + Dice(plan.seed, work.number, "shots").below(2))]

"""Near-duplicates: an earlier work's longest appearance, published again by somebody else under a known edit."""

import re
from functools import lru_cache
from typing import Any

from local.world import ids
from local.world.appearances import Appearance, appearances, author, instant
from local.world.dice import Dice
from local.world.homes import EN, ZH
from local.world.plan import Plan
from local.world.works import Work, work

EDITS = ("truncation", "repost", "reworded", "script")
_KEPT = 0.88  # of the text, at least, after truncation
_MOST_LOST = 0.13  # of the five-word shingles, by rewording and by what every copy loses (links, bar codes)
_SHINGLE = 5
_LETTERS = {ZH: 1.65, EN: 5.5}  # per word, the blank included
_WORDS = {
    ZH: "大约>差不多 一点>一处 建议>推荐 最>极 说>讲 已经>早已 只能>仅能 需要>要 提前>预先 旁边>附近 重点>核心 上限>最大值 支持>允许 "
    "详细>完整 参考>听取 结果>结局 换成>改成 配合>搭配 补充>追加 记录>笔记 原计划>原安排 单独>独自 检查>查看 出现>冒出 没有>毫无",
    EN: "about>around reached>got needs>requires shows>displays small>little roughly>nearly only>merely takes>uses "
    "first>initially later>afterwards hint>tip details>particulars checked>verified with>using for>towards while>as",
}
_SYNONYMS = {
    ZH: [tuple(pair.split(">")) for pair in _WORDS[ZH].split()],
    EN: [tuple(f" {word} " for word in pair.split(">")) for pair in _WORDS[EN].split()],
}
_TIE = re.compile(r"^(详情：|More: |条码：|EAN: |型号：|Model: |DOI: ).*$", re.MULTILINE)
_COMMENTS = (
    "转给需要的人",
    "写得真细",
    "收藏了慢慢看",
    "周末试试",
    "同感",
    "Worth a read",
    "mark 一下",
    "这个数据有意思",
)


def edit_of(plan: Plan, copy: Work) -> str:
    """The edit that made a near-duplicate; depends on where the longest text of the original is."""
    original = _longest(plan, copy.source)
    options = ["truncation", "reworded"]
    options += ["repost", "repost"] if original["platform"] == "weibo" else []
    options += ["script"] if original["lang"] == "zh" else []
    return Dice(plan.seed, copy.number, "edit").pick(options)


@lru_cache(maxsize=256)
def _longest(plan: Plan, number: int) -> Appearance:
    """The appearance that a merge by longest text keeps; a copy of another one would resemble no document."""
    return max(appearances(plan, work(plan, number)), key=lambda made: len(made["body"]))


def published(plan: Plan, made: Work) -> list[Appearance]:
    """Every appearance of a work, originals and near-duplicates alike."""
    return appearances(plan, made) if made.original is None else [_copy(plan, made)]


def _copy(plan: Plan, copy: Work) -> Appearance:
    original = _longest(plan, copy.source)
    platform, lang = original["platform"], ("zh", "en").index(original["lang"])
    dice, edit = Dice(plan.seed, copy.number, "copying"), edit_of(plan, copy)
    writer = author(plan, copy, platform, lang)
    native = ids.native_id(platform, copy.number)
    made = original | {
        "native_id": native,
        "work": copy.id,
        "url": ids.url(platform, native, writer["id"]),
        "author": writer,
        "created_at": instant(copy.times_s[0]),
        "body": _TIE.sub("", original["body"]).rstrip(),
        "pictures": [name.replace(original["work"], copy.id) for name in original["pictures"]],
        "ids": dict.fromkeys(original["ids"]),
        "links": [],
        "counts": {name: None if count is None else count // 7 for name, count in original["counts"].items()},
    }
    return made | _edited(made, original, edit, dice, lang)


def _edited(made: Appearance, original: Appearance, edit: str, dice: Dice, lang: int) -> dict[str, Any]:
    if edit == "truncation":
        return {"body": _cut(made["body"], int(len(original["body"]) * _KEPT), lang)}
    if edit == "repost":
        return {"repost_of": original["native_id"], "comment": dice.pick(_COMMENTS)}
    if edit == "script":
        return {name: _traditional(made[name]) for name in ("title", "body")}
    lost = 1 - len(made["body"]) / len(original["body"])
    return {"body": _reworded(made["body"], dice, lang, _MOST_LOST - lost)}


def _cut(body: str, kept: int, lang: int) -> str:
    if kept >= len(body):
        kept = len(body) - 8
    return (body[:kept] if lang == ZH else body[: body.rfind(" ", 0, kept + 12)]) + "……"


def _reworded(body: str, dice: Dice, lang: int, budget: float) -> str:
    """Two neighbouring sentences swapped and some words exchanged, as long as the budget (share of shingles) lasts."""
    budget -= 3 * (_SHINGLE - 1) * _LETTERS[lang] / len(body)  # what swapping two sentences costs
    swaps = max(1, int(budget * len(body) / _LETTERS[lang] / _SHINGLE))
    for at in dice.order(len(_SYNONYMS[lang])):
        old, new = _SYNONYMS[lang][at]
        if swaps and old in body:
            body, swaps = body.replace(old, new, 1), swaps - 1
    return _swapped(body, dice, "。" if lang == ZH else ". ")


def _swapped(body: str, dice: Dice, mark: str) -> str:
    parts = body.split(mark)
    if len(parts) > 3:
        at = 1 + dice.below(len(parts) - 3)
        parts[at], parts[at + 1] = parts[at + 1], parts[at]
    return mark.join(parts)


@lru_cache(maxsize=1)
def _converter() -> Any:
    import opencc  # loads its dictionaries: only worlds with copies in the other script need it

    return opencc.OpenCC("s2t")


def _traditional(text: str) -> str:
    return str(_converter().convert(text))

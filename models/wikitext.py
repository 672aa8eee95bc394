"""Wikitext as its reader sees it: words without templates, tables, files, references and marks.

Source  https://www.mediawiki.org/wiki/Help:Formatting, Help:Links, Help:Tables; templates need the wiki to be expanded
"""

import re
from collections.abc import Iterator

from models.markup import clean, plain

LONGEST = 2_000_000  # characters, MediaWiki's own limit for a page
OPENING = re.compile(
    r"<!--|<(nowiki|ref|gallery|math|syntaxhighlight|timeline|score|templatestyles|imagemap)\b[^<>]*>", re.IGNORECASE
)
HIDDEN = re.compile("\ue000(\\d+)\ue001")
BRACES = re.compile(r"\{\{|\}\}|^[ \t:]*\{\||^[ \t]*\|\}(?!\})", re.MULTILINE)
BRACKETS = re.compile(r"\[\[|\]\]")
OUTER = re.compile(r"\[(?:https?:)?//[^\s\[\]]+[ \t]*([^\[\]\n]*)\]")
MARKS = [
    (re.compile(r"'{2,5}"), ""),
    (re.compile(r"^(={1,6})([^\n]*?)\1[ \t]*$", re.MULTILINE), r"\2"),
    (re.compile(r"^[*#:;]+[ \t]*", re.MULTILINE), ""),
    (re.compile(r"^-{4,}", re.MULTILINE), ""),
    (re.compile(r"__[A-Z]{3,30}__"), ""),
]
FILES = (
    "file image media 文件 图像 檔案 圖像 archivo imagen datei bild fichier arquivo ficheiro ファイル 파일 файл".split()
)
CATEGORIES = "category 分类 分類 categoría kategorie catégorie categoria カテゴリ 분류 категория".split()
REDIRECT = re.compile(
    r"\s*#(?:redirect|重定向|redirección|weiterleitung|redirection|перенаправление)\s*:?\s*\[\[", re.I
)


def text(wikitext: str) -> str | None:
    """Plain text; None of what holds no words, a redirect among them."""
    if is_redirect(wikitext):
        return None
    kept: list[str] = []
    told = "".join(_seen(re.sub("[\ue000\ue001]", "", wikitext[:LONGEST]), kept))
    told = OUTER.sub(r"\1", "".join(_linked("".join(_outside(told)))))
    for mark, instead in MARKS:
        told = mark.sub(instead, told)
    told = HIDDEN.sub(lambda match: kept[int(match.group(1))] if int(match.group(1)) < len(kept) else "", told)
    return plain(told)


def is_redirect(wikitext: str) -> bool:
    """It only leads to another page."""
    return bool(REDIRECT.match(wikitext))


def categories(wikitext: str) -> list[str]:
    """Names of the categories that it is put into by itself, each once, in order."""
    found = (match.group(1).split("|")[0] for match in re.finditer(r"\[\[([^\[\]\n]{1,300})\]\]", wikitext[:LONGEST]))
    named = [clean(name.partition(":")[2]) for name in found if _space(name) in CATEGORIES]
    return list(dict.fromkeys(name for name in named if name))


def _seen(told: str, kept: list[str]) -> Iterator[str]:
    """What is no comment and no element that shows no words; what is to be shown as written is kept aside."""
    unclosed, at = set[str](), 0
    for match in OPENING.finditer(told):
        name = (match.group(1) or "--").lower()
        if match.start() < at or name in unclosed or match.group().endswith("/>"):
            continue
        closing = re.compile(re.escape(f"</{name}") + r"\s*>" if match.group(1) else "-->", re.I).search(
            told, match.end()
        )
        if closing is None:
            unclosed.add(name)
            continue
        yield told[at : match.start()]
        at = closing.end()
        if name == "nowiki":
            kept.append(told[match.end() : closing.start()].replace("<", "&lt;").replace(">", "&gt;"))
            yield f"\ue000{len(kept) - 1}\ue001"
    yield told[at:]


def _outside(told: str) -> Iterator[str]:
    """What stands outside of templates and tables; of one that never ends, what stands behind its opening."""
    depth, start = 0, 0
    for brace in BRACES.finditer(told):
        is_opening = "{" in brace.group()
        if depth == 0:
            yield told[start : brace.start()]
        if depth == 0 or not is_opening:
            start = brace.end()
        depth = depth + 1 if is_opening else max(0, depth - 1)
    yield told[start:]


def _linked(told: str) -> Iterator[str]:
    """Links by their words; files and categories left out with all that stands in them."""
    opened, start = list[str](), 0
    for bracket in BRACKETS.finditer(told):
        part, start = told[start : bracket.start()], bracket.end()
        if bracket.group() == "[[":
            yield from [] if _is_left_out(opened) else [_words(part) if opened else part]
            opened.append(told[start : start + 40])
        else:
            is_left_out = _is_left_out(opened)
            yield from [] if is_left_out else [_words(part) if opened else part]
            opened = opened[:-1]
    yield told[start:]


def _is_left_out(opened: list[str]) -> bool:
    return bool(opened) and _space(opened[0]) in FILES + CATEGORIES


def _words(link: str) -> str:
    return link.rpartition("|")[2] or link.partition("|")[0]


def _space(link: str) -> str:
    return link.partition(":")[0].strip().lower() if ":" in link else ""

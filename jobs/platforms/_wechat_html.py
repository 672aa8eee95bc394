"""Saved pages of WeChat: an article, and results of the search that finds articles and accounts.

Units   play_length of a voice is milliseconds, of a song seconds

The words of an article are all of #js_content; extraction by guess loses most of a styled one. What the page knows of
itself stands in variables of its script. Results of a search carry signed addresses that end within hours.
"""

import html
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from jobs.platforms import Item, Page, Reject
from jobs.platforms._posts import first_of
from jobs.platforms._reading import at, checked, each, filled, many, shown
from models.identifiers import labelled_ids
from models.markup import clean, plain
from models.values import address, number

LASTING = ("__biz", "mid", "idx", "sn")
NAMES = ("biz", "mid", "idx", "sn", "ct", "createTime", "msg_title", "msg_desc", "msg_cdn_url", "nickname", "user_name")
LITERAL = r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'"
# var biz = "" || "MzA..."; var msg_title = '...'.html(false); var msg_desc = htmlDecode("...");
VARIABLE = re.compile(rf"\b(?:var\s+|window\.)({'|'.join(NAMES)})\s*=\s*(?:htmlDecode\()?((?:{LITERAL}|\s*\|\|\s*)+)")
ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL)
ARTICLE = (b'id="js_content"', b"id='js_content'")
SEARCH = b"sogou_vr_1100"  # 11002301 are accounts, 11002601 articles
NOTICE = (b"weui-msg", b"res.wx.qq.com", b"global_error_msg")
LOST = {"删除": "deleted", "违规": "hidden", "投诉": "hidden", "无法查看": "hidden"}
FOUND_AT = "https://weixin.sogou.com"
FIELD = re.compile(r"<(\w+)>(?:<!\[CDATA\[(.*?)\]\]>|([^<]*))</\1>", re.DOTALL)
SECONDS = re.compile(r"timeConvert\('(\d+)'\)|class=\"s-p\" t=\"(\d+)\"")


def lasting(url: Any) -> str | None:
    """The address of an article without what changes or expires."""
    # Not html.unescape: it would read "&timestamp" as "×tamp".
    given = address(url.replace("&amp;", "&") if isinstance(url, str) else None, upgrade=True)
    if not given:
        return None
    parts = urlsplit(given)
    kept = [pair for pair in parse_qsl(parts.query) if pair[0] in LASTING]
    return urlunsplit(parts._replace(query=urlencode(kept, safe="="), fragment="")) if kept else given


def id_of(url: str | None) -> str | None:
    """biz:mid:idx of an address that carries them."""
    query = dict(parse_qsl(urlsplit(url or "").query))
    parts = [query.get(name) for name in LASTING[:3]]
    return ":".join(part for part in parts if part) if all(parts) else None


def claims(body: bytes) -> bool:
    """An article, a notice in place of one, or a search."""
    is_article = any(mark in body for mark in ARTICLE) and b"rich_media" in body
    return is_article or is_search(body) or NOTICE[1] in body and (NOTICE[0] in body or NOTICE[2] in body)


def is_search(body: bytes) -> bool:
    """Results as a page, or as JSON that holds XML."""
    is_page = body.lstrip()[:1] == b"<"
    return SEARCH in body if is_page else b"DOCUMENT" in body and b"docid" in body


def items(page: Page) -> Iterator[Item | Reject]:
    """The article; a tombstone for a deleted one whose address we know; or the results of a search."""
    told = page.body.decode("utf-8", "replace")
    if is_search(page.body):
        yield from found(told, None)
        return
    tree = LexborHTMLParser(told)
    container = tree.css_first("#js_content")
    if container is not None:
        yield from each([tree], lambda tree: iter([checked(_article(tree, container, told))]))
    else:
        yield _notice(tree, page.request.url)


def _article(tree: LexborHTMLParser, container: LexborNode, told: str) -> Item:
    known = _variables(told)
    heading, account = tree.css_first("#activity-name"), tree.css_first("#js_name, #post-user")
    query = {f"__{name}" if name == "biz" else name: known.get(name, "") for name in ("biz", "mid", "idx", "sn")}
    kept = urlencode({name: value for name, value in query.items() if value}, safe="=")
    url = f"https://mp.weixin.qq.com/s?{kept}" if id_of(f"?{kept}") else lasting(_meta(tree, "og:url"))
    body, digest = plain(container.html), clean(known.get("msg_desc"))
    return {
        "native_id": id_of(url) or (url or "").partition("/s/")[2],
        "type": "document",
        "url": url,
        "title": clean(known.get("msg_title")) or (clean(heading.text()) if heading else _meta(tree, "og:title")),
        "body": body or digest,
        "summary": digest if body else None,
        "author": filled(
            id=known.get("user_name") or None,
            name=clean(known.get("nickname")) or (clean(account.text()) if account else None),
        ),
        **first_of(known.get("ct"), known.get("createTime")),
        "media": media(container.html, cover=known.get("msg_cdn_url")),
        "ids": labelled_ids(body),
    }


def _variables(told: str) -> dict[str, str]:
    """What the script says; of alternatives the first that is not empty, as JavaScript reads them."""
    known: dict[str, str] = {}
    for name, value in VARIABLE.findall(told):
        literals = (literal[1:-1] for literal in re.findall(LITERAL, value))
        given = next((literal for literal in literals if literal), "")
        known.setdefault(name, "")
        known[name] = known[name] or html.unescape(_whole(ESCAPE.sub(_escaped, given)))
    return known


def _whole(text: str) -> str:
    """Characters beyond the first plane are escaped by halves."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _escaped(match: re.Match[str]) -> str:
    code = match.group(1) or match.group(2)
    return chr(int(code, 16)) if code else {"n": "\n", "r": "\n", "t": "\t"}.get(match.group(3), match.group(3))


def _meta(tree: LexborHTMLParser, name: str) -> str | None:
    node = tree.css_first(f'meta[property="{name}"]')
    return clean(node.attributes.get("content")) if node else None


def media(markup: Any, cover: Any = None) -> list[dict[str, Any]]:
    """The cover, then pictures (`data-src`: they load late), voices, songs and films of the text, each once."""
    shown_media = [filled(kind="image", url=address(cover, upgrade=True))]
    tree = LexborHTMLParser(markup if isinstance(markup, str) else "")
    for node in tree.css("img, mpvoice, qqmusic, iframe"):
        told = node.attributes
        shown_media.append(_medium(node.tag, {name: value or "" for name, value in told.items()}))
    kept = [medium for medium in shown_media if medium and "url" in medium]
    return list({medium["url"]: medium for medium in reversed(kept)}.values())[::-1]


def _medium(tag: str | None, told: dict[str, str]) -> dict[str, Any] | None:
    source = address(told.get("data-src") or told.get("src"), upgrade=True)
    if tag == "img":
        return filled(kind="image", url=source, alt=clean(told.get("alt")))
    if tag == "mpvoice":
        voice, length = told.get("voice_encode_fileid"), number(told.get("play_length"))
        url = f"https://res.wx.qq.com/voice/getvoice?mediaid={voice}" if voice else None
        return filled(kind="audio", url=url, alt=clean(told.get("name")), duration_s=length / 1000 if length else None)
    if tag == "qqmusic":
        url, thumb = (address(told.get(name), upgrade=True) for name in ("audiourl", "albumurl"))
        length = number(told.get("play_length"))
        return filled(kind="audio", url=url, thumb=thumb, alt=clean(told.get("music_name")), duration_s=length)
    return filled(kind="video", url=source)


def _notice(tree: LexborHTMLParser, url: str) -> Item | Reject:
    """What stands in place of an article: of a deleted or blocked one, if the address tells which."""
    words = [clean(node.text()) for node in tree.css(".weui-msg__title, .global_error_msg, .title_tips, .tips")]
    told = " ".join(word for word in words if word)
    status = next((status for word, status in LOST.items() if word in told), None)
    native_id = id_of(lasting(url))
    if status and native_id:
        return {"native_id": native_id, "type": "document", "status": status}
    return Reject("no article", told or shown(tree.html or ""))


def found(told: str, payload: Any) -> Iterator[Item | Reject]:
    """Results of a search: accounts and articles, as a page or as JSON that holds one XML document each."""
    if payload is None:
        yield from each(LexborHTMLParser(told).css("li[id^=sogou_vr_]"), lambda node: iter([checked(_result(node))]))
    else:
        documents = [one for one in many(at(payload, "items") or payload) if isinstance(one, str)]
        yield from each(documents, lambda document: iter([checked(_document(document))]))


def _result(node: LexborNode) -> Item:
    link = node.css_first("p.tit a, h3 a")
    name, words = node.css_first("label[name=em_weixinhao]"), node.css_first("p.txt-info, dl dd")
    account, stamp = node.css_first("a.account, .s-p .all-time-y2"), SECONDS.search(node.html or "")
    key = clean(name.text()) if name else None
    return {
        "native_id": key or f"search:{node.attributes.get('d') or ''}".removesuffix("search:"),
        "type": "page" if name else "document",
        "url": address(link.attributes.get("href"), FOUND_AT) if link else None,
        "title": clean(link.text()) if link else None,
        "body": clean(words.text()) if words else None,
        "author": filled(name=clean(account.text()) if account and not name else None),
        **(first_of(stamp.group(1) or stamp.group(2)) if stamp and not name else {}),
    }


def _document(document: str) -> Item:
    told = {name: cdata or text for name, cdata, text in FIELD.findall(document)}
    key = clean(told.get("docid"))
    return {
        "native_id": f"search:{key}" if key else None,
        "type": "document",
        "url": address(told.get("url", "").replace("&amp;", "&"), FOUND_AT),
        "title": plain(told.get("title")),
        "body": plain(told.get("content168") or told.get("content") or told.get("abstract")),
        "author": filled(id=clean(told.get("openid")), name=clean(told.get("sourcename"))),
        **first_of(told.get("lastModified"), told.get("date")),
    }

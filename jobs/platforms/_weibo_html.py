"""Saved pages of weibo.cn, the plain-HTML site: profiles (ten posts each) and the picture list of one post.

Units   dates come without a year and are resolved against the fetch; counts are cut off at 1,000,000
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from jobs.platforms import Item, Page, Reject
from jobs.platforms._reading import checked, each, filled
from models.markup import clean, hash_tags, plain
from models.times import CHINA, instant
from models.values import address, count

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
PAIRS = [first + second for first in DIGITS for second in DIGITS]
COUNTED = re.compile(r"(赞|转发|评论)\[(\d+)\]")
OWNER = re.compile(r"/repost/\w+\?uid=(\d+)")
ORIGINAL = re.compile(r"/comment/(\w+)[^>]*>原文评论")
PROFILE = re.compile(r"//weibo\.cn/u/(\d+)|uid=(\d+)")
SHORTENED = re.compile(r"https?://weibo\.cn/sinaurl\?[^\"]*?\bu=([^&\"]+)[^\"]*")
CARRIER = re.compile(r"/mblog/pic/(\w+)")
HEADING = re.compile(r"<span class=\"cmt\">转发(?:了|理由).*?</span>", re.DOTALL)
# The words of a post end where its picture list, its counts or the link to the full text begin.
FOOTER = re.compile(
    r"(?:&nbsp;|\s|<br>)*(?:\[?<a href=\"[^\"]*(?:/attitude/|/picAll/|ckAll=1)|<span class=\"cmt\">赞\[)"
)


def mid_of(mblogid: str) -> str | None:
    """The decimal message id of its base-62 form: four digits there are seven here, from the right."""
    if not re.fullmatch(r"[0-9a-zA-Z]{5,12}", mblogid):
        return None
    groups = [mblogid[max(0, end - 4) : end] for end in range(len(mblogid), 0, -4)][::-1]
    numbers = [_decimal(group) for group in groups]
    return str(numbers[0]) + "".join(f"{number:07d}" for number in numbers[1:])


def _decimal(group: str) -> int:
    total = 0
    for digit in group:
        total = total * 62 + DIGITS.index(digit)
    return total


def mblogid_of(mid: str) -> str:
    """The base-62 form of a decimal message id."""
    groups = [mid[max(0, end - 7) : end] for end in range(len(mid), 0, -7)][::-1]
    parts = [PAIRS[int(group) // len(PAIRS)] + PAIRS[int(group) % len(PAIRS)] for group in groups]
    return "".join(parts).lstrip("0") or "0"


def post_url(user_id: str | None, mid: str | None) -> str | None:
    """https://weibo.com/{uid}/{mblogid}, the address under which a post is shared."""
    if not user_id or not mid or not (mid.isascii() and mid.isdigit()):
        return None
    return f"https://weibo.com/{user_id}/{mblogid_of(mid)}"


def items(page: Page) -> Iterator[Item | Reject]:
    """The posts of a profile, reposted ones as items of their own; or one page with the pictures of a post."""
    tree = LexborHTMLParser(page.body.decode("utf-8", "replace"))
    posts, pictures = tree.css("div.c[id^=M_]"), tree.css("a[href*='/mblog/pic/'] > img")
    heading = tree.css_first("title")
    title = clean(heading.text()) if heading else None
    name = title.removesuffix("的微博") if title and title.endswith("的微博") else None
    if posts:
        yield from each(posts, lambda node: _post(node, name, page.fetched_at))
    elif pictures:
        yield _album(pictures)
    else:
        yield Reject("unknown page", f"{title}: neither posts nor pictures")


def _post(node: LexborNode, name: str | None, fetched_at: datetime) -> Iterator[Item | Reject]:
    markup = SHORTENED.sub(lambda match: unquote(match.group(1)), node.html or "")
    parts = [part.html or "" for part in LexborHTMLParser(markup).css("div.c > div")]
    is_repost, own = bool(HEADING.search(parts[0])), parts[-1]
    owner, stamp = OWNER.search(own), node.css("span.ct")
    created_at, precision = _when(stamp[-1].text() if stamp else "", fetched_at)
    original = _original(parts) if is_repost else None
    mid = mid_of((node.attributes.get("id") or "").removeprefix("M_"))
    user = owner.group(1) if owner else None
    item = _item(mid, user, name, words=own if is_repost else parts[0], counts=own)
    item |= {"created_at": created_at, "time_precision": precision, "media": [] if is_repost else _pictures(node)}
    yield checked(item | {"relations": [f"repost_of:weibo:{original['native_id']}"] if original else []})
    if original:
        yield checked(original | {"media": _pictures(node)})


def _original(parts: list[str]) -> Item | None:
    """The reposted post, as far as the page shows it: not when it was written."""
    told = "".join(parts[:-1])
    link, head = ORIGINAL.search(told), HEADING.search(told)
    if not link or not head:
        return None
    who = PROFILE.search(head.group())
    author = LexborHTMLParser(head.group()).css_first("a")
    name = clean(author.text()) if author else None
    item = _item(mid_of(link.group(1)), who.group(1) if who else None, name, words=parts[0], counts=told)
    return item if item["url"] else {**item, "url": f"https://weibo.cn/comment/{link.group(1)}"}


def _item(mid: str | None, user: str | None, name: str | None, *, words: str, counts: str) -> Item:
    text = plain(FOOTER.split(HEADING.sub("", words), maxsplit=1)[0])
    counted = dict(COUNTED.findall(counts))
    return {
        "native_id": mid,
        "type": "post",
        "url": post_url(user, mid),
        "body": text,
        "author": filled(id=user, name=name, url=f"https://weibo.com/u/{user}" if user else None),
        "engagement": filled(
            likes=count(counted.get("赞")), reposts=count(counted.get("转发")), comments=count(counted.get("评论"))
        ),
        "ids": filled(mid=mid),
        "tags": hash_tags(text),
    }


def _when(stamp: str, fetched_at: datetime) -> tuple[datetime | None, str | None]:
    return instant(clean(stamp.partition("来自")[0]), zone=CHINA, near=fetched_at) or (None, None)


def _pictures(node: LexborNode) -> list[dict[str, Any]]:
    return [shown for shown in (_picture(image) for image in node.css("img.ib")) if shown]


def _picture(image: LexborNode) -> dict[str, Any] | None:
    thumb = address(image.attributes.get("src"), upgrade=True)
    return {"kind": "image", "url": re.sub(r"/(?:wap|thumb)180/", "/large/", thumb), "thumb": thumb} if thumb else None


def _album(pictures: list[LexborNode]) -> Item | Reject:
    """The picture list of one post: a page that is part of it."""
    carrier = CARRIER.search((pictures[0].parent.html or "") if pictures[0].parent else "")
    mblogid = carrier.group(1) if carrier else ""
    mid = mid_of(mblogid)
    return checked(
        {
            "native_id": f"{mid}:pictures" if mid else None,
            "type": "page",
            "url": f"https://weibo.cn/mblog/picAll/{mblogid}",
            "title": f"微博 {mblogid} 组图共{len(pictures)}张",
            "media": [shown for shown in (_picture(picture) for picture in pictures) if shown],
            "relations": [f"part_of:weibo:{mid}"],
        }
    )

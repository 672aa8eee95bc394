"""WeChat, Facebook, Mastodon, ActivityPub, Bluesky, and what Weibo claims: every shape, every walk, every way to break."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import page

from jobs import platforms
from jobs.platforms import Item, PageBroken, Reject, Request, TargetsMissing, Window
from jobs.platforms._wechat_html import id_of, lasting
from schemas.record import RECORD

SOCIAL = ("wechat", "facebook", "mastodon", "activitypub", "bluesky")
DAY = date(2026, 1, 2)
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
NEW, OLD = "2026-01-01T08:00:00Z", "2025-12-01T08:00:00Z"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
DID = "did:plc:madeuplan0000000000000000"
URI = f"at://{DID}/app.bsky.feed.post/3made0000000a"


def read(name: str, payload: Any, url: str = "http://127.0.0.1/x") -> list[Any]:
    return list(platforms.load(name).items(page(payload, url)))


def one(name: str, payload: Any, url: str = "http://127.0.0.1/x") -> Item:
    [item] = read(name, payload, url)
    assert isinstance(item, dict), item
    return item


def reasons(name: str, payload: Any, url: str = "http://127.0.0.1/x") -> list[str]:
    return [item.reason for item in read(name, payload, url) if isinstance(item, Reject)]


def window(*targets: str, base: str = "http://p", since: datetime | None = None) -> Window:
    return Window(DAY, targets, base, ("app", "secret", "token"), since)


def steps(name: str, opened: Window, *payloads: Any) -> list[Request]:
    """The requests of a walk that is answered with these payloads."""
    platform, request = platforms.load(name), platforms.load(name).first(opened)
    asked = [request]
    for payload in payloads:
        following = platform.following(opened, request, page(payload, request.url))
        if following is None:
            break
        asked.append(request := following)
    return asked


# --- hostile input ---

KEYS = (
    "id type data paging next cursors after message attachments media image src created_time permalink_url from place"
    " content account reblog quote quoted_status spoiler_text media_attachments poll options card tags name visibility"
    " object orderedItems first to cc attributedTo url attachment contentMap icon location likes totalItems inReplyTo"
    " feed post posts records thread replies parent uri record value embed facets index byteStart byteEnd features"
    " external images labels author did item news_item article_id update_time is_deleted title digest thumb_url"
).split()
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
ODD = st.sampled_from(
    ["Note", "Create", "Tombstone", "at://a/b/c", "app.bsky.feed.post", PUBLIC, "http://[", "1" * 400]
)
LEAF = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
SHAPED = st.recursive(
    LEAF | WORDS | ODD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=24,
)


def around(payload: Any) -> list[Any]:
    thread = {"thread": {"post": payload, "replies": [{"post": payload}]}}
    wrapped = {"type": "Create", "object": payload}
    lists = [{"data": [payload]}, {"feed": [{"post": payload}]}, {"records": [payload]}, {"item": [payload]}, [payload]]
    return [payload, thread, wrapped, {"type": "OrderedCollection", "orderedItems": [wrapped, payload]}, *lists]


@pytest.mark.parametrize("name", SOCIAL)
@given(payload=SHAPED)
@settings(max_examples=60)
def test_no_json_breaks_a_reader_or_a_claim(name: str, payload: Any) -> None:
    for told in around(payload):
        assert isinstance(platforms.load(name).claims(page(told)), bool)
        for item in read(name, told):
            assert isinstance(item, Reject) or (set(item) <= {*RECORD.names} and item["native_id"])


@pytest.mark.parametrize("name", [*SOCIAL, "weibo"])
@given(body=st.binary(max_size=200), opening=st.sampled_from([b"", b"<", b'<div id="js_content" class="rich_media">']))
@settings(max_examples=60)
def test_no_bytes_break_a_reader_or_a_claim(name: str, body: bytes, opening: bytes) -> None:
    assert isinstance(platforms.load(name).claims(page(opening + body)), bool)
    for item in read(name, opening + body):
        assert isinstance(item, Reject) or set(item) <= {*RECORD.names}


@pytest.mark.parametrize("name", SOCIAL)
def test_deep_nesting_is_refused(name: str) -> None:
    assert all(isinstance(item, Reject) for item in read(name, b'{"object":' * 2000 + b"1" + b"}" * 2000))


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("wechat", {"errcode": 40001, "errmsg": "invalid credential"}),
        ("facebook", {"error": {"message": "expired", "code": 190, "fbtrace_id": "x"}}),
        ("mastodon", {"error": "Record not found"}),
        ("activitypub", {"error": "Not Found"}),
        ("bluesky", {"error": "InvalidRequest", "message": "no such actor"}),
    ],
)
def test_an_error_that_comes_as_a_page_is_refused(name: str, payload: Any) -> None:
    assert reasons(name, payload) == ["platform error"]


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("wechat", {"total_count": 0, "item_count": 0, "item": []}),
        ("facebook", {"data": []}),
        ("mastodon", []),
        ("mastodon", {"ancestors": [], "descendants": []}),
        ("mastodon", [{"name": "hiking", "url": "http://h/tags/hiking", "history": [{"day": "1", "uses": "3"}]}]),
        ("activitypub", {"type": "OrderedCollection", "id": "http://h/o", "totalItems": 0, "orderedItems": []}),
        ("activitypub", {"type": "OrderedCollection", "id": "http://h/o", "orderedItems": ["http://h/users/1"]}),
        ("activitypub", {"type": "Like", "id": "http://h/likes/1", "actor": "http://h/u", "object": "http://h/1"}),
        ("activitypub", {"type": "Person", "id": "http://h/u", "inbox": "http://h/i", "name": "somebody"}),
        ("bluesky", {"feed": []}),
        ("bluesky", {"did": DID}),
        ("bluesky", {"lexicon": 1, "id": "app.bsky.feed.post", "defs": {}}),
        ("bluesky", {"uri": f"at://{DID}/app.bsky.feed.like/3", "cid": "c", "value": {"$type": "app.bsky.feed.like"}}),
    ],
)
def test_what_is_only_technical_gives_nothing(name: str, payload: Any) -> None:
    assert read(name, payload) == []


# --- claims ---

GOLDENS = sorted((Path(__file__).parents[2] / "golden" / "platforms").iterdir())


@pytest.mark.parametrize("name", [*SOCIAL, "weibo"])
def test_a_platform_claims_its_own_pages_and_no_others(name: str) -> None:
    claimed = []
    for folder in GOLDENS:
        [saved] = [file for file in folder.iterdir() if file.stem == "page"]
        claimed += [folder.name] if platforms.load(name).claims(page(saved.read_bytes())) else []
    assert claimed == [name]


STATUS = {"created_at": "Tue May 31 17:46:55 +0800 2011", "id": 11, "mid": "5000000000000021", "text": "你好"}


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("weibo", STATUS),
        ("weibo", {"favorites": [{"status": STATUS, "tags": []}]}),
        ("weibo", {"comments": [{"id": 1, "mid": "5", "text": "t", "status": STATUS}]}),
        ("weibo", {"statuses": [], "total_number": 0}),
        ("weibo", {"error": "expired_token", "error_code": 21327, "request": "/2/x.json"}),
        ("weibo", {"api_rate_limits": []}),
        ("weibo", b"<html><a href='/x'></a><a href=\"https://weibo.cn/mblog/pic/J74OAhxtL\"></a></html>"),
        ("wechat", {"errcode": 40001, "errmsg": "invalid credential"}),
        ("wechat", {"total_count": 0, "item_count": 0, "item": []}),
        ("wechat", {"news_item": [{"title": "t"}]}),
        ("wechat", b'<html><div class="rich_media_content" id="js_content"></div></html>'),
        ("facebook", {"error": {"message": "m", "fbtrace_id": "x"}}),
        ("facebook", {"data": [], "paging": {"previous": "https://graph.facebook.com/v26.0/1/photos"}}),
        ("facebook", {"77": {"id": "77", "name": "A page", "fan_count": 1}}),
        ("mastodon", {"ancestors": [], "descendants": []}),
        ("mastodon", [{"name": "a", "history": [{"day": "1", "accounts": "2", "uses": "3"}]}]),
        ("activitypub", {"type": "Tombstone", "id": "https://h/1"}),
        ("activitypub", {"type": "OrderedCollection", "id": "https://h/1", "totalItems": 0}),
        ("bluesky", {"did": "did:web:h"}),
        ("bluesky", {"lexicon": 1, "id": "app.bsky.feed.post"}),
        ("bluesky", {"records": [{"uri": URI, "value": {}}]}),
    ],
)
def test_small_and_empty_answers_are_claimed_by_their_platform_alone(name: str, payload: Any) -> None:
    assert [other for other in [*SOCIAL, "weibo"] if platforms.load(other).claims(page(payload))] == [name]


@pytest.mark.parametrize(
    "payload", [{}, [], {"id": "1"}, {"error": "x"}, {"type": "Page"}, {"items": [{"id": "5"}]}, 7]
)
def test_nobody_claims_what_says_nothing(payload: Any) -> None:
    assert not [name for name in [*SOCIAL, "weibo"] if platforms.load(name).claims(page(payload))]


# --- WeChat ---


def test_a_token_is_asked_for_once_and_sent_with_every_page() -> None:
    wechat, opened = platforms.load("wechat"), window()
    asked = wechat.login(opened)  # type: ignore[attr-defined]
    assert asked.method == "POST" and asked.url.endswith("/cgi-bin/stable_token") and not asked.params
    assert orjson.loads(asked.body) == {"grant_type": "client_credential", "appid": "app", "secret": "secret"}
    assert wechat.token(page({"access_token": "T", "expires_in": 7200})) == "T"  # type: ignore[attr-defined]
    with pytest.raises(PageBroken, match="40013"):
        wechat.token(page({"errcode": 40013, "errmsg": "invalid appid"}))  # type: ignore[attr-defined]
    first = wechat.first(opened)
    assert first.params == (("access_token", "token"),) and orjson.loads(first.body)["offset"] == 0


def messages(*times: int, total: int) -> Any:
    return {"total_count": total, "item_count": len(times), "item": [{"update_time": time} for time in times]}


def test_the_walk_of_wechat_ends_with_the_total_or_with_what_is_known() -> None:
    now, before = int(SINCE.timestamp()) + 60, int(SINCE.timestamp()) - 60
    asked = steps("wechat", window(), messages(now, now, total=3), messages(before, total=3))
    assert [orjson.loads(request.body)["offset"] for request in asked] == [0, 2]
    assert len(steps("wechat", window(since=SINCE), messages(now, before, total=9))) == 2
    assert len(steps("wechat", window(since=SINCE), messages(before, before, total=9))) == 1
    assert len(steps("wechat", window(), {"total_count": 0, "item_count": 0})) == 1
    with pytest.raises(PageBroken):
        steps("wechat", window(), {"errcode": 42001, "errmsg": "access_token expired"})


@pytest.mark.parametrize(
    ("url", "kept", "native_id"),
    [
        (
            "http://mp.weixin.qq.com/s?__biz=Mz==&amp;mid=2&amp;idx=1&amp;sn=a&amp;chksm=b&scene=1#rd",
            "?__biz=Mz==&mid=2&idx=1&sn=a",
            "Mz==:2:1",
        ),
        ("http://mp.weixin.qq.com/s?__biz=Mz%3D%3D&mid=2&idx=3&3rd=x", "?__biz=Mz==&mid=2&idx=3", "Mz==:2:3"),
        ("https://mp.weixin.qq.com/s/AbC", "/AbC", None),
        ("http://mp.weixin.qq.com/s?timestamp=1&signature=x", "?timestamp=1&signature=x", None),
    ],
)
def test_what_lasts_of_an_address_names_the_article(url: str, kept: str, native_id: str | None) -> None:
    assert lasting(url) == f"https://mp.weixin.qq.com/s{kept}" and id_of(lasting(url)) == native_id


STYLED = """<!DOCTYPE html><html><head><title></title>
<script>var biz = "" || "MzAwMDAwMDAwMQ=="; var sn = "" || "" || ""; var mid = "" || "" || "2650000011"; var idx = "1";
var nickname = "山路"; var user_name = "gh_000000000001"; var ct = "1767308400";
var msg_title = "雨后\\x26amp;山路\\ud83c\\udf40 \\"上\\""; var msg_desc = "走完\\x0a说说"; var msg_cdn_url = "http://mmbiz.example.cn/c";</script>
</head><body><div class="rich_media"><h2 id="activity-name">  </h2><div class="rich_media_content" id="js_content">BODY
<p><img data-src="http://mmbiz.example.cn/p?wx_fmt=png" src="data:image/gif;base64,AA"></p>
<iframe class="video_iframe" data-src="https://v.example.com/iframe/preview.html?vid=v1"></iframe>
<mpvoice name="雨声" voice_encode_fileid="V1" play_length="61000"></mpvoice>
<qqmusic music_name="歌" audiourl="http://music.example/1.m4a" albumurl="//img.example/1.jpg" play_length="261"></qqmusic>
</div></div><div id="js_toobar">阅读原文</div><script>var x = "不是正文";</script></body></html>"""


def saved(body: str) -> bytes:
    return STYLED.replace("BODY", body).encode()


def test_a_saved_article_is_read_from_its_container_and_its_variables() -> None:
    item = one("wechat", saved("<section><p>第一天<span>下雨</span></p></section>"))
    assert item["native_id"] == "MzAwMDAwMDAwMQ==:2650000011:1"
    assert item["url"] == "https://mp.weixin.qq.com/s?__biz=MzAwMDAwMDAwMQ==&mid=2650000011&idx=1"
    assert item["title"] == '雨后&山路🍀 "上"' and item["summary"] == "走完\n说说" and item["body"] == "第一天下雨"
    assert item["author"] == {"id": "gh_000000000001", "name": "山路"}
    assert item["created_at"] == datetime(2026, 1, 1, 23, tzinfo=UTC)
    assert [(medium["kind"], medium.get("duration_s")) for medium in item["media"]] == [
        ("image", None),
        ("image", None),
        ("video", None),
        ("audio", 61.0),
        ("audio", 261.0),
    ]


BLOCKS = st.lists(st.sampled_from(["山", "下雨了", "walked on", "3,380", "《鞋》"]), min_size=1, max_size=8).map(
    "".join
)
STYLES = (
    "<section style='padding:1px'><section>{}</section></section>",
    "<p><strong>{}</strong></p>",
    "<ul><li>{}</li></ul>",
    "<table><tr><td>{}</td></tr></table>",
    "<blockquote><span style='font-size:10px'>{}</span></blockquote>",
    "<h2>{}</h2>",
)


@given(blocks=st.lists(st.tuples(BLOCKS, st.sampled_from(STYLES)), min_size=1, max_size=20))
@settings(max_examples=40)
def test_the_container_keeps_all_visible_text(blocks: list[tuple[str, str]]) -> None:
    """At least 95 of 100 characters must stay, however an article is styled."""
    item = one("wechat", saved("".join(style.format(words) for words, style in blocks)))
    visible = re.sub(r"\s", "", "".join(words for words, _ in blocks))
    assert re.sub(r"\s", "", item["body"]) == visible


@pytest.mark.parametrize(
    ("words", "url", "expected"),
    [
        ("该内容已被发布者删除", "https://mp.weixin.qq.com/s?__biz=Mz==&mid=2&idx=1", "deleted"),
        ("此内容因违规无法查看", "https://mp.weixin.qq.com/s?__biz=Mz==&mid=2&idx=1", "hidden"),
        ("该内容已被发布者删除", "http://127.0.0.1/x", "no article"),  # which one, nobody can tell
        (
            "链接已过期",
            "https://mp.weixin.qq.com/s?__biz=Mz==&mid=2&idx=1",
            "no article",
        ),  # the link is gone, not the article
    ],
)
def test_a_notice_in_place_of_an_article(words: str, url: str, expected: str) -> None:
    told = f'<html><link href="//res.wx.qq.com/w.css"><h2 class="weui-msg__title"> {words} </h2></html>'.encode()
    [item] = read("wechat", told, url)
    assert (item.reason if isinstance(item, Reject) else item["status"]) == expected


def test_results_of_a_search_are_accounts_and_articles() -> None:
    account = (
        '<li id="sogou_vr_11002301_box_0" d="oI1"><p class="tit"><a href="http://mp.weixin.qq.com/profile?src=3&amp;timestamp=1">'
        '山<em><!--red_beg-->路<!--red_end--></em></a></p><label name="em_weixinhao">shanlu01</label><dl><dd>走路的人</dd></dl></li>'
    )
    article = (
        '<li id="sogou_vr_11002601_box_1" d="ab-1"><h3><a href="/link?url=x">雨后</a></h3><p class="txt-info">走完三条线</p>'
        "<div class='s-p'><a class='account'>山路</a><script>document.write(timeConvert('1767308400'))</script></div></li>"
    )
    first, second = read("wechat", f"<html><ul>{account}{article}</ul></html>".encode())
    assert (first["native_id"], first["type"], first["title"], first["body"]) == (
        "shanlu01",
        "page",
        "山路",
        "走路的人",
    )
    assert first["url"].endswith("?src=3&timestamp=1") and "created_at" not in first
    assert second["native_id"] == "search:ab-1" and second["url"] == "https://weixin.sogou.com/link?url=x"
    assert second["author"]["name"] == "山路" and second["created_at"].hour == 23


def test_a_search_may_come_as_xml_inside_json() -> None:
    document = (
        "<?xml version='1.0'?><DOCUMENT><docid>ab-2</docid><item><display><title><![CDATA[雨<em>后</em>]]></title>"
    )
    document += (
        "<url><![CDATA[http://mp.weixin.qq.com/s?src=3&amp;ver=1]]></url><content168><![CDATA[走完]]></content168>"
    )
    document += "<sourcename>山路</sourcename><lastModified>1767308400</lastModified></display></item></DOCUMENT>"
    item = one("wechat", {"page": 1, "items": [document], "totalPages": 1})
    assert (item["native_id"], item["title"], item["body"]) == ("search:ab-2", "雨后", "走完")
    assert item["url"] == "http://mp.weixin.qq.com/s?src=3&ver=1" and item["created_at"].year == 2026


# --- Facebook ---


def graph(*times: str, after: str | None = None, following: str | None = None) -> Any:
    paging = {"cursors": {"after": after}} if after else {}
    return {"data": [{"created_time": time} for time in times], "paging": {**paging, "next": following}}


def test_the_token_in_the_next_address_is_never_followed() -> None:
    leaked = "https://graph.facebook.com/v26.0/7/published_posts?access_token=LEAKED&limit=100&after=C2"
    opened = window("7")
    _, second = steps("facebook", opened, graph(NEW, after="C2", following=leaked))
    assert "LEAKED" not in str(second) and second.url == "http://p/v26.0/7/published_posts"
    assert dict(second.params)["after"] == "C2" and dict(second.params)["access_token"] == "app"
    by_time = leaked.replace("after=C2", "until=1624385168&__paging_token=PT&since=")  # feeds page by time as well
    _, second = steps("facebook", opened, graph(NEW, following=by_time))
    assert dict(second.params)["until"] == "1624385168" and dict(second.params)["__paging_token"] == "PT"
    assert "LEAKED" not in str(second) and "access_token" in platforms.load("facebook").POLICY.redact


def test_the_token_is_in_no_item() -> None:
    told = graph(NEW, following="https://graph.facebook.com/v26.0/7/photos?access_token=LEAKED")
    assert "LEAKED" not in str(read("facebook", told))


def test_the_walk_of_facebook_goes_edge_by_edge_and_page_by_page() -> None:
    more = graph(NEW, after="C2", following="https://graph.facebook.com/x")
    last = graph(NEW, after="C3")  # the last page has cursors too, and no next
    asked = steps("facebook", window("7", "8"), more, last, last, last, last, last, last)
    assert [request.url.removeprefix("http://p/v26.0/") for request in asked] == [
        "7/published_posts",
        "7/published_posts",
        "7/videos",
        "7/photos",
        "8/published_posts",
        "8/videos",
        "8/photos",
    ]
    assert steps("facebook", window())[0].url == "http://p/v26.0/me/published_posts"
    old = graph(OLD, after="C2", following="https://graph.facebook.com/x")
    first, second = steps("facebook", window("7", since=SINCE), old)
    assert dict(first.params)["since"] == str(int(SINCE.timestamp())) and second.url.endswith("/videos")
    for broken in (b"<html>", {"error": {"code": 1}}):
        with pytest.raises(PageBroken):
            steps("facebook", window("7"), broken)


@pytest.mark.parametrize(
    ("entry", "kind", "title"),
    [
        ({"id": "7_1", "message": "m"}, "post", None),
        ({"id": "7_1", "story": "A page updated its cover"}, "post", None),
        ({"id": "1", "description": "d", "length": 3.5, "title": "t"}, "video", "t"),
        ({"id": "1", "description": "d", "permalink_url": "/x/videos/1/"}, "video", None),
        ({"id": "1", "link": "https://www.facebook.com/shop/photos/a.1/1/"}, "post", "Photo by shop"),
        (
            {"id": "1", "images": [{"source": "http://h/1.jpg", "width": 9}], "from": {"name": "N"}},
            "post",
            "Photo by N",
        ),
        ({"id": "1", "name": "E", "start_time": "2026-02-01T09:00:00+0800"}, "page", "E"),
        ({"id": "1", "name": "P", "fan_count": 0, "about": "a"}, "page", "P"),
        ({"id": "1", "name": "P", "category": "Shop"}, "page", "P"),
    ],
)
def test_objects_are_told_by_their_fields(entry: Any, kind: str, title: str | None) -> None:
    for told in (entry, {"data": [entry]}, {entry["id"]: entry}):
        item = one("facebook", told)
        assert (item["native_id"], item["type"], item.get("title")) == (entry["id"], kind, title)


def test_times_without_a_colon_counts_and_expiry() -> None:
    picture = {"image": {"src": "https://s.fbcdn.example/1.jpg?oh=a&oe=60F1D543", "width": 9, "height": 4}}
    item = one(
        "facebook",
        {
            "id": "7_1",
            "message": "m #a1",
            "created_time": "2021-07-09T19:09:52+0000",
            "shares": {"count": 0},
            "attachments": {"data": [{"media": picture, "media_type": "photo"}]},
            "reactions": {"summary": {"total_count": 5}},
            "like": {"summary": {"total_count": 3}},
        },
    )
    assert item["created_at"] == datetime(2021, 7, 9, 19, 9, 52, tzinfo=UTC) and item["tags"] == ["a1"]
    assert item["engagement"] == {"likes": 5, "reposts": 0}  # comments are not given: null, not zero
    assert item["media"][0]["expires_at"] == datetime.fromtimestamp(0x60F1D543, UTC) and item["media"][0]["width"] == 9


def test_a_shared_link_is_unwrapped() -> None:
    attached = {
        "media_type": "link",
        "title": "Rain",
        "url": "https://l.facebook.com/l.php?u=https%3A%2F%2Ft.example%2Frain&h=A",
    }
    item = one("facebook", {"id": "7_1", "message": "look", "attachments": {"data": [attached]}})
    assert item["body"] == "look\n\nRain\nhttps://t.example/rain"


# --- Mastodon ---

ACCOUNT = {"id": "1", "acct": "lan", "display_name": "", "url": "https://h/@lan", "uri": "https://h/users/lan"}


def status(native_id: str = "9", **told: Any) -> Any:
    return {
        "id": native_id,
        "content": "<p>words</p>",
        "created_at": NEW,
        "account": ACCOUNT,
        "spoiler_text": "",
        **told,
    }


def test_the_walk_of_mastodon_goes_below_the_oldest_post() -> None:
    asked = steps("mastodon", window("1", "2"), [status("9"), status("8")], [], [status("5")], [])
    assert [
        (request.url.removeprefix("http://p/api/v1/"), dict(request.params).get("max_id")) for request in asked
    ] == [
        ("accounts/1/statuses", None),
        ("accounts/1/statuses", "8"),
        ("accounts/2/statuses", None),
        ("accounts/2/statuses", "5"),
    ]
    [first] = steps("mastodon", window())
    assert first.url == "http://p/api/v1/timelines/public" and dict(first.params) == {"limit": "40", "local": "true"}
    with pytest.raises(PageBroken):
        steps("mastodon", window(), {"error": "This method requires an authenticated user"})


def test_mastodon_is_asked_for_what_is_new_by_a_snowflake() -> None:
    first, second = steps("mastodon", window(since=SINCE), [status("9", created_at=NEW), status("8", created_at=OLD)])
    assert int(dict(first.params)["since_id"]) >> 16 == int(SINCE.timestamp()) * 1000 and "since_id" in dict(
        second.params
    )
    assert len(steps("mastodon", window(since=SINCE), [status("8", created_at=OLD)])) == 1


def test_a_page_that_a_link_header_led_to_leads_on_by_its_address() -> None:
    asked = Request("http://p/api/v1/accounts/1/statuses?limit=40&max_id=7")
    following = platforms.load("mastodon").following(window("1", "2"), asked, page([]))
    assert following and following.url == "http://p/api/v1/accounts/2/statuses"


@pytest.mark.parametrize(
    ("told", "scope"),
    [
        ({"visibility": "public"}, None),
        ({"visibility": "unlisted"}, None),
        ({"visibility": "private"}, "tenant"),
        ({"account": {**ACCOUNT, "noindex": True}}, "tenant"),
        ({"reblog": status("7", account={**ACCOUNT, "noindex": True})}, "tenant"),  # its words are a copy
    ],
)
def test_who_may_see_a_post(told: Any, scope: str | None) -> None:
    assert read("mastodon", status(**told))[0].get("scope") == scope


def test_direct_messages_are_refused() -> None:
    assert reasons("mastodon", [status(visibility="direct")]) == ["direct message"]


def test_boosts_and_quotes_name_their_originals() -> None:
    for told in ({"reblog": status("7")}, {"quote": {"state": "accepted", "quoted_status": status("7")}}):
        first, second = read("mastodon", status(**told))
        assert first["relations"] == ["repost_of:mastodon:7"] and second["native_id"] == "7"


def test_a_thread_a_search_and_edits() -> None:
    thread = {"ancestors": [status("1")], "descendants": [status("2", in_reply_to_id="1")]}
    assert [item["native_id"] for item in read("mastodon", thread)] == ["1", "2"]
    assert read("mastodon", thread)[1]["relations"] == ["reply_to:mastodon:1"]
    assert len(read("mastodon", {"accounts": [ACCOUNT], "statuses": [status()], "hashtags": []})) == 1
    edit = {key: value for key, value in status().items() if key != "id"}
    item = one("mastodon", [edit], "https://h/api/v1/statuses/9/history")
    assert item["native_id"] == f"9#{NEW}" and item["relations"] == ["version_of:mastodon:9"]
    assert one("mastodon", [edit])["native_id"] == f"https://h/users/lan#{NEW}"


@pytest.mark.parametrize(
    ("media", "title", "body"),
    [
        ([{"type": "video", "url": "http://h/1.mp4", "description": "rain on stone"}], None, "rain on stone"),
        ([{"type": "image", "url": "http://h/1.png"}], "Photo by lan", None),
        ([{"type": "unknown", "url": None, "remote_url": "http://h/1"}], "no text", None),
    ],
)
def test_a_post_of_media_alone_has_words_all_the_same(media: Any, title: str | None, body: str | None) -> None:
    [item] = read("mastodon", status(content="", media_attachments=media))
    told = (item.reason, None) if isinstance(item, Reject) else (item.get("title"), item.get("body"))
    assert told == (title, body)


# --- ActivityPub ---


def note(**told: Any) -> Any:
    return {
        "id": "https://h/notes/1",
        "type": "Note",
        "content": "<p>words</p>",
        "published": NEW,
        "to": [PUBLIC],
        **told,
    }


def test_the_walk_of_activitypub_goes_through_the_outbox() -> None:
    actor = {"id": "https://h/users/lan", "type": "Person", "outbox": "https://h/outbox"}
    box = {"type": "OrderedCollection", "first": "https://h/outbox?page=1"}
    one_page = {"type": "OrderedCollectionPage", "orderedItems": [note()], "next": "https://h/outbox?page=2"}
    asked = steps(
        "activitypub", window("https://h/users/lan", "https://h/users/he"), actor, box, one_page, {"orderedItems": []}
    )
    assert [request.url for request in asked] == [
        "https://h/users/lan",
        "https://h/outbox",
        "https://h/outbox?page=1",
        "https://h/outbox?page=2",
        "https://h/users/he",
    ]
    assert all("application/activity+json" in dict(request.headers)["Accept"] for request in asked)
    with pytest.raises(PageBroken):
        steps("activitypub", window("https://h/users/lan"), b"<html>")


@pytest.mark.parametrize(
    ("payload", "goes_on"),
    [
        ({"outbox": "https://h/outbox", "discoverable": False}, False),
        ({"outbox": "https://h/outbox", "indexable": False}, False),
        ({"outbox": "https://h/outbox", "discoverable": True}, True),
        ({"outbox": "https://elsewhere/outbox"}, False),
        ({"first": {"orderedItems": [note()], "next": "https://h/outbox?page=2"}}, True),
        ({"orderedItems": [note(published=OLD)], "next": "https://h/outbox?page=2"}, False),
        (
            {"orderedItems": [{"type": "Create", "object": note(published=OLD)}], "next": "https://h/outbox?page=2"},
            False,
        ),
        ({"orderedItems": [note(), note(published=OLD)], "next": "https://h/outbox?page=2"}, True),
        ({"orderedItems": []}, False),
    ],
)
def test_where_an_outbox_is_followed(payload: Any, goes_on: bool) -> None:
    assert (len(steps("activitypub", window("https://h/users/lan", since=SINCE), payload)) == 2) is goes_on


def test_activitypub_needs_actors() -> None:
    with pytest.raises(TargetsMissing):
        platforms.load("activitypub").first(window(base=""))
    assert platforms.load("activitypub").first(window()).url == "http://p/actor"


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({}, None),
        ({"to": "as:Public"}, None),
        ({"to": ["https://h/followers"], "cc": "Public"}, None),
        ({"to": [], "cc": []}, None),
        ({"to": ["https://h/followers"]}, "not addressed to the public"),
        ({"to": ["https://h/users/2"], "cc": []}, "not addressed to the public"),
        ({"draft": True}, "not addressed to the public"),
    ],
)
def test_only_what_is_public_is_read(told: Any, reason: str | None) -> None:
    assert reasons("activitypub", note(**told)) == ([reason] if reason else [])


def test_an_activity_lends_its_addressees() -> None:
    bare = {key: value for key, value in note().items() if key != "to"}
    assert reasons("activitypub", {"type": "Create", "to": ["https://h/followers"], "object": bare})
    assert one("activitypub", {"type": "Update", "to": [PUBLIC], "object": bare})["native_id"] == "https://h/notes/1"
    announced = {"type": "Announce", "to": [PUBLIC], "object": {"type": "Create", "object": bare}}
    assert one("activitypub", announced)["native_id"] == "https://h/notes/1"


@pytest.mark.parametrize(
    "told",
    [
        {"type": "Tombstone", "id": "https://h/notes/1"},
        {"type": "Delete", "object": "https://h/notes/1"},
        {"type": "Delete", "object": {"type": "Tombstone", "id": "https://h/notes/1", "formerType": "Note"}},
        {"type": "OrderedCollection", "orderedItems": [{"type": "Delete", "object": {"id": "https://h/notes/1"}}]},
    ],
)
def test_deletions_are_tombstones(told: Any) -> None:
    assert one("activitypub", told) == {"native_id": "https://h/notes/1", "type": "post", "status": "deleted"}


def test_an_actor_who_does_not_want_to_be_found() -> None:
    group = {"type": "Group", "id": "https://h/g", "name": "Trails", "inbox": "https://h/g/inbox"}
    assert one("activitypub", group)["type"] == "page"
    assert reasons("activitypub", {**group, "discoverable": False}) == ["actor does not want to be found"]


def test_a_boost_without_its_object_is_counted() -> None:
    assert reasons("activitypub", {"type": "Announce", "object": "https://h/1"}) == ["activity without its object"]


@pytest.mark.parametrize(
    ("told", "column", "value"),
    [
        ({"type": "Article", "name": "T"}, "type", "document"),
        (
            {"type": "Event", "name": "T", "location": {"name": "Hall", "address": {"addressLocality": "York"}}},
            "geo",
            "Hall, York",
        ),
        (
            {"type": "Video", "url": [{"mediaType": "text/html", "href": "https://h/w/1"}, {"href": "magnet:?x"}]},
            "url",
            "https://h/w/1",
        ),
        ({"url": "https://elsewhere/1"}, "body", "words\nhttps://elsewhere/1"),  # a link post: the object is not there
        ({"attachment": [{"type": "Link", "href": "https://t.example/"}]}, "body", "words\nhttps://t.example/"),
        ({"type": "Question", "oneOf": [{"name": "rubber"}, {"name": "crepe"}]}, "body", "words\nrubber\ncrepe"),
        ({"mediaType": "text/markdown", "content": "a < b"}, "body", "a < b"),
        ({"content": None, "contentMap": {"zh-Hans": "<p>雨</p>"}}, "body", "雨"),
        ({"contentMap": {"yue": "x"}}, "lang", "zh"),
        ({"language": {"identifier": "und"}}, "lang", None),
        (
            {"attributedTo": [{"type": "Person", "id": "https://h/u", "name": "N"}]},
            "author",
            {"id": "https://h/u", "name": "N", "url": "https://h/u"},
        ),
        ({"inReplyTo": {"id": "https://h/0"}}, "relations", ["reply_to:activitypub:https://h/0"]),
        ({"shares": {"totalItems": 0}}, "engagement", {"reposts": 0}),
        ({"updated": NEW, "published": None}, "created_at", datetime(2026, 1, 1, 8, tzinfo=UTC)),
        ({"tag": [{"type": "Hashtag", "name": "#a"}, {"type": "Mention", "name": "@b"}]}, "tags", ["a"]),
    ],
)
def test_servers_write_objects_in_many_ways(told: Any, column: str, value: Any) -> None:
    assert one("activitypub", note(**told)).get(column) == value


# --- Bluesky ---


def post(text: Any = "words", record: Any = None, **told: Any) -> Any:
    kept = {"$type": "app.bsky.feed.post", "text": text, "createdAt": NEW, **(record or {})}
    return {
        "uri": URI,
        "cid": "c",
        "author": {"did": DID, "handle": "lan.example"},
        "record": kept,
        "indexedAt": NEW,
        **told,
    }


def test_the_walk_of_bluesky_follows_the_cursor() -> None:
    feed = {"feed": [{"post": post()}], "cursor": "c2"}
    asked = steps("bluesky", window("a.example", "b.example"), feed, {"feed": []}, {"feed": []})
    assert [(dict(request.params)["actor"], dict(request.params).get("cursor")) for request in asked] == [
        ("a.example", None),
        ("a.example", "c2"),
        ("b.example", None),
    ]
    old = {"feed": [{"post": post(indexedAt=OLD)}], "cursor": "c2"}
    assert len(steps("bluesky", window("a.example", since=SINCE), old)) == 1
    reposted = {"feed": [{"post": post(indexedAt=OLD), "reason": {"indexedAt": NEW}}], "cursor": "c2"}
    assert len(steps("bluesky", window("a.example", since=SINCE), reposted)) == 2
    with pytest.raises(PageBroken):
        steps("bluesky", window("a.example"), {"error": "InvalidRequest"})
    with pytest.raises(TargetsMissing):
        platforms.load("bluesky").first(window())


def facet(start: Any, end: Any, uri: str = "https://trail.example/rain") -> Any:
    return {"index": {"byteStart": start, "byteEnd": end}, "features": [{"$type": "x#link", "uri": uri}]}


@pytest.mark.parametrize(
    ("text", "facets", "body"),
    [
        ("雨后 trail.example/r... 见", [facet(7, 25)], "雨后 https://trail.example/rain 见"),  # bytes, not characters
        ("🏔️ here", [facet(8, 12)], "🏔️ here https://trail.example/rain"),
        ("a b", [facet(0, 1), facet(2, 3, "http://h/b")], "a https://trail.example/rain b http://h/b"),
        ("short", [facet(0, 99)], "short"),
        ("short", [facet(-1, 2)], "short"),
        ("short", [facet("0", True)], "short"),
        ("short", [facet(0, 5), facet(1, 3, "http://h/x")], "sho http://h/xrt"),  # they overlap: the later one wins
    ],
)
def test_facets_count_bytes(text: str, facets: Any, body: str) -> None:
    assert one("bluesky", post(text, {"facets": facets}))["body"] == body


@given(
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    start=st.integers(-5, 80),
    end=st.integers(-5, 80),
)
@settings(max_examples=60)
def test_no_facet_breaks_a_text(text: str, start: int, end: int) -> None:
    assert one("bluesky", post(f"x{text}", {"facets": [facet(start, end)]}))["native_id"] == URI


@pytest.mark.parametrize(
    "payload",
    [
        post(),
        {"posts": [post()]},
        {"feed": [{"post": post()}]},
        {"thread": {"post": post(), "replies": []}},
        {"records": [{"uri": URI, "cid": "c", "value": post()["record"]}], "cursor": "x"},
        {"uri": URI, "cid": "c", "value": {"text": "words", "createdAt": NEW}},
    ],
)
def test_posts_come_in_many_wrappers(payload: Any) -> None:
    item = one("bluesky", payload)
    assert (item["native_id"], item["body"], item["author"]["id"]) == (URI, "words", DID)
    assert item["url"] == f"https://bsky.app/profile/{DID}/post/3made0000000a"


def test_a_thread_is_read_whole() -> None:
    reply = {"post": {**post(record={"reply": {"parent": {"uri": URI}}}), "uri": f"{URI}2"}, "replies": []}
    blocked = {"uri": f"{URI}3", "blocked": True}
    lost = {"uri": f"{URI}4", "notFound": True}
    found = read("bluesky", {"thread": {"post": post(), "parent": lost, "replies": [reply, blocked]}})
    by_id = {item["native_id"]: item for item in found if isinstance(item, dict)}
    assert by_id[f"{URI}2"]["relations"] == [f"reply_to:bluesky:{URI}"] and by_id[f"{URI}4"]["status"] == "gone"
    assert [item.reason for item in found if isinstance(item, Reject)] == ["post that we may not see"]


def test_embeds_of_every_kind() -> None:
    images = {
        "images": [
            {
                "fullsize": "https://c/f",
                "thumb": "https://c/t",
                "alt": "stone",
                "aspectRatio": {"width": 3, "height": 2},
            }
        ]
    }
    quote = {
        "$type": "x#viewRecord",
        "uri": f"{URI}9",
        "author": {"did": DID},
        "value": {"text": "quoted", "createdAt": OLD},
    }
    both = {"media": images, "record": {"record": quote}}
    embed = {"media": {"images": []}, "record": {"record": {"uri": f"{URI}9"}}}
    first, second = read("bluesky", post("", {"embed": embed}, embed=both))
    assert (
        first["body"] == "stone"
        and first["media"][0]["width"] == 3
        and first["relations"] == [f"repost_of:bluesky:{URI}9"]
    )
    assert second["body"] == "quoted"
    card = {"external": {"uri": "https://t.example/", "title": "Rain", "description": "", "thumb": "https://c/t"}}
    item = one("bluesky", post("look", {"embed": card}, embed=card))
    assert item["body"] == "look\n\nRain\nhttps://t.example/" and item["media"] == [
        {"kind": "image", "url": "https://c/t"}
    ]
    video = {"$type": "x#view", "playlist": "https://v/1.m3u8", "thumbnail": "https://v/1.jpg", "alt": "rain"}
    assert one("bluesky", post("", embed=video))["media"][0]["kind"] == "video"
    blob = {"images": [{"alt": "", "image": {"ref": {"$link": "bafyblob"}}}]}
    item = one("bluesky", {"uri": URI, "value": post("", {"embed": blob})["record"]})
    assert item["media"][0]["url"] == f"https://cdn.bsky.app/img/feed_fullsize/plain/{DID}/bafyblob@jpeg"
    assert item["title"] == "Photo"


@pytest.mark.parametrize(
    ("told", "column", "value"),
    [
        ({"labels": [{"val": "!hide"}]}, "status", "hidden"),
        ({"labels": [{"val": "graphic-media"}]}, "tags", ["graphic-media"]),
        ({"record": {"labels": {"values": [{"val": "porn"}]}, "text": "x"}}, "tags", ["porn"]),
        ({"likeCount": 0}, "engagement", {"likes": 0}),
    ],
)
def test_labels_and_counts(told: Any, column: str, value: Any) -> None:
    assert one("bluesky", {**post(), **told})[column] == value


def test_authors_who_hide_from_visitors_are_not_read() -> None:
    hidden = {**post(), "author": {"did": DID, "labels": [{"val": "!no-unauthenticated"}]}}
    assert reasons("bluesky", {"posts": [hidden]}) == ["author hides from visitors"]


def test_a_feed_generator_is_a_page() -> None:
    uri = f"at://{DID}/app.bsky.feed.generator/trails"
    value = {"$type": "app.bsky.feed.generator", "displayName": "Trails", "description": "d", "createdAt": NEW}
    item = one("bluesky", {"uri": uri, "cid": "c", "value": value})
    assert (item["type"], item["title"]) == ("page", "Trails") and item["url"].endswith(f"/{DID}/feed/trails")
    assert one("bluesky", {"view": {"uri": uri, "displayName": "Trails", "indexedAt": NEW}})["native_id"] == uri


def test_every_first_request_sends_what_its_policy_redacts() -> None:
    for name in SOCIAL:
        request = platforms.load(name).first(window("t"))
        secret = {key for key, value in request.params if value in ("app", "secret", "token")}
        assert secret <= set(platforms.load(name).POLICY.redact) and "secret" not in unquote(request.url)

"""Every shape that a platform answers in, and every way in which it can be broken."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import page

from jobs import platforms
from jobs.platforms import PageBroken, Reject, Request, TargetsMissing, Window
from jobs.platforms._weibo_html import mblogid_of, mid_of
from schemas.event import EVENT

STATUS = {
    "created_at": "Tue May 31 17:46:55 +0800 2011",
    "id": 11,
    "mid": "5000000000000021",
    "text": "你好",
    "user": {"id": 7},
}
JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False, allow_infinity=False)
    )
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4),
    max_leaves=12,
)
KEYS = (
    "statuses status retweeted_status text mid id user pic_urls pic_infos created_at geo comments deleted result_list map_data"
    " item_basic_info small_images props_name items kind snippet thumbnails contentDetails statistics tags title"
).split()
SHAPED = st.recursive(
    JSON, lambda inner: st.dictionaries(st.sampled_from(KEYS), inner, min_size=1, max_size=6), max_leaves=12
)


def records(name: str, payload: Any, url: str = "http://127.0.0.1/x") -> list[Any]:
    return list(platforms.load(name).items(page(payload, url)))


def ids(name: str, payload: Any) -> list[str]:
    return [item["native_id"] for item in records(name, payload)]


def window(name: str, *targets: str, base: str = "http://p") -> Window:
    return Window(date(2026, 1, 2), targets, base, ("secret", "secret"))


@pytest.mark.parametrize("name", ["taobao", "weibo", "youtube", "ubi"])
@given(payload=SHAPED, kind=st.sampled_from(["video", "playlistItem", "searchResult", "channel", "commentThread"]))
@settings(max_examples=40)
def test_no_json_breaks_a_reader(name: str, payload: Any, kind: str) -> None:
    entry = {"kind": f"youtube#{kind}", **payload} if isinstance(payload, dict) else payload
    for told in (payload, {"items": [entry]}, {"statuses": [payload]}, {"result_list": [payload]}):
        for item in records(name, told):
            assert (
                isinstance(item, Reject) or item["event"].keys() <= set(EVENT.names)
                if "event" in str(item)[:9]
                else True
            )


def test_weibo_answers_in_many_lists() -> None:
    other = {**STATUS, "mid": "5000000000000017"}
    assert ids("weibo", STATUS) == ["5000000000000021"]
    for told in (
        [STATUS],
        {"statuses": [STATUS]},
        {"reposts": [STATUS]},
        {"favorites": [{"status": STATUS, "tags": []}]},
    ):
        assert ids("weibo", told) == ["5000000000000021"]
    assert ids("weibo", {**STATUS, "retweeted_status": other}) == ["5000000000000021", "5000000000000017"]
    assert (
        records("weibo", {"trends": {"2011-06-02": [{"name": "a"}]}}) == records("weibo", {"api_rate_limits": []}) == []
    )


def test_a_weibo_comment_is_a_post_that_replies() -> None:
    comment = {"id": 12, "mid": "5000000000000033", "text": "同感", "user": {"id": 8}, "status": STATUS}
    reply, status = records("weibo", {"comments": [comment], "total_number": 1})
    assert reply["relations"] == ["reply_to:weibo:5000000000000021"] and "url" not in reply
    assert status["native_id"] == "5000000000000021"


@given(st.integers(10**15, 10**16 - 1))
def test_the_two_forms_of_a_weibo_id_name_one_post(mid: int) -> None:
    assert mid_of(mblogid_of(str(mid))) == str(mid)


def test_a_saved_weibo_page() -> None:
    mid, uid = "4516868084180273", "1000000001"
    blog = mblogid_of(mid)
    post = (
        f'<div class="c" id="M_{blog}"><div><span class="ctt"><a href="https://weibo.cn/pages/1">#a#</a>words<img alt="[哈]" src="//x/y.png"/>'
        f'</span>&nbsp;[<a href="https://weibo.cn/mblog/picAll/{blog}?rl=1">组图共2张</a>]</div>'
        f'<div><a href="https://weibo.cn/mblog/pic/{blog}"><img src="http://wx1.sinaimg.cn/wap180/p.jpg" class="ib"/></a>'
        f'<a href="https://weibo.cn/attitude/{blog}/add?uid=99">赞[5]</a>&nbsp;<a href="https://weibo.cn/repost/{blog}?uid={uid}">转发[1000000]</a>'
        f'&nbsp;<a href="https://weibo.cn/comment/{blog}">评论[0]</a>&nbsp;<span class="ct">12月31日 18:12&nbsp;来自微博</span></div></div>'
    )
    html = f"<?xml version='1.0'?><html><head><title>小禾的微博</title></head><body>{post}</body></html>".encode()
    [item] = records("weibo", html)
    assert item["url"] == f"https://weibo.com/{uid}/{blog}" and item["native_id"] == mid
    assert item["body"] == "#a#words[哈]" and item["tags"] == ["a"] and item["author"]["name"] == "小禾"
    assert item["engagement"] == {"likes": 5, "reposts": 1_000_000, "comments": 0}
    assert item["created_at"].isoformat() == "2025-12-31T10:12:00+00:00"
    assert item["media"] == [
        {"kind": "image", "url": "https://wx1.sinaimg.cn/large/p.jpg", "thumb": "https://wx1.sinaimg.cn/wap180/p.jpg"}
    ]


def test_the_pictures_of_a_post_are_part_of_it() -> None:
    html = b"<html><body><div class='c'><a href='/mblog/pic/J74OAhxtL?picId=a'><img src='//ww1.sinaimg.cn/thumb180/a.jpg'/></a></div></body></html>"
    [album] = records("weibo", html)
    assert album["type"] == "page" and album["relations"] == ["part_of:weibo:4516868084180273"]


def test_taobao_lists_products_in_two_ways() -> None:
    product = {"num_iid": 5, "title": "帽子", "zk_final_price": "24.9"}
    for told in ({"result_list": [product]}, {"a_response": {"result_list": {"map_data": [product]}}}):
        [item] = records("taobao", told)
        assert (
            item["native_id"] == "5"
            and str(item["price"]["amount"]) == "24.9000"
            and item["price"]["currency"] == "CNY"
        )


@pytest.mark.parametrize(
    ("entry", "native_id"),
    [
        ({"kind": "youtube#video", "id": "v1"}, "v1"),
        ({"kind": "youtube#searchResult", "id": {"kind": "youtube#video", "videoId": "v2"}}, "v2"),
        ({"kind": "youtube#playlistItem", "id": "PL1"}, "v3"),
        ({"kind": "youtube#channel", "id": "UC1"}, "UC1"),
        ({"kind": "youtube#searchResult", "id": {"kind": "youtube#channel", "channelId": "UC2"}}, "UC2"),
    ],
)
def test_youtube_writes_ids_in_many_places(entry: dict[str, Any], native_id: str) -> None:
    snippet = {"title": "t", "resourceId": {"videoId": "v3"}}
    assert ids("youtube", {"items": [{**entry, "snippet": snippet}]}) == [native_id]
    assert ids("youtube", {**entry, "snippet": snippet}) == [native_id]


@pytest.mark.parametrize("name", ["weibo", "taobao", "youtube"])
def test_an_error_that_comes_as_a_page_is_refused(name: str) -> None:
    errors = {
        "weibo": {"error": "x", "error_code": 1},
        "taobao": {"error_response": {}},
        "youtube": {"error": {"code": 403}},
    }
    assert [item.reason for item in records(name, errors[name])] == ["platform error"]
    assert [item.reason for item in records(name, b"<%")] in (["not json"], ["unknown page"])


@pytest.mark.parametrize(
    "body",
    [
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>t</title><id>urn:1</id></entry></feed>',
        b"<rss><channel><item><title>t</title><guid>urn:1</guid></item></channel></rss>",
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        b'<item rdf:about="urn:1"><title>t</title><link>urn:1</link></item></rdf:RDF>',
        b"<rss><channel><item><title>t</title><guid>urn:1</guid>",
    ],
)
def test_feeds_of_every_kind(body: bytes) -> None:
    [item] = records("rss", body)
    assert item["title"] == "t" and item["native_id"]


def test_feeds_that_hold_nothing() -> None:
    assert records("rss", b"<rss><channel><title>t</title></channel></rss>") == []
    assert [
        item.reason for item in records("rss", b"<rss><channel><item><category>c</category></item></channel></rss>")
    ] == ["no text"]
    assert [item.reason for item in records("rss", b"plain words")] == ["not a feed"]


def test_a_feed_in_gbk_that_does_not_say_so() -> None:
    told = "我们在山里走了一整天，看到了很多没有见过的花和鸟，晚上回来的时候下起了大雨。"
    [item] = records("rss", f"<rss><channel><item><title>{told}</title></item></channel></rss>".encode("gbk"))
    assert item["title"] == told


def test_the_walk_of_youtube() -> None:
    youtube, playlist = platforms.load("youtube"), window("youtube", "UU1", "UU2")
    first = youtube.first(playlist)
    listed = {
        "nextPageToken": "T2",
        "items": [{"kind": "youtube#playlistItem", "snippet": {"resourceId": {"videoId": "v1"}}}],
    }
    videos = youtube.following(playlist, first, page(listed))
    assert videos and dict(videos.params)["id"] == "v1" and videos.url == "http://p/v3/videos"
    second = youtube.following(playlist, videos, page(b"broken"))
    assert second and dict(second.params)["pageToken"] == "T2"
    last = youtube.following(playlist, second, page({"items": []}))
    assert last and dict(last.params)["playlistId"] == "UU2"
    assert youtube.following(playlist, last, page({"items": []})) is None
    with pytest.raises(PageBroken):
        youtube.following(playlist, first, page(b"broken"))
    with pytest.raises(TargetsMissing, match="TRAWL_YOUTUBE_TARGETS"):
        youtube.first(window("youtube"))


@pytest.mark.parametrize("name", ["weibo", "taobao"])
def test_a_broken_page_is_passed_over_but_not_for_ever(name: str) -> None:
    platform, opened = platforms.load(name), window(name)
    request: Request | None = platform.first(opened)
    walked = []
    while request is not None:
        walked.append(dict(request.context)["page"])
        request = platform.following(opened, request, page(b"broken"))
    assert walked == ["1", "2", "3"]


@pytest.mark.parametrize("name", platforms.crawled())
def test_a_recorded_page_leads_nowhere_by_itself(name: str) -> None:
    """A replayed page carries no context: only its Link header goes on."""
    elsewhere = page(b'<rss><channel><link rel="next" href="http://elsewhere/"/></channel></rss>')
    assert platforms.load(name).following(window(name), Request("http://p/replay/x/9"), elsewhere) is None


def test_a_feed_pages_on_its_own_host_only() -> None:
    rss, opened = platforms.load("rss"), window("rss", base="http://p/rss")
    first = rss.first(opened)
    for href, goes_on in (("http://p/rss/feed.xml?page=2", True), ("http://elsewhere/2", False)):
        body = f'<feed xmlns="http://www.w3.org/2005/Atom"><link rel="next" href="{href}"/></feed>'.encode()
        assert bool(rss.following(opened, first, page(body))) is goes_on


def test_every_credential_is_redacted() -> None:
    for name in platforms.crawled():
        policy = platforms.load(name).POLICY
        sent = {key for key, value in platforms.load(name).first(window(name, "t")).params if value == "secret"}
        assert sent <= set(policy.redact) and bool(sent) <= bool(policy.credentials)

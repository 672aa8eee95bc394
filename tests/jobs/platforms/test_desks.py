"""Help desks and forums: what each payload means, how each walk goes on, and what cannot break either."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import page

from jobs import platforms
from jobs.platforms import PageBroken, Reject, Request, Window
from jobs.platforms._desk import AddressMissing, Reply, below, told
from schemas.record import RECORD, TYPES

DESKS = ("askbot", "confluence", "discourse", "faq", "hackernews", "stackexchange", "zendesk")
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
EARLIER, LATER = "2025-12-31T23:00:00Z", "2026-01-01T01:00:00Z"
KEYS = (
    "items question_id answers owner body title link id type by text time kids deleted dead topic_list topics post_stream"
    " posts cooked topic_id post_number latest_posts tags accepted_answer questions answer_ids author added_at summary"
    " results _links history version space ancestors metadata extensions status articles sections categories users locale"
    " user_segment_id draft question answer mainEntity @type acceptedAnswer number name storage value labels container"
    " comment_added_at html object_id actions_summary count error errors content"
).split()
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False, allow_infinity=False)
) | st.sampled_from(["page", "story", "pollopt", "Question", "2026-01-01", "<p>a<img src=//x/y>", "1", "current", ""])
SHAPED = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(KEYS), inner, min_size=1, max_size=6)
    | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), inner, max_size=2),
    max_leaves=20,
)
WRAPPERS = ("items", "questions", "results", "articles", "latest_posts", "faqs")


def read(name: str, payload: Any, url: str = "http://127.0.0.1/x") -> list[Any]:
    return list(platforms.load(name).items(page(payload, url)))


def one(name: str, payload: Any, url: str = "http://127.0.0.1/x") -> Any:
    [item] = read(name, payload, url)
    return item


def claims(name: str, payload: Any) -> bool:
    return platforms.load(name).claims(page(payload))


def window(*targets: str, since: datetime | None = None, base: str = "http://p") -> Window:
    return Window(date(2026, 1, 2), targets, base, ("user", "secret"), since)


def after(name: str, opened: Window, request: Request | None, payload: Any) -> Request | None:
    assert request is not None
    return platforms.load(name).following(opened, request, page(payload))


def sent(request: Request | None) -> dict[str, str]:
    assert request is not None
    return dict(request.params)


@pytest.mark.parametrize("name", DESKS)
@given(payload=SHAPED)
@settings(max_examples=60)
def test_no_json_breaks_a_desk(name: str, payload: Any) -> None:
    topics = {"topic_list": {"topics": [payload]}}
    wrapped = [{wrapper: [payload]} for wrapper in WRAPPERS]
    for whole in (payload, [payload], topics, {"post_stream": {"posts": [payload]}, "id": 1}, *wrapped):
        assert claims(name, whole) in (True, False)
        for item in read(name, whole):
            assert isinstance(item, Reject) or (set(item) <= set(RECORD.names) and item["type"] in TYPES)


@pytest.mark.parametrize("name", DESKS)
@given(body=st.binary(max_size=300))
@settings(max_examples=60)
def test_no_bytes_break_a_claim(name: str, body: bytes) -> None:
    for told_body in (body, b"{" + body, b"question,answer\n" + body, b"<p>askbot['" + body, b'"' * 9 + body):
        assert platforms.load(name).claims(page(told_body)) in (True, False)
        assert read(name, told_body) is not None


@pytest.mark.parametrize("name", [name for name in DESKS if name != "faq"])
@given(payload=SHAPED)
@settings(max_examples=30)
def test_a_walk_ends_or_goes_on_or_says_that_it_is_broken(name: str, payload: Any) -> None:
    opened = window(since=SINCE)
    for whole in (payload, {"topic_list": {"topics": [payload]}}, *({wrapper: [payload]} for wrapper in WRAPPERS)):
        try:
            request = after(name, opened, platforms.load(name).first(opened), whole)
        except PageBroken:
            continue
        assert request is None or request.url.startswith("http://p/")


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("zendesk", {"articles": [], "end_time": 1}),
        ("zendesk", {"sections": [{"id": 1, "html_url": "http://x", "locale": "de"}]}),
        ("zendesk", {"error": "RecordNotFound", "description": "Not found"}),
        ("discourse", {"topic_list": {"topics": []}}),
        ("discourse", {"category_list": {"categories": []}}),
        ("discourse", {"errors": ["no"], "error_type": "not_found"}),
        ("stackexchange", {"items": [], "has_more": False}),
        ("stackexchange", {"error_id": 502, "error_name": "throttle_violation"}),
        ("hackernews", {"items": [1, 2], "profiles": ["a"]}),
        ("hackernews", b'{"id": 1, "type": "job", "by": "a"}\n{"id": 2, "type": "story", "by": "a"}'),
        ("askbot", {"count": 0, "pages": 1, "questions": []}),
        ("askbot", b"<html><script>askbot['data'] = {}</script><h1>Page not found</h1></html>"),
        ("confluence", {"results": [], "start": 0, "limit": 2, "_links": {"self": "http://x/rest/api/content"}}),
        ("confluence", {"statusCode": 404, "message": "No content"}),
        ("faq", b"Frage;Antwort\nWarum?;Darum."),
        ("faq", "问题,答案\n为什么？,因为。".encode()),
        ("faq", [{"q": "a", "a": "b"}]),
        ("faq", {"@type": "FAQPage", "mainEntity": [{"@type": "Question", "name": "a"}]}),
    ],
)
def test_a_desk_knows_its_own(name: str, payload: Any) -> None:
    assert [desk for desk in DESKS if claims(desk, payload)] == [name]


@pytest.mark.parametrize(
    "payload",
    [
        {"items": [{"kind": "youtube#video", "id": "v"}]},
        {"title": "t", "html": "<p>b</p>"},
        {"error": {"code": 403, "message": "no"}},
        {"category_list": [{"id": "1"}]},
        {"results": [{"id": 1}], "count": 1},
        b"name,price\na,1",
        b"<html><body>words</body></html>",
        b"null",
        b"",
    ],
)
def test_a_desk_leaves_what_is_not_its_own(payload: Any) -> None:
    assert [desk for desk in DESKS if claims(desk, payload)] == []


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("zendesk", {"error": "InvalidEndpoint", "description": "Not found"}),
        ("discourse", {"errors": ["no"], "error_type": "not_found"}),
        ("stackexchange", {"error_id": 502, "error_name": "throttle_violation", "error_message": "wait"}),
        ("hackernews", {"error": "Permission denied"}),
        ("askbot", b"<html><script>askbot['data'] = {}</script><h1>Page not found</h1></html>"),
        ("confluence", {"statusCode": 404, "message": "No content"}),
    ],
)
def test_an_error_that_comes_as_a_page_is_refused(name: str, payload: Any) -> None:
    assert one(name, payload).reason == "platform error"


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("zendesk", {"articles": [], "end_time": 1}),
        ("zendesk", {"sections": [{"id": 1, "html_url": "http://x", "locale": "de"}]}),
        ("discourse", {"category_list": {"categories": [{"id": 1}]}}),
        ("stackexchange", {"items": [], "has_more": False}),
        ("hackernews", {"items": [1, 2], "profiles": ["a"]}),
        ("hackernews", b"null"),
        ("hackernews", b"8863"),
        ("askbot", {"count": 0, "pages": 1, "questions": []}),
        ("confluence", {"results": [], "start": 0, "limit": 2}),
        ("confluence", {"results": [{"type": "global", "key": "OPS", "name": "Operations"}]}),
        ("faq", b"question,answer\n\n,\n"),
    ],
)
def test_what_is_only_technical_is_no_item_and_no_reject(name: str, payload: Any) -> None:
    assert read(name, payload) == []


def test_the_accepted_answer_comes_first_then_the_best() -> None:
    replies = [Reply("a", 1), Reply("b", 5), Reply(None, 9), Reply("c", -2, is_accepted=True), Reply("d", 5)]
    assert told("q", replies) == "q\n\nc\n\nb\n\nd\n\na"
    assert told(None, []) is None


def test_the_place_of_a_forum_is_what_stands_before_its_paths() -> None:
    assert below("http://h/f/t/1.json?a=b", "/t/") == "http://h/f"
    assert below("file:///t/1.json", "/t/") is below("http://h/x", "/t/") is below("http://[", "/t/") is None


@pytest.mark.parametrize("name", ["zendesk", "discourse", "askbot", "confluence"])
def test_what_has_no_address_by_default_asks_for_one(name: str) -> None:
    with pytest.raises(AddressMissing, match=f"TRAWL_{name.upper()}_URL"):
        platforms.load(name).first(window(base=""))


# Zendesk


def article(**more: Any) -> dict[str, Any]:
    return {"articles": [{"id": 1, "title": "t", "body": "b", "user_segment_id": None, **more}]}


@pytest.mark.parametrize(
    ("more", "scope"),
    [
        ({}, "public"),
        ({"user_segment_id": 4}, "tenant"),
        ({"user_segment_ids": [4]}, "tenant"),
        ({"user_segment_ids": []}, "public"),
    ],
)
def test_an_article_is_public_where_no_segment_is_named(more: dict[str, Any], scope: str) -> None:
    assert one("zendesk", article(**more))["scope"] == scope


def test_an_article_that_does_not_say_who_may_see_it_is_the_tenants() -> None:
    assert one("zendesk", {"article": {"id": 1, "title": "t"}})["scope"] == "tenant"


def test_a_draft_leaves_no_words() -> None:
    draft = one("zendesk", article(draft=True))
    assert draft["status"] == "hidden" and not {"title", "body"} & draft.keys()


def test_an_article_without_its_section_has_no_path_and_a_circle_of_sections_ends() -> None:
    assert "category_path" not in one("zendesk", article(section_id=3))
    circle = [{"id": 1, "name": "a", "parent_section_id": 2}, {"id": 2, "name": "b", "parent_section_id": 1}]
    assert one("zendesk", {**article(section_id=1), "sections": circle})["category_path"][-1] == "a"


def test_the_walk_of_zendesk() -> None:
    opened = window(since=SINCE)
    first = platforms.load("zendesk").first(opened)
    assert sent(first)["start_time"] == str(int(SINCE.timestamp())) and sent(first)["include"]
    assert dict(first.headers) == {"Authorization": "Basic dXNlci90b2tlbjpzZWNyZXQ="}
    end = int(SINCE.timestamp()) + 9
    second = after(
        "zendesk", opened, first, {**article(), "end_time": end, "next_page": "http://elsewhere/?start_time=5"}
    )
    assert sent(second)["start_time"] == str(end) and second and second.url.startswith("http://p/")
    told_by_url = after("zendesk", opened, first, {**article(), "next_page": f"http://p/?start_time={end}"})
    assert sent(told_by_url) == sent(second)
    assert after("zendesk", opened, second, {**article(), "end_time": end, "next_page": "http://p"}) is None
    assert after("zendesk", opened, second, {**article(), "end_time": end + 9, "next_page": None}) is None
    assert after("zendesk", opened, second, {"articles": [], "end_time": end + 9, "next_page": "http://p"}) is None
    with pytest.raises(PageBroken):
        after("zendesk", opened, first, b"broken")
    assert sent(platforms.load("zendesk").first(window()))["start_time"] == "0"


# Discourse


def post(number: int, cooked: str, **more: Any) -> dict[str, Any]:
    return {"id": 100 + number, "post_number": number, "post_type": 1, "cooked": cooked, "topic_id": 5, **more}


def topic(*posts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": 5, "title": "t", "slug": "s", "post_stream": {"posts": list(posts)}, **more}


def test_posts_that_were_taken_back_or_are_no_posts_are_left_out() -> None:
    posts = [post(1, "q"), post(2, "a", hidden=True), post(3, "b", deleted_at=LATER), post(4, "c", user_deleted=True)]
    assert one("discourse", topic(*posts, post(5, "d", post_type=3)))["body"] == "q"


def test_answers_go_by_acceptance_then_likes() -> None:
    liked = post(3, "b", actions_summary=[{"id": 2, "count": 4}])
    assert one("discourse", topic(post(1, "q"), post(2, "a"), liked))["body"] == "q\n\nb\n\na"
    solved = one("discourse", topic(post(1, "q"), liked, post(2, "a", accepted_answer=True)))
    assert solved["body"] == "q\n\na\n\nb" and solved["type"] == "qa"


def test_an_accepted_answer_that_the_page_does_not_hold_is_quoted() -> None:
    item = one("discourse", topic(post(1, "q"), post(2, "a"), accepted_answer={"post_number": 40, "excerpt": "so"}))
    assert item["body"] == "q\n\nso\n\na" and item["type"] == "qa"


@pytest.mark.parametrize(
    ("more", "kind"),
    [({}, "post"), ({"title": "why?"}, "qa"), ({"title": "为何？"}, "qa"), ({"has_accepted_answer": True}, "qa")],
)
def test_a_topic_that_asks_is_a_question(more: dict[str, Any], kind: str) -> None:
    assert one("discourse", topic(post(1, "q"), **more))["type"] == kind


@pytest.mark.parametrize(
    ("more", "status"),
    [({"visible": False}, "hidden"), ({"deleted_at": LATER}, "deleted"), ({"visible": True}, "live")],
)
def test_a_topic_may_be_taken_from_the_public(more: dict[str, Any], status: str) -> None:
    assert one("discourse", topic(post(1, "q"), **more))["status"] == status


def test_a_private_message_belongs_to_the_tenant() -> None:
    assert one("discourse", topic(post(1, "q"), archetype="private_message"))["scope"] == "tenant"


def test_a_topic_has_the_address_of_its_forum() -> None:
    assert one("discourse", topic(post(1, "q")), "http://h/forum/t/5.json")["url"] == "http://h/forum/t/s/5"


def test_a_dropped_list_gives_topics_and_a_crawled_one_only_leads_to_them() -> None:
    listed = {
        "topic_list": {
            "topics": [{"id": 5, "fancy_title": "a &amp; b", "posts_count": 3, "image_url": "//x.org/y.png"}]
        }
    }
    item = one("discourse", listed)
    assert item["title"] == "a & b" and item["engagement"] == {"comments": 2}
    assert item["media"] == [{"kind": "image", "url": "https://x.org/y.png"}]
    assert read("discourse", listed, "http://h/latest.json?page=0") == []


def test_posts_without_their_topic() -> None:
    posts = [post(1, "q", topic_title="a &lt; b?", topic_slug="s"), post(2, "a", topic_slug="s")]
    opening, reply = read("discourse", {"latest_posts": posts}, "http://h/posts.json?before=200")
    assert (opening["native_id"], opening["type"], opening["title"]) == ("5", "qa", "a < b?")
    assert reply["native_id"] == "post:102" and reply["relations"] == ["reply_to:discourse:5"]
    assert (opening["url"], reply["url"]) == ("http://h/t/s/5", "http://h/t/s/5/2")


def test_the_walk_of_discourse() -> None:
    opened = window(since=SINCE)
    first = platforms.load("discourse").first(opened)
    topics = [
        {"id": 1, "bumped_at": LATER},
        {"id": 2, "bumped_at": EARLIER, "pinned": True},
        {"id": 3, "bumped_at": LATER},
    ]
    listed = {"topic_list": {"topics": topics, "more_topics_url": "/latest?page=1"}}
    one_ = after("discourse", opened, first, listed)
    assert one_ and one_.url == "http://p/t/1.json"
    three = after("discourse", opened, one_, b"broken")
    assert three and three.url == "http://p/t/3.json"
    second = after("discourse", opened, three, {})
    assert sent(second) == {"page": "1"}
    old = {"topic_list": {"topics": [{"id": 4, "bumped_at": EARLIER}], "more_topics_url": "/latest?page=2"}}
    assert after("discourse", opened, second, old) is None
    last = after("discourse", window(), second, {"topic_list": {"topics": [{"id": 4, "bumped_at": EARLIER}]}})
    assert last and last.url == "http://p/t/4.json" and after("discourse", window(), last, {}) is None
    with pytest.raises(PageBroken):
        after("discourse", opened, first, b"broken")


# FAQ files


@pytest.mark.parametrize(
    ("told_date", "moment", "precision"),
    [
        ("2025/12/3", "2025-12-03", "day"),
        ("2025年12月3日", "2025-12-03", "day"),
        ("2025.12.03", "2025-12-03", "day"),
        ("2025-12-03T10:00:00Z", "2025-12-03", "second"),
        (1764756000, "2025-12-03", "second"),
    ],
)
def test_dates_of_spreadsheets(told_date: Any, moment: str, precision: str) -> None:
    item = one("faq", [{"question": "q", "answer": "a", "last_update": told_date}])
    assert item["updated_at"].date().isoformat() == moment and item["time_precision"] == precision


@pytest.mark.parametrize(
    "body",
    [
        b"question,answer\nq,a",
        b"question\tanswer\nq\ta",
        b"Question ; Answer\nq;a",
        b"\xef\xbb\xbfQ,A\nq,a",
        "question\tanswer\nq\ta".encode("utf-16"),
        b'[{"question": "q", "answer": "a"}]',
        b'{"faqs": [{"question": "q", "response": "a"}]}',
        b'{"question": "q", "answer": "a"}\n{"question": "q", "answer": "a"}\n',
        b'{"@type": "FAQPage", "mainEntity": [{"@type": "Question", "name": "q", "acceptedAnswer": {"text": "<p>a</p>"}}]}',
        b'{"@type": "Question", "name": "q", "acceptedAnswer": {"text": "a"}}',
    ],
)
def test_files_of_every_kind(body: bytes) -> None:
    assert {(item["title"], item["body"], item["type"]) for item in read("faq", body)} == {("q", "a", "qa")}


def test_a_table_in_the_code_page_of_its_machine() -> None:
    words = "我们的产品保修两年，请在购买之后保留好发票，维修时需要出示。客服电话在工作日的早上九点到下午六点之间接听。"
    [item] = read("faq", f"问题,答案\n保修期有多长时间呢？,{words}\n".encode("gbk"))
    assert item["body"] == words


def test_a_row_without_an_id_keeps_its_name_when_its_answer_changes() -> None:
    rows = [
        {"question": "q", "answer": "a", "link": "http://x.org/f?utm_source=b"},
        {"question": " q\n", "answer": "b", "link": "http://x.org/f"},
        {"question": "q", "answer": "a", "link": "http://x.org/g"},
        {"question": "q", "answer": "a", "link": "http://x.org/f", "lang": "de"},
    ]
    names = [item["native_id"] for item in read("faq", rows)]
    assert names[0] == names[1] and len(set(names)) == 3
    assert one("faq", [{"id": 7, "question": "q", "answer": "a"}])["native_id"] == "7"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"status": "Draft"}, {"status": "hidden"}),
        ({"status": "archived"}, {"status": "deleted"}),
        ({"visibility": "Internal"}, {"scope": "tenant", "status": "live"}),
        ({"category": "Care > Filters"}, {"category_path": ["Care", "Filters"]}),
        ({"tags": "a, b;c"}, {"tags": ["a", "b", "c"]}),
        ({"city": "Ulm", "country": "DE"}, {"geo": "Ulm, DE"}),
        ({"lang": "zh-CN"}, {"lang": "zh", "lang_source": "declared"}),
    ],
)
def test_what_else_a_row_tells(more: dict[str, Any], expected: dict[str, Any]) -> None:
    item = one("faq", [{"question": "q", "answer": "a", **more}])
    assert {name: item[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"question,answer\n,a\n", "no question"),
        (b'["words"]', "no row"),
        (b'{"question": "q"}\n{broken\n', "not json"),
        (b'question,answer\nq,"' + b"a" * 140_000 + b'"\n', "broken table"),
    ],
)
def test_a_row_that_is_none_is_refused_by_itself(body: bytes, reason: str) -> None:
    assert [item.reason for item in read("faq", body) if isinstance(item, Reject)] == [reason]


# Stack Exchange


def question(**more: Any) -> dict[str, Any]:
    return {"items": [{"question_id": 7, "title": "t", "link": "https://stackoverflow.com/questions/7/t", **more}]}


def test_titles_names_and_markdown_come_escaped_and_bodies_as_html() -> None:
    item = one(
        "stackexchange", question(title="a &lt; b", body_markdown="x &amp;&amp; y", owner={"display_name": "Zo&#235;"})
    )
    assert (item["title"], item["body"], item["author"]) == ("a < b", "x && y", {"name": "Zoë"})
    assert one("stackexchange", question(body="<p>x &amp; y</p>", body_markdown="z"))["body"] == "x & y"


def test_a_vote_below_zero_and_a_count_of_zero_are_kept() -> None:
    assert one("stackexchange", question(score=-3, answer_count=0))["engagement"] == {"score": -3, "comments": 0}


@pytest.mark.parametrize(
    ("link", "native_id"),
    [
        ("https://stackoverflow.com/questions/7/t", "7"),
        ("https://askubuntu.com/questions/7/t", "askubuntu.com:7"),
        ("", "7"),
        ("question", "7"),
    ],
)
def test_a_number_is_unique_within_its_site(link: str, native_id: str) -> None:
    assert one("stackexchange", question(link=link))["native_id"] == native_id


def test_an_answer_alone_is_a_post_that_replies() -> None:
    answer = {"answer_id": 8, "question_id": 7, "body": "<p>a</p>", "link": "https://askubuntu.com/a/8"}
    item = one("stackexchange", {"items": [answer], "has_more": False})
    assert item["type"] == "post" and item["relations"] == ["reply_to:stackexchange:askubuntu.com:7"]


def test_the_walk_of_stack_exchange() -> None:
    opened = window("stackoverflow", "askubuntu", since=SINCE)
    first = platforms.load("stackexchange").first(opened)
    assert sent(first)["min"] == str(int(SINCE.timestamp())) and sent(first)["sort"] == "activity"
    second = after("stackexchange", opened, first, {**question(), "has_more": True, "backoff": 9})
    assert sent(second)["page"] == "2" and sent(second)["key"] == "user"
    other = after("stackexchange", opened, second, {**question(), "has_more": False})
    assert (sent(other)["site"], sent(other)["page"]) == ("askubuntu", "1")
    assert after("stackexchange", opened, other, {"items": [], "has_more": False}) is None
    with pytest.raises(PageBroken):
        after("stackexchange", opened, first, {"error_id": 502})
    assert "min" not in sent(platforms.load("stackexchange").first(window()))


def test_a_question_that_is_asked_for_by_number_and_missing_is_gone() -> None:
    revisit: Any = platforms.load("stackexchange")
    request = revisit.revisit(window(), ["askubuntu.com:7", "8", "askubuntu.com:9"])
    assert request.url == "http://p/2.3/questions/7;9" and sent(request)["site"] == "askubuntu.com"
    found = question(link="https://askubuntu.com/questions/7/t")
    live, gone = read("stackexchange", found, f"{request.url}?site=askubuntu.com")
    assert live["native_id"] == "askubuntu.com:7"
    assert gone == {"native_id": "askubuntu.com:9", "type": "qa", "status": "gone"}


# Hacker News


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"deleted": True}, {"status": "deleted"}),
        ({"dead": True, "title": "t"}, {"status": "hidden"}),
        ({"text": "a<p>b &#x27;c&#x27;"}, {"body": "a\n\nb 'c'"}),
        (
            {"title": "t", "url": "http://x.org/a"},
            {"body": "http://x.org/a", "url": "https://news.ycombinator.com/item?id=3"},
        ),
        ({"title": "t", "score": 0, "descendants": 0}, {"engagement": {"score": 0, "comments": 0}}),
        ({"text": "t", "parent": 2}, {"relations": ["reply_to:hackernews:2"]}),
        ({"text": "t", "parent": 2, "type": "pollopt"}, {"relations": ["part_of:hackernews:2"]}),
        ({"text": "t", "poll": 1, "type": "pollopt"}, {"relations": ["part_of:hackernews:1"]}),
        ({"title": "t", "type": "job"}, {"type": "post"}),
    ],
)
def test_items_of_every_kind(more: dict[str, Any], expected: dict[str, Any]) -> None:
    item = one("hackernews", {"id": 3, "type": "comment", "time": 1764500000, **more})
    assert {name: item[name] for name in expected} == expected


def test_an_item_without_words_is_refused() -> None:
    assert one("hackernews", {"id": 3, "type": "story", "by": "a"}).reason == "no text"


def test_the_walk_of_hacker_news() -> None:
    opened = window(since=SINCE)
    newer, older = int(SINCE.timestamp()) + 1, int(SINCE.timestamp()) - 1
    highest = platforms.load("hackernews").first(opened)
    updates = after("hackernews", opened, highest, 90)
    changed = after("hackernews", opened, updates, {"items": [12, True, "x", 11], "profiles": []})
    assert changed and changed.url == "http://p/v0/item/12.json"
    changed = after("hackernews", opened, changed, {"id": 12, "time": older})
    assert changed and changed.url == "http://p/v0/item/11.json"
    walk = after("hackernews", opened, changed, b"broken")
    assert walk and walk.url == "http://p/v0/item/90.json"
    walk = after("hackernews", opened, walk, None)
    walk = after("hackernews", opened, walk, {"id": 89, "time": newer})
    assert walk and walk.url == "http://p/v0/item/88.json"
    assert after("hackernews", opened, walk, {"id": 88, "time": older}) is None
    with pytest.raises(PageBroken):
        after("hackernews", opened, highest, b"broken")


def test_a_walk_ends_at_the_first_number_and_where_nothing_is_left() -> None:
    request = after("hackernews", window(), platforms.load("hackernews").first(window()), 2)
    walked = []
    while request := after("hackernews", window(), request, {"id": 1, "time": 1}):
        walked.append(request.url.rpartition("/")[2])
    assert walked == ["2.json", "1.json"]
    request = after(
        "hackernews", window(), after("hackernews", window(), platforms.load("hackernews").first(window()), 900), {}
    )
    steps = 0
    while request := after("hackernews", window(), request, None):
        steps += 1
    assert steps == 19


# Askbot

SAVED = b"""<html><head><link rel="canonical" href="https://ask.example/en/question/31/how/"/>
<script>askbot['data']['languageCode'] = 'de';</script></head><body>
<div class="post js-question" data-post-id="31"><div class="vote-number">-4</div>
<div id="post-id-31" class="post-content"><h1><a href="/en/question/31/how/">How?</a></h1>
<ul id="question-tags"><li><a rel="tag" href="#">pairing</a></li></ul>
<div class="post-body"><div class="post-update-info-container">
<div class="post-update-info">asked <abbr class="timeago" title="2025-12-01 10:00:00 -0600">x</abbr>
<div class="user-info"><a href="/en/users/9/wren/">wren</a></div></div>
<div class="post-update-info">updated <abbr class="timeago" title="2025-12-02 10:00:00 -0600">x</abbr></div></div>
<p>Both blink.</p><img src="/upfiles/a.png" alt=""></div></div></div>
<h2 id="questionCount">2 answers</h2>
<div class="post answer" data-post-id="32"><div class="vote-number">7</div><div class="post-body">
<div class="post-update-info-container">answered</div><p>Best.</p></div></div>
<div class="post answer accepted-answer" data-post-id="33"><div class="vote-number">1</div><div class="post-body">
<p>Chosen.</p></div></div><div class="box statsWidget"><p>Seen: <strong>1,204 times</strong></p></div></body></html>"""


def test_a_saved_page_of_a_question() -> None:
    item = one("askbot", SAVED)
    assert item == {
        "native_id": "31",
        "type": "qa",
        "url": "https://ask.example/en/question/31/how/",
        "title": "How?",
        "body": "Both blink.\n\nChosen.\n\nBest.",
        "author": {"id": "9", "name": "wren", "url": "https://ask.example/en/users/9/wren/"},
        "created_at": datetime(2025, 12, 1, 16, tzinfo=UTC),
        "time_precision": "second",
        "updated_at": datetime(2025, 12, 2, 16, tzinfo=UTC),
        "lang": "de",
        "lang_source": "declared",
        "media": [{"kind": "image", "url": "https://ask.example/upfiles/a.png"}],
        "engagement": {"score": -4, "views": 1204, "comments": 2},
        "tags": ["pairing"],
    }


def test_a_list_of_comments() -> None:
    comment = {"id": 4, "object_id": 31, "html": "<p>me too</p>", "comment_added_at": "2025-12-01 10:00:00 -0600"}
    item = one("askbot", [comment])
    assert item["relations"] == ["reply_to:askbot:31"] and item["created_at"].hour == 16


def test_a_single_question_of_the_api() -> None:
    assert one("askbot", {"id": 31, "title": "How?", "answer_ids": [], "added_at": "1764100000"})["title"] == "How?"


def test_the_walk_of_askbot() -> None:
    opened = window(since=SINCE)
    new, old = ({"last_activity_at": str(int(SINCE.timestamp()) + step)} for step in (1, -1))
    first = platforms.load("askbot").first(opened)
    second = after("askbot", opened, first, {"pages": 4, "questions": [old, new]})
    assert sent(second) == {"page": "2", "sort": "activity-desc"}
    assert after("askbot", opened, second, {"pages": 4, "questions": [old, old]}) is None
    assert after("askbot", window(), second, {"pages": 2, "questions": [old]}) is None
    for broken in (b"broken", {"questions": []}, SAVED):
        with pytest.raises(PageBroken):
            after("askbot", opened, first, broken)


# Confluence


def content(storage: str = "", **more: Any) -> dict[str, Any]:
    return {
        "id": "1",
        "type": "page",
        "status": "current",
        "title": "t",
        "body": {"storage": {"value": storage}},
        **more,
    }


@pytest.mark.parametrize(
    ("storage", "body"),
    [
        ("<p>a</p><p>b &amp; c</p>", "a\n\nb & c"),
        ("<ac:task><ac:task-id>1</ac:task-id><ac:task-status>complete</ac:task-status><ac:task-body>a</ac:task-body></ac:task>", "a"),
        ('<ac:structured-macro ac:name="code"><ac:parameter ac:name="language">c</ac:parameter>'
         "<ac:plain-text-body><![CDATA[x < y]]></ac:plain-text-body></ac:structured-macro>", "x < y"),
        ('a<ac:image><ri:attachment ri:filename="f.png"/><ac:caption>c</ac:caption></ac:image>', "a"),
    ],
)  # fmt: skip
def test_storage_format_as_text(storage: str, body: str) -> None:
    assert one("confluence", content(storage))["body"] == body


def test_pictures_of_a_page() -> None:
    storage = (
        '<ac:image><ri:url ri:value="https://x.org/a.png?b=1&amp;c=2" /></ac:image><ac:image ac:width="9">'
        '<ri:attachment ri:filename="f &amp; g.png" /></ac:image><ac:link><ri:attachment ri:filename="h.pdf"/></ac:link>'
    )
    item = one("confluence", content(storage, _links={"base": "https://w.example/c"}))
    urls = [medium["url"] for medium in item["media"]]
    assert urls == ["https://x.org/a.png?b=1&c=2", "https://w.example/c/download/attachments/1/f%20%26%20g.png"]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"status": "trashed"}, {"status": "deleted"}),
        ({"status": "draft"}, {"status": "hidden"}),
        ({"type": "blogpost"}, {"type": "document"}),
        ({"type": "comment", "container": {"id": "9"}}, {"type": "post", "relations": ["reply_to:confluence:9"]}),
        (
            {"type": "attachment", "_expandable": {"container": "/rest/api/content/9"}},
            {"relations": ["part_of:confluence:9"]},
        ),
        (
            {"history": {"latest": False}, "version": {"number": 2}},
            {"native_id": "1.v2", "relations": ["version_of:confluence:1"]},
        ),
        (
            {"version": {"number": 2, "when": LATER}},
            {"native_id": "1", "updated_at": datetime(2026, 1, 1, 1, tzinfo=UTC)},
        ),
        ({"space": {"name": "Ops"}, "ancestors": [{"title": "a"}, {"id": "3"}]}, {"category_path": ["Ops", "a"]}),
        ({"metadata": {"labels": {"results": [{"name": "x"}]}}}, {"tags": ["x"]}),
    ],
)
def test_contents_of_every_kind(more: dict[str, Any], expected: dict[str, Any]) -> None:
    item = one("confluence", {"results": [content("b", **more)], "start": 0, "limit": 1})
    assert {name: item[name] for name in expected} == expected


def test_an_attachment_is_its_file() -> None:
    told_file = {"extensions": {"mediaType": "image/png"}, "_links": {"base": "http://w", "download": "/d/f.png"}}
    [medium] = one("confluence", content(type="attachment", **told_file))["media"]
    assert medium == {"kind": "image", "url": "http://w/d/f.png", "mime": "image/png"}


def test_what_nobody_knows_is_refused() -> None:
    assert one("confluence", {"id": "1", "type": "whiteboard", "title": "t"}).reason == "unknown content"


def test_the_walk_of_confluence() -> None:
    opened = window(since=SINCE)
    first = platforms.load("confluence").first(opened)
    assert 'lastmodified >= "2026-01-01 00:00"' in sent(first)["cql"]
    assert dict(first.headers) == {"Authorization": "Basic dXNlcjpzZWNyZXQ="}
    further = {
        "results": [],
        "_links": {"next": "/wiki/rest/api/content/search?cql=x&cursor=y", "base": "http://elsewhere"},
    }
    second = after("confluence", opened, first, further)
    assert (
        second and second.url == "http://p/rest/api/content/search?cql=x&cursor=y" and second.headers == first.headers
    )
    trash = after("confluence", opened, second, {"results": []})
    assert sent(trash)["status"] == "trashed"
    more = after(
        "confluence", opened, trash, {"results": [], "_links": {"next": "/rest/api/content?status=trashed&start=200"}}
    )
    assert more and after("confluence", opened, more, {"results": []}) is None
    with pytest.raises(PageBroken):
        after("confluence", opened, first, b"broken")


def test_a_wiki_is_private() -> None:
    assert platforms.load("confluence").POLICY.is_private

"""Papers: each rule of reading and each quirk, the walks, and what must not break them."""

import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import page

from jobs import platforms
from jobs.platforms import Page, PageBroken, Reject, Request, Window
from schemas.record import RECORD
from tests.samples.papers import COUNTERS

GOLDEN = Path(__file__).parents[2] / "golden" / "platforms"

PAPERS = ("cnki", "crossref", "oai_pmh", "openalex", "scholar")
SINCE = datetime(2026, 1, 1, 23, 0, tzinfo=UTC)
OAI = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">{}</OAI-PMH>'
DC = (
    "<record><header><identifier>oai:x:1</identifier><datestamp>2026-01-01</datestamp></header><metadata>"
    '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<dc:title>t</dc:title>{}</oai_dc:dc></metadata></record>"
)


def read(name: str, payload: Any, url: str = "http://127.0.0.1/x") -> list[Any]:
    return list(platforms.load(name).items(page(payload, url)))


def reasons(name: str, payload: Any) -> list[str]:
    return [item.reason for item in read(name, payload)]


def window(*targets: str, since: datetime | None = None, base: str = "http://p/r") -> Window:
    return Window(date(2026, 1, 2), targets, base, ("secret",), since)


def work(**told: Any) -> Any:
    [item] = read("crossref", {"message": {"DOI": "10.5555/A", "title": ["t"], **told}})
    return item


@pytest.mark.parametrize(
    ("told", "column", "meant"),
    [
        ({}, "native_id", "10.5555/a"),  # a DOI has no case
        ({"title": ["A <i>b</i> &amp; c"]}, "title", "A b & c"),
        ({"title": ["Maps"], "subtitle": ["A study"]}, "title", "Maps: A study"),
        ({"title": ["Maps: a study"], "subtitle": ["A study"]}, "title", "Maps: a study"),  # deposited twice
        ({"abstract": "<jats:p>a<jats:break/>b</jats:p><jats:p>c</jats:p>"}, "body", "a\nb\n\nc"),
        ({"abstract": "<jats:title>Abstract</jats:title><jats:p>a</jats:p>"}, "body", "a"),
        ({"abstract": "<jats:p>a <jats:tex-math>$x$</jats:tex-math></jats:p>"}, "body", "a"),
        ({"URL": "http://dx.doi.org/10.5555/A"}, "url", "https://dx.doi.org/10.5555/A"),
        ({"author": [{"given": "Jane", "family": "Doe"}]}, "author", {"name": "Jane Doe"}),
        ({"author": [{"name": "Maps Group"}]}, "author", {"name": "Maps Group"}),
        ({"type": "monograph", "ISBN": ["9780306406157"]}, "ids", {"doi": "10.5555/a", "isbn": "9780306406157"}),
        ({"type": "book-chapter", "ISBN": ["9780306406157"]}, "ids", {"doi": "10.5555/a"}),
        ({"ISSN": ["2049-3631", "2049-3630"]}, "ids", {"doi": "10.5555/a", "issn": "2049-3630"}),
        ({"DOI": "10.48550/arXiv.2101.00001"}, "ids", {"doi": "10.48550/arxiv.2101.00001", "arxiv": "2101.00001"}),
        ({"language": "en-US"}, "lang", "en"),
        (
            {"relation": {"is-version-of": [{"id-type": "doi", "id": "10.5555/B"}, {"id-type": "uri", "id": "x"}]}},
            "relations",
            ["version_of:crossref:10.5555/b"],
        ),
    ],
)
def test_a_work_of_crossref(told: dict[str, Any], column: str, meant: Any) -> None:
    assert work(**told)[column] == meant


@pytest.mark.parametrize(
    ("told", "meant", "precision"),
    [
        ({"issued": {"date-parts": [[2016, 3, 1]]}}, "2016-03-01", "day"),
        ({"issued": {"date-parts": [[2016, 3]]}}, "2016-03-01", "year"),
        ({"issued": {"date-parts": [[2016]]}}, "2016-01-01", "year"),
        ({"issued": {"date-parts": [[None]]}, "published": {"date-parts": [[2015]]}}, "2015-01-01", "year"),
        (
            {"issued": {"date-parts": [[None]]}, "created": {"date-time": "2014-01-02T03:04:05Z"}},
            "2014-01-02T03:04:05",
            "second",
        ),
    ],
)
def test_dates_of_crossref_are_partial(told: dict[str, Any], meant: str, precision: str) -> None:
    item = work(**told)
    assert item["created_at"] == datetime.fromisoformat(meant).replace(tzinfo=UTC)
    assert item["time_precision"] == precision


def test_messages_of_crossref_that_hold_no_works() -> None:
    assert read("crossref", {"status": "ok", "message-type": "work-list", "message": {"items": []}}) == []
    assert read("crossref", {"status": "ok", "message-type": "member-list", "message": {"items": [{"id": 1}]}}) == []
    assert reasons("crossref", {"status": "failed", "message-type": "validation-failure", "message": []}) == [
        "platform error"
    ]
    assert reasons("crossref", b"Resource not found.") == ["not json"]


def paper(**told: Any) -> Any:
    [item] = read("openalex", {"id": "https://openalex.org/W1", "display_name": "t", **told})
    return item


@pytest.mark.parametrize(
    ("told", "column", "meant"),
    [
        ({}, "native_id", "W1"),
        ({}, "url", "https://openalex.org/W1"),
        ({"doi": "https://doi.org/10.5555/A"}, "url", "https://doi.org/10.5555/a"),
        ({"abstract_inverted_index": {"fold": [1, 3], "We": [0], "then": [2], "": [4]}}, "body", "We fold then fold"),
        ({"abstract_inverted_index": {"a": [0], "b": [10**12, -1, "x", True]}}, "body", "a b"),
        ({"publication_date": "2020-05-06"}, "time_precision", "day"),
        ({"publication_date": None, "publication_year": 2020}, "time_precision", "year"),
        ({"locations": [{"landing_page_url": "http://arxiv.org/abs/2101.00001v2"}]}, "ids", {"arxiv": "2101.00001"}),
        ({"ids": {"pmid": "https://pubmed.ncbi.nlm.nih.gov/12"}}, "ids", {"pmid": "12"}),
    ],
)
def test_a_work_of_openalex(told: dict[str, Any], column: str, meant: Any) -> None:
    assert paper(**told)[column] == meant


def test_merged_works_of_openalex_are_tombstones() -> None:
    [gone] = read("openalex", b"merge_date,id,merge_into_id\n2022-07-15,W9,W1\nbroken\n")
    assert gone == {"native_id": "W9", "type": "document", "status": "gone", "relations": ["version_of:openalex:W1"]}
    asked = platforms.load("openalex").revisit(window(), ("W1", "W9"))  # type: ignore[attr-defined]
    url = f"{asked.url}?filter={dict(asked.params)['filter']}"
    found = read("openalex", {"meta": {}, "results": [{"id": "https://openalex.org/W1", "display_name": "t"}]}, url)
    assert [(item["native_id"], item.get("status")) for item in found] == [("W1", None), ("W9", "gone")]
    assert reasons("openalex", {"error": "x", "message": "y"}) == ["platform error"]


def dublin(inner: str) -> Any:
    [item] = read("oai_pmh", OAI.format(f"<ListRecords>{DC.format(inner)}</ListRecords>").encode())
    return item


@pytest.mark.parametrize(
    ("inner", "column", "meant"),
    [
        ("", "native_id", "oai:x:1"),
        ("<dc:language>eng</dc:language>", "lang", "en"),
        ("<dc:creator>Doe, Jane</dc:creator>", "author", {"name": "Jane Doe"}),
        (
            "<dc:creator><n:name xmlns:n='x'>Jane</n:name><n:place xmlns:n='x'>P</n:place></dc:creator>",
            "author",
            {"name": "Jane"},
        ),
        ("<dc:description>a\n  b 0.1&lt;z&lt;0.7\n\nc</dc:description>", "body", "a b 0.1<z<0.7\n\nc"),
        ("<dc:description>&lt;p&gt;a&lt;br/&gt;b&lt;/p&gt;</dc:description>", "body", "a\nb"),
        ("<dc:identifier>x</dc:identifier><dc:identifier>http://h/1</dc:identifier>", "url", "http://h/1"),
        ("<dc:identifier>doi:10.5555/A</dc:identifier>", "url", "https://doi.org/10.5555/a"),
        ("<dc:relation>doi:10.5555/other</dc:relation>", "ids", None),  # another work
        ("<dc:relation>info:eu-repo/semantics/altIdentifier/doi/10.5555/a</dc:relation>", "ids", {"doi": "10.5555/a"}),
        ("<dc:identifier>urn:isbn:9780306406157</dc:identifier>", "ids", {"isbn": "9780306406157"}),
        ("<dc:source>urn:ISSN:2049-3630</dc:source>", "ids", {"issn": "2049-3630"}),
        ("<dc:date>2020</dc:date><dc:date>2019-02-03</dc:date><dc:date>2021-01-01</dc:date>", "time_precision", "day"),
        ("<dc:subject>a</dc:subject><dc:subject>b</dc:subject><dc:subject>a</dc:subject>", "tags", ["a", "b"]),
    ],
)
def test_dublin_core(inner: str, column: str, meant: Any) -> None:
    assert dublin(inner).get(column) == meant


def test_oai_pmh_tells_what_was_deleted() -> None:
    header = '<header status="deleted"><identifier>oai:x:2</identifier></header>'
    for inner in (
        f"<ListRecords><record>{header}</record></ListRecords>",
        f"<ListIdentifiers>{header}</ListIdentifiers>",
    ):
        assert read("oai_pmh", OAI.format(inner).encode()) == [
            {"native_id": "oai:x:2", "type": "document", "status": "deleted"}
        ]


@pytest.mark.parametrize(
    ("inner", "meant"),
    [
        ('<error code="noRecordsMatch"/>', []),
        ('<error code="badArgument">no</error>', ["platform error"]),
        ("<Identify><repositoryName>r</repositoryName></Identify>", []),
        ("<ListIdentifiers><header><identifier>a</identifier></header></ListIdentifiers>", ["no metadata"]),
        (
            "<GetRecord><record><header><identifier>a</identifier></header><metadata><m/></metadata></record></GetRecord>",
            ["unknown metadata format"],
        ),
    ],
)
def test_answers_of_oai_pmh_that_hold_no_records(inner: str, meant: list[str]) -> None:
    assert reasons("oai_pmh", OAI.format(inner).encode()) == meant


def test_a_page_cut_short_loses_its_last_record_alone() -> None:
    whole = OAI.format(f"<ListRecords>{DC.format('')}{DC.format('').replace('x:1', 'x:2')}</ListRecords>").encode()
    told = read("oai_pmh", whole[: whole.rindex(b"</dc:title>") - 1])
    assert [item if isinstance(item, dict) else item.reason for item in told] == [
        "broken xml",
        {**told[1]},
        "page cut short",
    ]
    assert told[1]["native_id"] == "oai:x:1"
    dirty = read("oai_pmh", whole.replace(b"<dc:title>t", b"<dc:title>t\x01", 1))
    assert [getattr(item, "reason", "read") for item in dirty] == ["broken xml", "read", "read"]


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    "body",
    [
        f'<!DOCTYPE r [<!ENTITY a0 "ha">{LAUGHS}]>' + OAI.format(f"<ListRecords>{DC.format('&a11;')}</ListRecords>"),
        f'<!DOCTYPE r [<!ENTITY a0 "ha">{LAUGHS}]>'
        + OAI.format(f"<ListRecords x='&a11;'>{DC.format('')}</ListRecords>"),
        '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
        + OAI.format(f"<ListRecords>{DC.format('<dc:description>&a;</dc:description>')}</ListRecords>"),
        OAI.format("<ListRecords>" + "<record>" * 100_000),
        OAI.format(f"<ListRecords>{DC.format('<dc:subject>' * 100_000)}</ListRecords>"),
        OAI.format(
            f"<ListRecords>{DC.format(f'<dc:description>{chr(97) * 11_000_000}</dc:description>')}</ListRecords>"
        ),
    ],
    ids=["laughs", "laughs in an attribute", "a file", "deep", "deep metadata", "long"],
)
def test_xml_that_would_hurt_does_not(body: str) -> None:
    started = time.monotonic()
    for item in read("oai_pmh", body.encode()):
        assert isinstance(item, Reject) or len(str(item)) < 10_001_000 and item.get("body", "a")[:1] == "a"
    assert time.monotonic() - started < 5


def test_the_walk_of_oai_pmh() -> None:
    oai, opened = platforms.load("oai_pmh"), window("maps", "http://q/oai?metadataPrefix=marcxml&set=s", since=SINCE)
    first = oai.first(opened)
    assert first.url == "http://p/r"
    assert dict(first.params) == {
        "verb": "ListRecords",
        "metadataPrefix": "oai_dc",
        "set": "maps",
        "from": "2026-01-01",
    }
    token = oai.following(
        opened, first, page(OAI.format("<ListRecords><resumptionToken>T</resumptionToken></ListRecords>").encode())
    )
    assert token and dict(token.params) == {"verb": "ListRecords", "resumptionToken": "T"}
    request: Request | None = token
    expired = page(OAI.format('<error code="badResumptionToken"/>').encode())
    for _ in range(3):  # the window begins anew, not for ever
        assert request
        request = oai.following(opened, request, expired)
        assert request and dict(request.params) == dict(first.params)
    with pytest.raises(PageBroken):
        oai.following(opened, request, expired)
    for last in ("<ListRecords><resumptionToken/></ListRecords>", '<error code="noRecordsMatch"/>'):
        second = oai.following(opened, token, page(OAI.format(last).encode()))
        assert second and second.url == "http://q/oai"
        assert dict(second.params)["metadataPrefix"] == "marcxml" and dict(second.params)["set"] == "s"
        assert oai.following(opened, second, page(OAI.format(last).encode())) is None


@pytest.mark.parametrize("body", [b"broken", OAI.format("<ListRecords><record>").encode()[:-12], b"<a/>"])
def test_a_page_of_oai_pmh_that_tells_no_token_ends_the_walk(body: bytes) -> None:
    oai = platforms.load("oai_pmh")
    with pytest.raises(PageBroken):
        oai.following(window(), oai.first(window()), page(body))


def test_the_first_crawl_asks_for_everything_and_arxiv_for_its_own_format() -> None:
    first = platforms.load("oai_pmh").first(window(base="https://oaipmh.arxiv.org/oai"))
    assert dict(first.params) == {"verb": "ListRecords", "metadataPrefix": "arXiv"}
    assert "filter" not in dict(platforms.load("crossref").first(window()).params)
    assert "filter" not in dict(platforms.load("openalex").first(window()).params)


@pytest.mark.parametrize(
    ("name", "dated", "more", "last"),
    [
        (
            "crossref",
            "from-index-date:2026-01-01",
            {"message": {"items": [{}], "next-cursor": "C"}},
            {"message": {"items": [], "next-cursor": "C"}},
        ),
        (
            "openalex",
            "from_publication_date:2026-01-01",
            {"meta": {"next_cursor": "C"}, "results": [{}]},
            {"meta": {"next_cursor": None}, "results": []},
        ),
    ],
)
def test_the_walks_by_cursor(name: str, dated: str, more: Any, last: Any) -> None:
    platform, opened = platforms.load(name), window("a:1", "b:2", since=SINCE)
    first = platform.first(opened)
    assert first.url == "http://p/r/works" and dict(first.params)["cursor"] == "*"
    assert dict(first.params)["filter"] == f"a:1,{dated}"
    second = platform.following(opened, first, page(more))
    assert second and dict(second.params) == {**dict(first.params), "cursor": "C"}
    other = platform.following(opened, second, page(last))
    assert other and dict(other.params)["filter"] == f"b:2,{dated}" and dict(other.params)["cursor"] == "*"
    assert platform.following(opened, other, page(last)) is None
    for broken in (b"<%", {"error": "x"}, [], None):
        with pytest.raises(PageBroken):
            platform.following(opened, first, page(broken))
    assert platform.following(opened, replace(first, context=()), page(more)) is None


EXPORTS = {
    "bibtex": (
        b'@article{k,\n title={On {Maps} and G{\\"o}rlach -- x},\n author={Doe, Jane and Roe, R. and others},\n'
        b" journal={J}, volume={1}, number={2}, pages={3--4}, year={2020}, doi={10.5555/A}\n}\n"
    ),
    "ris": (
        b"TY  - JOUR\r\nT1  - On Maps and G\xc3\xb6rlach - x\r\nA1  - Doe, Jane\r\nA1  - Roe, R.\r\nJO  - J\r\nVL  - 1\r\n"
        b"IS  - 2\r\nSP  - 3\r\nEP  - 4\r\nY1  - 2020///\r\nDO  - 10.5555/A\r\nER  - \r\n"
    ),
    "endnote": (
        "%0 Journal Article\n%T On Maps and Görlach - x\n%A Doe, Jane\n%A Roe, R.\n%J J\n%V 1\n%N 2\n%P 3-4\n%D 2020\n%R 10.5555/A\n"
    ).encode(),
    "csv": (
        "\ufeffAuthors,Title,Publication,Volume,Number,Pages,Year,Publisher,DOI\n"
        '"Doe, Jane; Roe, R.; ",On Maps and Görlach - x,J,1,2,3-4,2020,P,10.5555/A\n'
    ).encode(),
    "utf-16": "\ufeffTY  - JOUR\nTI  - On Maps and Görlach - x\nAU  - Doe, Jane\nAU  - Roe, R.\nT2  - J\nVL  - 1\nIS  - 2\nSP  - 3\nEP  - 4\nPY  - 2020\nDO  - 10.5555/A\nER  - \n".encode(
        "utf-16-le"
    ),
}


@pytest.mark.parametrize("form", EXPORTS)
def test_every_export_of_scholar_tells_the_same(form: str) -> None:
    [item] = read("scholar", EXPORTS[form])
    assert item == {
        "native_id": "10.5555/a",
        "type": "document",
        "url": "https://doi.org/10.5555/a",
        "title": "On Maps and Görlach - x",
        "summary": "Jane Doe; R. Roe. J 1 (2), 3-4",
        "author": {"name": "Jane Doe"},
        "created_at": datetime(2020, 1, 1, tzinfo=UTC),
        "time_precision": "year",
        "ids": {"doi": "10.5555/a"},
        "category_path": ["J"],
    }
    assert platforms.load("scholar").claims(page(EXPORTS[form]))
    assert not platforms.load("cnki").claims(page(EXPORTS[form]))


def test_one_broken_reference_costs_itself_alone() -> None:
    good = EXPORTS["bibtex"]
    deep = b"@article{d, title=" + b"{" * 5000 + b"x" + b"}" * 5000 + b"}\n"
    told = read(
        "scholar", good + b"@article{k, title={never closed\n\n" + deep + good + b"@comment{x}\n@string{a={b}}\n"
    )
    assert [getattr(item, "reason", "read") for item in told] == ["read", *["malformed reference"] * 2, "read"]
    unclosed = EXPORTS["ris"].replace(b"ER  - \r\n", b"")
    assert [item["native_id"] for item in read("scholar", unclosed + EXPORTS["ris"])] == ["10.5555/a"] * 2


def test_macros_of_bibtex_do_not_grow() -> None:
    macros = "".join(f"@string{{a{n}={'#'.join([f'a{n - 1}'] * 9)}}}\n" for n in range(1, 30))
    assert reasons("scholar", f"@string{{a0={{ha}}}}\n{macros}@article{{k, title=a29, year=2020}}".encode()) == [
        "no text"
    ]


CNKI = "https://kns.cnki.net/kcms/detail/detail.aspx"


@pytest.mark.parametrize(
    ("told", "column", "meant"),
    [
        ("A1林一山\n", "author", {"name": "林一山"}),  # no space
        ("A1 林一;王二;\n", "summary", "林一; 王二"),
        ("A1 林一\nA3 黄某\n", "summary", "林一"),  # a supervisor is no author
        ("PB 某大学\n", "category_path", ["某大学"]),
        ("JF 学报\nOP 1-12\n", "summary", "学报, 1-12"),
        ("AB 一行\n,二行\n\nDS CNKI\n", "body", "一行,二行"),
        ("AB DNA is\nDNA again\n", "body", "DNA is DNA again"),
        ("K1 地图;测绘;\n", "tags", ["地图", "测绘"]),
        (f"LK {CNKI}?FileName=AB201501001&DbName=CJFD2015\n", "native_id", "CJFD2015:AB201501001"),
        (f"LK {CNKI}?dbcode=X&dbname=D&filename=F&v=z\n", "native_id", "D:F"),
        ("LK https://link.cnki.net/urlid/11.1111.x.20260101.1\n", "native_id", "urlid/11.1111.x.20260101.1"),
        ("LK https://link.cnki.net/doi/10.5555/j.1.2\n", "native_id", "10.5555/j.1.2"),
        ("SR 1\n", "lang", "zh"),
        ("LA 英文\n", "lang", "en"),
        ("SN 2049-3630\n", "ids", {"issn": "2049-3630"}),
    ],
)
def test_refworks_as_cnki_writes_it(told: str, column: str, meant: Any) -> None:
    [item] = read("cnki", f"RT Dissertation/Thesis\nT1 山地测绘\n{told}".replace("\n", "\r\n").encode("gb18030"))
    assert item[column] == meant


def test_a_latin_title_has_no_declared_language() -> None:
    assert "lang" not in read("cnki", b"RT Journal Article\nT1 On maps\nDS CNKI\n")[0]


@pytest.mark.parametrize(
    "told",
    [
        "RT Journal Article\nA1 林一;王二\nT1 山地测绘\nJF 测绘\nYR 2021\nVO 3\nIS 05\nOP 1-2\nDS CNKI\n",
        "%0 Journal Article\n%A 林一\n%A 王二\n%+ 某大学;\n%T 山地测绘\n%J 测绘\n%D 2021\n%V 3\n%N 05\n%P 1-2\n%W CNKI\n",
        "{Reference Type}: Journal Article\n{Title}: 山地测绘\n{Author}: 林一;王二;\n{Author Address}: 某大学\n{Journal}: 测绘\n"
        "{Year}: 2021\n{Volume} : 3\n{Issue}: 05\n{Pages}: 1-2\n{Database Provider}: CNKI\n",
        "[1]林一,王二.山地测绘[J].测绘,2021,3(05):1-2.\n",
        "[12] 林一，王二. 山地测绘[J/OL]. 测绘，2021，3（05）：1-2.\n",
    ],
)
def test_every_export_of_cnki_tells_the_same(told: str) -> None:
    [item] = read("cnki", told.encode())
    assert (item["title"], item["summary"], item["lang"]) == ("山地测绘", "林一; 王二. 测绘 3 (05), 1-2", "zh")
    assert item["native_id"] == read("cnki", "[1]林一,王二.山地测绘[J].测绘,2021.".encode())[0]["native_id"]
    assert platforms.load("cnki").claims(page(told.encode())) and not platforms.load("scholar").claims(
        page(told.encode())
    )


@pytest.mark.parametrize(
    ("line", "title", "year"),
    [
        ("[2]张三.Web2.0研究[D].某大学,2020.", "Web2.0研究", 2020),
        ("[3]Smith J, Doe A. Title here[J]. Maps, 2018, 71(4): 30-35.", "Title here", 2018),
        ("[4]王五.新闻[N].日报,2020-01-02(001).", "新闻", 2020),
        ("[5]李六.论文[C]//某学会.会议论文集.某社,2019:5-9.", "论文", 2019),
        ("[6]无作者的题名[S].2017.", "无作者的题名", 2017),
    ],
)
def test_lines_of_gbt_7714(line: str, title: str, year: int) -> None:
    [item] = read("cnki", line.encode())
    assert (item["title"], item["created_at"].year) == (title, year)
    assert [getattr(one, "reason", "read") for one in read("cnki", f"{line}\n别的话".encode())] == [
        "read",
        "no GB/T 7714 line",
    ]


@pytest.mark.parametrize("name", ["cnki", "scholar"])
@pytest.mark.parametrize(
    "body",
    [
        *(
            b"RT A\nAB " + b"x\n" * 200_000,
            b"%0 A\n%X " + b"x\n" * 200_000,
            b"[1]" + b"a." * 500_000 + b"[J]",
            b"[1]" * 300_000,
        ),
        *(b"TY  - A\nN2  - " + b"x\n" * 100_000, b"@article{" * 20_000, b"{Reference Type}\n" * 10_000, b"@" * 200_000),
        *(
            b"Authors,Title,\n" + b'"' * 300_000,
            b"Authors,Title,\na\0b,\xff\n",
            b"TY  - A\nAU  - B\nTY  - \nx\n",
            b"\xff\xfe\x00\xd8",
        ),
    ],
    ids=range(12),
)
def test_exports_that_would_hurt_do_not(name: str, body: bytes) -> None:
    started = time.monotonic()
    for item in read(name, body):
        assert isinstance(item, Reject) or item["native_id"]
    platforms.load(name).claims(page(body))
    assert time.monotonic() - started < 10


TAGS = "TY  - |ER  - |A1  - |T1  - |%0 |%T |%A |RT |T1 |A1|YR |{Reference Type}: |{Title}: |@article{k, |title={|}|\n|[1]|[J].|,|2020|\0"


@given(st.lists(st.one_of(st.sampled_from(TAGS.split("|")), st.text(max_size=8)), max_size=25))
@settings(max_examples=150)
def test_no_lines_break_an_export(parts: list[str]) -> None:
    body = "".join(parts).encode("utf-8", "surrogatepass")
    for name in ("cnki", "scholar"):
        platforms.load(name).claims(page(body))
        for item in read(name, body):
            assert isinstance(item, Reject) or set(item) <= set(RECORD.names)


ELEMENTS = "ListRecords record header identifier metadata dc arXiv title creator description date datafield subfield error".split()
XML = st.recursive(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=5).map(lambda text: text.replace("<", "&lt;")),
    lambda inner: st.tuples(st.sampled_from(ELEMENTS), st.lists(inner, max_size=4)).map(
        lambda pair: f"<{pair[0]} tag='245' code='a'>{''.join(pair[1])}</{pair[0]}>"
    ),
    max_leaves=20,
)


@given(XML)
@settings(max_examples=150)
def test_no_xml_breaks_oai_pmh(inner: str) -> None:
    body = OAI.format(f"<ListRecords><record>{inner}</record></ListRecords>").encode()
    for item in read("oai_pmh", body):
        assert isinstance(item, Reject) or set(item) <= set(RECORD.names)


JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False, allow_infinity=False)
    )
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3),
    max_leaves=6,
)
KEYS = (
    "DOI URL title subtitle abstract author ORCID issued created date-parts date-time relation is-version-of ISSN type id doi"
    " display_name authorships abstract_inverted_index publication_date primary_location source biblio ids locations keywords"
).split()


@given(st.dictionaries(st.sampled_from(KEYS), JSON, min_size=1), st.dictionaries(st.sampled_from(KEYS), JSON))
@settings(max_examples=200)
def test_no_json_breaks_a_catalogue(one: dict[str, Any], other: dict[str, Any]) -> None:
    entry = {
        "DOI": "10.1/x",
        "id": "https://openalex.org/W1",
        "title": ["t"],
        **one,
        "relation": other,
        "primary_location": other,
    }
    for name, told in (("crossref", {"message": {"items": [entry, one]}}), ("openalex", {"results": [entry, one]})):
        for item in read(name, told):
            assert isinstance(item, Reject) or set(item) <= set(RECORD.names)


CLAIMED = {
    "crossref": [b'{"status":"ok","message-type":"work-list","message-version":"1.0.0","message":{"items":[]}}'],
    "openalex": [
        b'{"meta":{"count":0,"db_response_time_ms":1,"page":1},"results":[],"group_by":[]}',
        b'{"id":"https://openalex.org/W1"}',
        b"merge_date,id,merge_into_id\n",
    ],
    "oai_pmh": [OAI.format('<error code="badVerb"/>').encode(), OAI.format("<Identify/>").encode()],
    "scholar": [*EXPORTS.values()],
    "cnki": ["[1]林一.山地测绘[J].测绘,2021.".encode(), b"{Reference Type}: Thesis\n", b"%0 Thesis\n%W CNKI\n"],
    "rss": [
        b'<?xml version="1.0"?><!-- a --><!DOCTYPE rss [<!ENTITY a "b">]>\n<rss version="2.0"><channel/></rss>',
        b'\xef\xbb\xbf<feed xmlns="http://www.w3.org/2005/Atom"/>',
        '<?xml version="1.0" encoding="utf-16"?><rss/>'.encode("utf-16"),
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"/>',
        b"<CHANNEL HREF='http://h/'><ITEM/></CHANNEL>",
    ],
}
OTHERS = [
    b"",
    b"{}",
    b"[]",
    b'{"items": []}',
    b"<html><rss></html>",
    b"plain words",
    b"<urlset/>",
    b'{"id": 1, "title": "t"}',
    b"a,b\n1,2\n",
]


def test_a_platform_claims_its_own_payloads_and_no_other() -> None:
    for owner, bodies in {**CLAIMED, "nobody": OTHERS}.items():
        for body in bodies:
            assert [name for name in CLAIMED if platforms.load(name).claims(page(body))] == [owner] * (
                owner != "nobody"
            ), body


@pytest.mark.parametrize(
    ("folder", "name"), [*((one, one) for one in ("cnki", "crossref", "oai_pmh")), ("rss_atom", "rss")]
)
def test_an_independent_count_finds_the_same(folder: str, name: str) -> None:
    [saved] = (GOLDEN / name).glob("page.*")
    found = [item for item in read(name, saved.read_bytes()) if isinstance(item, dict)]
    told = [one for one in COUNTERS[folder](saved) if one.has_text]
    live = [item for item in found if item.get("status", "live") == "live"]
    assert len(told) == len(live) and all(
        ("created_at" in item) is one.has_time for one, item in zip(told, live, strict=True)
    )
    for one, item in zip(told, live, strict=True):
        assert any(one.key in str(item.get(column)) for column in ("native_id", "url", "title"))


@given(st.binary(max_size=300), st.sampled_from([b"", b"<?", b"<!--", b"<!DOCTYPE [", b"<rss"]), st.integers(0, 3000))
@settings(max_examples=100)
def test_claims_are_cheap(body: bytes, start: bytes, times: int) -> None:
    started = time.monotonic()
    for name in CLAIMED:
        platforms.load(name).claims(Page(Request("http://h"), 200, "", SINCE, start * times + body, ""))
    assert time.monotonic() - started < 1

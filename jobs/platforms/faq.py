"""FAQ: question and answer pairs out of files, as help desks export them.

Source  files: CSV, TSV or ;-separated, JSON, JSON lines, FAQPage of schema.org; columns by any sensible name, English,
        Chinese or German
Units   dates of the last change, to the day where no time is given

A row without an id of its own is named by a hash of its address, language and question: a changed answer is the same
record. A row that the file marks as internal belongs to the tenant, a draft is hidden.
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

import charset_normalizer
import orjson

from jobs.platforms import Item, Page, Policy, Reject
from jobs.platforms._desk import parsed, peek, standing
from jobs.platforms._reading import at, each, filled, identity, many, shown
from models.identifiers import labelled_ids
from models.markup import plain, primary_tag
from models.pictures import pictures
from models.times import Instant, instant
from models.urls import canonical
from models.values import address

POLICY = Policy(
    tier="D",
    license="as the file's owner says",
)
COLUMNS = {
    "id": "id faq_id question_id article_id 编号 序号 nr",
    "question": "question q title query ask prompt frage 问题 标题 问 標題 問題",
    "answer": "answer a response reply answer_text antwort 答案 回答 答 解答 回复",
    "html": "answer_html html answer_body body_html 答案html",
    "link": "link url source_url href page_url answer_url 链接 网址 連結",
    "category": "category categories topic section group kategorie 分类 类别 分類 類別 栏目",
    "publisher": "source publisher author organization organisation provider quelle 来源 作者 來源",
    "lang": "lang language locale sprache 语言 語言",
    "updated": "last_update last_updated updated_at updated last_modified modified date aktualisiert 更新时间 最后更新 更新日期",
    "created": "created_at created published_at published date_created 创建时间 发布时间",
    "tags": "tags labels keywords 标签 关键词",
    "country": "country land 国家",
    "region": "region state 地区 省份",
    "city": "city stadt 城市",
    "status": "status state_of_article 状态",
    "visibility": "visibility audience access scope 可见性 可见范围",
}
OURS = {name: ours for ours, names in COLUMNS.items() for name in names.split()}
STATUSES = {
    **dict.fromkeys(("draft", "unpublished", "hidden", "inactive", "草稿", "隐藏"), "hidden"),
    **dict.fromkeys(("deleted", "archived", "removed", "已删除", "归档"), "deleted"),
}
INTERNAL = ("internal", "private", "agents", "agent", "staff", "tenant", "内部", "私有")
WEAK = set("title query ask prompt html response reply 标题 標題".split())  # other files have such columns too
STRONG = set(f"{COLUMNS['question']} {COLUMNS['answer']}".split()) - WEAK
DATE = re.compile(r"(\d{4})[/.年](\d{1,2})[/.月](\d{1,2})日?(.*)", re.DOTALL)
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
SEPARATORS = (",", "\t", ";")
Row = dict[str, Any]


def claims(page: Page) -> bool:
    """True where the first row has a question and an answer, and one of them under a name that means nothing else."""
    if not _is_json(page.body) and not _has_header(page.body):
        return False
    row = next(iter(_raw(page.body, peek(page) if _is_json(page.body) else None)), None)
    if not isinstance(row, dict):
        return False
    named = {_plainly(name) for name in row}
    is_pair = {"question"} < _ours(row).keys() & {"question", "answer", "html"}
    return row.get("@type") == "Question" or (is_pair and bool(named & STRONG))


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per row."""
    values = parsed(page.body) if _is_json(page.body) else []
    whole = values[0] if len(values) == 1 else values
    yield from each(_raw(page.body, whole), _row)


def _is_json(body: bytes) -> bool:
    return body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def _has_header(body: bytes) -> bool:
    """True where the first line names a column of ours: no file has to be decoded to find that it is no table."""
    encodings = ("utf-16",) if body[:2] in UTF_16 else ("utf-8-sig", "gb18030")
    headers = (body[:4096].decode(encoding, "ignore").partition("\n")[0] for encoding in encodings)
    return any(_plainly(name.strip(' "\r')) in STRONG for header in headers for name in re.split("[,;\t]", header))


def _raw(body: bytes, payload: Any) -> Iterable[Any]:
    """The rows as they stand in the file; of an object that is no row itself, those of its first list."""
    if not _is_json(body):
        return _table(body)
    if isinstance(payload, dict) and not {"question", "answer"} & _ours(payload).keys():
        return next((value for value in payload.values() if isinstance(value, list) and value), [])
    return payload if isinstance(payload, list) else [payload]


def _plainly(name: Any) -> str:
    return re.sub(r"[\s-]+", "_", str(name).strip().lower())


def _ours(row: dict[Any, Any]) -> Row:
    """A row by our names for its columns; a Question of schema.org has its answer within."""
    if row.get("@type") == "Question":
        answers = many(row.get("acceptedAnswer")) + many(row.get("suggestedAnswer"))
        return {"question": row.get("name"), "html": at(answers[0], "text") if answers else "", "link": row.get("url")}
    named: Row = {}
    for name, value in row.items():
        ours = OURS.get(_plainly(name))
        if ours and value not in (None, "") and ours not in named:
            named[ours] = value
    return named


def _table(body: bytes) -> Iterator[dict[Any, Any] | Reject]:
    text = _decoded(body)
    header = text.partition("\n")[0]
    separator = max(SEPARATORS, key=header.count)
    try:
        yield from csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    except csv.Error as error:
        yield Reject("broken table", f"{error}: {shown(header)}")


def _decoded(body: bytes) -> str:
    """UTF-8, UTF-16 by its mark, or what the bytes look like: spreadsheets save in the code page of their machine."""
    try:
        return body.decode("utf-16" if body[:2] in UTF_16 else "utf-8-sig")
    except UnicodeDecodeError:
        guess = charset_normalizer.from_bytes(body[:20_000]).best()
        return body.decode(guess.encoding if guess else "latin-1", "replace")


def _row(row: Any) -> Iterator[Item | Reject]:
    if isinstance(row, Reject):
        yield row
    elif not isinstance(row, dict):
        yield Reject("no row", shown(row))
    elif (named := _ours(row)) and not named.get("question"):
        yield Reject("no question", shown(row))
    elif named:  # else a blank line
        yield standing(_item(named))


def _item(row: Row) -> Item:
    question, link = _line(row["question"]), address(row.get("link"))
    answer = plain(row.get("answer")) or plain(row.get("html"))
    created_at, precision = _moment(row.get("created")) or (None, None)
    updated_at, exact = _moment(row.get("updated")) or (None, None)
    lang = primary_tag(row.get("lang"))
    place = ", ".join(told for name in ("city", "region", "country") if (told := _line(row.get(name))))
    return {
        "native_id": identity(row.get("id")) or _hash(link, lang, question),
        "type": "qa",
        "status": STATUSES.get(str(row.get("status")).strip().lower(), "live"),
        "url": link,
        "title": question,
        "body": answer,
        "author": filled(name=_line(row.get("publisher"))),
        "created_at": created_at,
        "time_precision": precision or exact,
        "updated_at": updated_at,
        "lang": lang,
        "lang_source": "declared" if lang else None,
        "media": pictures(row.get("html") or row.get("answer"), link or ""),
        "category_path": _parts(row.get("category"), r"\s*[>›]\s*"),
        "ids": labelled_ids(answer),
        "tags": _parts(row.get("tags"), r"\s*[,;，；、|]\s*"),
        "geo": place or None,
        "scope": "tenant" if str(row.get("visibility")).strip().lower() in INTERNAL else None,
    }


def _line(value: Any) -> str | None:
    """Text in one line: a question may be broken by its cell."""
    text = plain(value)
    return " ".join(text.split()) if text else None


def _hash(link: str | None, lang: str | None, question: str | None) -> str | None:
    told = orjson.dumps([canonical(link), lang, question])
    return hashlib.blake2b(told, digest_size=12).hexdigest() if question else None


def _moment(value: Any) -> Instant | None:
    """Also 2020/3/17 and 2020年3月17日, which spreadsheets write."""
    match = DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match:
        year, month, day, rest = match.groups()
        return instant(f"{year}-{int(month):02d}-{int(day):02d}{rest}")
    return instant(value)


def _parts(value: Any, separator: str) -> list[str]:
    told = value if isinstance(value, list) else re.split(separator, value) if isinstance(value, str) else []
    return [part for part in map(_line, told) if part]

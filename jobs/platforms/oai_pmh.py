"""OAI-PMH: records of a repository, those changed since the last crawl, deletions included.

Source  GET verb=ListRecords with `metadataPrefix`, `set`, `from`; then `resumptionToken` alone; one walk per target: a
        set of the repository, or another repository's address with these parameters
        (https://www.openarchives.org/OAI/openarchivesprotocol.html, version 2.0; arXiv's terms as of 2026-01)
Also    answers to GetRecord, and deletions in ListIdentifiers
Units   `from` is a day, the granularity that every repository has

Metadata is Dublin Core and what resembles it, arXiv's own, or MARC. A token that has expired begins its window anew. No
records is a success. Entities are never resolved; a page cut short loses the record at its end.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from lxml import etree

from jobs.platforms import Item, Page, PageBroken, Policy, Reject, Request, Window, _metadata, context
from jobs.platforms._metadata import text
from jobs.platforms._reading import checked, each, shown
from models.times import instant

POLICY = Policy(
    tier="A",
    license="as the repository says",
    default_url="https://oaipmh.arxiv.org/oai",
    requests_per_s=0.33,
)
MOST_RESTARTS = 3
HEADS = (b"http://www.openarchives.org/OAI/", b"OAI-PMH")


def first(window: Window) -> Request:
    """The first page of the first target; of the whole repository where no target is named."""
    return _records(window, target=0, restarts=0)


def following(window: Window, request: Request, page: Page) -> Request | None:
    """The page of the token; without one the next target; the same window anew where the token expired. PageBroken."""
    if not context(request, "target"):
        return None
    target, restarts, (tree, fault) = int(context(request, "target")), int(context(request, "restarts")), _parsed(page)
    error, token = _error(tree), text(_one(tree, "resumptionToken")) if tree is not None else None
    if token:
        params = (("verb", "ListRecords"), ("resumptionToken", token))
        return Request(_repository(window, target)[0], params, request.context)
    if error == "badResumptionToken" and restarts < MOST_RESTARTS:
        return _records(window, target=target, restarts=restarts + 1)
    if fault or error not in (None, "noRecordsMatch"):
        raise PageBroken("oai_pmh", fault or str(error))
    return _records(window, target=target + 1, restarts=0) if target + 1 < len(window.targets) else None


def _repository(window: Window, target: int) -> tuple[str, dict[str, str]]:
    """Address and parameters of a target: arXiv has metadata of its own, every repository has Dublin Core."""
    told = window.targets[target] if window.targets else ""
    parts = urlsplit(told if "://" in told else window.base_url)
    host, given = parts.hostname or "", dict(parse_qsl(parts.query))
    given |= {"set": told} if told and "://" not in told else {}
    prefix = "arXiv" if host == "arxiv.org" or host.endswith(".arxiv.org") else "oai_dc"
    return urlunsplit(parts._replace(query="", fragment="")), {"metadataPrefix": prefix, **given}


def _records(window: Window, *, target: int, restarts: int) -> Request:
    url, given = _repository(window, target)
    params = {"verb": "ListRecords", **given} | ({"from": f"{window.since:%Y-%m-%d}"} if window.since else {})
    return Request(url, tuple(params.items()), (("target", str(target)), ("restarts", str(restarts))))


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per record with metadata, a tombstone per header that is marked as deleted."""
    tree, fault = _parsed(page)
    if fault:
        yield Reject("broken xml", f"{fault}: {shown(page.body[:200])}")
    if (error := _error(tree)) and error != "noRecordsMatch":
        yield Reject("platform error", f"{error} {text(_one(tree, 'error')) or ''}".strip())
    found = [] if tree is None else [one for one in tree.iter("{*}record", "{*}header") if _is_ours(one)]
    is_cut = bool(fault) and b"</OAI-PMH" not in page.body[-2000:]
    yield from each(found[:-1] if is_cut else found, lambda one: iter([_record(one)]))
    if is_cut and found:
        yield Reject("page cut short", text(_one(found[-1], "identifier")) or "")


def claims(page: Page) -> bool:
    """The root element of the protocol, whatever it holds."""
    head = page.body[:2000].replace(b"\0", b"")
    return all(mark in head for mark in HEADS)


def _parsed(page: Page) -> tuple[Any, str]:
    """The root of what can be read, and what is wrong with the rest.

    Neither entities nor anything outside are resolved; depth, text and growth have the parser's own bounds.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, remove_comments=True, remove_pis=True
    )
    try:
        tree = etree.fromstring(page.body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        return None, str(error)
    fault = str(parser.error_log[0].message) if len(parser.error_log) else ""
    if tree is None or _metadata.local_name(tree) != "OAI-PMH":
        return None, fault or "no element OAI-PMH"
    return tree, fault


def _is_ours(one: Any) -> bool:
    """Of the protocol, not of the metadata inside; a header on its own is one of ListIdentifiers."""
    above = _metadata.local_name(one.getparent()) if one.getparent() is not None else ""
    return above in ("ListRecords", "GetRecord", "ListIdentifiers")


def _one(element: Any, name: str) -> Any:
    """The first element of that name below."""
    return next(element.iter(f"{{*}}{name}"), None) if element is not None else None


def _error(tree: Any) -> str | None:
    """Code of the protocol's error; None without one. Metadata may hold elements of that name."""
    found = tree.find("{*}error") if tree is not None else None
    return (found.get("code") or "unknown") if found is not None else None


def _record(record: Any) -> Item | Reject:
    header = _one(record, "header") if _metadata.local_name(record) == "record" else record
    native_id, moment = text(_one(header, "identifier")), instant(text(_one(header, "datestamp")))
    if header is not None and header.get("status") == "deleted":
        return checked({"native_id": native_id, "type": "document", "status": "deleted"})
    metadata = record.find("{*}metadata")
    if metadata is None or not len(metadata):
        return Reject("no metadata", native_id or "")
    read = _metadata.read(metadata[0])
    if read is None:
        return Reject("unknown metadata format", f"{native_id} {metadata[0].tag}")
    return checked({"native_id": native_id, "type": "document", **read, "updated_at": moment[0] if moment else None})

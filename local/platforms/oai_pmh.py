"""An OAI-PMH repository of the world's papers in Dublin Core, with resumption tokens, `from`, and deleted headers."""

from xml.sax.saxutils import escape, quoteattr

from local.platforms import changes
from local.platforms.answers import Answer, Appearance, Ask, moment

SIZE = 100
TYPE = "text/xml; charset=utf-8"
OAI = "http://www.openarchives.org/OAI/2.0/"
SPACES = f'xmlns:oai_dc="{OAI}oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/"'


def answer(ask: Ask) -> Answer:
    """A page of ListRecords, or the protocol's own error, which is a success to HTTP."""
    if ask.query.get("verb") != "ListRecords":
        return _error(ask, "badVerb", "Illegal OAI verb")
    token = ask.query.get("resumptionToken", "")
    offset, _, told = token.partition("!") if token else ("0", "", ask.query.get("from", ""))
    if not (offset.isascii() and offset.isdigit()):
        return _error(ask, "badResumptionToken", "The value of the resumptionToken argument is invalid or expired.")
    if not token and ask.query.get("metadataPrefix") != "oai_dc":
        return _error(ask, "cannotDisseminateFormat", "There is Dublin Core")
    try:
        shown, total = changes.since(ask, "oai_pmh", told, start=int(offset), size=SIZE)
    except ValueError:
        return _error(ask, "badArgument", "from is no date")
    if not shown:
        return _error(ask, "noRecordsMatch", "")
    following = int(offset) + SIZE
    place = f'completeListSize="{total}" cursor="{offset}"'
    more = f"{following}!{told}" if following < total else ""
    resume = f"<resumptionToken {place}>{more}</resumptionToken>" if more or token else ""
    return _envelope(ask, f"<ListRecords>{''.join(_record(paper, ask, told) for paper in shown)}{resume}</ListRecords>")


def failure(status: int, message: str, path: str = "") -> Answer:
    """What goes wrong below the protocol is told by HTTP alone."""
    return Answer(status, f"{message}\n".encode(), "text/plain; charset=utf-8")


def _error(ask: Ask, code: str, message: str) -> Answer:
    return _envelope(ask, f"<error code={quoteattr(code)}>{escape(message)}</error>")


def _envelope(ask: Ask, inner: str) -> Answer:
    words = " ".join(
        f"{name}={quoteattr(value)}" for name, value in ask.query.items() if name in ("verb", "set", "from")
    )
    body = f"""<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="{OAI}"><responseDate>{ask.world.day0}T00:00:00Z</responseDate>
<request {words}>{ask.base}/oai_pmh</request>
{inner}</OAI-PMH>
"""
    return Answer(200, body.encode(), TYPE)


def _record(paper: Appearance, ask: Ask, since: str) -> str:
    """The datestamp is the day of publication, or of a later change: never before the day that was asked for."""
    stamp = max(f"{moment(paper):%Y-%m-%d}", since)
    is_gone = paper["status"] == "deleted"
    header = f"<identifier>{escape(paper['native_id'])}</identifier><datestamp>{stamp}</datestamp>"
    if is_gone:
        return f'<record><header status="deleted">{header}</header></record>\n'
    told = [
        *(("title", paper["title"]), ("creator", paper["author"]["name"]), ("description", _html(ask.body(paper)))),
        *(("subject", tag) for tag in paper["tags"]),
        *(("date", f"{moment(paper):%Y-%m-%dT%H:%M:%SZ}"), ("type", "text"), ("language", paper["lang"])),
        *(("identifier", paper["url"]), ("identifier", paper["ids"].get("doi"))),
    ]
    lines = "\n".join(f"<dc:{name}>{escape(text)}</dc:{name}>" for name, text in told if text)
    return (
        f"<record><header>{header}</header><metadata><oai_dc:dc {SPACES}>\n{lines}\n</oai_dc:dc></metadata></record>\n"
    )


def _html(body: str) -> str:
    """Paragraphs and line breaks as the repository's form saves them."""
    paragraphs = (escape(paragraph).replace("\n", "<br/>") for paragraph in body.split("\n\n") if paragraph)
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)

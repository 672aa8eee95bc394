"""Addresses in one form, so that two spellings of one page compare equal."""

import re
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

TRACKING = re.compile(r"^(utm_\w+|fbclid|gclid|spm|scene|chksm|from|share_\w+|scm|pvid)$")
PLAIN = re.compile(r"https?://([a-z0-9-]+(?:\.[a-z0-9-]+)*)/(?:[\w./~-]*[\w.~-])?", re.ASCII)  # nothing to change
BLANK = re.compile(r"[\s\x00-\x20\x7f]")
LINK = re.compile(r"https?://[^\s<>\"'，。；）)】》]+")
# Host and path of what has many addresses, and the one that is kept; from the path first, then from the query.
KNOWN = [
    (r"youtu\.be/([\w-]{11})", "https://www.youtube.com/watch?v={}"),
    (
        r"(?:www\.|m\.|music\.)?youtube(?:-nocookie)?\.com/(?:shorts|embed|live|v)/([\w-]{11})",
        "https://www.youtube.com/watch?v={}",
    ),
    (r"(?:www\.|m\.|music\.)?youtube\.com/watch\?(?:.*&)?v=([\w-]{11})", "https://www.youtube.com/watch?v={}"),
    (r"b23\.tv/(BV\w{10})", "https://www.bilibili.com/video/{}"),
    (r"(?:www\.|m\.)?bilibili\.com/video/(BV\w{10})", "https://www.bilibili.com/video/{}"),
    (
        r"(?:item\.taobao|detail\.tmall|(?:h5\.)?m\.taobao)\.com/(?:\w+/)*\w+\.html?\?(?:.*&)?id=([\w-]+)",
        "https://item.taobao.com/item.htm?id={}",
    ),
    (r"item\.(?:m\.)?jd\.(?:com|hk)/(?:product/)?(\d+)\.html", "https://item.jd.com/{}.html"),
    (r"(?:dx\.|www\.)?doi\.org/(10\.\d{4,9}/.+)", "https://doi.org/{}"),
    (
        r"(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/((?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7}))(?:v\d+)?(?:\.pdf)?",
        "https://arxiv.org/abs/{}",
    ),
]
# Already in the form that is kept; a name that none of the patterns takes stays as it is, too.
KEPT = re.compile("|".join(re.escape(form).replace(r"\{\}", r"[\w-]+") for _, form in KNOWN), re.ASCII)
ONE_OF = [(re.compile(pattern, re.ASCII | re.IGNORECASE), form) for pattern, form in KNOWN]
# Their hosts end so: an address of any other is not compared with them all.
HOSTS = (
    *("youtu.be", "youtube.com", "youtube-nocookie.com", "b23.tv", "bilibili.com", "taobao.com", "tmall.com"),
    *("jd.com", "jd.hk", "doi.org", "arxiv.org"),
)


def canonical(url: str | None) -> str | None:
    """Lower-case host, no fragment, no tracking, parameters sorted; None for what is no web address.

    A video, product or paper that a platform shows at many addresses has one of them (KNOWN).
    """
    if not url:
        return None
    if (match := PLAIN.fullmatch(url)) and not match[1].endswith(HOSTS) or KEPT.fullmatch(url):
        return url
    try:
        parts = urlsplit(f"https:{url}" if url.startswith("//") else url.strip())
        name = parts.hostname or ""
        host = (f"[{name}]" if ":" in name else name) + (f":{parts.port}" if parts.port else "")
        pairs = parse_qsl(parts.query) if parts.query else []
        query = urlencode(sorted(pair for pair in pairs if not TRACKING.match(pair[0])))
    except ValueError:  # unbalanced brackets, a port that is no number, half a character
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    path = BLANK.sub(lambda match: quote(match.group()), parts.path.rstrip("/")) or "/"
    one = _known(f"{host}{path}?{query}") if name.endswith(HOSTS) else None
    return one or urlunsplit((parts.scheme, host, path, query, ""))


def _known(told: str) -> str | None:
    """The one address of what `told`, host and path and query, is known to be."""
    for pattern, form in ONE_OF:
        match = pattern.match(told)
        if match and (told[match.end()] if match.end() < len(told) else "?") in "?&/":
            return form.format(_doi(match.group(1)) if "doi.org" in form else match.group(1))
    return None


def _doi(suffix: str) -> str:
    """Lower case, without a query, quoted once."""
    return quote(unquote(suffix.partition("?")[0]).lower().rstrip("./"), safe="/:;()._-~!$&'*+,=@")


def links(text: str | None) -> list[str]:
    """Canonical addresses that a text mentions, in order, each once."""
    found = (canonical(match.rstrip(".,;:!?")) for match in LINK.findall(text or ""))
    return list(dict.fromkeys(url for url in found if url))

"""Addresses in one form, so that two spellings of one page compare equal."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

TRACKING = re.compile(r"^(utm_\w+|fbclid|gclid|spm|scene|chksm|from|share_\w+|scm|pvid)$")
LINK = re.compile(r"https?://[^\s<>\"'，。；）)】》]+")


def canonical(url: str | None) -> str | None:
    """Lower-case host, no fragment, no tracking, parameters sorted; None for what is no web address."""
    if not url:
        return None
    try:
        parts = urlsplit(f"https:{url}" if url.startswith("//") else url.strip())
        host = (parts.hostname or "") + (f":{parts.port}" if parts.port else "")
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    query = sorted(pair for pair in parse_qsl(parts.query) if not TRACKING.match(pair[0]))
    return urlunsplit((parts.scheme, host, parts.path.rstrip("/") or "/", urlencode(query), ""))


def links(text: str | None) -> list[str]:
    """Canonical addresses that a text mentions, in order, each once."""
    found = (canonical(match.rstrip(".,;:!?")) for match in LINK.findall(text or ""))
    return list(dict.fromkeys(url for url in found if url))

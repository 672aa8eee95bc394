"""Bytes of a page into text: what the page says of itself goes before what its bytes look like."""

import codecs
from collections.abc import Iterator
from typing import NamedTuple

import charset_normalizer
from w3lib import encoding

SAMPLE = 1 << 16  # bytes that the detection looks at
ENOUGH = 8  # bytes beyond ASCII from which a guess says more than that most of the world's pages are western
MOST_LOST = 0.01  # share of lost characters up to which a declared charset is believed
WIDE = ["utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le", "utf_7"]  # never without saying so


class Decoded(NamedTuple):
    """`lost`: share of the characters beyond ASCII that are U+FFFD, which stands for bytes that could not be read."""

    text: str
    charset: str
    lost: float


def decoded(body: bytes, content_type: str = "") -> Decoded:
    """Text by BOM, HTTP header, meta or XML declaration, strict UTF-8, detection: the first that loses next to nothing.

    gb2312 and gbk are read as gb18030, which holds both. Where every one loses, the one that loses least.
    """
    tried: list[Decoded] = []
    for charset in _candidates(body, content_type):
        read = _read(body, charset)
        if read.lost <= MOST_LOST:
            return read
        tried.append(read)
    return min(tried, key=lambda read: read.lost)


def _candidates(body: bytes, content_type: str) -> Iterator[str]:
    told, bom = encoding.read_bom(body)
    if told and bom:
        yield told
    declared = encoding.http_content_type_encoding(content_type or None)
    if declared:
        yield declared
    # A page whose declaration could be read as ASCII is no UTF-16 (HTML standard, 13.2.3.2).
    written = encoding.html_body_declared_encoding(body[:SAMPLE])
    if written:
        yield "utf-8" if written.startswith("utf-16") else written
    if _is_utf8(body):
        yield "utf-8"
    is_enough = len(body) - len(body.decode("ascii", "ignore")) >= ENOUGH
    guess = charset_normalizer.from_bytes(body[:SAMPLE], cp_exclusion=WIDE).best() if is_enough else None
    yield encoding.resolve_encoding(guess.encoding) or guess.encoding if guess else "cp1252"


def _is_utf8(body: bytes) -> bool:
    """UTF-8 throughout; a character that the end cuts off is forgiven."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(body)
    except UnicodeDecodeError:
        return False
    return True


def _read(body: bytes, charset: str) -> Decoded:
    try:
        # Not final: a character that the end cuts off is left out, not counted as lost.
        text = codecs.getincrementaldecoder(charset)("replace").decode(body).removeprefix("\ufeff")
    except (LookupError, ValueError):
        return Decoded(body.decode("utf-8", "replace"), "utf-8", 1.0)
    beyond = len(text) - len(text.encode("ascii", "ignore"))
    return Decoded(text, charset, text.count("\ufffd") / beyond if beyond else 0.0)

"""Identifiers that are the same on every platform: read from their own field, or from text that labels them."""

import re
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

LABEL = re.compile(
    r"(?<![A-Za-z])(?:"
    r"(?P<gtin>条码|条形码|EAN(?:-?13)?|GTIN|UPC|barcode)"
    r"|(?P<isbn>ISBN(?:-?1[03])?)"
    r"|(?P<doi>DOI)"
    r"|(?P<model>型号|model(?: (?:no\.?|number))?)"
    r")\s*$",
    re.IGNORECASE,
)
ENDS = frozenset("码号nceilor30.ı")  # of labels, in lower case
LONGEST = 20  # characters of a label, with what stands before it
VALUE = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9./()_-]*(?: \d[\d -]*)?)")
DOI = re.compile(r"10\.\d{4,9}/[\w./()-]+", re.ASCII)
WHOLE_DOI = re.compile(r"(?:(?:https?://)?(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/[^\s\"]+)", re.IGNORECASE | re.ASCII)
ARXIV = re.compile(
    r"(?:(?:https?://)?(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/|oai:arxiv\.org:|arxiv:\s*"
    r"|(?:https?://doi\.org/)?10\.48550/arxiv\.)?"
    r"(\d{2}(?:0[1-9]|1[0-2])\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{2}(?:0[1-9]|1[0-2])\d{3})"
    r"(?:v\d{1,3})?(?:\.pdf)?(?:\s*\[[\w.-]+\])?",
    re.IGNORECASE | re.ASCII,
)
PMID = re.compile(
    r"(?:(?:https?://)?(?:pubmed\.ncbi\.nlm\.nih\.gov|www\.ncbi\.nlm\.nih\.gov/pubmed)/|pmid:?\s*)?([1-9]\d{0,7})/?",
    re.IGNORECASE | re.ASCII,
)
MODEL = re.compile(r"(?=[\w./-]*\d)[A-Za-z0-9][A-Za-z0-9./_-]{2,39}", re.ASCII)


def labelled_ids(text: Any) -> dict[str, str]:
    """Identifiers that a text names by their label ("条码：", "EAN:", "型号：", "ISBN:"), the first of each kind.

    A number without a label is no identifier, and one whose check digit is wrong is none either.
    """
    found: dict[str, str] = {}
    if not isinstance(text, str):
        return found
    for before, after in pairwise(text.replace("：", ":").split(":")):  # neither label nor value holds a colon
        told = before[-LONGEST:].rstrip()
        label = LABEL.search(told) if told[-1:].lower()[:1] in ENDS else None
        value = VALUE.match(after) if label else None
        if label and value:
            kind = str(label.lastgroup)
            read = READERS[kind](value.group(1).rstrip(" .-/"))
            if read:
                found.setdefault(kind, read)
    return found


def gtin(value: Any) -> str | None:
    """Digits of an EAN-8, UPC-12, EAN-13 or GTIN-14 whose check digit is right.

    Source  GS1 General Specifications, section 7.9: weights 3 and 1 from the right.
    """
    if not value:
        return None
    digits = re.sub(r"[\s-]", "", str(value))
    if not re.fullmatch(r"\d{8}|\d{12,14}", digits, re.ASCII) or not int(digits):
        return None
    weighted = sum(map(int, digits[::-2])) + 3 * sum(map(int, digits[-2::-2]))
    return None if weighted % 10 else digits


def isbn(value: Any) -> str | None:
    """ISBN-13 digits of an ISBN-10 or ISBN-13 whose check digit is right."""
    if not value:
        return None
    digits = re.sub(r"[\s-]", "", str(value)).upper()
    if re.fullmatch(r"\d{9}[\dX]", digits, re.ASCII):
        values = [10 if digit == "X" else int(digit) for digit in digits]
        if sum(weight * digit for weight, digit in zip(range(10, 0, -1), values, strict=True)) % 11:
            return None
        stem = f"978{digits[:9]}"
        total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(stem))
        return f"{stem}{-total % 10}"
    return gtin(digits) if re.fullmatch(r"97[89]\d{10}", digits, re.ASCII) else None


def doi(value: Any) -> str | None:
    """Lower-case DOI without its resolver: the whole value, as old ones hold nearly any sign, else one in a text."""
    told = str(value or "").strip()
    whole = WHOLE_DOI.fullmatch(unquote(told) if "%" in told else told)
    if whole:
        return whole.group(1).lower().rstrip(".,;")
    match = DOI.search(told)
    return match.group().lower().rstrip(".") if match else None


def arxiv(value: Any) -> str | None:
    """arXiv number without version, of "2101.00001v2", "hep-th/9901001", an address, an OAI identifier or a DOI.

    Source  https://info.arxiv.org/help/arxiv_identifier.html: year and month, then 4 or 5 digits; 3 before April 2007
    """
    match = ARXIV.fullmatch(str(value or "").strip())
    return match.group(1).lower() if match else None


def pmid(value: Any) -> str | None:
    """PubMed number, at most 8 digits, of the number, "PMID: 123" or an address."""
    match = PMID.fullmatch(str(value or "").strip()) if not isinstance(value, (bool, float)) else None
    return match.group(1) if match else None


def issn(value: Any) -> str | None:
    """ISSN with its hyphen, whose check digit is right.

    Source  ISO 3297: weights 8 to 2, modulo 11, X is ten.
    """
    digits = re.sub(r"^ISSN:?|[\s-]", "", str(value or "").strip().upper())
    if not re.fullmatch(r"\d{7}[\dX]", digits, re.ASCII) or digits == "00000000":
        return None
    values = [10 if digit == "X" else int(digit) for digit in digits]
    weighted = sum(weight * digit for weight, digit in zip(range(8, 0, -1), values, strict=True))
    return None if weighted % 11 else f"{digits[:4]}-{digits[4:]}"


def model_number(value: Any) -> str | None:
    """A word of letters and digits with at least one digit, upper case."""
    match = MODEL.match(str(value or "").strip())
    return match.group().upper() if match else None


READERS = {"gtin": gtin, "isbn": isbn, "doi": doi, "model": model_number}

"""Personal data in texts, hidden by rule: e-mail addresses, telephone numbers, identity numbers."""

import re

MARK = "***"
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[a-zA-Z]{2,24}(?![\w-])")
# A mainland mobile number, or an international one; digits inside longer numbers and in addresses are none.
PHONE = re.compile(
    r"(?<![\w/.=-])(?:(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}|\+\d{1,3}(?:[ -]?\(?\d{2,4}\)?){2,5})(?![\w-])",
    re.ASCII,
)
IDENTITY = re.compile(r"(?<![\w/])\d{17}[\dXx](?!\w)", re.ASCII)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def masked(text: str | None) -> str | None:
    """The text with *** for e-mail addresses, telephone numbers and Chinese identity numbers whose check digit is right."""
    if not text:
        return text
    text = EMAIL.sub(MARK, text) if "@" in text else text
    text = IDENTITY.sub(lambda match: MARK if is_identity(match.group()) else match.group(), text)
    return PHONE.sub(MARK, text)


def is_identity(digits: str) -> bool:
    """True for 18 characters whose last is the check digit. Source: GB 11643-1999, ISO 7064 MOD 11-2."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=False))
    return digits[17].upper() == "10X98765432"[total % 11]

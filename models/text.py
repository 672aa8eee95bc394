"""Chinese and English text: one spelling, tokens, language. Documents and queries go through the same functions.

Source  Unicode NFKC_Casefold (UAX 31), OpenCC t2s, jieba's search mode, Snowball's English stemmer (Porter 2).
"""

import functools
import re
import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
MIXED_SHARE = 0.3  # of the words: less is a brand or a loan word inside the other language
HAN_PER_WORD = 1.6  # mean length of a Chinese word in running text

_HAN_RUN = re.compile(f"([{HAN}]+)")
_ADDRESS = re.compile(r"https?://\S+")
_WORD = re.compile(r"[^\W_]+(?:[-.'/_+][^\W_]+)*")
_PART = re.compile(r"\d+(?:\.\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_LATIN = re.compile(r"(?<![\w-])[a-z\u00c0-\u024f]+(?:'[a-z]+)?(?![\w]|-\d)")
_LETTER = re.compile(r"[^\W\d_]")
_LATIN_LETTER = re.compile(r"[a-z\u00c0-\u024f]")
# Bytes of UTF-8 by what begins with them: a character from U+5000 to U+9FFF; a letter of ASCII; any other character that may
# be or become a Latin letter when folded, but for those that begin with _LIGATURE. The rest is struck out.
_KINDS = {
    b"h": range(0xE5, 0xEA),
    b"l": [byte for byte in range(128) if chr(byte).isalpha()],
    b"o": [byte for byte in range(0xC3, 0x100) if not 0xE3 <= byte <= 0xE9 and byte != 0xEF],
}
_KIND_OF = {byte: kind for kind, own in _KINDS.items() for byte in own}
_KIND = b"".join(_KIND_OF.get(byte, b" ") for byte in range(256))
_OF_NO_KIND = bytes(byte for byte in range(256) if byte not in _KIND_OF)
_BLANKED = bytes(byte if _KIND_OF.get(byte) == b"l" else 32 for byte in range(256))
_LIGATURE = b"\xef\xac"


@functools.cache
def _simplifier() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


@functools.cache
def _segmenter() -> Any:
    from pathlib import Path

    import jieba

    jieba.setLogLevel("WARNING")
    # jieba unmarshals its cache: in the shared /tmp, as by default, anyone could have put it there
    jieba.dt.tmp_dir = str(Path(jieba.__file__).parent)
    return jieba.dt


@functools.cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


def normalise(text: str) -> str:
    """NFKC, case folded, simplified characters, runs of white space as one blank, none at the ends."""
    if not text.isascii():
        text = text.encode("utf-8", "ignore").decode()  # halves of surrogate pairs, which platforms do send
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).replace("\u2019", "'")
        text = _simplifier().convert(text) if _HAN_RUN.search(text) else text
    return " ".join(text.casefold().replace("\0", " ").split())


def title_key(text: str) -> str:
    """The whole title as an exact key; empty only for empty text."""
    return normalise(text) or text


def tokens(text: str) -> list[str]:
    """Search tokens in reading order, with repeats.

    Chinese words (long ones also in their parts), English stems; compounds and model numbers whole, without their
    joints and in parts: "X-200" is x-200, x200, x, 200.
    """
    return list(_tokens(_THOUSANDS.sub("", normalise(text))))


def _tokens(text: str) -> "Iterator[str]":
    for number, run in enumerate(_HAN_RUN.split(text)):
        if number % 2:
            yield from _segmenter().cut_for_search(run)
        else:
            for word in _WORD.findall(run):
                yield from _forms(word)


def _forms(word: str) -> "Iterator[str]":
    parts = _PART.findall(word)
    if len(parts) < 2:
        yield _stemmer().stemWord(word)
        return
    yield from dict.fromkeys([word, "".join(parts), *(_stemmer().stemWord(part) for part in parts)])


def language(text: str) -> str:
    """`zh`, `en` (any Latin script), `mixed` when both carry the text, `und` for other scripts and for none."""
    text = _ADDRESS.sub(" ", text) if "://" in text else text
    if not text.isascii() and _is_plainly_chinese(text):
        return "zh"
    text = text.casefold()
    if text.isascii():
        return "en" if _LATIN_LETTER.search(text) else "und"
    other = len(_HAN_RUN.sub("", text))
    han, latin = len(text) - other, len(_LATIN_LETTER.findall(text))
    # Letters are counted only where there may be too many of other scripts.
    if other > 2 * latin + han and len(_LETTER.findall(text)) > 2 * (han + latin):
        return "und"
    words = len(_LATIN.findall(text)) or bool(latin and not han)
    if not han and not words:
        return "und"
    share = words / (words + han / HAN_PER_WORD)
    return "zh" if share < MIXED_SHARE else "en" if share > 1 - MIXED_SHARE else "mixed"


def _is_plainly_chinese(text: str) -> bool:
    """True only where the count of `language` would say so, by bounds that C tells; most Chinese texts are.

    An `other` character folds into at most three, each a word.
    """
    data = text.encode("utf-8", "surrogatepass")
    han, letters, others = _bounds(data)
    if len(text) + 2 * others > 2 * (han + letters):
        return False
    # A word has a letter at least; the words are counted only where the letters are too many.
    most = MIXED_SHARE / (1 - MIXED_SHARE) * han / HAN_PER_WORD
    return letters + 3 * others < most or len(data.translate(_BLANKED).split()) + 3 * others < most


def _bounds(data: bytes) -> tuple[int, int, int]:
    """Of a text in UTF-8: no more Han characters than it has, no more letters that are Latin, no fewer others that may be."""
    kinds = data.translate(_KIND, _OF_NO_KIND)
    letters, others = kinds.count(b"l"), kinds.count(b"o")
    return len(kinds) - letters - others, letters, others + data.count(_LIGATURE)

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
# Bytes of UTF-8 that are struck out to leave: the first of each character from U+4000 to U+9FFF; letters of ASCII; the
# first of each other character that is or becomes a Latin letter when folded, but for those of _FOLDED.
_BUT_HAN = bytes(byte for byte in range(256) if not 0xE4 <= byte <= 0xE9)
_BUT_LETTERS = bytes(byte for byte in range(256) if not chr(byte).isascii() or not chr(byte).isalpha())
_BLANKED = bytes(32 if byte in _BUT_LETTERS else byte for byte in range(256))
_BUT_OTHERS = bytes(byte for byte in range(256) if byte < 0xC3 or 0xE2 <= byte <= 0xE9 or byte == 0xEF)
_FOLDED = (b"\xe2\x84", b"\xe2\xb1", b"\xef\xac")
_HEXAGRAM = b"\xe4\xb7"  # how U+4DC0 to U+4DFF begin, which are no Han


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
    text = _ADDRESS.sub(" ", text)
    if _is_plainly_chinese(text):
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

    At least `han` characters are Han, and `letters` Latin; an `other` one folds into at most three, each a word.
    """
    data = text.encode("utf-8", "surrogatepass")
    han = len(data.translate(None, _BUT_HAN)) - data.count(_HEXAGRAM)
    letters = len(data.translate(None, _BUT_LETTERS))
    others = len(data.translate(None, _BUT_OTHERS)) + sum(map(data.count, _FOLDED))
    words = len(data.translate(_BLANKED).split()) + 3 * others
    return len(text) + 2 * others <= 2 * (han + letters) and words < MIXED_SHARE * (words + han / HAN_PER_WORD)

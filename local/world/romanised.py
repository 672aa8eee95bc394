"""Chinese as catalogues of Latin letters write it: pinyin without tones, syllable by syllable.

Source  ALA-LC Romanization Tables: Chinese (2011), whose marks and joined names few exports keep.
"""

from functools import cache
from typing import Any


def title(told: str) -> str:
    """A title in Latin letters."""
    words = " ".join(_pinyin().lazy_pinyin(told.translate(_SIGNS), v_to_u=True)).split()
    return " ".join([words[0].capitalize(), *words[1:]])


def name(told: str) -> str:
    """A name in Latin letters, in one word."""
    return "".join(_pinyin().lazy_pinyin(told, v_to_u=True)).capitalize()


_SIGNS = str.maketrans({"「": ' "', "」": '" ', "：": " : ", "，": ", "})


@cache
def _pinyin() -> Any:
    import pypinyin  # loads its phrases: only worlds with such catalogues need it

    return pypinyin

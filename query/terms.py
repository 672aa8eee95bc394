"""A query in the tokens that documents were indexed with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from query.parse import Query


@dataclass(frozen=True)
class Terms:
    """A query after language analysis: tokens with the typed words that hold them, phrases and exclusions as typed
    beside their tokens."""

    text: str
    tokens: Mapping[str, Sequence[str]]
    title_key: str
    phrases: tuple[tuple[str, str], ...] = ()
    excluded: tuple[tuple[str, str], ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The text's runs between white space, as typed."""
        return tuple(dict.fromkeys(self.text.split()))


def analyse(query: Query) -> Terms:
    """The query in the tokens that documents were indexed with."""
    from models import text  # loads a dictionary on first use

    def joined(words: str) -> tuple[str, str]:
        return words, " ".join(text.tokens(words))

    typed: dict[str, list[str]] = {}
    for word in dict.fromkeys(query.text.split()):
        for token in dict.fromkeys(text.tokens(word)):
            typed.setdefault(token, []).append(word)
    return Terms(
        text=query.text,
        tokens=typed,
        title_key=text.title_key(query.text),
        phrases=tuple(joined(words) for words in query.phrases),
        excluded=tuple(joined(words) for words in query.excluded),
    )

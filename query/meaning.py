"""Vectors of a query, and how much they may count: the models are loaded when first needed.

A vector is only comparable with vectors of the same model, and only means something where the model reads the
language of the query; where it does not, the leg is left out and the result says so.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any

from query.retrieve import Vector
from store import settings
from store.cli import TrawlError

log = logging.getLogger(__name__)

MIXED = 0.5  # weight of a query of which the model reads a part

_LOADING = Lock()  # the service answers from several threads; one of them loads


class NotAPicture(TrawlError):
    """The bytes given as a picture cannot be read as one."""


@dataclass(frozen=True)
class Meaning:
    """The vector of a query, or none and why; `note` explains, `warning` asks for action."""

    vector: Vector | None = None
    weight: float = 1.0
    note: str | None = None
    warning: str | None = None


def of_texts(texts: Sequence[str], *, indexed: str | None) -> list[Meaning]:
    """One meaning per text, all encoded in one batch; `indexed` is the model that the index was made with.

    The model is loaded only when there is a text that it can read. Without the model the leg is left out.
    """
    from models import encoder
    from models.errors import ModelMissing

    if indexed is None:
        return [Meaning(note="meaning left out: the index holds no text vectors" if text else None) for text in texts]
    reads = encoder.LANGUAGES.get(settings.text_model(), ())
    found = [_unread(text, reads) for text in texts]
    wanted = [text for text, meaning in zip(texts, found) if meaning.weight]
    try:
        vectors, problem = _encoded(wanted, indexed) if wanted else ([], None)
    except ModelMissing as error:
        vectors, problem = [], f"{error}; searching by words only"
    if problem:
        return [Meaning(warning=problem) if meaning.weight else meaning for meaning in found]
    rows = iter(vectors)
    return [Meaning(next(rows), meaning.weight, meaning.note) if meaning.weight else meaning for meaning in found]


def of_picture(data: bytes, *, indexed: str | None) -> Meaning:
    """The vector of a picture file's bytes; NotAPicture where they are not one."""
    from models.errors import BadPicture

    if indexed is None:
        return Meaning(warning="picture left out: the index holds no picture vectors")
    model = _picture_encoder(settings.image_model())
    if problem := _mismatch("image", indexed, model.model_id):
        return Meaning(warning=problem)
    try:
        return Meaning(model.encode([data])[0].tolist())
    except BadPicture as error:
        raise NotAPicture(f"{error}: give a PNG, JPEG, GIF or WebP file") from error


def warm() -> None:
    """Load the dictionary and the text model now, so that the first search does not wait for them."""
    from models import text as analysis
    from models.errors import ModelMissing

    analysis.tokens("预热")
    try:
        _text_encoder(settings.text_model()).encode(["warm"])
    except ModelMissing as error:
        log.warning("%s; searching by words only", error)


def _unread(text: str, reads: Sequence[str]) -> Meaning:
    """How much the vector of a text may count, before there is one; an empty `reads` is not known, so trusted."""
    from models import text as analysis

    spoken = analysis.language(text)
    if not text:
        return Meaning(weight=0)
    if not reads or spoken in reads:
        return Meaning()
    said = f"the query is {spoken}, the model reads {', '.join(reads)}"
    if spoken in ("mixed", "und"):
        return Meaning(weight=MIXED, note=f"meaning counts {MIXED:g}: {said}")
    return Meaning(weight=0, note=f"meaning left out: {said}")


def _encoded(texts: Sequence[str], indexed: str) -> tuple[list[Vector], str | None]:
    model = _text_encoder(settings.text_model())
    problem = _mismatch("text", indexed, model.model_id)
    return ([], problem) if problem else (model.encode(texts).tolist(), None)


def _mismatch(kind: str, indexed: str, own: str) -> str | None:
    """A vector of another model would give neighbours without meaning."""
    if indexed == own:
        return None
    return f"{kind} vectors left out: the index was made with {indexed}, TRAWL_{kind.upper()}_MODEL here is {own}"


def _text_encoder(name: str) -> Any:
    with _LOADING:
        return _loaded("encoder", name)


def _picture_encoder(name: str) -> Any:
    with _LOADING:
        return _loaded("vision", name)


@cache
def _loaded(module: str, name: str) -> Any:
    import importlib

    return importlib.import_module(f"models.{module}").load(name)

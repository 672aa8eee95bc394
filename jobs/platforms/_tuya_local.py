"""Definitions of Tuya devices in YAML, one document per kind of device: name, products, entities with data points.

A record is a product of a definition, as its brand and model are what people ask for; a definition that names no product
is one record under a hash of its name and data points.

Source  format: https://github.com/make-all/tuya-local, custom_components/tuya_local/devices/README.md
"""

import hashlib
import re
from collections.abc import Iterator
from typing import Any

import yaml

from jobs.platforms import Item, Page, Reject
from jobs.platforms._devices import Function, choices, distinct, function, sentence, span, words
from jobs.platforms._reading import BROKEN, at, checked, each, identity, many, shown
from models.identifiers import model_number
from models.markup import clean

DOCUMENTS = re.compile(rb"^---(?:[ \t].*)?$", re.MULTILINE)
MARK = re.compile(rb"^(?:entities|primary_entity|products):", re.MULTILINE)
POINT = re.compile(rb"^\s+(?:- )?dps:", re.MULTILINE)
MOST_ALIASES = 20  # each can double what a document unfolds to
DEEPEST = 50
READ_ONLY = ("sensor", "binary_sensor", "event", "camera")
KINDS = {"boolean": "switch", "integer": "level", "float": "level", "string": "mode", "bitfield": "sensor"}


def claims(page: Page) -> bool:
    """Products or entities, with data points below them."""
    return MARK.search(page.body) is not None and POINT.search(page.body) is not None


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per product; a document that cannot be read costs itself alone."""
    for text in DOCUMENTS.split(page.body.removeprefix(b"\xef\xbb\xbf")):
        document = _loaded(text)
        if isinstance(document, Reject):
            yield document
        elif document is not None:
            yield from each([document], _definition)


def _loaded(text: bytes) -> Any:
    try:
        unsafe = _unsafe(text)
        return Reject(unsafe, shown(text)) if unsafe else yaml.load(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, *BROKEN) as error:
        return Reject("not json or yaml", f"{type(error).__name__} {error}: {shown(text)}")


def _unsafe(text: bytes) -> str | None:
    """Why a document must not be built: the loader recurses without a limit and unfolds what aliases repeat."""
    depth = aliases = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        aliases += isinstance(event, yaml.AliasEvent)
        if depth > DEEPEST or aliases > MOST_ALIASES:
            return "nested too deep" if depth > DEEPEST else "too many aliases"
    return None


def _definition(document: Any) -> Iterator[Item | Reject]:
    name, products = clean(at(document, "name")), at(document, "products")
    parts = [at(document, "primary_entity"), *many(at(document, "secondary_entities")), *many(at(document, "entities"))]
    entities = [entity for entity in parts if isinstance(entity, dict)]
    if not entities:
        yield Reject("not a definition", shown(document))
        return
    functions = distinct(one for entity in entities for one in _entity(entity))
    for product in many(products) or [None]:
        yield checked(_product(product, name, functions, _noun(entities[0])))


def _product(product: Any, name: str | None, functions: list[Function], noun: str) -> Item:
    native_id, own = identity(at(product, "id")), clean(at(product, "name"))
    maker = clean(at(product, "manufacturer"))
    model = next(filter(None, map(_model, f"{at(product, 'model') or ''} {own or ''}".split())), None)
    told = "\n".join([name or noun, *(one["name"] for one in functions)])
    parts = dict.fromkeys(part for part in (maker, clean(at(product, "model")), own, name) if part)
    return {
        "native_id": native_id or f"kind-{hashlib.blake2b(told.encode(), digest_size=8).hexdigest()}",
        "type": "device",
        "title": " ".join(parts) or None,
        "body": sentence(name or noun, functions),
        "brand": maker,
        "category_path": [words(noun)],
        "ids": {"model": model} if model else {},
        "functions": functions,
    }


def _model(word: str) -> str | None:
    """A word of capitals and digits; a size, a voltage or a year is none."""
    return model_number(word) if re.fullmatch(r"(?=.*\d)[A-Z][A-Z0-9/._-]{3,}", word) else None


def _entity(entity: dict[str, Any]) -> Iterator[Function]:
    """The data points of an entity; its main one is called after the entity, hidden ones are left out."""
    kind, points = _noun(entity), [point for point in many(entity.get("dps")) if isinstance(point, dict)]
    own = identity(entity.get("name"), entity.get("translation_key"), entity.get("class"))
    for point in points:
        code = identity(point.get("name"))
        if point.get("hidden") is True or not code:
            continue
        is_main = code in (kind, "value", "option", "sensor", "button")
        name = (own or kind) if is_main else f"{own} {code}" if own else code
        is_read_only = kind in READ_ONLY or point.get("readonly") is True or code.startswith("current_")
        yield _point(point, name, is_read_only=is_read_only)


def _noun(entity: dict[str, Any]) -> str:
    return identity(entity.get("entity")) or "device"


def _point(point: dict[str, Any], name: str, *, is_read_only: bool) -> Function:
    mappings = [one for one in many(point.get("mapping")) if isinstance(one, dict)]
    scale = next((one["scale"] for one in mappings if isinstance(one.get("scale"), (int, float))), 1)
    limits, code = at(point, "range"), str(point.get("type"))
    low, high = ((at(limits, end)) for end in ("min", "max"))
    if scale and all(isinstance(end, (int, float)) for end in (low, high)):
        low, high = low / scale, high / scale
    values = choices([_value(one.get("value", one.get("dps_val"))) for one in mappings if not one.get("hidden")])
    found = values or span(low, high) or ("on, off" if code == "boolean" else None)
    kind = "sensor" if is_read_only else "mode" if values and code != "boolean" else KINDS.get(code)
    return function(name, kind, span=found, unit=point.get("unit"), writable=not is_read_only)


def _value(value: Any) -> Any:
    """YAML reads the words on and off as truth."""
    return {True: "on", False: "off"}.get(value, value) if isinstance(value, bool) else value

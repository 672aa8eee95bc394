"""Matter and Zigbee: what products of many makers can do, by their public descriptions.

Source  files: definitions of zigbee2mqtt with `exposes` (https://www.zigbee2mqtt.io/guide/usage/exposes.html), alone, in
        lists, or inside the list of devices of a bridge; clusters of Matter with attributes and commands; models of the
        Distributed Compliance Ledger (https://on.dcl.csa-iot.org)
Units   limits in the unit that the feature names

Of a bridge's own devices only the definition of the product is read: no address and no name that somebody gave.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from jobs.platforms import Item, Page, Policy, Reject
from jobs.platforms._devices import Function, choices, distinct, function, sentence, span, words
from jobs.platforms._reading import at, checked, decoded, each, identity, many, shown
from models.identifiers import model_number
from models.markup import clean
from models.values import address

POLICY = Policy(tier="D", license="as the description says")
DEVICES = "https://www.zigbee2mqtt.io/devices/"
KINDS = {"binary": "switch", "numeric": "level", "enum": "mode", "text": "mode", "list": "mode", "composite": "mode"}
SET = 2  # bit of `access`
LISTS = ("devices", "definitions", "clusters", "models", "model", "data", "payload")
DEEPEST = 5  # features inside features


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per product or cluster."""
    payload = decoded(page)
    if isinstance(payload, Reject):
        yield payload
    else:
        yield from each(_entries(payload), _entry)


def claims(page: Page) -> bool:
    """Definitions with features, clusters, or models of the ledger."""
    body = page.body
    is_cluster = b'"attributes"' in body and b'"commands"' in body and (b'"clusters"' in body or b'"cluster' in body)
    return b'"exposes"' in body or is_cluster or (b'"vid"' in body and b'"pid"' in body)


def _entries(payload: Any) -> list[Any]:
    listed = next((payload[name] for name in LISTS if isinstance(at(payload, name), (list, dict))), payload)
    return listed if isinstance(listed, list) else [listed] if listed else []


def _entry(entry: Any) -> Iterator[Item | Reject]:
    definition = at(entry, "definition") if "definition" in entry else entry
    if definition is None and "definition" in entry:  # the coordinator, or a product that nobody has described
        return
    if isinstance(at(definition, "exposes"), list):
        yield checked(_product(definition))
    elif at(entry, "vid") is not None and at(entry, "pid") is not None:
        yield checked(_model(entry))
    elif at(entry, "attributes") is not None or at(entry, "commands") is not None:
        yield checked(_cluster(entry))
    else:
        yield Reject("not a description", shown(entry))


def _product(definition: Any) -> Item:
    vendor, model = clean(at(definition, "vendor")), identity(at(definition, "model"))
    functions = distinct(one for feature in definition["exposes"] for one in _features(feature))
    description, number = clean(at(definition, "description")), model_number(model)
    return {
        "native_id": f"{vendor}:{model}" if vendor and model else model,
        "type": "device",
        "url": f"{DEVICES}{quote(model.replace(' ', '_').replace('/', '_'))}.html" if model else None,
        "title": " ".join(part for part in (vendor, model, description) if part) or None,
        "body": sentence(description or model, functions),
        "brand": vendor,
        "category_path": [kind for kind in (_kind(definition["exposes"]),) if kind],
        "ids": {"model": number} if number else {},
        "functions": functions,
    }


def _kind(exposes: list[Any]) -> str | None:
    """light, switch, cover: the first feature that is a whole device."""
    kinds = (identity(at(feature, "type")) for feature in exposes if at(feature, "features") is not None)
    return next((kind for kind in kinds if kind and kind not in KINDS), None)


def _features(feature: Any, depth: int = 0) -> Iterator[Function]:
    inner = at(feature, "features")
    if isinstance(inner, list) and depth < DEEPEST and at(feature, "type") not in ("composite", "list"):
        for one in inner:
            yield from _features(one, depth + 1)
        return
    name = at(feature, "property") or at(feature, "name")
    kind, access = KINDS.get(str(at(feature, "type"))), at(feature, "access")
    is_settable = bool(access & SET) if isinstance(access, int) else None
    ends = [
        str(at(feature, f"value_{end}")).lower() for end in ("on", "off") if at(feature, f"value_{end}") is not None
    ]
    ends = ["on", "off"] if ends == ["true", "false"] else ends
    found = span(at(feature, "value_min"), at(feature, "value_max")) or choices(at(feature, "values")) or choices(ends)
    if name:
        told = "sensor" if is_settable is False else kind
        yield function(name, told, span=found, unit=at(feature, "unit"), writable=is_settable)


def _model(model: Any) -> Item:
    """A product of the ledger: it says what it is called, not what it can do."""
    name, label = clean(at(model, "productName")), clean(at(model, "productLabel"))
    vendor, number = clean(at(model, "vendorName")), model_number(at(model, "partNumber"))
    return {
        "native_id": f"{model['vid']}-{model['pid']}",
        "type": "device",
        "url": address(at(model, "productUrl")),
        "title": name or label,
        "body": label or name,
        "brand": vendor,
        "ids": {"model": number} if number else {},
    }


def _cluster(cluster: Any) -> Item:
    name, code = clean(at(cluster, "name")), identity(at(cluster, "id"), at(cluster, "code"), at(cluster, "clusterId"))
    functions = distinct([*map(_attribute, _named(cluster, "attributes")), *map(_command, _named(cluster, "commands"))])
    description = clean(at(cluster, "description"))
    body = sentence(f"{words(name)} cluster" if name else None, functions)
    return {
        "native_id": f"cluster:{code or name}" if code or name else None,
        "type": "device",
        "title": name,
        "body": f"{body}. {description}" if description else body,
        "category_path": ["cluster"],
        "functions": functions,
    }


def _named(cluster: Any, kind: str) -> list[dict[str, Any]]:
    """Attributes and commands are lists of objects, or objects by name."""
    told = at(cluster, kind)
    if isinstance(told, dict):
        return [{"name": name, **(one if isinstance(one, dict) else {})} for name, one in told.items()]
    return [one for one in many(told) if isinstance(one, dict) and one.get("name")]


def _attribute(one: dict[str, Any]) -> Function:
    told = str(one.get("access") or "").lower()
    is_settable = one.get("writable") is True or "write" in told or "w" in told.split()
    kind = {"bool": "switch", "boolean": "switch"}.get(str(one.get("type")).lower(), "level")
    found = span(one.get("min"), one.get("max"))
    return function(
        one["name"], kind if is_settable else "sensor", span=found, unit=one.get("unit"), writable=is_settable
    )


def _command(one: dict[str, Any]) -> Function:
    return function(one["name"], "event", writable=True)

"""SmartThings: the devices of one's own home with what they can do, and the scenes.

Source  GET /devices?includeStatus=true, 200 a page, pages count from 0; then GET /scenes; personal access token
        (https://developer.smartthings.com/docs/api/public, as of 2026-01)
Also    one device, /devices/{id}/status, rooms (pages); commands belong to no device and are refused
Units   limits in the unit that the attribute names

A capability says what a device can do; the status, asked for in the same call, says within which limits. A status that
came without its address names no device: it stands under a hash of its capabilities, so that equal devices are one.
"""

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from jobs.platforms import Item, Page, PageBroken, Policy, Reject, Request, Window, context
from jobs.platforms._devices import Function, choices, distinct, function, sentence, span, words
from jobs.platforms._reading import at, checked, decoded, each, identity, many, shown
from jobs.platforms._smartthings import CAPABILITIES, TECHNICAL
from models.identifiers import model_number
from models.markup import clean
from models.times import instant

POLICY = Policy(
    tier="C",
    license="own data",
    default_url="https://api.smartthings.com/v1",
    credentials=("TRAWL_SMARTTHINGS_TOKEN",),
    sweep=True,
    requests_per_s=2,
    is_private=True,
)
SIZE = 200
ADDRESS = re.compile(r"/devices/([^/?#]+)/status")
STATUS = re.compile(rb'\s*\{\s*"components"\s*:\s*\{')
MARKS = (b'"components"', b'"_links"', b'"sceneId"', b'"roomId"', b'"requestId"')
KNOWN = (b'"deviceId"', b'"capabilit', b'"sceneId"', b'"roomId"', b'"error"')


def first(window: Window) -> Request:
    """The first page of the devices."""
    return _devices(window, 0)


def following(window: Window, request: Request, page: Page) -> Request | None:
    """The next page of the devices, then the scenes. Raises PageBroken."""
    step, number = context(request, "step"), context(request, "page")
    if not step:
        return None
    payload = decoded(page)
    if isinstance(payload, Reject) or not isinstance(at(payload, "items"), list):
        raise PageBroken("smartthings", shown(page.body[:80]))
    if step == "devices":
        is_last = at(payload, "_links", "next") is None
        return _request(window, "scenes") if is_last else _devices(window, int(number) + 1)
    return None


def _devices(window: Window, number: int) -> Request:
    return _request(window, "devices", ("includeStatus", "true"), ("max", str(SIZE)), ("page", str(number)))


def _request(window: Window, step: str, *params: tuple[str, str]) -> Request:
    headers = (("Authorization", f"Bearer {window.credentials[0]}"),)
    steps = (("step", step), ("page", dict(params).get("page", "")))
    return Request(f"{window.base_url}/{step}", params, steps, headers)


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per device, scene and room of the page."""
    payload = decoded(page)
    if isinstance(payload, Reject):
        yield payload
    elif at(payload, "error") is not None:
        yield Reject("platform error", shown(payload["error"]))
    else:
        listed = payload if isinstance(payload, list) else many(payload["items"]) if at(payload, "items") else [payload]
        yield from each(listed, lambda entry: _entry(entry, page.request.url))


def claims(page: Page) -> bool:
    """Lists, devices, states, commands and errors of this API."""
    body = page.body
    is_empty = b'"_links"' in body and b'"items"' in body and len(body) < 500
    is_command = b'"commands"' in body and b'"capability"' in body
    is_told = any(mark in body for mark in MARKS) and any(mark in body for mark in KNOWN)
    return is_empty or is_command or is_told or STATUS.match(body) is not None


def _entry(entry: Any, url: str) -> Iterator[Item | Reject]:
    native_id = identity(at(entry, "deviceId"))
    if native_id:
        yield checked(_device(entry, native_id))
    elif scene := identity(at(entry, "sceneId")):
        yield checked(_scene(entry, scene))
    elif room := identity(at(entry, "roomId")):
        yield {"native_id": room, "type": "page", "title": clean(at(entry, "name")) or "room", "body": "room"}
    elif at(entry, "commands") is not None:
        yield Reject("command without a device", shown(entry))
    elif at(entry, "components"):
        status = _status(entry, url)
        yield checked(status) if status["functions"] else Reject("no functions", shown(entry))
    elif isinstance(entry, dict) and entry and not {"items", "components"} & set(entry):
        yield Reject("no id", shown(entry))


def _device(device: Any, native_id: str) -> Item:
    components = many(at(device, "components"))
    functions = distinct(one for component in components for one in _component(component))
    kinds = [clean(at(kind, "name")) for component in components[:1] for kind in many(at(component, "categories"))]
    kind = next((words(name) for name in kinds if name and name != "Other"), None)
    created_at, precision = instant(at(device, "createTime")) or (None, None)
    maker = at(device, "ocf", "manufacturerName"), at(device, "viper", "manufacturerName")
    model = at(device, "ocf", "modelNumber"), at(device, "viper", "modelName")
    model_no = model_number(str(next(filter(None, model), "")).partition("|")[0])
    return {
        "native_id": native_id,
        "type": "device",
        "title": clean(at(device, "label")) or clean(at(device, "name")),
        "body": sentence(kind or at(device, "deviceTypeName") or at(device, "name") or "device", functions),
        "created_at": created_at,
        "time_precision": precision,
        "brand": next(filter(None, map(clean, (*maker, at(device, "manufacturerName")))), None),
        "category_path": [kind] if kind else [],
        "ids": {"model": model_no} if model_no else {},
        "functions": functions,
    }


def _component(component: Any) -> Iterator[Function]:
    """Capabilities as a device lists them, with their status where it was asked for."""
    name = at(component, "id")
    for capability in many(at(component, "capabilities")):
        yield from _capability(name, identity(at(capability, "id")), at(capability, "status"))


def _capability(component: Any, capability: str | None, status: Any) -> Iterator[Function]:
    if not capability or TECHNICAL.search(capability):
        return
    where = "" if component in (None, "main") else f"{component} "
    attribute, kind, values, unit, writable = CAPABILITIES.get(capability, ("", None, None, None, None))
    limits = _limits(status) or values
    kind = kind or ("mode" if limits else None)
    name = attribute or capability.rpartition(".")[2]
    told = at(status, attribute, "unit") or unit
    yield function(f"{where}{name}", kind, span=limits, unit=told, writable=writable)


def _limits(status: Any) -> str | None:
    """What the attributes "levelRange", "supportedModes" and the like allow; values of other attributes are state."""
    for name, attribute in status.items() if isinstance(status, dict) else ():
        value = at(attribute, "value")
        if name.endswith("Range"):
            limits = span(at(value, "minimum"), at(value, "maximum"))
        else:
            limits = choices(value) if name.startswith(("supported", "available")) else None
        if limits:
            return limits
    return None


def _status(entry: Any, url: str) -> Item:
    components = at(entry, "components")
    described = [(name, code, told) for name, part in components.items() for code, told in part.items()]
    functions = distinct(one for name, code, told in described for one in _capability(name, code, told))
    codes = "\n".join(sorted(f"{name} {code}" for name, code, _ in described))
    named = ADDRESS.search(url)
    return {
        "native_id": named.group(1) if named else f"kind-{hashlib.blake2b(codes.encode(), digest_size=8).hexdigest()}",
        "type": "device",
        "body": sentence("device", functions),
        "functions": functions,
    }


def _scene(entry: Any, native_id: str) -> Item:
    created_at, precision = instant(at(entry, "createdDate")) or (None, None)
    functions = [function("activate", "event", writable=True)]
    return {
        "native_id": native_id,
        "type": "device",
        "title": clean(at(entry, "sceneName")),
        "body": sentence("scene", functions),
        "created_at": created_at,
        "time_precision": precision,
        "updated_at": (instant(at(entry, "lastUpdatedDate")) or (None,))[0],
        "category_path": ["scene"],
        "functions": functions,
    }

"""Tuya: the devices of one's own account with their functions.

Source  GET /v1.0/iot-01/associated-users/devices, 100 a page by last_row_key; per device GET
        /v1.0/iot-03/devices/{id}/specification; each signed with HMAC-SHA256, after GET /v1.0/token
        (https://developer.tuya.com/en/docs/cloud, as of 2026-01)
Also    diagnostics as Home Assistant saves them, and definitions of devices in YAML (_tuya_local.py)
Units   limits are whole numbers with `scale` decimals, in the unit that the function names

A specification does not say whose it is: what the list told travels in the fragment of its address, which is kept with
the page and never sent.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import orjson

from jobs.platforms import Item, Page, PageBroken, Policy, Reject, Request, Window, _tuya_local, context
from jobs.platforms._devices import Function, choices, distinct, function, sentence, span
from jobs.platforms._reading import at, checked, decoded, each, identity, many, shown
from models.identifiers import model_number
from models.markup import clean
from models.times import instant

POLICY = Policy(
    tier="C",
    license="own data",
    default_url="https://openapi.tuyaeu.com",
    credentials=("TRAWL_TUYA_CLIENT_ID", "TRAWL_TUYA_SECRET"),
    sweep=True,
    requests_per_s=5,
    is_private=True,
)
SIZE = 100
DEVICES = "/v1.0/iot-01/associated-users/devices"
SPECIFICATION = re.compile(r"/devices/([^/?#]+)/specification")
KINDS = {"Boolean": "switch", "Integer": "level", "Enum": "mode", "Bitmap": "sensor"}
TOLD = ("name", "category", "product_id", "product_name", "model", "create_time", "update_time")
MARKS = (b'"status_range"', b'"local_strategy"')


def login(window: Window) -> Request:
    """The token of the account's project."""
    return Request(f"{window.base_url}/v1.0/token", (("grant_type", "1"),))


def token(page: Page) -> str:
    """The token. Raises PageBroken with the platform's words where it gives none."""
    given = at(decoded(page), "result", "access_token")
    if not isinstance(given, str) or not given:
        raise PageBroken("tuya", shown(page.body))
    return given


def signed(window: Window, request: Request, at: datetime) -> Request:
    """The request with its signature: of the method, the body's hash, the path with sorted parameters, and the time."""
    client, secret, *tokens = window.credentials
    moment, access = str(int(at.timestamp() * 1000)), tokens[0] if tokens else ""
    parts = urlsplit(request.url)
    pairs = sorted([*parse_qsl(parts.query, keep_blank_values=True), *request.params])
    path = parts.path + ("?" + "&".join(f"{key}={value}" for key, value in pairs) if pairs else "")
    told = "\n".join((request.method, hashlib.sha256(request.body).hexdigest(), "", path))
    sign = hmac.new(secret.encode(), f"{client}{access}{moment}{told}".encode(), hashlib.sha256).hexdigest().upper()
    headers = (("client_id", client), ("t", moment), ("sign_method", "HMAC-SHA256"), ("sign", sign))
    return replace(request, headers=(*headers, *((("access_token", access),) if access else ())))


def first(window: Window) -> Request:
    """The first devices."""
    return _list(window, "")


def following(window: Window, request: Request, page: Page) -> Request | None:
    """After a page of devices the specification of each; then the next page. Raises PageBroken."""
    step = context(request, "step")
    if not step:
        return None
    waiting, row = context(request, "waiting"), context(request, "row")
    if step == "list":
        result = at(decoded(page), "result")
        if not isinstance(at(result, "devices"), list):
            raise PageBroken("tuya", shown(page.body[:200]))
        row = (identity(at(result, "last_row_key")) or "") if at(result, "has_more") is True else ""
        waiting = "\n".join(filter(None, map(_address, result["devices"])))
    if waiting:
        address, _, rest = waiting.partition("\n")
        return Request(f"{window.base_url}{address}", (), (("step", "each"), ("waiting", rest), ("row", row)))
    return _list(window, row) if row else None


def _list(window: Window, row: str) -> Request:
    params = (("last_row_key", row), ("size", str(SIZE)))
    return Request(f"{window.base_url}{DEVICES}", params[not row :], (("step", "list"),))


def _address(device: Any) -> str | None:
    native_id = identity(at(device, "id"))
    told = {name: str(value) for name in TOLD if (value := at(device, name)) not in (None, "")}
    return f"/v1.0/iot-03/devices/{quote(native_id, safe='')}/specification#{urlencode(told)}" if native_id else None


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per device of a list, of a specification, of diagnostics, or per product of a definition."""
    if page.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"["):
        yield from _tuya_local.items(page)
        return
    payload = decoded(page)
    if isinstance(payload, Reject):
        yield payload
    elif at(payload, "success") is False:
        yield Reject("platform error", shown(payload))
    elif named := SPECIFICATION.search(page.request.url):
        told = dict(parse_qsl(urlsplit(page.request.url).fragment))
        given = {**told, "id": named.group(1)}
        yield from each([at(payload, "result")], lambda result: _entry({**result, **given}))
    else:
        yield from each(_entries(payload), _entry)


def _entries(payload: Any) -> list[Any]:
    inner = at(payload, "result") or at(payload, "data") or payload
    for name in ("devices", "list"):
        if isinstance(at(inner, name), list):
            return many(inner[name])
    return [inner] if isinstance(inner, dict) and inner and "access_token" not in inner else many(inner)


def claims(page: Page) -> bool:
    """Replies of the cloud, diagnostics, definitions."""
    body = page.body
    is_reply = b'"success"' in body and b'"tid"' in body and b'"t"' in body
    return is_reply or any(mark in body for mark in MARKS) or _tuya_local.claims(page)


def _entry(device: Any) -> Iterator[Item | Reject]:
    functions = distinct(_functions(device))
    title, product = clean(at(device, "name")), clean(at(device, "product_name"))
    created_at, precision = instant(at(device, "create_time")) or instant(at(device, "active_time")) or (None, None)
    model, category = model_number(at(device, "model")), clean(at(device, "category"))
    yield checked(
        {
            "native_id": identity(at(device, "id"), at(device, "product_id")),
            "type": "device",
            "title": title or product,
            "body": sentence(product or title or category, functions) if title or product or functions else None,
            "created_at": created_at,
            "time_precision": precision,
            "updated_at": (instant(at(device, "update_time")) or (None,))[0],
            "category_path": [category] if category else [],
            "ids": {"model": model} if model else {},
            "functions": functions,
        }
    )


def _functions(device: Any) -> Iterator[Function]:
    """What can be set, then what can only be read: lists of the cloud, or the objects of diagnostics."""
    settable = dict(_told(at(device, "functions") or at(device, "function")))
    readable = dict(_told(at(device, "status_range") or at(device, "status")))
    for code, one in {**readable, **settable}.items():
        values = at(one, "values") or at(one, "value")
        limits = _decoded(values) if isinstance(values, str) else values
        kind, writable = KINDS.get(str(at(one, "type"))), code in settable if at(one, "type") else None
        found = span(at(limits, "min"), at(limits, "max"), at(limits, "scale")) or choices(at(limits, "range"))
        found = found or ("on, off" if kind == "switch" else None)
        name = clean(at(one, "name")) or code
        kind = kind if writable else "sensor" if writable is False else None
        yield function(name, kind, span=found, unit=at(limits, "unit"), writable=writable)


def _told(functions: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(functions, dict):
        yield from functions.items()
    for one in functions if isinstance(functions, list) else ():
        if code := identity(at(one, "code")):
            yield code, one


def _decoded(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None

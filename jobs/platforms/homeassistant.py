"""Home Assistant: the entities of one's own home and the services that act on them.

Source  GET /api/services, then GET /api/states, each whole in one answer, with a long-lived token
        (https://developers.home-assistant.io/docs/api/rest, as of 2026-01)
Units   ranges in the unit that the entity names

A record is an entity, with what its attributes say that it can do, or a domain with its services. The time is the last
change; a wrong one (the documentation itself shows the year 22016) is no time. Where people are is not read: persons,
trackers and zones are refused. Pictures carry access tokens and are left out.
"""

from collections.abc import Iterator
from typing import Any

from jobs.platforms import Item, Page, PageBroken, Policy, Reject, Request, Window, context
from jobs.platforms._devices import Function, choices, distinct, function, sentence, span, words
from jobs.platforms._reading import at, checked, decoded, each, identity, shown
from models.markup import clean
from models.times import instant

POLICY = Policy(
    tier="C",
    license="own data",
    default_url="http://homeassistant.local:8123",
    credentials=("TRAWL_HOMEASSISTANT_TOKEN",),
    sweep=True,
    requests_per_s=5,
    is_private=True,
)
WHEREABOUTS = ("person", "device_tracker", "zone")
SENSORS = ("sensor", "binary_sensor", "weather", "air_quality", "sun", "event", "image", "camera", "calendar")
POWERED = ("light", "switch", "input_boolean", "fan", "humidifier", "siren", "media_player", "climate", "water_heater")
# Per domain its main function: name, kind, values.
MAIN = {name: ("power", "switch", "on, off") for name in POWERED} | {
    "automation": ("enabled", "switch", "on, off"),
    "cover": ("position", "mode", "open, close, stop"),
    "valve": ("position", "mode", "open, close, stop"),
    "lock": ("lock", "switch", "lock, unlock"),
    "vacuum": ("cleaning", "mode", "start, pause, stop, return to base"),
    "lawn_mower": ("mowing", "mode", "start, pause, dock"),
    "alarm_control_panel": ("alarm", "mode", "arm, disarm"),
    "button": ("press", "event", None),
    "input_button": ("press", "event", None),
    "scene": ("activate", "event", None),
    "script": ("run", "event", None),
}
# Attributes that hold the limits of a number: name, lowest, highest, unit.
LIMITS = (
    ("value", "min", "max", None),
    ("temperature", "min_temp", "max_temp", None),
    ("humidity", "min_humidity", "max_humidity", "%"),
    ("color temperature", "min_color_temp_kelvin", "max_color_temp_kelvin", "K"),
)
# Attributes that list what can be chosen.
MODES = {
    "hvac_modes": "mode",
    "fan_modes": "fan mode",
    "preset_modes": "preset",
    "swing_modes": "swing",
    "available_modes": "mode",
    "operation_list": "operation",
    "fan_speed_list": "fan speed",
    "effect_list": "effect",
    "source_list": "source",
    "sound_mode_list": "sound mode",
    "available_tones": "tone",
    "options": "option",
}


def first(window: Window) -> Request:
    """The services."""
    return _ask(window, "services")


def following(window: Window, request: Request, page: Page) -> Request | None:
    """After the services the states. Raises PageBroken where these cannot be read: there is no second page."""
    step = context(request, "step")
    if step == "states" and not isinstance(decoded(page), list):
        raise PageBroken("homeassistant", shown(page.body[:80]))
    return _ask(window, "states") if step == "services" else None


def _ask(window: Window, step: str) -> Request:
    headers = (("Authorization", f"Bearer {window.credentials[0]}"),)
    return Request(f"{window.base_url}/api/{step}", (), (("step", step),), headers)


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per entity, and one per domain of services."""
    payload = decoded(page)
    if isinstance(payload, Reject):
        yield payload
    elif at(payload, "message") is not None and at(payload, "entity_id") is None:
        yield Reject("platform error", shown(payload["message"]))
    else:
        entries = payload if isinstance(payload, list) else [payload] if isinstance(payload, dict) and payload else []
        yield from each(entries, _entry)


def claims(page: Page) -> bool:
    """States or services of this API."""
    is_state = b'"entity_id"' in page.body and b'"state"' in page.body and b'"attributes"' in page.body
    return is_state or (page.body.lstrip()[:1] == b"[" and b'"domain"' in page.body and b'"services"' in page.body)


def _entry(entry: Any) -> Iterator[Item | Reject]:
    if at(entry, "domain") is not None and at(entry, "services") is not None:
        yield checked(_domain(entry))
        return
    entity = identity(at(entry, "entity_id"))
    if (entity or "").partition(".")[0] in WHEREABOUTS:
        yield Reject("tells where people are", shown(entity))
        return
    yield checked(_entity(entry, entity))


def _entity(entry: Any, entity: str | None) -> Item:
    domain, _, name = (entity or "").partition(".")
    attributes = at(entry, "attributes")
    functions = distinct(_functions(domain, attributes))
    updated_at, precision = instant(at(entry, "last_changed")) or instant(at(entry, "last_updated")) or (None, None)
    kind = clean(at(attributes, "device_class"))
    noun = f"{kind} {domain}" if kind and domain in ("sensor", "binary_sensor", "number") else kind or domain
    return {
        "native_id": entity,
        "type": "device",
        "title": clean(at(attributes, "friendly_name")) or words(name) or None,
        "body": sentence(noun, functions) if entity else None,
        "updated_at": updated_at,
        "time_precision": precision,
        "category_path": [words(domain)] if domain else [],
        "functions": functions,
    }


def _functions(domain: str, attributes: Any) -> Iterator[Function]:
    unit, kind = at(attributes, "unit_of_measurement"), at(attributes, "device_class")
    if domain in MAIN:
        name, what, values = MAIN[domain]
        yield function(name, what, span=values, writable=True)
    elif domain in SENSORS and (unit or kind):
        values = choices(at(attributes, "options")) or ("on, off" if domain == "binary_sensor" else None)
        yield function(kind or domain, "sensor", span=values, unit=unit, writable=False)
    if domain in SENSORS:
        return
    colours = at(attributes, "supported_color_modes")
    if isinstance(colours, list) and any(mode not in ("onoff", "unknown") for mode in colours):
        yield function("brightness", "level", span="0..100", unit="%", writable=True)
    for name, low, high, sign in LIMITS:
        if limits := span(at(attributes, low), at(attributes, high)):
            yield function(name, "level", span=limits, unit=sign or unit, writable=True)
    for attribute, name in MODES.items():
        if values := choices(at(attributes, attribute)):
            yield function(name, "mode", span=values, writable=True)


def _domain(entry: Any) -> Item:
    name, services = identity(entry["domain"]), entry["services"]
    functions = distinct(_services(services))
    return {
        "native_id": name,
        "type": "device",
        "title": words(name) or None,
        "body": sentence(f"{name} services", functions) if name else None,
        "category_path": ["services"],
        "functions": functions,
    }


def _services(services: Any) -> Iterator[Function]:
    """Services are a list of names in old versions, in today's an object that describes their fields."""
    for name in services if isinstance(services, (list, dict)) else ():
        yield function(name, "event", writable=True)
        fields = at(services, name, "fields") if isinstance(services, dict) else None
        for field, told in fields.items() if isinstance(fields, dict) else ():
            number, options = at(told, "selector", "number"), at(told, "selector", "select", "options")
            limits = span(at(number, "min"), at(number, "max"))
            if limits:
                unit = at(number, "unit_of_measurement")
                yield function(f"{name} {field}", "level", span=limits, unit=unit, writable=True)
            elif values := choices(options):
                yield function(f"{name} {field}", "mode", span=values, writable=True)

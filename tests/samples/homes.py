"""What files of smart homes and of behaviour logs hold, read with the standard library and a YAML reader alone."""

import csv
import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from tests.samples import Expected

TIMES = ("event_time", "timestamp")
VISITORS = ("user_id", "visitorid")
TYPES = ("event_type", "event")
KNOWN = {"view", "cart", "addtocart", "add_to_cart", "purchase", "transaction", "click", "search"}
PEOPLE = ("person.", "device_tracker.", "zone.")


def smart_home(file: Path) -> list[Expected]:
    """Devices, scenes and rooms with an id, entities, domains of services, definitions; states and commands are none."""
    text = file.read_text(encoding="utf-8")
    if file.suffix in (".yaml", ".yml"):
        return [_definition(one) for one in yaml.safe_load_all(text) if isinstance(one, dict) and "name" in one]
    told = json.loads(text)
    listed = told if isinstance(told, list) else told.get("items", [told])
    return [expected for one in listed for expected in _home(one)]


def _definition(one: dict[str, Any]) -> Expected:
    products = one.get("products") or []
    return Expected(str(products[0]["id"] if products else one["name"]), True, False)


def _home(one: dict[str, Any]) -> Iterator[Expected]:
    if "deviceId" in one:
        yield Expected(one["deviceId"], bool(one.get("label") or one.get("name")), _is_time(one.get("createTime")))
    elif "sceneId" in one:
        yield Expected(one["sceneId"], bool(one.get("sceneName")), bool(one.get("createdDate")))
    elif "roomId" in one:
        yield Expected(one["roomId"], bool(one.get("name")), False)
    elif "entity_id" in one and not one["entity_id"].startswith(PEOPLE):
        yield Expected(one["entity_id"], True, _is_time(one.get("last_changed")))
    elif "services" in one:
        yield Expected(one["domain"], True, False)
    elif "product_id" in one:
        yield Expected(one.get("id") or one["product_id"], bool(one.get("name")), _is_time(one.get("create_time")))


def behaviour_logs(file: Path) -> list[Expected]:
    """Events of the kinds that a user profile is made of: the visitor is the key. Queries carry no time of their own."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".csv":
        return [expected for row in csv.DictReader(text.splitlines()) for expected in _row(row)]
    told = json.loads(text)
    asked = told.get("ext", {}).get("ubi")
    if asked:
        return [Expected(asked.get("user_id") or asked["client_id"], bool(asked.get("user_query")), False)]
    is_known = told.get("action_name") in KNOWN
    return (
        [Expected(told.get("user_id") or told["client_id"], False, _is_time(told.get("timestamp")))] if is_known else []
    )


def _row(row: dict[str, str]) -> Iterator[Expected]:
    kind, visitor, moment = (
        next((row[name] for name in names if name in row), "") for names in (TYPES, VISITORS, TIMES)
    )
    if kind in KNOWN and visitor:
        yield Expected(visitor, False, moment.isdigit() or _is_time(moment.removesuffix(" UTC")))


def _is_time(told: Any) -> bool:
    if not isinstance(told, str) or not re.match(r"\d{4}-", told):
        return isinstance(told, int)
    try:
        return bool(datetime.fromisoformat(told))
    except ValueError:
        return False


COUNTERS: dict[str, Callable[[Path], list[Expected]]] = {"smart_home": smart_home, "behaviour_logs": behaviour_logs}

"""Tuya's cloud over the world's devices: a token, lists by row key, a specification per device; all of it signed."""

import json
from typing import Any

from local.platforms.answers import Answer, Appearance, Ask, json_answer, moment

SIGNED = ("client_id", "sign", "t", "sign_method")
DEVICES = "v1.0/iot-01/associated-users/devices"
TOKEN = "a-token-of-the-stand-in"
NOW = 1767225600000


def answer(ask: Ask) -> Answer:
    """A token, a list of devices, a specification."""
    if not all(ask.headers.get(name) for name in SIGNED):
        return failure(401, "sign invalid")
    if ask.path == "v1.0/token":
        told = {"access_token": TOKEN, "expire_time": 7200, "refresh_token": TOKEN[::-1], "uid": "az0000000000000"}
        return _reply(told)
    if not ask.headers.get("access_token"):
        return failure(401, "token invalid")
    if ask.path == DEVICES:
        return _devices(ask)
    parts = ask.path.split("/")
    if parts[:3] == ["v1.0", "iot-03", "devices"] and parts[4:] == ["specification"]:
        return _specification(ask, parts[3])
    return failure(404, "uri path invalid")


def failure(status: int, message: str, path: str = "") -> Answer:
    """An error in the platform's own shape."""
    code = {401: 1004, 404: 1108, 429: 40000309}.get(status, 500)
    return json_answer({"code": code, "msg": message, "success": False, "t": NOW, "tid": "0"}, status)


def _reply(result: Any) -> Answer:
    return json_answer({"result": result, "success": True, "t": NOW, "tid": "0"})


def _devices(ask: Ask) -> Answer:
    """Row keys are opaque to the caller; ours write the offset."""
    row, size = ask.query.get("last_row_key", ""), max(1, ask.number("size", 20, 100))
    start, total = int(row) if row.isdigit() else 0, ask.world.size("tuya", ask.day)
    shown = ask.world.page("tuya", day=ask.day, start=start, size=size)
    devices = [_device(one) for one in shown if one["status"] != "deleted"]
    more = {"has_more": start + size < total, "last_row_key": str(start + size), "total": total}
    return _reply({"devices": devices, **more})


def _device(one: Appearance) -> dict[str, Any]:
    return {
        "id": one["native_id"],
        "name": one["title"],
        "category": one["category_path"][-1] if one["category_path"] else "",
        "product_name": one["brand"] or one["title"],
        "model": one["ids"].get("model") or "",
        "online": True,
        "sub": False,
        "create_time": int(moment(one).timestamp()),
        "update_time": int(moment(one).timestamp()),
        "status": [{"code": "switch", "value": True}, {"code": "mode", "value": (one["tags"] or [""])[0]}],
    }


def _specification(ask: Ask, native_id: str) -> Answer:
    one = ask.world.get("tuya", native_id, day=ask.day)
    if not one or one["status"] == "deleted":
        return failure(404, "device not exist")
    modes = json.dumps({"range": one["tags"]}, ensure_ascii=False)
    functions = [
        {"code": "switch", "type": "Boolean", "values": "{}"},
        {"code": "mode", "type": "Enum", "values": modes},
    ]
    category = one["category_path"][-1] if one["category_path"] else ""
    return _reply({"category": category, "functions": functions, "status": functions})

"""SmartThings' API over the world's devices: paged lists with capabilities and status, one device, no scenes."""

from typing import Any

from local.platforms.answers import Answer, Appearance, Ask, json_answer, moment

PLACE = "00000000-0000-4000-8000-000000000001"


def answer(ask: Ask) -> Answer:
    """Devices, one device or its status, scenes."""
    if not ask.headers.get("authorization", "").startswith("Bearer "):
        return failure(401, "Unauthorized")
    if ask.path == "devices":
        return _devices(ask)
    if ask.path == "scenes":
        return json_answer({"items": [], "_links": {"next": None, "previous": None}})
    return _one(ask, *ask.path.removeprefix("devices/").partition("/")[::2])


def failure(status: int, message: str, path: str = "") -> Answer:
    """An error in the platform's own shape."""
    code = {401: "UnauthorizedError", 404: "NotFoundError", 429: "TooManyRequestError"}.get(
        status, "InternalServerError"
    )
    return json_answer({"requestId": "0", "error": {"code": code, "message": message, "details": []}}, status)


def _devices(ask: Ask) -> Answer:
    number, size = ask.number("page", 0, 10**9), max(1, ask.number("max", 200, 200))
    total = ask.world.size("smartthings", ask.day)
    shown = ask.world.page("smartthings", day=ask.day, start=number * size, size=size)
    further = f"{ask.base}/smartthings/devices?max={size}&page={number + 1}"
    links = {"next": {"href": further}} if (number + 1) * size < total else {}
    is_full = ask.query.get("includeStatus") == "true"
    devices = [_device(one, is_full=is_full) for one in shown if one["status"] != "deleted"]
    return json_answer({"items": devices, "_links": links})


def _one(ask: Ask, native_id: str, part: str) -> Answer:
    shown = ask.world.get("smartthings", native_id, day=ask.day)
    if not shown or shown["status"] == "deleted" or part not in ("", "status"):
        return failure(404, "Not found")
    return json_answer({"components": {"main": _status(shown)}} if part else _device(shown, is_full=False))


def _device(one: Appearance, *, is_full: bool) -> dict[str, Any]:
    capabilities = [
        {"id": name, "version": 1, **({"status": told} if is_full else {})} for name, told in _status(one).items()
    ]
    path = one["category_path"]
    main = {"id": "main", "label": "main", "capabilities": capabilities}
    main["categories"] = [{"name": path[-1] if path else "Other", "categoryType": "manufacturer"}]
    return {
        "deviceId": one["native_id"],
        "name": one["title"],
        "label": one["title"],
        "manufacturerName": one["brand"] or "SmartThings",
        "locationId": PLACE,
        "components": [main],
        "createTime": f"{moment(one):%Y-%m-%dT%H:%M:%S}.000Z",
        "ocf": {"manufacturerName": one["brand"], "modelNumber": one["ids"].get("model")},
        "type": "OCF",
        "executionContext": "CLOUD",
    }


def _status(one: Appearance) -> dict[str, Any]:
    """A switch, and the modes that the world says the device has."""
    modes = {"mode": {"value": None}, "supportedModes": {"value": one["tags"]}}
    return {"switch": {"switch": {"value": "on", "timestamp": one["created_at"]}}, "mode": modes}

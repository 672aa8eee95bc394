"""Home Assistant's REST API over the world's devices: every entity in one answer, those deleted are not there."""

from typing import Any

from local.platforms.answers import Answer, Appearance, Ask, json_answer

SERVICES = {"homeassistant": ("turn_on", "turn_off", "toggle"), "scene": ("turn_on",)}


def answer(ask: Ask) -> Answer:
    """States, services, or one state."""
    if not ask.headers.get("authorization", "").startswith("Bearer "):
        return failure(401, "401: Unauthorized")
    if ask.path == "api/services":
        return json_answer([{"domain": name, "services": _described(calls)} for name, calls in SERVICES.items()])
    if ask.path == "api/states":
        everything = ask.world.page(
            "homeassistant", day=ask.day, start=0, size=ask.world.size("homeassistant", ask.day)
        )
        return json_answer([_state(one) for one in everything if one["status"] != "deleted"])
    return _one(ask, ask.path.removeprefix("api/states/"))


def failure(status: int, message: str, path: str = "") -> Answer:
    """An error in the platform's own shape."""
    return json_answer({"message": message}, status)


def _one(ask: Ask, entity: str) -> Answer:
    shown = ask.world.get("homeassistant", entity, day=ask.day)
    if not shown or shown["status"] == "deleted":
        return failure(404, "Entity not found.")
    return json_answer(_state(shown))


def _described(calls: tuple[str, ...]) -> dict[str, Any]:
    return {call: {"name": call.replace("_", " ").capitalize(), "fields": {}} for call in calls}


def _state(one: Appearance) -> dict[str, Any]:
    """What the world says that a device can do are its presets."""
    return {
        "entity_id": one["native_id"],
        "state": "on",
        "attributes": {"friendly_name": one["title"], "preset_modes": one["tags"]},
        "last_changed": one["created_at"],
        "last_reported": one["created_at"],
        "last_updated": one["created_at"],
        "context": {"id": "01J00000000000000000000000", "parent_id": None, "user_id": None},
    }

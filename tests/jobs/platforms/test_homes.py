"""Smart homes, descriptions of products, and logs of what users did: mapping, quirks, walks, hostile input."""

import hashlib
import hmac
from datetime import UTC, date, datetime
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import FETCHED_AT, page

from jobs import platforms
from jobs.parse import Reading
from jobs.platforms import Page, PageBroken, Reject, Request, Window
from jobs.platforms._devices import choices, distinct, function, sentence, span, words
from schemas.event import EVENT
from schemas.record import RECORD

MINE = ("homeassistant", "smartthings", "tuya", "matter", "weblog", "clickstream", "ubi")
HOMES = ("homeassistant", "smartthings", "tuya")


def read(name: str, payload: Any, url: str = "http://127.0.0.1/x") -> list[Any]:
    return list(platforms.load(name).items(page(payload, url)))


def reasons(name: str, payload: Any) -> list[str]:
    return [item.reason for item in read(name, payload) if isinstance(item, Reject)]


def opened(name: str, *credentials: str) -> Window:
    return Window(date(2026, 1, 2), (), "http://p", credentials or ("secret", "secret"))


def functions(item: Any) -> dict[str, Any]:
    return {one["name"]: one for one in item.get("functions", [])}


# Sentences.


def test_a_device_is_told_in_a_sentence() -> None:
    able = [
        function("humidity", "level", span=span(35, 80), unit="%", writable=True),
        function("fanSpeed", "mode", span=choices(["low", "high"]), writable=True),
        function("temperature", "sensor", unit="°C", writable=False),
        function("led", None),
    ]
    told = "dehumidifier, can set humidity 35..80 %, fan speed low or high; reads temperature °C; has led"
    assert sentence("Dehumidifier", able) == told
    assert sentence(None, []) == "device"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("setColorTemperature", "set color temperature"),
        ("PM2_5.value", "pm2 5 value"),
        ("书房 灯", "书房 灯"),
        ("TVMode", "tv mode"),
    ],
)
def test_codes_become_words(code: str, told: str) -> None:
    assert words(code) == told


@pytest.mark.parametrize(
    ("low", "high", "scale", "told"),
    [
        (0, 9999, 3, "0..9.999"),
        (-9, 199, 0, "-9..199"),
        (7, 30.5, None, "7..30.5"),
        (1, None, 0, None),
        (True, 2, 0, None),
        (0, float("inf"), 0, None),
        (0, 5, 99, "0..5"),
    ],
)
def test_limits(low: Any, high: Any, scale: Any, told: str | None) -> None:
    assert span(low, high, scale) == told


def test_of_two_functions_of_one_name_the_fuller_stands() -> None:
    bare, full = function("mode", None), function("mode", "mode", span="a, b", writable=True)
    assert distinct([bare, function("x", None), full, bare]) == [full, {"name": "x"}]


# Privacy: homes belong to a tenant; state, place and tokens stay out.


@pytest.mark.parametrize("name", HOMES)
def test_a_home_is_private(name: str) -> None:
    policy, item = platforms.load(name).POLICY, {"native_id": "a", "type": "device", "title": "lamp"}
    assert Reading(name, policy, {}, None).outcome(item, page({}))["reject"]["reason"] == "no tenant"
    assert Reading(name, policy, {}, "home").outcome(item, page({}))["record"]["scope"] == "tenant"
    assert not platforms.load("matter").POLICY.is_private


def test_no_state_place_or_token_of_a_home_is_read() -> None:
    secret = "SECRET"
    device = {"id": "a", "name": "lamp", "local_key": secret, "ip": secret, "lat": secret, "lon": secret, "uid": secret}
    device["status"] = cast(Any, [{"code": "text", "value": secret}])
    state = {"entity_id": "light.a", "state": secret, "attributes": {"latitude": secret, "entity_picture": secret}}
    told = {"value": secret, "data": {"codeName": secret}}
    lock = {
        "components": {"main": {"lock": {"lock": told}, "lockCodes": {"lockCodes": told}, "geolocation": {"x": told}}}
    }
    thing = {"deviceId": "a", "label": "lock", "locationId": secret, "roomId": secret, "ownerId": secret}
    for name, payload in (("tuya", {"result": [device]}), ("homeassistant", [state]), ("smartthings", lock)):
        assert secret not in str(read(name, payload)) and read(name, payload)
    assert secret not in str(read("smartthings", thing))


# Home Assistant.


def entity(**told: Any) -> Any:
    return read("homeassistant", [{"entity_id": "climate.study", "state": "on", "attributes": {}, **told}])[0]


@pytest.mark.parametrize(
    ("told", "moment"),
    [
        ({"last_changed": "2016-05-30T21:43:32.418320+00:00"}, datetime(2016, 5, 30, 21, 43, 32, 418320, UTC)),
        ({"last_changed": "22016-05-30T21:43:32.418320+00:00"}, None),  # the documentation's own mistake
        (
            {"last_changed": "22016-05-30T00:00:00+00:00", "last_updated": "2016-05-30"},
            datetime(2016, 5, 30, tzinfo=UTC),
        ),
        ({"last_changed": None}, None),
        ({}, None),
    ],
)
def test_a_wrong_time_is_no_time(told: dict[str, Any], moment: datetime | None) -> None:
    assert entity(**told).get("updated_at") == moment


def test_an_entity_without_a_name_is_called_after_its_id() -> None:
    [item] = read("homeassistant", [{"entity_id": "process.Dropbox", "state": "on", "attributes": {}}])
    assert (item["title"], item["body"], item["native_id"]) == ("dropbox", "process", "process.Dropbox")


def test_attributes_tell_what_an_entity_can_do() -> None:
    can = functions(
        entity(attributes={"min_temp": 7, "max_temp": 30, "fan_modes": ["low", "high"], "current_temperature": 9})
    )
    assert can["temperature"]["range"] == "7..30" and can["fan mode"]["range"] == "low, high"
    assert can["power"] == {"name": "power", "kind": "switch", "range": "on, off", "writable": True} and len(can) == 3
    [lamp] = read("homeassistant", [{"entity_id": "light.a", "attributes": {"supported_color_modes": ["brightness"]}}])
    assert functions(lamp)["brightness"]["unit"] == "%"
    [meter] = read(
        "homeassistant", [{"entity_id": "sensor.a", "attributes": {"unit_of_measurement": "W", "min": 0, "max": 9}}]
    )
    assert functions(meter) == {"sensor": {"name": "sensor", "kind": "sensor", "unit": "W", "writable": False}}


def test_services_are_lists_of_old_and_objects_today() -> None:
    limits = {"selector": {"number": {"min": 0, "max": 100, "unit_of_measurement": "%"}}}
    fields = {"brightness_pct": limits, "effect": {"selector": {"select": {"options": ["a", "b"]}}}, "x": None}
    old, new = read(
        "homeassistant",
        [
            {"domain": "keyboard", "services": ["volume_up"]},
            {"domain": "light", "services": {"turn_on": {"fields": fields}}},
        ],
    )
    assert old["body"] == "keyboard services, can set volume up"
    assert (
        functions(new)["turn on brightness pct"]["range"] == "0..100"
        and functions(new)["turn on effect"]["kind"] == "mode"
    )


@pytest.mark.parametrize("domain", ["person", "device_tracker", "zone"])
def test_where_people_are_is_not_read(domain: str) -> None:
    assert reasons("homeassistant", [{"entity_id": f"{domain}.a", "attributes": {}}]) == ["tells where people are"]


def test_the_walk_of_home_assistant() -> None:
    home, window = platforms.load("homeassistant"), opened("homeassistant")
    first = home.first(window)
    assert first.headers == (("Authorization", "Bearer secret"),) and first.url == "http://p/api/services"
    second = home.following(window, first, page(b"broken"))
    assert second and second.url == "http://p/api/states" and home.following(window, second, page([])) is None
    for broken in (b"broken", {"message": "x"}):
        with pytest.raises(PageBroken):
            home.following(window, second, page(broken))


# SmartThings.


def test_a_capability_tells_what_and_its_status_within_which_limits() -> None:
    status = {
        "colorTemperature": {"value": 3000, "unit": "K"},
        "colorTemperatureRange": {"value": {"minimum": 2000, "maximum": 6535}, "unit": "K"},
    }
    capabilities = [
        {"id": "colorTemperature", "status": status},
        {"id": "samsungce.quietMode", "status": {"supportedModes": {"value": ["a", "b"]}, "mode": {"value": "a"}}},
        {"id": "refresh"},
        {"id": "samsungce.driverVersion"},
    ]
    parts = [{"id": "main", "capabilities": capabilities}, {"id": "freezer", "capabilities": [{"id": "contactSensor"}]}]
    [item] = read("smartthings", {"items": [{"deviceId": "a", "label": "x", "components": parts}]})
    can = functions(item)
    assert can["color temperature"] == {
        "name": "color temperature",
        "kind": "level",
        "range": "2000..6535",
        "unit": "K",
        "writable": True,
    }
    assert can["quiet mode"] == {"name": "quiet mode", "kind": "mode", "range": "a, b"}
    assert can["freezer contact"]["writable"] is False and len(can) == 3


@pytest.mark.parametrize(
    ("payload", "native_id", "title"),
    [
        ({"deviceId": "a", "name": "hub", "components": []}, "a", "hub"),
        ({"items": [{"deviceId": "a", "name": "hub", "label": "My hub"}], "_links": {}}, "a", "My hub"),
        ({"items": [{"sceneId": "s", "sceneName": "Off"}], "_links": {}}, "s", "Off"),
        ({"items": [{"roomId": "r", "name": "Attic"}], "_links": None}, "r", "Attic"),
    ],
)
def test_smartthings_answers_in_many_shapes(payload: Any, native_id: str, title: str) -> None:
    [item] = read("smartthings", payload)
    assert (item["native_id"], item["title"]) == (native_id, title)
    assert platforms.load("smartthings").claims(page(payload))


def test_a_status_is_of_the_device_in_its_address() -> None:
    status = {"components": {"main": {"switchLevel": {"level": {"value": 5, "unit": "%"}}}}}
    [named] = read("smartthings", status, "http://p/devices/a-b/status")
    assert named["native_id"] == "a-b"
    status["components"]["main"]["switchLevel"]["level"]["value"] = 6
    nameless, again = read("smartthings", status), read("smartthings", status)
    assert nameless == again and nameless[0]["native_id"].startswith("kind-")
    assert read("smartthings", {"components": {}}) == []


def test_what_is_no_device_of_smartthings() -> None:
    assert reasons("smartthings", {"commands": [{"capability": "lock", "command": "lock"}]}) == [
        "command without a device"
    ]
    assert reasons("smartthings", {"components": {"main": {"presenceSensor": {}}}}) == ["no functions"]
    assert reasons("smartthings", {"requestId": "1", "error": {"code": "x"}}) == ["platform error"]
    assert read("smartthings", {"items": [], "_links": {}}) == []


def test_the_walk_of_smartthings() -> None:
    things, window = platforms.load("smartthings"), opened("smartthings")
    first = things.first(window)
    assert dict(first.params) == {"includeStatus": "true", "max": "200", "page": "0"}
    assert dict(first.headers)["Authorization"] == "Bearer secret"
    more = page({"items": [{}], "_links": {"next": {"href": "https://elsewhere/devices?page=1"}}})
    second = things.following(window, first, more)
    assert second and dict(second.params)["page"] == "1" and second.url == "http://p/devices"
    scenes = things.following(window, second, page({"items": [], "_links": {"next": None}}))
    assert scenes and scenes.url == "http://p/scenes" and things.following(window, scenes, page({"items": []})) is None
    for broken in (b"broken", {"error": {}}):
        with pytest.raises(PageBroken):
            things.following(window, first, page(broken))


# Tuya.


def test_a_request_to_tuya_is_signed_as_it_wants() -> None:
    tuya, at = platforms.load("tuya"), datetime(2026, 1, 2, tzinfo=UTC)
    request = Request("http://p/v1.0/x#name=lamp", (("size", "100"), ("last_row_key", "a")))
    moment, empty = str(int(at.timestamp() * 1000)), hashlib.sha256(b"").hexdigest()
    for credentials in (("id", "key"), ("id", "key", "token")):
        sign = dict(cast(Any, tuya).signed(opened("tuya", *credentials), request, at).headers)
        told = f"id{''.join(credentials[2:])}{moment}GET\n{empty}\n\n/v1.0/x?last_row_key=a&size=100"
        assert sign["sign"] == hmac.new(b"key", told.encode(), hashlib.sha256).hexdigest().upper()
        assert (sign.get("access_token"), sign["t"]) == ((*credentials, None)[2], moment)
        assert "key" not in sign.values()


def test_tuya_gives_a_token_or_says_why_not() -> None:
    tuya = cast(Any, platforms.load("tuya"))
    assert tuya.login(opened("tuya")).url == "http://p/v1.0/token"
    assert tuya.token(page({"result": {"access_token": "t"}, "success": True})) == "t"
    with pytest.raises(PageBroken, match="sign invalid"):
        tuya.token(page({"code": 1004, "msg": "sign invalid", "success": False}))


def test_the_walk_of_tuya() -> None:
    tuya, window = platforms.load("tuya"), opened("tuya", "id", "key", "token")
    first = tuya.first(window)
    assert dict(first.params) == {"size": "100"}
    listed = {
        "devices": [{"id": "a/1", "name": "灯", "local_key": "x"}, {"id": "b"}],
        "has_more": True,
        "last_row_key": "R",
    }
    one = tuya.following(window, first, page({"result": listed, "success": True}))
    assert one and urlsplit(one.url).path == "/v1.0/iot-03/devices/a%2F1/specification"
    assert dict(parse_qsl(urlsplit(one.url).fragment)) == {"name": "灯"}
    two = tuya.following(window, one, page(b"broken"))
    assert two and urlsplit(two.url).path.split("/")[4] == "b"
    further = tuya.following(window, two, page({"success": True}))
    assert further and dict(further.params) == {"last_row_key": "R", "size": "100"}
    assert tuya.following(window, further, page({"result": {"devices": [], "has_more": False}})) is None
    for broken in (b"broken", {"success": False, "msg": "token invalid"}):
        with pytest.raises(PageBroken):
            tuya.following(window, first, page(broken))


def test_a_specification_is_of_the_device_that_its_address_tells() -> None:
    values = '{"unit":"%","min":35,"max":80,"scale":0,"step":1}'
    told = {
        "category": "cs",
        "functions": [{"code": "humidity", "type": "Integer", "values": values}],
        "status": [
            {"code": "humidity", "type": "Integer", "values": values},
            {"code": "full", "type": "Boolean", "values": "{"},
        ],
    }
    url = "http://p/v1.0/iot-03/devices/vdev1/specification#name=%E5%9C%B0%E4%B8%8B%E5%AE%A4&product_name=Dehumidifier&model=DH-20L"
    [item] = read("tuya", {"result": told, "success": True}, url)
    assert (item["native_id"], item["title"], item["ids"]) == ("vdev1", "地下室", {"model": "DH-20L"})
    assert item["body"] == "dehumidifier, can set humidity 35..80 %; reads full on or off"
    assert reasons("tuya", {"result": told, "success": True}) == ["no id"]


def test_tuya_answers_with_an_error_as_a_page() -> None:
    payload = {"code": 1010, "msg": "token invalid", "success": False, "t": 1, "tid": "x"}
    assert reasons("tuya", payload) == ["platform error"] and platforms.load("tuya").claims(page(payload))


DEFINITION = """
name: Dehumidifier
products:
  - id: prodaaaaaaaaaaaa
    manufacturer: Norvik
    model: DH-20L
  - id: prodbbbbbbbbbbbb
    name: Norvik small
entities:
  - entity: humidifier
    dps:
      - {id: 1, type: boolean, name: switch}
      - {id: 2, type: integer, name: humidity, range: {min: 350, max: 800}, unit: "%", mapping: [{scale: 10}]}
      - {id: 3, type: string, name: mode, mapping: [{dps_val: a, value: low}, {dps_val: b, value: high}, {dps_val: c, hidden: true}]}
      - {id: 4, type: integer, name: current_humidity}
      - {id: 5, type: integer, name: raw, hidden: true}
  - entity: binary_sensor
    class: problem
    dps:
      - {id: 6, type: bitfield, name: sensor, mapping: [{dps_val: 0, value: off}, {value: on}]}
"""


def test_a_definition_gives_a_record_per_product() -> None:
    first, second = read("tuya", DEFINITION.encode())
    assert (first["native_id"], first["title"], first["brand"]) == (
        "prodaaaaaaaaaaaa",
        "Norvik DH-20L Dehumidifier",
        "Norvik",
    )
    assert (
        first["ids"] == {"model": "DH-20L"} and second["title"] == "Norvik small Dehumidifier" and "ids" not in second
    )
    told = "dehumidifier, can set switch on or off, humidity 35..80 %, mode low or high; reads current humidity, problem off or on"
    assert first["body"] == second["body"] == told


def test_definitions_stand_one_after_another() -> None:
    nameless = "name: Lamp\nprimary_entity: {entity: light, dps: [{id: 1, type: boolean, name: switch}]}\n"
    items = read("tuya", f"{DEFINITION}---\n{nameless}---\na: [\n---\nname: x\n---\n".encode())
    assert [item.reason if isinstance(item, Reject) else item["title"] for item in items][2:] == [
        "Lamp",
        "not json or yaml",
        "not a definition",
    ]
    assert items[2]["native_id"].startswith("kind-")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"- " * 100_000, "nested too deep"),  # built, this would end the process
        (b"a: &a [x]\n" + b"b: [" + b"*a, " * 30 + b"]", "too many aliases"),
        (b"a: 2020-13-45", "not json or yaml"),
        (b"!!python/object:os.system x", "not json or yaml"),
    ],
)
def test_yaml_that_must_not_be_built(text: bytes, reason: str) -> None:
    assert reasons("tuya", text) == [reason]


# Matter and Zigbee.


def test_a_product_is_told_by_its_features() -> None:
    exposes = [
        {
            "type": "light",
            "features": [{"type": "numeric", "property": "brightness", "access": 7, "value_min": 0, "value_max": 254}],
        },
        {"type": "binary", "name": "contact", "property": "contact", "access": 1, "value_on": False, "value_off": True},
        {"type": "enum", "name": "effect", "property": "effect", "access": 2, "values": ["blink", "stop"]},
    ]
    definition = {"model": "NV 1/A", "vendor": "Norvik", "description": "Lamp", "exposes": exposes}
    bridge = {"ieee_address": "0x1", "friendly_name": "SECRET", "definition": definition}
    [alone], [of_a_bridge] = read("matter", definition), read("matter", [bridge, {"definition": None}])
    assert alone == of_a_bridge and "SECRET" not in str(alone)
    assert alone["url"].endswith("/NV_1_A.html") and alone["category_path"] == ["light"]
    assert alone["body"] == "lamp, can set brightness 0..254, effect blink or stop; reads contact false or true"


def test_clusters_come_as_lists_and_as_objects() -> None:
    listed = {
        "id": 6,
        "name": "OnOff",
        "attributes": [{"name": "OnOff", "type": "bool"}],
        "commands": [{"name": "Toggle"}],
    }
    named = {"id": 6, "name": "OnOff", "attributes": {"OnOff": {"type": "bool"}}, "commands": {"Toggle": {}}}
    assert read("matter", {"clusters": [listed]}) == read("matter", [named])
    assert read("matter", listed)[0]["body"] == "on off cluster, can set toggle; reads on off"


# Logs.


def lines(*told: str) -> list[Any]:
    return read("weblog", "\n".join(told).encode())


REQUEST = '203.0.113.9 - - [10/Oct/2025:13:55:36 +0200] "GET {} HTTP/1.1" {} 5 "{}" "Mozilla/5.0"'


@pytest.mark.parametrize(
    ("path", "referer", "action", "query", "record_id"),
    [
        ("/items/1", "-", "view", None, "/items/1"),
        ("/search?q=%E9%9F%B3%E7%AE%B1", "-", "search", "音箱", None),
        ("/items/1", "https://p.example/search?q=lamp", "click", "lamp", "/items/1"),
        ("/search?q=", "-", "view", None, "/search"),
        ("/cart/add?id=1", "-", "cart", None, "/cart/add"),
        ("/checkout/success", "-", "buy", None, "/checkout/success"),
        ("https://p.example/items/1?utm_source=x", "-", "view", None, "https://p.example/items/1"),
    ],
)
def test_a_request_tells_what_a_visitor_did(
    path: str, referer: str, action: str, query: str | None, record_id: str | None
) -> None:
    [item] = lines(REQUEST.format(path, 200, referer))
    event = item["event"]
    assert (event["action"], event["query"], event["record_id"]) == (action, query, record_id)
    assert event["occurred_at"] == datetime(2025, 10, 10, 11, 55, 36, tzinfo=UTC) and "203.0" not in str(item)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (REQUEST.format("/a", 404, "-"), "refused request"),
        (REQUEST.format("/a", 200, "-").replace("Mozilla/5.0", "Examplebot/1"), "robot"),
        (REQUEST.format("/a", 200, "-").replace("GET", "HEAD"), "not a visit"),
        (REQUEST.format("/a", 200, "-").replace("Oct", "Foo"), "no time"),
        ("words", "not a request"),
        ('{"status": 200}', "not a request"),
    ],
)
def test_what_is_no_visit_says_why(line: str, reason: str) -> None:
    assert [item.reason for item in lines(line)] == [reason]


def test_files_of_a_page_are_no_events() -> None:
    assert lines(REQUEST.format("/a.css", 200, "-"), REQUEST.format("/b.PNG?x=1", 304, "-")) == []


@pytest.mark.parametrize(
    "line",
    [
        '203.0.113.9 - - [01/Jan/2026:00:00:00 +0000] "GET /a HTTP/1.1" 200 -',
        'shop.example:443 203.0.113.9 - - [01/Jan/2026:00:00:00 +0000] "GET /a HTTP/1.1" 200 5 "-" "-"',
        '{"remote_addr":"203.0.113.9","time_iso8601":"2026-01-01T00:00:00+00:00","request":"GET /a HTTP/1.1","status":"200"}',
        '{"ts":1767225600.5,"request":{"remote_ip":"203.0.113.9","method":"GET","uri":"/a","headers":{"User-Agent":["-"]}},"status":200}',
    ],
)
def test_logs_of_many_servers(line: str) -> None:
    [item] = lines(line)
    assert item["event"]["occurred_at"] == datetime(2026, 1, 1, tzinfo=UTC)
    assert item["event"]["record_id"] in ("/a", "https://shop.example/a") and platforms.load("weblog").claims(
        page(line.encode())
    )


@pytest.mark.parametrize(
    ("header", "row", "action", "record_id"),
    [
        (
            "event_time,event_type,product_id,user_id",
            "2026-01-01 00:00:00 UTC,view,2103807459595387724,5",
            "view",
            "2103807459595387724",
        ),
        ("timestamp,visitorid,event,itemid,transactionid", "1767225600000,5,addtocart,355908,", "cart", "355908"),
        ("timestamp,visitorid,event,itemid,transactionid", "1767225600000,5,transaction,355908,17", "buy", "355908"),
        ("timestamp;user_id;action;record_id", "2026-01-01T00:00:00Z;5;click;taobao:1", "click", "taobao:1"),
        ("timestamp\tuser\tevent\tquery", "1767225600\t5\tsearch\t红色 音箱", "search", None),
        ("", "5,355908,4756105,pv,1767225600", "view", "355908"),
    ],
)
def test_clickstreams_in_many_styles(header: str, row: str, action: str, record_id: str | None) -> None:
    table = "\n".join(filter(None, (header, row))).encode()
    [item] = read("clickstream", b"\xef\xbb\xbf" + table)
    event = item["event"]
    assert (event["user_id"], event["action"], event["record_id"]) == ("5", action, record_id)
    assert event["occurred_at"] == datetime(2026, 1, 1, tzinfo=UTC) and platforms.load("clickstream").claims(
        page(table)
    )


def test_an_empty_cell_is_null() -> None:
    head = "timestamp,visitorid,event,itemid,transactionid\n"
    with_empty, without = read("clickstream", f"{head}1767225600000,5,view,1,\n1767225600000,5,view,1,NULL\n".encode())
    assert with_empty == without and with_empty["event"]["position"] is None
    assert reasons("clickstream", f"{head}1767225600000,,view,1,\n".encode()) == ["no user"]


@pytest.mark.parametrize("kind", ["remove_from_cart", "fav", "", "page_exit"])
def test_an_unknown_action_stays_as_a_reject(kind: str) -> None:
    assert reasons("clickstream", f"timestamp,user_id,event\n1767225600,5,{kind}\n".encode()) == ["unknown action"]
    assert reasons("ubi", {"action_name": kind, "user_id": "5", "timestamp": "2026-01-01T00:00:00Z"}) == [
        "unknown action"
    ]


def test_ubi_events_and_queries_come_as_object_list_hits_and_lines() -> None:
    query = {"query_id": "q1", "client_id": "c", "user_query": "lamp", "timestamp": "2026-01-01T00:00:00Z"}
    whole = read("ubi", query)
    assert whole == read("ubi", [query]) == read("ubi", {"hits": {"hits": [{"_source": query}]}})
    assert whole[0]["event"]["event_id"] == "q1" and whole[0]["event"]["action"] == "search"
    asked = {"ext": {"ubi": {"query_id": "q2", "client_id": "c", "user_query": "lamp"}}, "query": {}}
    assert read("ubi", asked)[0]["event"]["occurred_at"] == FETCHED_AT
    view = {"action_name": "view", "user_id": "u", "timestamp": 1767225600, "user_query": "lamp"}
    [one] = read("ubi", view)
    assert one in read(
        "ubi", b'{"user_id":"u","action_name":"view","timestamp":1767225600,"user_query":"lamp"}\n{"a":1}\n'
    )
    assert one["event"]["action"] == "view"


# What nobody foresees.


SHAPE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            "entity_id attributes domain services fields selector number deviceId components capabilities id status value"
            " items label sceneId commands result devices function functions values range min max code type model exposes"
            " features access vid pid name definition clusters dps entities products mapping action_name event_attributes"
            " ext ubi user_query timestamp user_id last_changed supported_color_modes".split()
        ),
        inner,
        max_size=6,
    ),
    max_leaves=20,
)


@pytest.mark.parametrize("name", MINE)
@given(payload=SHAPE)
@settings(max_examples=150)
def test_no_shape_breaks_a_reader(name: str, payload: Any) -> None:
    for url in (
        "http://127.0.0.1/x",
        "http://127.0.0.1/devices/a/specification#name=x",
        "http://127.0.0.1/devices/a/status",
    ):
        for item in read(name, payload, url):
            assert_shown(name, item, page(payload, url))


@given(lines=st.lists(st.text("abc:#-[]{}&*!?'\" \n\t,id dps products entities name 0123", max_size=60), max_size=8))
@settings(max_examples=150)
def test_no_words_break_the_reader_of_files(lines: list[str]) -> None:
    text = "\n".join(lines).encode()
    head = b"entities:\n - entity: a\n   dps:\n    - id: 1\n      name: "
    for name in ("tuya", "weblog", "clickstream"):
        for body in (text, head + text, b"timestamp,user_id,event\n" + text):
            for item in read(name, body):
                assert_shown(name, item, page(body))
            platforms.load(name).claims(page(body))


def assert_shown(name: str, item: Any, shown: Page) -> None:
    if isinstance(item, Reject):
        assert item.reason and isinstance(item.detail, str)
    else:
        assert set(item.get("event", {})) <= set(EVENT.names) and set(item) <= {*RECORD.names, "event"}
        Reading(name, platforms.load(name).POLICY, {}, None).outcome(item, shown)


@pytest.mark.parametrize("name", MINE)
@pytest.mark.parametrize("body", [b"[" * 1020 + b"]" * 1020, b'{"a":' * 1000 + b"1" + b"}" * 1000, b"", b"\x00\xff"])
def test_depth_and_noise_are_refused(name: str, body: bytes) -> None:
    assert all(isinstance(item, Reject) for item in read(name, body))


@pytest.mark.parametrize("name", MINE)
def test_a_platform_claims_its_own_golden_page_and_no_other(name: str) -> None:
    from test_goldens import GOLDEN

    saved = {file.parent.name: file.read_bytes() for file in GOLDEN.glob("*/page.*")}
    assert {other for other, body in saved.items() if platforms.load(name).claims(page(body))} == {name}

"""What the standard capabilities of SmartThings can do, and which capabilities are only technical.

Source  capability reference, https://developer.smartthings.com/docs/devices/capabilities/capabilities-reference
"""

import re

Capability = tuple[str, str, str | None, str | None, bool]  # attribute, kind, range, unit, writable

# Geofences and locations are left out with the technical ones: where somebody is is not read.
TECHNICAL = re.compile(
    r"^(?:refresh|healthCheck|ocf|execute|firmwareUpdate|bridge|sensor|actuator|polling|configuration|geolocation|geofence"
    r"|remoteControlStatus|demandResponseLoadControl|lockCodes|presenceSensor)$"
    r"|^sec\.|^tag\.(?:e2e|factory|updated|searching|uwb)|disabled|unavailable|[dD]river|[vV]ersion|[iI]dentification"
    r"|[sS]oftware|[dD]iagnostic|custom\.error|ReportState|thingStatus|deviceCategory|supports[FP]|welcomeMessage"
)


def _set(attribute: str, kind: str, values: str | None = None, unit: str | None = None) -> Capability:
    return attribute, kind, values, unit, True


def _read(attribute: str, values: str | None = None, unit: str | None = None) -> Capability:
    return attribute, "sensor", values, unit, False


MACHINE = "run, pause, stop"
CAPABILITIES: dict[str, Capability] = {
    "accelerationSensor": _read("acceleration", "active, inactive"),
    "airConditionerFanMode": _set("fanMode", "mode"),
    "airConditionerMode": _set("airConditionerMode", "mode"),
    "airPurifierFanMode": _set("airPurifierFanMode", "mode"),
    "airQualitySensor": _read("airQuality"),
    "alarm": _set("alarm", "mode", "off, siren, strobe, both"),
    "audioMute": _set("mute", "switch", "muted, unmuted"),
    "audioNotification": _set("audioNotification", "event"),
    "audioVolume": _set("volume", "level", "0..100", "%"),
    "battery": _read("battery", "0..100", "%"),
    "button": _read("button", "pushed, held, double"),
    "carbonDioxideMeasurement": _read("carbonDioxide", None, "ppm"),
    "carbonMonoxideDetector": _read("carbonMonoxide", "clear, detected"),
    "colorControl": _set("color", "level"),
    "colorTemperature": _set("colorTemperature", "level", None, "K"),
    "contactSensor": _read("contact", "open, closed"),
    "dishwasherOperatingState": _set("dishwasher", "mode", MACHINE),
    "doorControl": _set("door", "mode", "open, close"),
    "dryerOperatingState": _set("dryer", "mode", MACHINE),
    "dustSensor": _read("dustLevel", None, "μg/m^3"),
    "energyMeter": _read("energy", None, "kWh"),
    "fanOscillationMode": _set("fanOscillation", "mode"),
    "fanSpeed": _set("fanSpeed", "level"),
    "garageDoorControl": _set("garageDoor", "mode", "open, close"),
    "humidifierMode": _set("humidifierMode", "mode"),
    "illuminanceMeasurement": _read("illuminance", None, "lux"),
    "indicator": _set("indicator", "mode", "when on, when off, never"),
    "light": _set("light", "switch", "on, off"),
    "lock": _set("lock", "switch", "lock, unlock"),
    "mediaInputSource": _set("inputSource", "mode"),
    "mediaPlayback": _set("playback", "mode", "play, pause, stop"),
    "mediaTrackControl": _set("track", "mode", "next, previous"),
    "momentary": _set("push", "event"),
    "motionSensor": _read("motion", "active, inactive"),
    "odorSensor": _read("odorLevel"),
    "ovenMode": _set("ovenMode", "mode"),
    "ovenOperatingState": _set("oven", "mode", MACHINE),
    "ovenSetpoint": _set("ovenSetpoint", "level"),
    "powerConsumptionReport": _read("powerConsumption", None, "Wh"),
    "powerMeter": _read("power", None, "W"),
    "powerSource": _read("powerSource"),
    "refrigeration": _set("refrigeration", "switch", "rapid cooling, rapid freezing, defrost"),
    "relativeBrightness": _read("brightnessIntensity"),
    "relativeHumidityMeasurement": _read("humidity", "0..100", "%"),
    "robotCleanerCleaningMode": _set("cleaningMode", "mode"),
    "robotCleanerMovement": _set("movement", "mode"),
    "robotCleanerTurboMode": _set("turboMode", "mode"),
    "smokeDetector": _read("smoke", "clear, detected"),
    "soundDetection": _read("soundDetection"),
    "soundSensor": _read("sound", "detected, not detected"),
    "switch": _set("switch", "switch", "on, off"),
    "switchLevel": _set("level", "level", "0..100", "%"),
    "tamperAlert": _read("tamper", "clear, detected"),
    "temperatureMeasurement": _read("temperature"),
    "thermostatCoolingSetpoint": _set("coolingSetpoint", "level"),
    "thermostatFanMode": _set("thermostatFanMode", "mode"),
    "thermostatHeatingSetpoint": _set("heatingSetpoint", "level"),
    "thermostatMode": _set("thermostatMode", "mode"),
    "thermostatOperatingState": _read("thermostatOperatingState"),
    "threeAxis": _read("threeAxis"),
    "tvChannel": _set("tvChannel", "mode"),
    "valve": _set("valve", "mode", "open, close"),
    "veryFineDustSensor": _read("veryFineDustLevel", None, "μg/m^3"),
    "videoCapture": _set("videoCapture", "event"),
    "videoStream": _read("stream"),
    "voltageMeasurement": _read("voltage", None, "V"),
    "washerOperatingState": _set("washer", "mode", MACHINE),
    "waterSensor": _read("water", "dry, wet"),
    "windowShade": _set("windowShade", "mode", "open, close, pause"),
    "windowShadeLevel": _set("shadeLevel", "level", "0..100", "%"),
}

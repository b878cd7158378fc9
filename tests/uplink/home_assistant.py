"""What Home Assistant 2024.11 and later takes as a device's discovery, as a JSON schema of ours.

Facts of its MQTT integration: a message at <prefix>/device/[<node>/]<object>/config, node and
object of A-Z a-z 0-9 _ -; `device` with at least one identifier, `origin` with a name, and
`components`, each with its platform and, where it has an id, a unique one. A key of the device's
level that is no shared option is refused, of an entity it is left out unread (`default_entity_id`
is read since 2025.10). Options belong to the device class `enum`, which has neither unit nor state
class.
"""

from __future__ import annotations

import re
from typing import Any

import jsonschema

TOPIC = re.compile(r"[A-Za-z0-9_/-]+/device/(?:[A-Za-z0-9_-]+/)?[A-Za-z0-9_-]+/config")
_TEXT = {"type": "string", "minLength": 1}
_TEMPLATE = {"type": "string", "pattern": r"^\{\{.*\}\}$"}
_ENTITY = {
    "platform": _TEXT,
    "name": _TEXT,
    "unique_id": _TEXT,
    "default_entity_id": {"type": "string", "pattern": r"^(binary_)?sensor\.[a-z0-9_]+$"},
    "state_topic": _TEXT,
    "value_template": _TEMPLATE,
    "entity_category": {"enum": ["config", "diagnostic"]},
    "availability": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"topic": _TEXT, "value_template": _TEMPLATE},
            "required": ["topic"],
            "additionalProperties": False,
        },
    },
}


def _entity(platform: str, **own: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": _ENTITY | {"platform": {"const": platform}} | own,
        "required": ["platform", "unique_id", "value_template"],
        "additionalProperties": False,
    }


_BINARY = _entity("binary_sensor", device_class={"enum": ["connectivity", "problem"]})
_ENUM = _entity(
    "sensor",
    device_class={"const": "enum"},
    options={"type": "array", "items": _TEXT, "minItems": 1, "uniqueItems": True},
)
_ENUM["required"].extend(["device_class", "options"])
_NUMBER = _entity("sensor", state_class={"enum": ["measurement", "total", "total_increasing"]})
_NUMBER["required"].append("state_class")
_DISCOVERY = {
    "type": "object",
    "properties": {
        "device": {
            "type": "object",
            "properties": {
                "identifiers": {"type": "array", "items": _TEXT, "minItems": 1},
                **dict.fromkeys(("name", "manufacturer", "model", "sw_version"), _TEXT),
            },
            "required": ["identifiers"],
            "additionalProperties": False,
        },
        "origin": {
            "type": "object",
            "properties": {"name": _TEXT, "sw_version": _TEXT},
            "required": ["name"],
            "additionalProperties": False,
        },
        "state_topic": _TEXT,
        "qos": {"enum": [0, 1, 2]},
        "components": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {"oneOf": [_BINARY, _ENUM, _NUMBER]},
        },
    },
    "required": ["device", "origin", "components"],
    "additionalProperties": False,
}


def expect_discovery(topic: str, tree: Any) -> None:
    """Fail for what Home Assistant would refuse, or not show."""
    assert TOPIC.fullmatch(topic), topic
    jsonschema.Draft202012Validator(_DISCOVERY).validate(tree)
    ids = [one["unique_id"] for one in tree["components"].values()]
    assert len(set(ids)) == len(ids)

"""The event contract as one AsyncAPI 3.1 document, complete in itself: from a file or from text.

Its schemas are AsyncAPI's own, a superset of JSON Schema draft 07, which every tool of it reads;
the files in docs/events/schemas/ are JSON Schema 2020-12. Both are made of the same models.
"""  # noqa: INP001 a module of scripts

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from gate_agent.contract.anchor import DayAnchor
from gate_agent.contract.door_figures import DoorFigures
from gate_agent.contract.door_told import DoorTold
from gate_agent.contract.found_orders import FoundOrders
from gate_agent.contract.messages import (
    BYTES,
    CLOUDEVENT,
    HISTORICAL,
    JSON,
    CollectorPresence,
    Envelope,
    GateState,
    PersonSeen,
    Receipt,
)
from gate_agent.contract.policy import Policy
from gate_agent.contract.policy_parts import PolicyHead
from gate_agent.contract.records import RECORDS, Record
from gate_agent.contract.signed import PROPERTY
from gate_agent.provision.broker import LARGEST_PACKET, PORT
from tools.generated import ROOT

sys.path.insert(0, str(ROOT / "tests"))

from project.message_samples import examples_of

MQTT = "0.2.0"  # of AsyncAPI's MQTT binding
_SCHEMAS = "#/components/schemas/"
_BINARY, _UTF8 = 0, 1  # payload format indicator
Tree = dict[str, Any]
MESSAGES: Mapping[str, type[BaseModel]] = {
    "envelope": Envelope,
    "receipt": Receipt,
    "state": GateState,
    "policy": Policy,
    "policy_head": PolicyHead,
    "anchor": DayAnchor,
    "orders": FoundOrders,
    "seen": PersonSeen,
    "door": DoorTold,
    "figures": DoorFigures,
    "collector": CollectorPresence,
}
PARTS = "policy_part"  # the one message that is no JSON
CHANNELS: Mapping[str, tuple[str, str, bool]] = {
    # name: address, what it is, retained
    "urgent": (
        "gate/v1/{site}/{gate}/event/urgent",
        "Events that overtake any backlog (急事急报): holds, a lost device.",
        False,
    ),
    "routine": (
        "gate/v1/{site}/{gate}/event/routine",
        (
            "All other events. Both lanes share one sequence: sort by it, not by arrival. The user "
            "property `historical: 1` says that an event waited at the gate for its connection."
        ),
        False,
    ),
    "state": (
        "gate/v1/{site}/{gate}/state",
        (
            "Birth, heartbeat every 10 s, and the will `lost` that the broker publishes. The other "
            "doors hear it too, and compare their thermometers (两门比对)."
        ),
        True,
    ),
    "receipt": (
        "gate/v1/{site}/{gate}/receipt",
        "What the collector has committed of this gate's epoch (回执): delivery, as no PUBACK is.",
        True,
    ),
    "policy": (
        "gate/v1/{site}/policy",
        (
            "Hall mode, thresholds, roster, appointments, deadlines (防控措施), for both doors: "
            "whole, up to 256 KiB, for doors that do not know the next two topics."
        ),
        True,
    ),
    "policy_urgent": (
        "gate/v1/{site}/policy/urgent",
        "The policy where it is small, as an emergency is; else its head, and how many parts.",
        True,
    ),
    PARTS: (
        "gate/v1/{site}/policy/part/{part}",
        "A part of a large policy: 64 hex digits, the SHA-256 of the whole, and a piece (zlib).",
        True,
    ),
    "anchor": (
        "gate/v1/{site}/anchor",
        "How far every chain was whole at the day's report (每日锚点): each door journals it.",
        True,
    ),
    "orders": (
        "gate/v1/{site}/{gate}/orders",
        (
            "What the centre asks of this door (厅内发现指令): whole each time, until the door has "
            "answered with `gate.order.answered.v1`, or the time is over."
        ),
        True,
    ),
    "seen": (
        "gate/v1/{site}/seen",
        "Who was admitted at a door just now, by the collector, so that the other door shows it.",
        False,
    ),
    "door": (
        "gate/v1/{site}/{gate}/door",
        (
            "For the other doors (两门互通): open holds, who was cleared, who must come again, "
            "whose hold was answered from here. Heard at the broker, without the centre."
        ),
        True,
    ),
    "figures": (
        "gate/v1/{site}/{gate}/figures",
        (
            "What the door counts, and how it stands, for screens that are none of ours: only "
            "where `[mqtt] discovery_prefix` asks for it."
        ),
        True,
    ),
    "collector": (
        "gate/v1/{site}/collector",
        "Which process the collector is: two that use one name find each other (中心平台重名).",
        True,
    ),
}
OPERATIONS: Mapping[str, tuple[str, str]] = {
    # name: what a gate does, and where
    "publishUrgent": ("send", "urgent"),
    "publishRoutine": ("send", "routine"),
    "publishState": ("send", "state"),
    "takeState": ("receive", "state"),
    "takeReceipt": ("receive", "receipt"),
    "takePolicy": ("receive", "policy"),
    "takeUrgentPolicy": ("receive", "policy_urgent"),
    "takePolicyPart": ("receive", PARTS),
    "takeAnchor": ("receive", "anchor"),
    "takeOrders": ("receive", "orders"),
    "takeSeen": ("receive", "seen"),
    "publishDoor": ("send", "door"),
    "takeDoor": ("receive", "door"),
    "publishFigures": ("send", "figures"),
}
PARAMETERS = {
    "site": "the hall; a-z, 0-9 and -, at most 63",
    "gate": "the door, such as west-1f; a-z, 0-9 and -, at most 63",
    "part": "0, 1, … to the number that the head tells, less one",
}
_TAGS = {
    "event": "what happened at a door, in its journal, numbered and chained",
    "standing": "how something stands now, retained",
    "centre": "what the centre tells the doors",
}
_TAG_OF = {"urgent": "event", "routine": "event"} | dict.fromkeys(
    ("state", "door", "figures"), "standing"
)


def asyncapi() -> Tree:
    """Return the whole document."""
    messages = {record.TYPE: _event_message(record) for record in RECORDS}
    messages |= {name: _message(name) for name in MESSAGES if name != "envelope"}
    messages[PARTS] = _part()
    return {
        "asyncapi": "3.1.0",
        "id": "urn:gate-agent:v1",
        "info": {
            "title": "Gate events 闸口事件",
            "version": "1.0.0",
            "description": "What a gate publishes and what it listens to. MQTT 5, QoS 1, no "
            "message expiry. An event is one CloudEvents 1.0 JSON object; its exact bytes are "
            "stored, hashed and published. Readers ignore unknown fields; a changed meaning gets "
            "a new type (.v2).",
            "license": {
                "name": "Apache-2.0",
                "url": "https://www.apache.org/licenses/LICENSE-2.0",
            },
            "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
        },
        "defaultContentType": JSON,
        "servers": _servers(),
        "channels": {name: _channel(name) for name in sorted(CHANNELS)},
        "operations": {
            name: _operation(action, channel) for name, (action, channel) in OPERATIONS.items()
        },
        "components": {
            "messages": messages,
            "schemas": _schemas(),
            "parameters": {name: {"description": text} for name, text in PARAMETERS.items()},
            "securitySchemes": {
                "certificate": {
                    "type": "X509",
                    "description": "of the hall's own CA, made by `gate-agent provision`; the name "
                    "in it is the client's, and says what it may read and write",
                }
            },
        },
    }


def lanes(record: type[Record]) -> tuple[str, ...]:
    """Return the lanes a type may take: both where the content decides."""
    if record.severity is not Record.severity:
        return ("urgent", "routine")
    return (str(record.SEVERITY),)


def first_line(model: type[BaseModel]) -> str:
    """Return what a model says of itself, in a line."""
    return (model.__doc__ or "").strip().splitlines()[0]


def _servers() -> Tree:
    packets = {"maximumPacketSize": LARGEST_PACKET, "bindingVersion": MQTT}
    return {
        "hall": {
            "host": f"{{broker}}:{PORT}",
            "protocol": "secure-mqtt",
            "protocolVersion": "5",
            "description": "The hall's broker: TLS, and a certificate of its own for each client.",
            "variables": {
                "broker": {
                    "description": "its name, as in its certificate",
                    "default": "broker.hall.internal",
                }
            },
            "security": [{"$ref": "#/components/securitySchemes/certificate"}],
            "bindings": {"mqtt": packets},
        },
        "trial": {
            "host": "127.0.0.1:1883",
            "protocol": "mqtt",
            "protocolVersion": "5",
            "description": "A trial on one machine, without keys.",
            "bindings": {"mqtt": packets},
        },
    }


def _names_on(channel: str) -> list[str]:
    """Return the messages of a channel."""
    if channel in ("urgent", "routine"):
        return [record.TYPE for record in RECORDS if channel in lanes(record)]
    return ["policy", "policy_head"] if channel == "policy_urgent" else [channel]


def _channel(name: str) -> Tree:
    address, description, _ = CHANNELS[name]
    return {
        "address": address,
        "description": description,
        "messages": {one: {"$ref": f"#/components/messages/{one}"} for one in _names_on(name)},
        "parameters": {
            parameter: {"$ref": f"#/components/parameters/{parameter}"}
            for parameter in PARAMETERS
            if f"{{{parameter}}}" in address
        },
        "tags": [{"name": _TAG_OF.get(name, "centre")}],
    }


def _operation(action: str, channel: str) -> Tree:
    _, description, retained = CHANNELS[channel]
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": description,
        "messages": [
            {"$ref": f"#/channels/{channel}/messages/{name}"} for name in _names_on(channel)
        ],
        "bindings": {"mqtt": {"qos": 1, "retain": retained, "bindingVersion": MQTT}},
    }


def _event_message(record: type[Record]) -> Tree:
    whole = {
        "allOf": [
            {"$ref": f"{_SCHEMAS}{Envelope.__name__}"},
            {
                "type": "object",
                "properties": {
                    "type": {"const": record.TYPE},
                    "data": {"$ref": f"{_SCHEMAS}{record.__name__}"},
                },
            },
        ]
    }
    waited = {"const": "1", "description": "it waited at the gate for its connection"}
    return {
        "name": record.TYPE,
        "title": first_line(record),
        "contentType": CLOUDEVENT,
        "headers": {"type": "object", "properties": {HISTORICAL: waited}},
        "payload": whole,
        "bindings": _beside(CLOUDEVENT),
        "examples": [*examples_of(record.TYPE)],
    }


def _message(name: str) -> Tree:
    model = MESSAGES[name]
    return {
        "name": name,
        "title": first_line(model),
        "contentType": JSON,
        "headers": _signed(),
        "payload": {"$ref": f"{_SCHEMAS}{model.__name__}"},
        "bindings": _beside(JSON),
        "examples": [*examples_of(name)],
    }


def _part() -> Tree:
    told = {"type": "string", "format": "binary", "pattern": "^[0-9a-f]{64}"}
    return {
        "name": PARTS,
        "title": "A piece of a large policy, compressed (zlib), behind the digest of the whole.",
        "contentType": BYTES,
        "headers": _signed(),
        "payload": told,
        "bindings": _beside(BYTES),
        "examples": [*examples_of(PARTS)],
    }


def _signed() -> Tree:
    text = "WARRANT.VOUCHED.SIGNATURE, of a door then .STAMP: gate_agent/contract/signed.py"
    return {"type": "object", "properties": {PROPERTY: {"type": "string", "description": text}}}


def _beside(content: str) -> Tree:
    indicator = _BINARY if content == BYTES else _UTF8
    told = {"payloadFormatIndicator": indicator, "contentType": content, "bindingVersion": MQTT}
    return {"mqtt": told}


def _schemas() -> Tree:
    """Return every schema by the name of its model, of a set without two meanings of one name."""
    models: Iterable[type[BaseModel]] = (*MESSAGES.values(), *RECORDS)
    _, made = models_json_schema(
        [(model, "validation") for model in models], ref_template=f"{_SCHEMAS}{{model}}"
    )
    return {name: _draft7(schema) for name, schema in sorted(made["$defs"].items())}


def _draft7(tree: Any) -> Any:
    """Return a schema as draft 07 writes it: a place's own in `items`, and `$ref` alone."""
    if isinstance(tree, list):
        return [_draft7(one) for one in tree]
    if not isinstance(tree, dict):
        return tree
    made = {key: _draft7(value) for key, value in tree.items() if key != "discriminator"}
    if "prefixItems" in made:
        made["items"] = made.pop("prefixItems")
    if "$ref" in made and len(made) > 1:
        return {"allOf": [{"$ref": made.pop("$ref")}], **made}
    return made

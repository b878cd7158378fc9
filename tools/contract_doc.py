"""Makes docs/events/ from the models: AsyncAPI 3, one JSON Schema a message, a table to read.

Schemas are made in validation mode: a field with a default is not required, so that an event
which was written before the field existed stays valid for ever.
"""  # noqa: INP001 a script, not a package

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

from pydantic import BaseModel

from gate_agent.contract.anchor import DayAnchor
from gate_agent.contract.door_told import DoorTold
from gate_agent.contract.found_orders import FoundOrders
from gate_agent.contract.messages import (
    BYTES,
    CLOUDEVENT,
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
from gate_agent.contract.signed import CENTRE
from tools.generated import ROOT, Generated

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SCHEMA_FORMAT = "application/schema+json;version=2020-12"
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
    "collector": CollectorPresence,
}
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
    "policy_part": (
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
    "collector": (
        "gate/v1/{site}/collector",
        "Which process the collector is: two that use one name find each other (中心平台重名).",
        True,
    ),
}
ATTRIBUTES: Mapping[str, str] = {
    # What CloudEvents says of its own, and what this contract adds.
    "specversion": "CloudEvents version",
    "id": "`<epoch>-<sequence>`: unique for ever",
    "source": "`/gates/<site>/<gate>`",
    "type": "one of the event types below",
    "subject": "what it is about: a passage, a hold, a device, a day",
    "time": "when it happened, UTC, by the board's clock; `gate.clock.synced.v1` corrects",
    "recordedtime": "when the journal took it, UTC",
    "sequence": "1, 2, 3 … without a gap inside an epoch, padded to 20 digits to sort as text",
    "epoch": "random id made with the journal: a new one means a new journal",
    "prevlink": "the chain's link before this event, zeros for the first",
    "boot": "id of the board's boot; `bootns` compares only inside one",
    "bootns": "nanoseconds since boot, sleep included: never steps",
    "clock": "how far `time` can be believed (时钟质量)",
    "severity": "the lane it takes",
    "drill": "true in a drill (演练): never counted",
    "datacontenttype": "of `data`",
    "data": "the record",
}
PARAMETERS = {
    "site": "the hall; a-z, 0-9 and -, at most 63",
    "gate": "the door, such as west-1f; a-z, 0-9 and -, at most 63",
    "part": "0, 1, … to the number that the head tells, less one",
}


def documents() -> dict[str, str]:
    """Return every generated file: path inside docs/events → text."""
    schemas = {f"schemas/{name}.schema.json": _schema(model) for name, model in MESSAGES.items()}
    schemas |= {f"schemas/{record.TYPE}.schema.json": _schema(record) for record in RECORDS}
    texts = {path: _json(schema) for path, schema in schemas.items()}
    texts["asyncapi.json"] = _json(_asyncapi())
    texts["README.md"] = _readme()
    return texts


def _schema(model: type[BaseModel]) -> dict[str, object]:
    title = model.TYPE if issubclass(model, Record) else model.__name__
    return {"$schema": DIALECT, **model.model_json_schema(), "title": title}


def _asyncapi() -> dict[str, object]:
    events = {record.TYPE: _event_message(record) for record in RECORDS}
    others = {name: _message(name) for name in MESSAGES if name != "envelope"} | {
        "policy_part": {"name": "policy_part", "contentType": BYTES}
    }
    on_channel = {
        "urgent": [record.TYPE for record in RECORDS if "urgent" in _lanes(record)],
        "routine": [record.TYPE for record in RECORDS if "routine" in _lanes(record)],
        "state": ["state"],
        "receipt": ["receipt"],
        "policy": ["policy"],
        "policy_urgent": ["policy", "policy_head"],
        "policy_part": ["policy_part"],
        "anchor": ["anchor"],
        "orders": ["orders"],
        "seen": ["seen"],
        "door": ["door"],
        "collector": ["collector"],
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Gate events 闸口事件",
            "version": "1.0.0",
            "description": "What a gate publishes and what it listens to. MQTT 5, QoS 1, no "
            "message expiry. An event is one CloudEvents 1.0 JSON object; its exact bytes are "
            "stored, hashed and published. Readers ignore unknown fields; a changed meaning gets "
            "a new type (.v2).",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {
            name: _channel(name, messages) for name, messages in sorted(on_channel.items())
        },
        "operations": {
            "publishUrgent": _operation("send", "urgent", on_channel["urgent"]),
            "publishRoutine": _operation("send", "routine", on_channel["routine"]),
            "publishState": _operation("send", "state", ["state"]),
            "takeState": _operation("receive", "state", ["state"]),
            "takeReceipt": _operation("receive", "receipt", ["receipt"]),
            "takePolicy": _operation("receive", "policy", ["policy"]),
            "takeUrgentPolicy": _operation("receive", "policy_urgent", on_channel["policy_urgent"]),
            "takePolicyPart": _operation("receive", "policy_part", ["policy_part"]),
            "takeAnchor": _operation("receive", "anchor", ["anchor"]),
            "takeOrders": _operation("receive", "orders", ["orders"]),
            "takeSeen": _operation("receive", "seen", ["seen"]),
            "publishDoor": _operation("send", "door", ["door"]),
            "takeDoor": _operation("receive", "door", ["door"]),
        },
        "components": {
            "messages": events | others,
            "parameters": {
                name: {"description": description} for name, description in PARAMETERS.items()
            },
        },
    }


def _channel(name: str, messages: list[str]) -> dict[str, object]:
    address, description, _ = CHANNELS[name]
    return {
        "address": address,
        "description": description,
        "messages": {message: {"$ref": f"#/components/messages/{message}"} for message in messages},
        "parameters": {
            parameter: {"$ref": f"#/components/parameters/{parameter}"}
            for parameter in PARAMETERS
            if f"{{{parameter}}}" in address
        },
    }


def _operation(action: str, channel: str, messages: list[str]) -> dict[str, object]:
    _, description, retained = CHANNELS[channel]
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": description,
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in messages],
        "bindings": {"mqtt": {"qos": 1, "retain": retained, "bindingVersion": "0.2.0"}},
    }


def _event_message(record: type[Record]) -> dict[str, object]:
    whole = {
        "allOf": [
            {"$ref": "schemas/envelope.schema.json"},
            {
                "type": "object",
                "properties": {
                    "type": {"const": record.TYPE},
                    "data": {"$ref": f"schemas/{record.TYPE}.schema.json"},
                },
            },
        ]
    }
    return {
        "name": record.TYPE,
        "title": _first_line(record),
        "contentType": CLOUDEVENT,
        "payload": {"schemaFormat": SCHEMA_FORMAT, "schema": whole},
    }


def _message(name: str) -> dict[str, object]:
    return {
        "name": name,
        "title": _first_line(MESSAGES[name]),
        "contentType": JSON,
        "payload": {
            "schemaFormat": SCHEMA_FORMAT,
            "schema": {"$ref": f"schemas/{name}.schema.json"},
        },
    }


def _lanes(record: type[Record]) -> tuple[str, ...]:
    """Return the lanes a type may take: both where the content decides."""
    if record.severity is not Record.severity:
        return ("urgent", "routine")
    return (str(record.SEVERITY),)


def _readme() -> str:
    lines = [
        "# Events and messages 事件与报文",
        "",
        "Generated by `make docs` from `messages.py`, `records.py` and `policy.py` in",
        "`gate_agent/contract/`; do not edit. The whole contract for tools:",
        "[asyncapi.json](asyncapi.json) (AsyncAPI 3). What it means: [design](../design.md).",
        "",
        "## Topics 主题",
        "",
        "| topic | retained | what |",
        "| --- | --- | --- |",
    ]
    for address, description, retained in CHANNELS.values():
        lines.append(f"| `{address}` | {'yes' if retained else 'no'} | {description} |")
    lines += [
        "",
        "The user property `signature` says who said it (签名), on all topics but those of events:",
        f"a door on its own, `{CENTRE}` on the others; see `gate_agent/contract/signed.py`.",
        "An event is proved by its chain, and by the link in its door's signed state.",
    ]
    lines += ["", "## Messages 报文", ""]
    for name, model in MESSAGES.items():
        lines += _section(f"`{name}`", model, f"schemas/{name}.schema.json")
    lines += ["## Event types 事件类型", "", "`data` of each, inside the envelope above.", ""]
    for record in RECORDS:
        lanes = " or ".join(_lanes(record))
        title = f"`{record.TYPE}`"
        lines += _section(title, record, f"schemas/{record.TYPE}.schema.json", lane=lanes)
    return "\n".join(lines).rstrip() + "\n"


def _section(title: str, model: type[BaseModel], link: str, *, lane: str = "") -> list[str]:
    head = f"{_first_line(model)}{f' Lane: {lane}.' if lane else ''} [schema]({link})"
    rows = ["| field | required | what |", "| --- | --- | --- |"]
    for name, field in model.model_fields.items():
        needed = "yes" if field.is_required() else "no"
        what = field.description or (ATTRIBUTES.get(name, "") if model is Envelope else "")
        rows.append(f"| `{name}` | {needed} | {_cell(what)} |")
    return [f"### {title}", "", head, "", *rows, ""]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _first_line(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().splitlines()[0]


def _json(tree: Mapping[str, object]) -> str:
    return json.dumps(tree, ensure_ascii=False, indent=2) + "\n"


FILES = Generated(folder=ROOT / "docs" / "events", made=documents, whole=True)

if __name__ == "__main__":
    sys.exit(FILES.main())

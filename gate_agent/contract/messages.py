"""The event contract: topics, bodies, chain, receipts, states. Pure, shared with the collector.

An event is one CloudEvents 1.0 JSON object in structured mode. The bytes built here are the
bytes that are stored, hashed, published and exported: JSON is made once. Whatever another program
sent is read leniently: `contract.wire`.

    link_n = SHA-256(link_{n-1} ‖ SHA-256(body_n)),  link_0 = 32 zero bytes

over raw digests, so that a body can be redacted and the chain still verifies.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from gate_agent.contract.frozen import FrozenModel
from gate_agent.contract.moment import ClockQuality, Moment, format_utc
from gate_agent.contract.numbers import Real
from gate_agent.contract.record import Life
from gate_agent.contract.records import BY_TYPE, DeviceState, Record, Severity, Utc
from gate_agent.contract.thermometer import ThermometerState
from gate_agent.contract.wire import Parsed, parse_message, parse_tree
from gate_agent.errors import ContractError

LINK_0 = bytes(32)
UNKNOWN_BOOT = "0" * 32  # of an event that does not say it in a form that is known here
_DATA = ',"data":'  # comes last, and in no string of JSON
CLOUDEVENT = "application/cloudevents+json"  # CloudEvents 1.0, MQTT binding, structured mode
JSON, BYTES = "application/json", "application/octet-stream"
HISTORICAL = "historical"  # MQTT user property, "1": it waited at the gate for this connection
_MOST_SEQUENCE = 2**63 - 1  # what every database counts to
Hex32 = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
Hex64 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Number = Annotated[int, Field(ge=0, le=_MOST_SEQUENCE)]
Range = tuple[Annotated[Number, Field(ge=1)], Annotated[Number, Field(ge=1)]]
Name = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]


# --- topics -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """The topics of one gate; `gate` may be `+` in a subscription."""

    site: str
    gate: str

    def event(self, severity: Severity) -> str:
        """Where an event of this severity is published."""
        return f"gate/v1/{self.site}/{self.gate}/event/{severity}"

    @property
    def state(self) -> str:
        """Retained: birth, heartbeat, will."""
        return f"gate/v1/{self.site}/{self.gate}/state"

    @property
    def receipt(self) -> str:
        """Retained, by the collector."""
        return f"gate/v1/{self.site}/{self.gate}/receipt"

    @property
    def policy(self) -> str:
        """Retained, by the centre: the whole, for doors that know no parts of it."""
        return f"gate/v1/{self.site}/policy"

    @property
    def policy_urgent(self) -> str:
        """Retained, by the centre: mode and deadlines first (`contract.policy_parts`)."""
        return f"{self.policy}/urgent"

    def policy_part(self, number: int | str) -> str:
        """Retained, by the centre: one part of a large policy."""
        return f"{self.policy}/part/{number}"

    @property
    def anchor(self) -> str:
        """Retained, by the centre: the newest anchor of a day."""
        return f"gate/v1/{self.site}/anchor"

    @property
    def orders(self) -> str:
        """Retained, by the centre: what it asks of this door (`contract.found_orders`)."""
        return f"gate/v1/{self.site}/{self.gate}/orders"

    @property
    def of_centre(self) -> tuple[str, ...]:
        """What a door hears of the centre: what is urgent of a policy first."""
        return (
            self.policy_urgent,
            self.receipt,
            self.policy,
            self.orders,
            self.seen,
            self.anchor,
        )

    @property
    def seen(self) -> str:
        """By the collector: who was admitted at a door just now."""
        return f"gate/v1/{self.site}/seen"

    @property
    def collector(self) -> str:
        """Retained, by the collector, for another one: which process it is."""
        return f"gate/v1/{self.site}/collector"

    @property
    def figures(self) -> str:
        """Retained, for screens that are none of ours: what the door counts."""
        return f"gate/v1/{self.site}/{self.gate}/figures"

    @property
    def door(self) -> str:
        """Retained, for the other doors: what stands at this one."""
        return f"gate/v1/{self.site}/{self.gate}/door"


def gate_of_topic(topic: str) -> str:
    """Return the gate's name in an event, state or receipt topic."""
    parts = topic.split("/")
    if len(parts) < 5 or parts[:2] != ["gate", "v1"]:  # noqa: PLR2004 gate/v1/site/gate/what
        raise ContractError(f"expected gate/v1/<site>/<gate>/…, got {len(parts)} levels")
    return parts[3]


# --- the body ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the journal adds to a record when it numbers it."""

    site: str
    gate: str
    epoch: str
    sequence: int
    prev_link: bytes
    occurred: Moment
    recorded: Moment
    boot_id: str
    clock: ClockQuality


def encode_body(header: Header, record: Record, *, drill: bool = False) -> bytes:
    """Return the exact bytes of an event."""
    sequence = f"{header.sequence:020d}"
    body: dict[str, object] = {
        "specversion": "1.0",
        "id": f"{header.epoch}-{sequence}",
        "source": f"/gates/{header.site}/{header.gate}",
        "type": record.TYPE,
    }
    if record.subject is not None:
        body["subject"] = record.subject
    body |= {
        "time": format_utc(header.occurred.utc),
        "recordedtime": format_utc(header.recorded.utc),
        "sequence": sequence,
        "epoch": header.epoch,
        "prevlink": header.prev_link.hex(),
        "boot": header.boot_id,
        "bootns": str(header.occurred.boot_ns),
        "clock": header.clock,
        "severity": record.severity,
        "drill": drill,
        "datacontenttype": "application/json",
    }
    head = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return f"{head[:-1]}{_DATA}{record.model_dump_json()}}}".encode()


def data_of(body: bytes) -> str:
    """Return the data in an event of `encode_body`, as they were written there by its version."""
    return body.decode().partition(_DATA)[2][:-1]


def link_after(prev_link: bytes, body_sha256: bytes) -> bytes:
    """Return the chain's next link."""
    return sha256(prev_link + body_sha256).digest()


class Attributes(FrozenModel):
    """What an event says of itself, beside its data; unknown attributes are ignored."""

    model_config = ConfigDict(extra="ignore")
    specversion: Literal["1.0"]
    id: str
    source: Annotated[str, Field(pattern="^/gates/[a-z0-9-]+/[a-z0-9-]+$")]
    type: str
    subject: str | None = None
    time: Utc
    recordedtime: Utc
    sequence: Annotated[str, Field(pattern="^[0-9]{20}$")]
    epoch: Hex32
    prevlink: Hex64
    boot: Hex32
    bootns: Annotated[str, Field(pattern="^[0-9]{1,19}$", description="a string: int64")]
    clock: ClockQuality
    severity: Severity
    drill: bool
    datacontenttype: Literal["application/json"]

    @field_validator("sequence")
    @classmethod
    def _countable(cls, value: str) -> str:
        if not 1 <= int(value) <= _MOST_SEQUENCE:
            raise ValueError(f"expected 1 to {_MOST_SEQUENCE}")
        return value

    @property
    def number(self) -> int:
        """The sequence as an integer."""
        return int(self.sequence)

    @property
    def boot_ns(self) -> int:
        """Nanoseconds since boot as an integer."""
        return int(self.bootns)

    @property
    def site(self) -> str:
        """The site in `source`."""
        return self.source.split("/")[2]

    @property
    def gate(self) -> str:
        """The gate in `source`."""
        return self.source.split("/")[3]


class Envelope(Attributes):
    """An event as a reader parses it; unknown attributes are ignored."""

    data: dict[str, object]

    def record(self) -> Record | None:
        """Return the data as its model; None where this version does not know or read it."""
        try:
            parsed = parse_record(self)
        except ContractError:
            return None
        return None if parsed is None else parsed.value


class EnvelopeRead(Envelope):
    """What is fixed for ever must be there, all else as far as it can be read.

    A newer door may say of anything else what cannot be read here; then the cautious value stands.
    """

    specversion: Literal["1.0"] = "1.0"
    recordedtime: Utc = Field(default_factory=lambda known: known["time"])
    boot: Hex32 = UNKNOWN_BOOT
    bootns: Annotated[str, Field(pattern="^[0-9]{1,19}$")] = "0"
    clock: ClockQuality = ClockQuality.UNSYNCED
    severity: Severity = Severity.URGENT
    drill: bool = False  # it counts
    datacontenttype: Literal["application/json"] = "application/json"
    data: dict[str, object] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _dated_by_both(cls, body: object) -> object:
        """Leave out a boot without its nanoseconds: nothing can be dated by it."""
        if isinstance(body, dict) and "boot" in body and "bootns" not in body:
            return {name: value for name, value in body.items() if name != "boot"}
        return body

    @property
    def absent(self) -> tuple[str, ...]:
        """What every event says, and this one not, or in no form that is known here."""
        must = self.__class__.model_fields.keys() - self.model_fields_set - {"subject"}
        return tuple(sorted(must))


def parse_body(body: bytes) -> Envelope:
    """Return the event that `body` holds; ContractError names the faulty attributes only."""
    return parse_message(EnvelopeRead, body).value


def parse_record(envelope: Envelope) -> Parsed[Record] | None:
    """Return the data of an event, and what of it is unread; None for a type not known here.

    Raises ContractError where too little of it can be read.
    """
    model = BY_TYPE.get(envelope.type)
    if model is None:
        return None
    if "data" not in envelope.model_fields_set:
        raise ContractError(f"{model.__name__}: expected an object, got something else")
    return parse_tree(model, envelope.data)


# --- receipts and states ----------------------------------------------------------------------


class Message(FrozenModel):
    """Base of what goes between door and centre beside events."""

    model_config = ConfigDict(extra="ignore")

    def encode(self) -> bytes:
        """Return the exact bytes to publish."""
        return self.model_dump_json().encode()


class Receipt(Message):
    """What the collector holds of one gate's epoch (回执), committed before it is published."""

    epoch: Hex32
    upto: Annotated[Number, Field(description="highest sequence with none missing below it")]
    link: Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="link of `upto`")]
    ranges: tuple[Range, ...] = ()
    missing: tuple[Range, ...] = ()
    time: Utc


class GateState(Message):
    """Birth, heartbeat and will of a gate; retained."""

    state: Life
    epoch: Hex32
    sequence: Number
    link: Hex64
    pending: Number
    oldest_pending_s: Annotated[Real, Field(ge=0)]
    clock: ClockQuality
    devices: dict[str, DeviceState]
    version: str
    time: Utc
    name: Annotated[str | None, Field(description="what people call this door 出入口名称")] = None
    certificate_until: Annotated[
        Utc | None, Field(description="when the first of the link's certificates expires")
    ] = None
    thermometer: Annotated[
        ThermometerState | None, Field(description="the other doors compare theirs with it")
    ] = None


class PersonSeen(Message):
    """Somebody was admitted at a door (另一入口刚到): the other door shows it. Never retained."""

    person_ref: Hex64
    gate: Name
    time: Utc


class CollectorPresence(Message):
    """Which process the collector is (中心平台进程): two with one name find each other by it."""

    id: Annotated[Hex32, Field(description="random, made at its start")]
    process: Annotated[int, Field(ge=0, lt=2**32)]
    host: Annotated[str, Field(pattern=r"^[!-~]{0,64}$", description="its machine's name")]
    since: Utc


def parse_presence(payload: bytes) -> CollectorPresence:
    """Return which process the collector says that it is. Raises ContractError."""
    return parse_message(CollectorPresence, payload).value


def parse_seen(payload: bytes) -> PersonSeen:
    """Return what the collector says of a person, who is a keyed hash here too."""
    return parse_message(PersonSeen, payload).value


def parse_receipt(payload: bytes) -> Receipt:
    """Return the receipt in `payload`."""
    return parse_message(Receipt, payload).value


def parse_state(payload: bytes) -> Parsed[GateState]:
    """Return the gate's state in `payload`, and what of it is unread."""
    return parse_message(GateState, payload)

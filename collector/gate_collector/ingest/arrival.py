"""What a message says, before anything is stored. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from gate_agent.contract.event import parse_event
from gate_agent.contract.messages import Attributes, gate_of_topic, link_after
from gate_agent.contract.record import Record
from gate_agent.errors import ContractError

_GATE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
Key = tuple[str, str]  # of a chain: gate and epoch
LONGEST_BODY = 256 * 1024  # of an event


@dataclass(frozen=True, slots=True)
class ArrivedMessage:
    """One message as it came; a retained one may be old, a historical one waited at the gate."""

    topic: str
    payload: bytes
    retained: bool = False
    historical: bool = False

    @property
    def is_state(self) -> bool:
        """Whether it is a gate's birth, heartbeat or will."""
        return self.topic.endswith("/state")


class Arrived(NamedTuple):
    """An event of this hall; a tuple, since one is made for every event."""

    told: Attributes
    key: Key
    number: int
    record: Record | None
    body: bytes
    bodysha256: bytes
    prevlink: bytes
    link: bytes
    historical: bool
    unread: tuple[str, ...]  # what this version cannot read of it; the body is kept whole


class Unusable(ContractError):  # noqa: N818 named after what is so
    """A message is no event of this hall; `gate` as far as the topic names one."""

    def __init__(
        self, why: str, body: bytes, *, gate: str, epoch: str = "", sequence: int = 0
    ) -> None:
        self.body, self.gate, self.epoch, self.sequence = body, gate, epoch, sequence
        super().__init__(why)


Heard = ArrivedMessage | Arrived | Unusable  # a state as it came, an event, or why it is none


def read(message: ArrivedMessage, site: str) -> Heard:
    """Return what a message is."""
    if message.is_state:
        return message
    try:
        return read_event(message, site)
    except Unusable as exc:
        return exc


def read_event(message: ArrivedMessage, site: str) -> Arrived:
    """Return the event in `message`. Raises Refused, which names no content."""
    gate, body = gate_in(message.topic), message.payload
    if len(body) > LONGEST_BODY:
        why = f"expected at most {LONGEST_BODY} bytes, got {len(body)}"
        raise Unusable(why, body, gate=gate)
    try:
        envelope, record, unread = parse_event(body)
    except ContractError as exc:
        raise Unusable(str(exc), body, gate=gate) from exc
    if envelope.source != f"/gates/{site}/{gate}":
        expected = f"expected an event of {site}/{gate}"
        why = f"{expected}, got one of another gate"
        raise Unusable(why, body, gate=gate, epoch=envelope.epoch, sequence=envelope.number)
    digest, prevlink = sha256(body).digest(), bytes.fromhex(envelope.prevlink)
    return Arrived(
        told=envelope,
        key=(gate, envelope.epoch),
        number=envelope.number,
        record=record,
        body=body,
        bodysha256=digest,
        prevlink=prevlink,
        link=link_after(prevlink, digest),
        historical=message.historical,
        unread=unread,
    )


@lru_cache(maxsize=4096)
def gate_in(topic: str) -> str:
    """Return the gate a topic names; empty where it names none."""
    try:
        gate = gate_of_topic(topic)
    except ContractError:
        return ""
    return gate if _GATE.fullmatch(gate) else ""
